package deletion

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// A part is some contacts that are read at once: a few at first, and then as many
// as take a few megabytes, up to a thousand.
const (
	firstPart   = 100
	longestPart = 1000
	partBytes   = 4 << 20
)

// begin opens the files and writes the first lines.
func (e *exporter) begin() error {
	e.done.Rows = make(map[string]int64, len(e.o.rows))
	for _, p := range e.o.rows {
		var w io.Writer
		err := call("export rows", func() (err error) {
			w, err = e.o.open(p.Name)
			return err
		})
		if err != nil {
			return fmt.Errorf("deletion: export: rows of %q: %w", p.Name, err)
		}
		if w == nil {
			return &OptionsError{Faults: []error{fmt.Errorf("ExportRows: there is no writer for %q", p.Name)}}
		}
		fields := make([]string, len(p.Fields))
		for i, f := range p.Fields {
			fields[i] = f.Name
		}
		e.rows = append(e.rows, newTable(fmt.Sprintf("rows of %q", p.Name), w, fields))
		e.done.Rows[p.Name] = 0
	}
	if e.o.headerless {
		return nil
	}
	for _, t := range e.tables() {
		if err := t.header(); err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) tables() []*table { return append([]*table{e.people}, e.rows...) }

func (e *exporter) flush() error {
	for _, t := range e.tables() {
		if err := t.flush(); err != nil {
			return err
		}
	}
	return nil
}

// walk exports what the selection means, part by part.
func (e *exporter) walk(ctx context.Context) error {
	bound, err := e.reader.bound(ctx, "")
	if err != nil {
		return err
	}
	t := targets{bound: bound, walking: bound != "", recorded: len(e.rows) > 0}
	if sizer, ok := e.s.store.(store.PageSizer); ok && t.walking {
		t.ahead = sizer.PageSize(e.sel, e.size)
	}
	var passed store.Cursor
	for t.more() {
		keys, err := t.take(ctx, e.reader, e.sel, e.size)
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			continue
		}
		found, err := e.contacts(ctx, keys)
		if err != nil {
			return err
		}
		if err := e.below(ctx, found, passed); err != nil {
			return err
		}
		if err := e.flush(); err != nil {
			return err
		}
		passed = t.behind[keys[len(keys)-1]].cursor
	}
	return nil
}

// list exports the contacts with the keys, and then the rows of all of them,
// because there is no order in which one could tell which rows were met before.
func (e *exporter) list(ctx context.Context, keys []contacts.Key) error {
	seen := make(map[contacts.Key]bool, len(keys))
	keys = slices.DeleteFunc(keys, func(k contacts.Key) bool {
		again := seen[k]
		seen[k] = true
		return again
	})
	var all []contacts.Key
	for len(keys) > 0 {
		n := min(e.size, len(keys))
		found, err := e.contacts(ctx, keys[:n])
		if err != nil {
			return err
		}
		all, keys = append(all, found...), keys[n:]
	}
	return e.below(ctx, all, "")
}

// contacts writes those of the contacts that the selection still means, and
// returns their keys.
func (e *exporter) contacts(ctx context.Context, keys []contacts.Key) ([]contacts.Key, error) {
	page, err := e.reader.page(ctx, store.PageRequest{Selection: e.sel, Keys: keys, Limit: len(keys), Fields: e.people.fields})
	if err != nil {
		return nil, err
	}
	if len(page.Values) != len(page.Keys) {
		return nil, errValues
	}
	before := e.people.written
	for _, values := range page.Values {
		if err := e.people.row(values); err != nil {
			return nil, err
		}
		e.done.Contacts++
	}
	e.measure(len(page.Keys), e.people.written-before)
	return page.Keys, nil
}

// measure sizes the next part by what the contacts of the last one took.
func (e *exporter) measure(contacts int, bytes int64) {
	if contacts == 0 || bytes == 0 {
		return
	}
	e.size = int(min(partBytes*int64(contacts)/bytes, int64(2*e.size), longestPart))
	e.size = max(e.size, 1)
}

// below writes the rows that belong to the contacts, without those that earlier
// parts have met: those of selected contacts up to the cursor.
func (e *exporter) below(ctx context.Context, keys []contacts.Key, passed store.Cursor) error {
	if len(keys) == 0 {
		return nil
	}
	for i, p := range e.o.rows {
		t := e.rows[i]
		err := e.reader.rows(ctx, store.RowsRequest{
			Selection: e.sel, Association: p.Name, Fields: t.fields, Keys: keys, Passed: passed,
		}, func(values []where.Value) error {
			if err := t.row(values); err != nil {
				return err
			}
			e.done.Rows[p.Name]++
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// rows reads rows, again after transient failures as long as none was visited.
// An error of visit is returned as it is.
func (r *reader) rows(ctx context.Context, request store.RowsRequest, visit func([]where.Value) error) error {
	const op = "read rows"
	from, ok := r.store.(store.RowReader)
	if !ok {
		return &failure{op: op, err: errors.ErrUnsupported}
	}
	var stopped, broken error
	visited := false
	err := r.try(ctx, op, func() error {
		err := from.ReadRows(ctx, request, func(values []where.Value) error {
			visited = true
			stopped = visit(values)
			return stopped
		})
		if visited { // which cannot be taken back
			broken, err = err, nil
		}
		return err
	})
	switch {
	case stopped != nil:
		return stopped
	case broken != nil:
		return &failure{op: op, err: broken}
	}
	return err
}
