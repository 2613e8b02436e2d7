package memory

import (
	"context"
	"errors"
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// Bound returns the cursor of the last contact in the order of the walk.
func (s *Store) Bound(ctx context.Context, r store.BoundRequest) (store.Cursor, error) {
	w, err := s.way(r.By)
	if err != nil {
		return "", err
	}
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("memory: bound: %w", err)
	}
	w.lock()
	defer s.mu.RUnlock()
	for number := w.last(); number > 0; number-- {
		if slot := w.slot(number); s.root.table.state[slot] != 0 {
			return w.cursor(slot)
		}
	}
	return "", nil
}

// Page returns selected contacts in the order of the walk.
func (s *Store) Page(ctx context.Context, r store.PageRequest) (store.Page, error) {
	if r.Limit < 1 || r.Scan < 0 {
		return store.Page{}, invalid(errors.New("the limit is less than 1, or Scan negative"))
	}
	columns, err := s.pageColumns(r.Fields)
	if err != nil {
		return store.Page{}, err
	}
	c, err := s.call(ctx, "page", r.Selection, r.At)
	if err != nil {
		return store.Page{}, err
	}
	w, err := s.way(r.By)
	if err != nil {
		return store.Page{}, err
	}
	p := pager{call: c, columns: columns, limit: r.Limit, scan: r.Scan, cursors: r.Cursors && r.Keys == nil, way: &w, page: store.Page{Next: r.After}}
	if r.Keys != nil {
		return p.ofKeys(r.Keys)
	}
	return p.walk(r.After, r.Until)
}

func (s *Store) pageColumns(fields []string) ([]int, error) {
	for _, name := range fields {
		if _, ok := s.root.fields[name]; !ok {
			return nil, invalid(fmt.Errorf("there is no contact field %q", name))
		}
	}
	return s.columns(s.root, fields), nil
}

// pager collects a page.
type pager struct {
	*call
	columns []int
	limit   int
	scan    int // contacts; 0: no end
	cursors bool
	way     *way
	page    store.Page
}

// walk pages through the order of a walk.
func (p *pager) walk(after, until store.Cursor) (store.Page, error) {
	if until == "" {
		return p.page, nil
	}
	s, w := p.store, p.way
	to, err := w.read(until)
	if err != nil {
		return store.Page{}, err
	}
	var from station
	if after != "" {
		if from, err = w.read(after); err != nil {
			return store.Page{}, err
		}
	}
	w.lock()
	defer s.mu.RUnlock()
	number, end := uint32(1), w.after(to)
	if after != "" {
		number = w.after(from)
		if w.beyond(from, to) {
			return p.page, nil // After is at the end or behind it
		}
	}
	stop := end
	if p.scan > 0 && int64(number)+int64(p.scan) < int64(end) {
		stop = number + uint32(p.scan) //nolint:gosec // less than end
	}
	for ; number < stop && len(p.page.Keys) < p.limit; number++ {
		p.look(w.slot(number))
		if p.err != nil {
			return store.Page{}, p.err
		}
	}
	p.page.More = number < end
	if !p.page.More {
		p.page.Next = until
		return p.page, nil
	}
	p.page.Next, err = w.cursor(w.slot(number - 1))
	return p.page, err
}

func compareKeys(a, b []where.Value) int {
	for i := range a {
		if c := where.CompareValues(a[i], b[i]); c != 0 {
			return c
		}
	}
	return 0
}

// ofKeys pages through the contacts with the given keys.
func (p *pager) ofKeys(keys []contacts.Key) (store.Page, error) {
	s := p.store
	s.mu.RLock()
	defer s.mu.RUnlock()
	candidates, err := s.candidates(keys)
	if err != nil {
		return store.Page{}, err
	}
	var last contacts.Key
	for _, k := range candidates {
		if len(p.page.Keys) == p.limit {
			p.page.More = true
			break
		}
		last = k.key
		if k.slot != 0 {
			p.look(k.slot)
		}
		if p.err != nil {
			return store.Page{}, p.err
		}
	}
	p.page.Next = ""
	if !last.IsZero() {
		p.page.Next, err = cursor(last)
	}
	return p.page, err
}

// look adds the contact to the page if it is selected.
func (p *pager) look(slot uint32) {
	s := p.store
	if p.stop() || s.root.table.state[slot] == 0 || !p.selected(slot) || p.err != nil {
		return
	}
	p.page.Keys = append(p.page.Keys, s.keys[slot])
	if p.cursors {
		behind, err := p.way.cursor(slot)
		if err != nil {
			p.err = err
			return
		}
		p.page.Cursors = append(p.page.Cursors, behind)
	}
	if len(p.columns) == 0 {
		return
	}
	row := s.root.table.row(slot)
	values := make([]where.Value, len(p.columns))
	for i, column := range p.columns {
		values[i] = row[column]
	}
	p.page.Values = append(p.page.Values, values)
}
