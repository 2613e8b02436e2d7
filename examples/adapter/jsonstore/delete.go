package jsonstore

import (
	"context"
	"errors"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// Delete implements store.Store. It works out the next state beside the one
// that readers see, and writes it when everything is known to be right.
func (s *Store) Delete(ctx context.Context, b store.Batch) (store.Outcome, error) {
	const op = "delete batch"
	if b.MaxRows < 0 {
		return store.Outcome{}, invalid(op, "MaxRows is negative")
	}
	if b.Checkpoint != nil {
		return store.Outcome{}, invalid(op, "there is no ledger for a checkpoint")
	}
	keys, err := s.model.distinct(op, b.Keys)
	if err != nil {
		return store.Outcome{}, err
	}
	select { // instead of a lock, because the context ends the waiting
	case s.writing <- struct{}{}:
		defer func() { <-s.writing }()
	case <-ctx.Done():
		return store.Outcome{}, ended(ctx, op)
	}
	c, err := s.call(ctx, op, b, b.At)
	if err != nil {
		return store.Outcome{}, err
	}
	t := treatment{call: c, contacts: set{}, changed: map[*row]*row{}, out: store.Outcome{Rows: map[string]int64{}}}
	for _, k := range keys {
		if err := ended(ctx, op); err != nil {
			return store.Outcome{}, err
		}
		contact, skipped := c.classify(k)
		if contact == nil {
			t.out.Skipped = append(t.out.Skipped, skipped)
			continue
		}
		t.contacts[contact] = true
		t.out.Deleted = append(t.out.Deleted, k)
	}
	if rows := t.treat(); b.MaxRows > 0 && rows > b.MaxRows {
		return store.Outcome{}, &store.Error{Op: op, Class: store.ErrTooManyRows}
	}
	if b.DryRun || len(t.changed) == 0 {
		return t.out, nil
	}
	if err := ended(ctx, op); err != nil {
		return store.Outcome{}, err
	}
	err = s.commit(op, c.state, t.changed)
	if err != nil && !errors.Is(err, store.ErrOutcomeUnknown) {
		return store.Outcome{}, err
	}
	return t.out, err
}

// commit makes the changes durable, then lets readers see them.
func (s *Store) commit(op string, st *state, changed map[*row]*row) error {
	next, err := st.with(s.model, changed)
	if err != nil {
		return err
	}
	err = write(op, s.path, next.rows)
	if err == nil || errors.Is(err, store.ErrOutcomeUnknown) { // then the new file is there, at least until the power fails
		s.state.Store(next)
	}
	return err
}

// treatment is what happens to the rows of a batch.
type treatment struct {
	*call
	contacts set
	changed  map[*row]*row // what a row becomes, or nil
	out      store.Outcome
}

// treat works in the order of the schema, on the rows that belonged to the
// contacts before anything was changed. It returns the number of rows.
func (t *treatment) treat() int64 {
	var total int64
	members := t.others(t.contacts)
	for _, i := range t.order {
		var n int64
		switch a := t.associations[i]; a.Action {
		case contacts.Delete:
			n = t.remove(members[i])
		case contacts.Anonymise, contacts.Detach, contacts.HandOver:
			n = t.change(a, members[i], t.above(i, t.contacts, members))
		case contacts.Keep, contacts.Restrict, contacts.ReadOnly:
			continue
		}
		t.out.Rows[t.associations[i].Name] = n
		total += n
	}
	t.remove(t.contacts)
	return total
}

// now returns the row as it has become so far, nil when it is gone.
func (t *treatment) now(r *row) *row {
	if next, ok := t.changed[r]; ok {
		return next
	}
	return r
}

// remove returns the number of rows that were still there.
func (t *treatment) remove(rows set) int64 {
	var n int64
	for r := range rows {
		if t.now(r) != nil {
			n++
		}
		t.changed[r] = nil
	}
	return n
}

// change sets what goes with references to the rows above, and returns the
// number of rows that still had one.
func (t *treatment) change(a association, rows, above set) int64 {
	var n int64
	for r := range rows {
		now := t.now(r)
		if now == nil {
			continue
		}
		var changes []change
		referring := false
		for _, ref := range a.references {
			k, _ := ref.from(now) // the zero Key is of no row
			for _, up := range t.state.to[ref][k] {
				if above[up] {
					changes = append(changes, ref.changes...)
					referring = true
				}
			}
		}
		if referring {
			t.changed[r] = t.altered(now, changes)
			n++
		}
	}
	return n
}
