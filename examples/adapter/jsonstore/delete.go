package jsonstore

import (
	"context"
	"errors"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// Delete implements store.Store. It works out the next state beside the one
// that readers see, and writes it when all is known to be right.
func (s *Store) Delete(ctx context.Context, b store.Batch) (store.Outcome, error) {
	const op = "delete batch"
	if b.MaxRows < 0 {
		return store.Outcome{}, invalid(op, "MaxRows is negative", nil)
	}
	keys, err := s.distinct(op, b.Keys)
	if err != nil {
		return store.Outcome{}, err
	}
	select { // instead of a lock, because the context ends the waiting
	case s.writing <- struct{}{}:
		defer func() { <-s.writing }()
	case <-ctx.Done():
		return store.Outcome{}, ended(ctx, op)
	}
	c, err := s.call(ctx, op, b.Selection)
	if err != nil {
		return store.Outcome{}, err
	}
	t := treatment{call: c, changed: map[*row]*row{}, out: store.Outcome{Rows: map[string]int64{}}}
	for _, k := range keys {
		if err := ended(ctx, op); err != nil {
			return store.Outcome{}, err
		}
		r, skipped := c.classify(k)
		if r == nil {
			t.out.Skipped = append(t.out.Skipped, skipped)
			continue
		}
		t.contacts = append(t.contacts, r)
		t.out.Deleted = append(t.out.Deleted, k)
	}
	t.treat()
	if b.MaxRows > 0 && t.total > b.MaxRows {
		return store.Outcome{}, &store.Error{Op: op, Class: store.ErrTooManyRows}
	}
	if err := ended(ctx, op); err != nil {
		return store.Outcome{}, err
	}
	if b.DryRun || len(t.changed) == 0 {
		return t.out, nil
	}
	return t.out, s.commit(op, c.state, t.changed)
}

// commit makes the changes durable, then lets readers see them.
func (s *Store) commit(op string, st *state, changed map[*row]*row) error {
	next, err := st.with(s.model, changed)
	if err != nil {
		return err
	}
	err = write(op, s.path, next.rows)
	if err == nil || errors.Is(err, store.ErrOutcomeUnknown) { // then the new file is there as far as anybody can see
		s.state.Store(next)
	}
	return err
}

// treatment is what happens to the rows of a batch.
type treatment struct {
	*call
	contacts []*row
	changed  map[*row]*row // by the row as it was: what it becomes, or nil
	total    int64
	out      store.Outcome
}

// treat works in the order of the schema, on the rows that belonged to the
// contacts before anything was changed.
func (t *treatment) treat() {
	roots := set{}
	for _, r := range t.contacts {
		roots[r] = true
	}
	members := t.members(t.contacts, false)
	for _, i := range t.order {
		var n int64
		switch a := t.associations[i]; a.Action {
		case contacts.Delete:
			n = t.remove(members[i])
		case contacts.Detach:
			n = t.detach(a, members[i], t.above(i, roots, members))
		case contacts.Keep, contacts.Restrict, contacts.ReadOnly:
			continue
		}
		t.out.Rows[t.associations[i].Name] = n
		t.total += n
	}
	t.remove(roots)
}

// remove counts the rows that were still there.
func (t *treatment) remove(rows set) int64 {
	var n int64
	for r := range rows {
		if next, ok := t.changed[r]; !ok || next != nil {
			n++
		}
		t.changed[r] = nil
	}
	return n
}

// detach sets the references to the rows above to NULL and counts the rows
// that still had one.
func (t *treatment) detach(a association, rows, above set) int64 {
	var n int64
	for r := range rows {
		now, ok := t.changed[r]
		if !ok {
			now = r
		}
		if now == nil {
			continue
		}
		var nulled []string
		for _, ref := range a.references {
			if t.refersTo(ref, now, above) {
				nulled = append(nulled, ref.nulled...)
			}
		}
		if len(nulled) > 0 {
			t.changed[r] = now.without(nulled)
			n++
		}
	}
	return n
}

func (t *treatment) refersTo(ref reference, r *row, above set) bool {
	k, ok := ref.values(r)
	if !ok {
		return false
	}
	for _, up := range t.state.find(ref.to, k) {
		if above[up] {
			return true
		}
	}
	return false
}
