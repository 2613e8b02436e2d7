package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

const deleteOp = "delete batch"

// Delete deletes contacts and treats their associations in one transaction.
// Contacts that a trigger keeps are found by their number: then all is rolled
// back and done again without them, so that nothing of theirs is lost.
func (s *Store) Delete(ctx context.Context, batch store.Batch) (store.Outcome, error) {
	p, err := batch.Resolve(s.model.schema)
	if err != nil {
		return store.Outcome{}, invalid(err)
	}
	keys, err := s.distinct(batch.Keys)
	if err != nil {
		return store.Outcome{}, invalid(err)
	}
	if batch.MaxRows < 0 {
		return store.Outcome{}, invalid(fmt.Errorf("a transaction of at most %d rows", batch.MaxRows))
	}
	ties, err := s.tie(batch, keys)
	if err != nil {
		return store.Outcome{}, err
	}
	if err := ctx.Err(); err != nil {
		return store.Outcome{}, failure(ctx, s.engine, deleteOp, "", err)
	}
	d := deletion{store: s, batch: batch, predicates: p, keys: keys, ties: ties, places: make(map[contacts.Key]int, len(keys)), kept: map[int]bool{}}
	for i, k := range keys {
		d.places[k] = i
	}
	if len(keys) == 0 && ties == nil {
		return store.Outcome{Rows: d.rows()}, nil
	}
	for range maxRounds {
		kept := len(d.kept)
		err := s.transaction(ctx, deleteOp, d.run)
		switch {
		case err == nil, errors.Is(err, errUndone) && len(d.kept) == kept:
			return d.outcome, nil
		case errors.Is(err, store.ErrOutcomeUnknown): // of the commit, before which all is known
			return d.outcome, err
		case !errors.Is(err, errUndone):
			return store.Outcome{}, d.blame(err)
		}
	}
	return store.Outcome{}, &store.Error{Op: deleteOp, Class: store.ErrConstraint, Table: d.table()}
}

// maxRounds bounds how often a batch is done again because a trigger kept
// other contacts than the last time.
const maxRounds = 10

// deletion is the work of one batch.
type deletion struct {
	store      *Store
	batch      store.Batch
	predicates store.Predicates
	keys       []contacts.Key
	candidates []contacts.Key // those of them that are looked for
	ties       *ties          // to an operation, or nil
	places     map[contacts.Key]int
	kept       map[int]bool // places of contacts that the database keeps
	outcome    store.Outcome
	total      int64 // of outcome.Rows
	seen       *sighting
	triggered  map[string]bool
	left       []leaving
}

// rows is a zero for every association that changes rows.
func (d *deletion) rows() map[string]int64 {
	out := map[string]int64{}
	for _, a := range d.store.model.order {
		out[a.Name] = 0
	}
	return out
}

// run is the transaction. errUndone means that nothing is to be committed: a
// dry run, or a round that found contacts which the database keeps.
func (d *deletion) run(t *tx) error {
	d.seen = d.store.seen.Load()
	var err error
	if d.candidates, err = d.ties.enter(t, d.keys); err != nil {
		return err
	}
	locked, err := d.lock(t)
	if err != nil {
		return err
	}
	if err := d.safe(t); err != nil {
		return err
	}
	going, verdicts, err := d.classify(t, locked)
	if err != nil {
		return err
	}
	survivors := d.survivors(going, verdicts)
	if len(survivors) > 0 {
		if err := d.remove(t, survivors); err != nil {
			return err
		}
	}
	if d.batch.DryRun {
		return errUndone
	}
	return d.ties.commit(t, d.outcome)
}

// harmless is a column for the statement that changes nothing: one without
// foreign keys where there is one, because it is prepared for every batch.
func (d *deletion) harmless() string {
	m := d.store.model
	avoid := columnNames(m.referredTo(m.all))
	for _, f := range m.contacts.fields {
		c := d.seen.tables[m.contacts.table].column(f.ColumnName())
		if c.keyPart == 0 && !c.generated && !slices.Contains(avoid, f.ColumnName()) {
			return f.ColumnName()
		}
	}
	return m.contacts.key[0].ColumnName()
}

func (d *deletion) table() string { return d.store.model.schema.Table }

// safe refuses a connection on which rows outside of the schema would be left
// without their contact, and finds out where triggers have to be reckoned with,
// and what can be left to the database.
func (d *deletion) safe(t *tx) error {
	var err error
	if d.seen, err = d.store.current(t); err != nil {
		return err
	}
	if len(d.seen.outside) > 0 {
		on, err := d.store.enforcing(t.ctx, t)
		if err != nil {
			return failure(t.ctx, t.engine, t.op, "", err)
		}
		if !on {
			return &store.Error{Op: t.op, Class: store.ErrUnsafe, Table: d.seen.outside[0].table, Detail: notEnforced}
		}
	}
	d.triggered = map[string]bool{}
	err = t.query("", d.store.triggered(d.seen.tables), func(r *sql.Rows) error {
		var name string
		if err := r.Scan(&name); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		d.triggered[strings.ToLower(name)] = true // as the trigger was written
		return nil
	})
	if err != nil {
		return err
	}
	return d.leave(t)
}

const notEnforced = "tables outside of the schema refer to rows that would be deleted, and foreign keys are not enforced on this connection"

// survivors starts the outcome anew and returns the keys that go.
func (d *deletion) survivors(going []int, verdicts []verdict) []contacts.Key {
	d.outcome, d.total = store.Outcome{Rows: d.rows()}, 0
	for _, i := range going {
		if d.kept[i] {
			verdicts[i].cause = store.KeptByStore
			continue
		}
		d.outcome.Deleted = append(d.outcome.Deleted, d.keys[i])
	}
	for i, v := range verdicts {
		if v.cause != 0 {
			d.outcome.Skipped = append(d.outcome.Skipped,
				store.Skipped{Key: d.keys[i], Cause: v.cause, Association: v.association})
		}
	}
	return d.outcome.Deleted
}
