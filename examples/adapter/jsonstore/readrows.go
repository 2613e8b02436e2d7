package jsonstore

import (
	"context"

	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

var _ store.RowReader = (*Store)(nil)

// ReadRows implements store.RowReader.
func (s *Store) ReadRows(ctx context.Context, r store.RowsRequest, visit func([]where.Value) error) error {
	const op = "read rows"
	at, err := r.Resolve(s.model.schema)
	if err != nil {
		return invalid(op, err.Error())
	}
	c, err := s.call(ctx, op, r.Selection, r.At)
	if err != nil {
		return err
	}
	keys, err := c.distinct(op, r.Keys)
	if err != nil {
		return err
	}
	roots := set{}
	for _, k := range keys {
		if contact := c.state.byKey[k]; contact != nil {
			roots[contact] = true
		}
	}
	met, err := c.met(op, r.Passed, at)
	if err != nil {
		return err
	}
	for row := range c.members(roots)[at] {
		if met[row] || c.associations[at].OfContacts && c.guarded(row) {
			continue
		}
		if err := ended(ctx, op); err != nil {
			return err
		}
		if err := visit(row.pick(r.Fields)); err != nil {
			return err
		}
	}
	return nil
}

// met returns the rows of the association that belong to contacts up to the
// cursor.
func (c *call) met(op string, passed store.Cursor, at int) (set, error) {
	w, err := c.walkBy(op, "")
	if err != nil {
		return nil, err
	}
	end, err := w.behind(op, c.state.contacts, passed)
	if err != nil || end == 0 {
		return nil, err
	}
	roots := set{}
	for _, contact := range c.state.contacts[:end] {
		if c.selected(contact) {
			roots[contact] = true
		}
	}
	return c.members(roots)[at], nil
}
