package jsonstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// Count implements store.Store.
func (s *Store) Count(ctx context.Context, r store.CountRequest) (store.Counts, error) {
	const op = "count"
	if r.AtMost < 0 {
		return store.Counts{}, invalid(op, "AtMost is negative")
	}
	c, err := s.call(ctx, op, r.Selection, r.At)
	if err != nil {
		return store.Counts{}, err
	}
	selected := set{}
	for _, contact := range c.state.contacts {
		if err := ended(ctx, op); err != nil {
			return store.Counts{}, err
		}
		if c.selected(contact) {
			selected[contact] = true
		}
	}
	out := store.Counts{Contacts: int64(len(selected))}
	if r.AtMost > 0 {
		out.Contacts = min(out.Contacts, r.AtMost)
	}
	if !r.Rows {
		return out, nil
	}
	out.Rows = map[string]int64{}
	for i, rows := range c.others(selected) {
		if a := c.associations[i]; a.Action != contacts.ReadOnly {
			out.Rows[a.Name] = int64(len(rows))
		}
	}
	return out, nil
}

// Page implements store.Store.
func (s *Store) Page(ctx context.Context, r store.PageRequest) (store.Page, error) {
	const op = "page"
	if r.Limit < 1 || r.Scan < 0 {
		return store.Page{}, invalid(op, "Limit is less than 1, or Scan negative")
	}
	if i := slices.IndexFunc(r.Fields, func(name string) bool { _, ok := s.model.schema.Lookup(name); return !ok }); i >= 0 {
		return store.Page{}, invalid(op, fmt.Sprintf("there is no field %q", r.Fields[i]))
	}
	c, err := s.call(ctx, op, r.Selection, r.At)
	if err != nil {
		return store.Page{}, err
	}
	w, err := s.model.walkBy(op, r.By)
	if err != nil {
		return store.Page{}, err
	}
	candidates, err := c.candidates(op, r, w)
	if err != nil {
		return store.Page{}, err
	}
	end := len(candidates)
	if r.Scan > 0 && r.Keys == nil {
		end = min(end, r.Scan)
	}
	p := store.Page{Next: r.After}
	looked := 0
	for ; looked < end && len(p.Keys) < r.Limit; looked++ {
		if err := ended(ctx, op); err != nil {
			return store.Page{}, err
		}
		if contact := candidates[looked]; c.selected(contact) {
			if err := add(op, &p, r, w, contact); err != nil {
				return store.Page{}, err
			}
		}
	}
	if p.More = looked < len(candidates); looked > 0 {
		p.Next, err = w.cursor(op, candidates[looked-1])
	}
	return p, err
}

// add adds a contact to the page, with what was asked for.
func add(op string, p *store.Page, r store.PageRequest, w walk, contact *row) error {
	p.Keys = append(p.Keys, contact.key)
	if r.Cursors && r.Keys == nil {
		behind, err := w.cursor(op, contact)
		if err != nil {
			return err
		}
		p.Cursors = append(p.Cursors, behind)
	}
	if len(r.Fields) > 0 {
		p.Values = append(p.Values, contact.pick(r.Fields))
	}
	return nil
}

// candidates returns the contacts that the page is about, in their order.
func (c *call) candidates(op string, r store.PageRequest, w walk) ([]*row, error) {
	if r.Keys != nil {
		keys, err := c.distinct(op, r.Keys)
		var out []*row
		for _, k := range keys {
			if contact := c.state.byKey[k]; contact != nil {
				out = append(out, contact)
			}
		}
		return out, err
	}
	all := w.contacts(c.state)
	first, err := w.behind(op, all, r.After)
	if err != nil {
		return nil, err
	}
	end, err := w.behind(op, all, r.Until)
	return all[min(first, end):end], err
}
