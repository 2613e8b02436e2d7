package sqlstore

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"maps"
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
	stamp    []byte // of the contact of a batch that dooms
}

// tie checks the checkpoint of a batch with these keys.
func (s *Store) tie(b store.Batch, keys []contacts.Key) (*ties, error) {
	c := b.Checkpoint
	switch {
	case c == nil:
		return nil, nil //nolint:nilnil // as documented
	case s.ledger == nil:
		return nil, invalid(errors.New("there is no ledger for a checkpoint"))
	}
	if err := faulty(b.CheckCheckpoint()); err != nil {
		return nil, err
	}
	if c.Doom && len(keys) > 1 {
		return nil, invalid(errors.New("a batch that dooms has one contact"))
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
	o, err := c.fence(t)
	if err != nil {
		return nil, err
	}
	c.fixed, c.released, c.values = nil, map[contacts.Key]bool{}, make(map[contacts.Key][]where.Value, len(keys))
	if len(keys) > 0 && (o.targets > 0 || c.Pinned) {
		if c.fixed, err = c.ledger.fixed(t, c.ID, keys); err != nil {
			return nil, err
		}
	}
	if err := c.allowed(t.op, o); err != nil || !c.Pinned {
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

// standing is what is asked of an operation before a batch.
type standing struct {
	state, wanted string
	targets       int64
	stopped       bool
}

// fence reads the operation under its lock, and fails when the lease is lost.
// The clock is read here, and for the end of the lease again at the end.
func (c *ties) fence(t *tx) (o standing, err error) {
	s := selection{
		columns: []term{c.sql("[o].[term], [o].[sequence], [o].[holder], [o].[state], [o].[wanted], [o].[targets], [o].[ordinal], {now}, " +
			"COALESCE((SELECT [s].[stopped] FROM {settings} AS [s] WHERE [s].[scope] = [o].[scope]), 0)")},
		from: c.sql("{operations} AS [o]"), where: c.sql("[o].[id] = ?text AND [o].[scope] = ?text", c.ID, c.Scope), lock: c.locksRows(),
	}
	var term, sequence, stopped int64
	var holder string
	found := false
	err = t.query("", s.term(), func(r *sql.Rows) error {
		found = true
		return r.Scan(&term, &sequence, &holder, &o.state, &o.wanted, &o.targets, &c.ordinal, &c.now, &stopped)
	})
	o.stopped = stopped != 0
	switch {
	case err != nil:
	case !found:
		err = class(t.op, store.ErrNotFound, "")
	case term != c.Term || sequence != c.Sequence || holder == "":
		err = class(t.op, store.ErrFenced, "")
	}
	return o, err
}

// allowed refuses a batch that the operation does not allow now.
func (c *ties) allowed(op string, o standing) error {
	continues := false
	for _, target := range c.fixed {
		if target.Doomed && !c.Doom {
			return class(op, store.ErrState, "a doomed target needs a batch that dooms")
		}
		continues = continues || target.Doomed
	}
	switch wanted := store.Wanted(o.wanted); {
	case store.State(o.state) != store.StateProcessing:
		return class(op, store.ErrState, "the operation is "+o.state)
	case wanted == store.WantedPause, wanted == store.WantedCancel && !continues:
		return class(op, store.ErrInterrupted, "somebody wants to "+o.wanted)
	case o.stopped:
		return class(op, store.ErrInterrupted, "the stop switch is on")
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
	if c.Doom && c.Stamped != nil {
		c.stamp = c.Stamped(values[n:])
	}
	target := c.fixed[k]
	if !c.Pinned && !target.Doomed || target.Stamp == nil {
		return true
	}
	return c.Stamped != nil && bytes.Equal(target.Stamp, c.Stamped(values[n:]))
}

// dooms reports whether the contact may go in several transactions, and doomed
// whether it has begun to go.
func (c *ties) dooms() bool { return c != nil && c.Doom }

func (c *ties) doomed() bool { return c.dooms() && len(c.keys) > 0 && c.fixed[c.keys[0]].Doomed }

// commit writes what the ledger is to remember. It is the last thing in the
// transaction.
func (c *ties) commit(t *tx, o store.Outcome) error {
	if c == nil {
		return nil
	}
	what := store.Committing{Outcome: o}
	what.Outcome.Deleted, what.Outcome.Skipped = slices.Clone(o.Deleted), slices.Clone(o.Skipped)
	what.Outcome.Unfinished, what.Outcome.Rows = slices.Clone(o.Unfinished), maps.Clone(o.Rows)
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
	if err := faulty(commit.Check()); err != nil {
		return err
	}
	if err := c.archive(t, c.Scope, c.now, commit.Archive, o.Deleted); err != nil {
		return err
	}
	settled, err := c.settle(t, o)
	if err != nil {
		return err
	}
	if commit.Event != nil {
		err := c.insert(t, insertion{
			table: "events", columns: []string{"operation text", "sequence int", "scope text", "happened int", "body bytes"},
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
		n, err := c.unlist(t, "targets", "operation", c.ID, keys)
		if err != nil {
			return 0, err
		}
		settled += n
	}
	if c.Pending && len(gone) > 0 {
		_, err = c.unlist(t, "pending", "scope", c.Scope, gone)
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
		err := c.fix(t, &o, []contacts.Key{k}, map[contacts.Key]store.Target{k: {Doomed: true, Stamp: c.stamp}}, false)
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
		{c.quote("deleted"), c.sql("?int", commit.Deleted)},
		{c.quote("sequence"), c.sql("?int", c.Sequence+1)},
		{c.quote("targets"), c.sql("[targets] - ?int", settled)},
		{c.quote("ordinal"), c.sql("?int", c.ordinal)},
		{c.quote("updated"), c.sql("?int", c.now)},
		{c.quote("expires"), c.sql("{now} + ?int", int64(c.TTL/time.Microsecond))},
	}
	if commit.Progress != nil {
		set = append(set, assignment{c.quote("progress"), c.sql("?bytes", commit.Progress)})
	}
	n, err := t.exec("", updateRows(c.table("operations"), set, c.sql(
		"[id] = ?text AND [scope] = ?text AND [term] = ?int AND [sequence] = ?int AND [holder] <> ?text", c.ID, c.Scope, c.Term, c.Sequence, "")))
	if err == nil && n != 1 {
		err = class(t.op, store.ErrFenced, "")
	}
	return err
}
