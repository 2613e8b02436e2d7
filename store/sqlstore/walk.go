package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// Bound returns the cursor of the last contact. Behind it there may be some
// whose keys are no UTF-8; they have none.
func (s *Store) Bound(ctx context.Context, r store.BoundRequest) (store.Cursor, error) {
	w, err := s.way(r.By)
	if err != nil {
		return "", invalid(err)
	}
	b := s.builder(store.Selection{})
	c := b.level(s.model.contacts)
	last := selection{columns: w.read(b, c), from: expr(b.source(c)), where: w.known(b, c), order: w.order(b, c, " DESC"), limit: 1}
	for {
		var out store.Cursor
		unnamed := int64(0)
		err := query(ctx, s.engine, s.db, "find last contact", s.model.schema.Table, last.term(), func(r *sql.Rows) error {
			p, err := w.scan(r)
			switch {
			case errors.Is(err, errKeyRead):
				unnamed++
				return nil // as in Page
			case err == nil && out == "":
				out, err = w.cursor(p)
			}
			return err
		})
		switch {
		case err != nil || out != "" || unnamed == 0:
			return out, err
		case unnamed < last.limit: // there are contacts, but none that could be selected
			return "", &store.Error{Op: "find last contact", Table: s.model.schema.Table, Err: errKeyRead}
		}
		last.limit *= readOn
	}
}

var (
	errKeyRead = errors.New("sqlstore: a key was read that is not of its kind")
	errCursor  = errors.New("this cursor is not of this store, or of another walk")
)

// keyOf makes a key of what was read.
func (s *Store) keyOf(raw []any) (contacts.Key, error) {
	values := make([]where.Value, len(raw))
	for i, f := range s.model.contacts.key {
		values[i] = s.decode(f, raw[i])
	}
	k, err := contacts.KeyOf(values...)
	if err != nil {
		return k, errKeyRead
	}
	return k, nil
}

// scanKey reads a key, and what stands behind it in the row.
func (s *Store) scanKey(r *sql.Rows, more ...any) (contacts.Key, error) {
	raw := make([]any, len(s.model.contacts.key))
	targets := make([]any, 0, len(raw)+len(more))
	for i := range raw {
		targets = append(targets, &raw[i])
	}
	if err := r.Scan(append(targets, more...)...); err != nil {
		return contacts.Key{}, fmt.Errorf("%w", err)
	}
	return s.keyOf(raw)
}

// distinct checks keys, and leaves out those that occur again.
func (s *Store) distinct(keys []contacts.Key) ([]contacts.Key, error) {
	seen := make(map[contacts.Key]struct{}, len(keys))
	out := make([]contacts.Key, 0, len(keys))
	for i, k := range keys {
		k, err := s.model.schema.CheckKey(k)
		if err != nil {
			return nil, fmt.Errorf("key %d of %d: %w", i+1, len(keys), err)
		}
		if _, again := seen[k]; !again {
			seen[k] = struct{}{}
			out = append(out, k)
		}
	}
	return out, nil
}
