package sqlstore

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// ties are what makes a batch part of an operation. A nil *ties is of a batch
// that is none.
type ties struct {
	*ledger
	*store.Checkpoint
	keys   []contacts.Key
	fields []contacts.Field // those of Checkpoint.Fields and then of Stamp

	// What the transaction finds out.
	now      int64
	ordinal  int64
	fixed    map[contacts.Key]store.Target
	released map[contacts.Key]bool
	values   map[contacts.Key][]where.Value
}

// tie checks the checkpoint of a batch with these keys.
func (s *Store) tie(b store.Batch, keys []contacts.Key) (*ties, error) {
	c := b.Checkpoint
	switch {
	case c == nil:
		return nil, nil //nolint:nilnil // as documented
	case s.ledger == nil:
		return nil, invalid(errors.New("there is no ledger for a checkpoint"))
	case b.DryRun:
		return nil, invalid(errors.New("a dry run has no checkpoint"))
	case c.TTL <= 0:
		return nil, invalid(errors.New("a lease of no time"))
	case c.Commit == nil:
		return nil, invalid(errors.New("a checkpoint that remembers nothing"))
	case c.Stamped == nil && len(c.Stamp) > 0:
		return nil, invalid(errors.New("nothing makes stamps of the fields"))
	case c.Doom && (b.MaxRows == 0 || len(keys) > 1):
		return nil, invalid(errors.New("only one contact can go in several transactions, with a bound for each"))
	}
	out := &ties{ledger: s.ledger, Checkpoint: c, keys: keys}
	for _, name := range slices.Concat(c.Fields, c.Stamp) {
		f, err := s.model.contacts.field(name)
		if err == nil {
			err = s.unsupported(f)
		}
		if err != nil {
			return nil, invalid(err)
		}
		out.fields = append(out.fields, f)
	}
	return out, nil
}

// enter locks the operation, and returns those of the keys that the batch can
// be about.
func (c *ties) enter(t *tx, keys []contacts.Key) ([]contacts.Key, error) {
	if c == nil {
		return keys, nil
	}
	if err := c.take(t); err != nil {
		return nil, err
	}
	if err := c.fence(t); err != nil {
		return nil, err
	}
	c.fixed, c.released, c.values = nil, map[contacts.Key]bool{}, map[contacts.Key][]where.Value{}
	if !c.Pinned && !c.Doom {
		return keys, nil
	}
	var err error
	if c.fixed, err = c.ledger.fixed(t, c.ID, keys); err != nil || !c.Pinned {
		return keys, err
	}
	var out []contacts.Key
	for _, k := range keys {
		if _, ok := c.fixed[k]; ok {
			out = append(out, k)
		} else {
			c.released[k] = true
		}
	}
	return out, nil
}

// fence reads the operation under its lock, and fails when it is not this
// lease's turn. The clock is read here, and the end of the lease from the clock
// again at the end.
func (c *ties) fence(t *tx) error {
	s := selection{
		columns: []term{c.sql("[o].[term], [o].[sequence], [o].[holder], [o].[state], [o].[wanted], [o].[ordinal], {now}, " +
			"COALESCE((SELECT [s].[stopped] FROM {settings} AS [s] WHERE [s].[scope] = [o].[scope]), 0)")},
		from: c.sql("{operations} AS [o]"), where: c.sql("[o].[id] = ?text AND [o].[scope] = ?text", c.ID, c.Scope), lock: c.locksRows(),
	}
	var term, sequence, stopped int64
	var holder, state, wanted string
	found := false
	err := t.query("", s.term(), func(r *sql.Rows) error {
		found = true
		return r.Scan(&term, &sequence, &holder, &state, &wanted, &c.ordinal, &c.now, &stopped)
	})
	switch {
	case err != nil:
		return err
	case !found:
		return class(t.op, store.ErrNotFound, "")
	case term != c.Term || sequence != c.Sequence || holder == "":
		return class(t.op, store.ErrFenced, "")
	case store.State(state).Terminal():
		return class(t.op, store.ErrState, "the operation is "+state)
	case wanted != "":
		return class(t.op, store.ErrInterrupted, "the operation is asked to "+wanted)
	case stopped != 0:
		return class(t.op, store.ErrInterrupted, "the stop switch is on")
	}
	return nil
}

// reads are the fields that have to be read under the lock.
func (c *ties) reads() []contacts.Field {
	if c == nil {
		return nil
	}
	return c.fields
}

// judge says of which contacts it is known already what becomes of them.
func (c *ties) judge(places map[contacts.Key]int, verdicts []verdict) {
	if c == nil {
		return
	}
	for k := range c.released {
		verdicts[places[k]].cause = store.Released
	}
}

// same reports whether the contact is the one that was fixed, and keeps its
// values.
func (c *ties) same(k contacts.Key, values []where.Value) bool {
	if c == nil {
		return true
	}
	n := len(c.Fields)
	c.values[k] = values[:n:n]
	stamp := c.fixed[k].Stamp
	return !c.Pinned || stamp == nil || c.Stamped != nil && bytes.Equal(stamp, c.Stamped(values[n:]))
}

// dooms reports whether the contact may go in several transactions, and doomed
// whether it has begun to go.
func (c *ties) dooms() bool { return c != nil && c.Doom }

func (c *ties) doomed() bool { return c.dooms() && c.fixed[c.keys[0]].Doomed }

// commit writes what the ledger is to remember. It is the last thing in the
// transaction.
func (c *ties) commit(t *tx, o store.Outcome) error {
	if c == nil {
		return nil
	}
	what := store.Committing{Outcome: o}
	for _, k := range o.Deleted {
		what.Values = append(what.Values, c.values[k])
		if c.Pinned {
			what.Reasons = append(what.Reasons, c.fixed[k].Reason)
		}
	}
	commit, err := c.Commit(what)
	if err != nil {
		return fmt.Errorf("sqlstore: %s: %w", t.op, err)
	}
	if err := c.archive(t, c.ID, c.Scope, c.now, commit.Archive); err != nil {
		return err
	}
	settled, err := c.settle(t, o)
	if err != nil {
		return err
	}
	if commit.Event != nil {
		err := c.insert(t, insertion{
			table: "events", columns: []string{"operation text", "sequence int", "scope text", "happened int", "document bytes"},
			rows: [][]any{{c.ID, c.Sequence + 1, c.Scope, c.now, commit.Event}},
		})
		if err != nil {
			return err
		}
	}
	return c.advance(t, commit, settled)
}

// settle takes off the targets of contacts that are deleted or skipped, dooms
// one that is unfinished, and clears the pending table.
func (c *ties) settle(t *tx, o store.Outcome) (settled int64, err error) {
	gone, keys := slices.Clone(o.Deleted), slices.Clone(o.Deleted)
	for _, s := range o.Skipped {
		keys = append(keys, s.Key)
		if s.Cause == store.Gone {
			gone = append(gone, s.Key)
		}
	}
	for _, k := range o.Unfinished {
		fixed, err := c.doom(t, k)
		if err != nil {
			return 0, err
		}
		settled -= fixed
	}
	if (c.Pinned || c.Doom) && len(keys) > 0 {
		n, err := c.ledger.remove(t, "targets", "operation", c.ID, keys)
		if err != nil {
			return 0, err
		}
		settled += n
	}
	if c.Pending && len(gone) > 0 {
		_, err = c.ledger.remove(t, "pending", "scope", c.Scope, gone)
	}
	return settled, err
}

// doom makes a contact a target that nobody can release, and returns how many
// targets there are more.
func (c *ties) doom(t *tx, k contacts.Key) (int64, error) {
	target, ok := c.fixed[k]
	switch {
	case target.Doomed:
		return 0, nil
	case !ok:
		o := record{Operation: store.Operation{ID: c.ID, Scope: c.Scope}, ordinal: c.ordinal}
		err := c.fix(t, &o, []contacts.Key{k}, map[contacts.Key]store.Target{k: {Doomed: true}}, false)
		c.ordinal = o.ordinal
		return 1, err
	}
	b, _ := c.level("targets")
	list, err := b.keyList([]contacts.Key{k})
	if err != nil {
		return 0, invalid(err)
	}
	row := b.change(c.keyed["targets"])
	_, err = t.exec("", b.update(row, []assignment{{c.quote("doomed"), c.sql("?int", 1)}},
		all(expr(row.alias+"."+c.write("[operation] = ?text"), c.ID), b.keyIn(row, list))))
	return 0, err
}

// advance changes the record, and fails when it is not the one that was locked.
func (c *ties) advance(t *tx, commit store.Commit, settled int64) error {
	set := []assignment{
		{c.quote("progress"), c.sql("?bytes", blob(commit.Progress))},
		{c.quote("deleted"), c.sql("?int", commit.Deleted)},
		{c.quote("sequence"), c.sql("?int", c.Sequence+1)},
		{c.quote("targets"), c.sql("[targets] - ?int", settled)},
		{c.quote("ordinal"), c.sql("?int", c.ordinal)},
		{c.quote("updated"), c.sql("?int", c.now)},
		{c.quote("expires"), c.sql("{now} + ?int", int64(c.TTL/time.Microsecond))},
	}
	n, err := t.exec("", updateRows(c.ledger.table("operations"), set, c.sql(
		"[id] = ?text AND [scope] = ?text AND [term] = ?int AND [sequence] = ?int AND [holder] <> ?text", c.ID, c.Scope, c.Term, c.Sequence, "")))
	if err == nil && n != 1 {
		err = class(t.op, store.ErrFenced, "")
	}
	return err
}
