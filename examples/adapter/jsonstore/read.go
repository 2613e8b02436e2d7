package jsonstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// Count implements store.Store.
func (s *Store) Count(ctx context.Context, r store.CountRequest) (store.Counts, error) {
	const op = "count"
	if r.AtMost < 0 {
		return store.Counts{}, invalid(op, "AtMost is negative", nil)
	}
	c, err := s.call(ctx, op, r.Selection)
	if err != nil {
		return store.Counts{}, err
	}
	var out store.Counts
	var selected []*row
	for _, contact := range c.state.contacts {
		if err := ended(ctx, op); err != nil {
			return store.Counts{}, err
		}
		if !r.Rows && r.AtMost > 0 && out.Contacts == r.AtMost {
			break
		}
		if c.selected(contact) {
			selected = append(selected, contact)
			out.Contacts++
		}
	}
	if !r.Rows {
		return out, nil
	}
	if r.AtMost > 0 {
		out.Contacts = min(out.Contacts, r.AtMost)
	}
	out.Rows = map[string]int64{}
	for i, rows := range c.members(selected, false) {
		if a := c.associations[i]; a.Action != contacts.ReadOnly {
			out.Rows[a.Name] = int64(len(rows))
		}
	}
	return out, nil
}

// Bound implements store.Store.
func (s *Store) Bound(ctx context.Context) (store.Cursor, error) {
	const op = "bound"
	if err := ended(ctx, op); err != nil {
		return "", err
	}
	all := s.state.Load().contacts
	if len(all) == 0 {
		return "", nil
	}
	return cursor(op, all[len(all)-1].key)
}

// Page implements store.Store.
func (s *Store) Page(ctx context.Context, r store.PageRequest) (store.Page, error) {
	const op = "page"
	if r.Limit < 1 || r.Scan < 0 {
		return store.Page{}, invalid(op, "Limit is less than 1, or Scan negative", nil)
	}
	for _, name := range r.Fields {
		if _, ok := s.schema.Lookup(name); !ok {
			return store.Page{}, invalid(op, fmt.Sprintf("there is no field %q", name), nil)
		}
	}
	c, err := s.call(ctx, op, r.Selection)
	if err != nil {
		return store.Page{}, err
	}
	var candidates []*row
	if r.Keys != nil {
		candidates, err = s.withKeys(op, c, r.Keys)
	} else {
		candidates, err = s.between(op, c, r.After, r.Until)
	}
	out := store.Page{Next: r.After}
	if err != nil || len(candidates) == 0 {
		return out, err
	}
	looked := 0
	for ; looked < len(candidates) && len(out.Keys) < r.Limit && (r.Scan == 0 || r.Keys != nil || looked < r.Scan); looked++ {
		if err := ended(ctx, op); err != nil {
			return store.Page{}, err
		}
		if contact := candidates[looked]; c.selected(contact) {
			out.Keys = append(out.Keys, contact.key)
			if len(r.Fields) > 0 {
				out.Values = append(out.Values, c.values(contact, r.Fields))
			}
		}
	}
	out.More = looked < len(candidates)
	out.Next, err = cursor(op, candidates[looked-1].key)
	return out, err
}

func (c *call) values(contact *row, fields []string) []where.Value {
	out := make([]where.Value, len(fields))
	for i, name := range fields {
		out[i] = contact.values[c.contact[name]]
	}
	return out
}

// withKeys returns the contacts with these keys.
func (s *Store) withKeys(op string, c *call, keys []contacts.Key) ([]*row, error) {
	distinct, err := s.distinct(op, keys)
	var out []*row
	for _, k := range distinct {
		if r := c.state.contact(c.model, k); r != nil {
			out = append(out, r)
		}
	}
	return out, err
}

// between returns the contacts behind one cursor and up to the other.
func (s *Store) between(op string, c *call, after, until store.Cursor) ([]*row, error) {
	from, err := s.place(op, after)
	if err != nil {
		return nil, err
	}
	to, err := s.place(op, until)
	if err != nil || until == "" {
		return nil, err
	}
	behind := func(k contacts.Key) int {
		i, found := slices.BinarySearchFunc(c.state.contacts, k, func(r *row, k contacts.Key) int { return compareKeys(r.key, k) })
		if found {
			i++
		}
		return i
	}
	first, end := 0, behind(to)
	if after != "" {
		first = behind(from)
	}
	return c.state.contacts[min(first, end):end], nil
}
