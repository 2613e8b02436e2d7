package jsonstore

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// Bound implements store.Store.
func (s *Store) Bound(ctx context.Context, r store.BoundRequest) (store.Cursor, error) {
	const op = "bound"
	w, err := s.model.walkBy(op, r.By)
	if err != nil {
		return "", err
	}
	all := w.contacts(s.state.Load())
	if err := ended(ctx, op); err != nil || len(all) == 0 {
		return "", err
	}
	return w.cursor(op, all[len(all)-1])
}

// walk is an order of the contacts: by the key, or by a field and the key.
type walk struct {
	schema contacts.Schema
	field  contacts.Field // none: by the key
}

func (m *model) walkBy(op, name string) (walk, error) {
	w := walk{schema: m.schema}
	if name == "" {
		return w, nil
	}
	var err error
	if w.field, err = m.schema.WalkField(name); err != nil {
		return w, invalid(op, err.Error()) // which contains no value
	}
	return w, nil
}

// contacts returns those that the walk goes by, in its order.
func (w walk) contacts(st *state) []*row {
	if w.field.Name == "" {
		return st.contacts
	}
	out := slices.DeleteFunc(slices.Clone(st.contacts), func(r *row) bool { return r.values[w.field.Name].Kind() == 0 })
	slices.SortFunc(out, func(a, b *row) int { return w.compare(a, w.place(b)) })
	return out
}

// place is where a contact is in the order of a walk, and as JSON the cursor,
// which is exact. By and At are those of a walk by a field.
type place struct {
	By  string       `json:"by"`
	At  where.Value  `json:"at"`
	Key contacts.Key `json:"key"`
}

func (w walk) place(contact *row) place {
	return place{By: w.field.Name, At: contact.values[w.field.Name], Key: contact.key}
}

func (w walk) compare(contact *row, p place) int {
	if p.By != "" {
		if c := where.CompareValues(contact.values[p.By], p.At); c != 0 {
			return c
		}
	}
	return compareKeys(contact.key, p.Key)
}

func (w walk) cursor(op string, contact *row) (store.Cursor, error) {
	text, err := json.Marshal(w.place(contact))
	if err != nil {
		return "", &store.Error{Op: op, Detail: "the place has no text", Err: err}
	}
	return store.Cursor(text), nil
}

// behind returns the index of the first contact behind the cursor.
func (w walk) behind(op string, all []*row, at store.Cursor) (int, error) {
	if at == "" {
		return 0, nil
	}
	var p place
	err := json.Unmarshal([]byte(at), &p)
	if err == nil {
		p.Key, err = w.schema.CheckKey(p.Key)
	}
	if err == nil && w.field.Name != "" {
		p.At, err = p.At.As(w.field.Kind)
	}
	if err != nil || p.By != w.field.Name || p.At.IsRelative() {
		return 0, invalid(op, "the cursor is not one of this store's, or of another walk")
	}
	i, found := slices.BinarySearchFunc(all, p, w.compare)
	if found {
		i++
	}
	return i, nil
}
