package memory

import (
	"context"
	"slices"

	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

var _ store.RowReader = (*Store)(nil)

// ReadRows reads rows that belong to contacts. It holds no lock while it calls
// visit.
func (s *Store) ReadRows(ctx context.Context, r store.RowsRequest, visit func([]where.Value) error) error {
	at, err := r.Resolve(s.schema)
	if err != nil {
		return invalid(err)
	}
	c, err := s.call(ctx, "read rows", r.Selection, r.At)
	if err != nil {
		return err
	}
	rows, err := c.readRows(s.assocs[at], r)
	if err != nil {
		return err
	}
	for _, values := range rows {
		if c.stop() {
			return c.err
		}
		if err := visit(values); err != nil {
			return err
		}
	}
	c.check()
	return c.err
}

// readRows copies the rows.
func (c *call) readRows(a *assoc, r store.RowsRequest) ([][]where.Value, error) {
	s := c.store
	passed, err := c.passed(r.Passed)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	candidates, err := s.candidates(r.Keys)
	if err != nil {
		return nil, err
	}
	columns := s.columns(a.rows, r.Fields)
	shared := passed != nil && store.Sharable(s.schema, a.index)
	seen := newBits(a.rows.table)
	var out [][]where.Value
	for _, k := range candidates {
		if k.slot == 0 {
			continue
		}
		c.reach(a.chain, k.slot, func(_, slot uint32) bool {
			switch {
			case !seen.add(slot), a.OfContacts && !c.allowed(slot), shared && c.owned(a, slot, passed):
				return true
			}
			values := make([]where.Value, len(columns))
			for i, column := range columns {
				values[i] = a.rows.table.value(slot, column)
			}
			out = append(out, values)
			return true
		})
		if c.err != nil {
			return nil, c.err
		}
	}
	return slices.Clip(out), c.err
}

// passed returns the test for contacts up to the cursor that are selected; nil
// where there are none.
func (c *call) passed(cursor store.Cursor) (func(contact uint32) bool, error) {
	if cursor == "" {
		return nil, nil //nolint:nilnil // no test
	}
	w := way{store: c.store}
	end, err := w.read(cursor)
	if err != nil {
		return nil, err
	}
	values := end.key.Values()
	return func(contact uint32) bool {
		return c.store.compareKey(contact, values) <= 0 && c.selected(contact)
	}, nil
}

// owned reports whether the row belongs to a contact that passes the test. That
// it passes the association's own condition is known.
func (c *call) owned(a *assoc, slot uint32, test func(contact uint32) bool) bool {
	for i := range a.refs {
		r := &a.refs[i]
		id := r.from.links[slot].id
		if id == 0 || !r.constant(slot) {
			continue
		}
		to := r.from.target.to
		for up := to.head(id); up != 0 && !c.stop(); up = to.links[up].next {
			if len(a.chain) == 1 {
				if test(up) {
					return true
				}
				continue
			}
			if above := a.chain[len(a.chain)-2]; c.passes(above, up) && c.owned(above, up, test) {
				return true
			}
		}
	}
	return false
}
