package memory

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// point is a batch's checkpoint. The nil one is that of a batch without.
type point struct {
	store.Checkpoint
	store  *Store
	record *record
	stamp  []int // columns
	fields []int
}

// point returns the batch's checkpoint if the batch may begin.
func (s *Store) point(b store.Batch, candidates []candidate) (*point, error) {
	if b.Checkpoint == nil {
		return nil, nil //nolint:nilnil // a batch without a checkpoint
	}
	const op = "delete batch"
	p := &point{Checkpoint: *b.Checkpoint, store: s}
	if err := s.checkPoint(b, p, len(candidates)); err != nil {
		return nil, err
	}
	var err error
	if p.record, err = s.ledger.held(op, p.Fence, true); err != nil {
		return nil, err
	}
	if p.record.op.State != store.StateProcessing {
		return nil, fmt.Errorf("memory: %s: %w", op, store.ErrState)
	}
	continues := false
	for _, k := range candidates {
		f := p.record.target(k.key)
		if f == nil || !f.doomed {
			continue
		}
		if continues = p.Doom; !p.Doom {
			return nil, fmt.Errorf("memory: %s: %w: a doomed target needs a batch that dooms", op, store.ErrState)
		}
	}
	cancels := p.record.op.Wanted == store.WantedCancel && !continues
	if cancels || p.record.op.Wanted == store.WantedPause || p.record.scope.setting.Stopped {
		return nil, fmt.Errorf("memory: %s: %w", op, store.ErrInterrupted)
	}
	return p, nil
}

// checkPoint refuses a checkpoint that is wrong in itself.
func (s *Store) checkPoint(b store.Batch, p *point, candidates int) error {
	if s.ledger == nil {
		return invalid(errors.New("there is no ledger for a checkpoint"))
	}
	if err := b.CheckCheckpoint(); err != nil {
		return invalid(err)
	}
	if p.Doom && candidates > 1 {
		return invalid(errors.New("a batch that dooms has one contact"))
	}
	var err error
	if p.stamp, err = s.pageColumns(p.Stamp); err == nil {
		p.fields, err = s.pageColumns(p.Fields)
	}
	return err
}

// classify returns why the operation does not allow that the contact is deleted,
// and whether nothing else is to be asked.
func (p *point) classify(k candidate) (cause store.Cause, settled bool) {
	if p == nil {
		return 0, false
	}
	f := p.record.target(k.key)
	switch {
	case p.Pinned && f == nil:
		return store.Released, true
	case f == nil, !p.Pinned && !f.doomed:
		return 0, false
	case k.slot == 0 || !p.same(f, k.slot):
		return store.Gone, true
	}
	return 0, f.doomed
}

// same reports whether the contact is the one that was fixed.
func (p *point) same(f *fixed, slot uint32) bool {
	switch {
	case !f.stamped:
		return true
	case p.Stamped == nil:
		return false
	}
	return bytes.Equal(p.Stamped(p.store.root.table.values(slot, p.stamp)), []byte(f.stamp))
}

// values returns some of a row's values.
func (t *table) values(slot uint32, columns []int) []where.Value {
	row := t.row(slot)
	out := make([]where.Value, len(columns))
	for i, column := range columns {
		out[i] = row[column]
	}
	return out
}

// commit asks the caller what is to be remembered.
func (p *point) commit(t *treatment) (store.Commit, error) {
	told := store.Committing{Outcome: t.out, Values: make([][]where.Value, len(t.contacts))}
	told.Outcome.Deleted, told.Outcome.Skipped = slices.Clone(t.out.Deleted), slices.Clone(t.out.Skipped)
	told.Outcome.Unfinished, told.Outcome.Rows = slices.Clone(t.out.Unfinished), maps.Clone(t.out.Rows)
	for i, slot := range t.contacts {
		told.Values[i] = t.store.root.table.values(slot, p.fields)
	}
	if p.Pinned {
		told.Reasons = make([]string, len(t.out.Deleted))
		for i, k := range t.out.Deleted {
			told.Reasons[i] = p.record.target(k).reason
		}
	}
	out, err := p.Commit(told)
	if err != nil {
		return out, fmt.Errorf("memory: %s: checkpoint: %w", t.op, err)
	}
	if err := out.Check(); err != nil {
		return out, invalid(err)
	}
	out.Archive = slices.Clone(out.Archive)
	return out, p.entries(out.Archive, t.out.Deleted)
}

var errEntry = errors.New("an archive entry is of a contact that is not deleted")

// entries puts the keys of the entries as the schema has them.
func (p *point) entries(entries []store.ArchiveEntry, deleted []contacts.Key) error {
	known := make(map[contacts.Key]struct{}, len(deleted))
	for _, k := range deleted {
		known[k] = struct{}{}
	}
	for i := range entries {
		k, err := p.store.schema.CheckKey(entries[i].Key)
		if err != nil {
			return invalid(err)
		}
		if _, ok := known[k]; !ok {
			return invalid(errEntry)
		}
		entries[i].Key = k
	}
	return nil
}

// write remembers. It cannot fail.
func (p *point) write(out store.Outcome, c store.Commit) {
	at := now()
	r := p.record
	r.moved(at)
	r.op.Deleted = c.Deleted
	r.op.Lease.Expires = later(at, p.TTL)
	if c.Progress != nil {
		r.op.Progress = bytes.Clone(c.Progress)
	}
	for _, k := range out.Deleted {
		p.settle(k, true)
	}
	for _, skipped := range out.Skipped {
		p.settle(skipped.Key, skipped.Cause == store.Gone)
	}
	for _, k := range out.Unfinished {
		r.doom(k, p.stampOf(k))
	}
	for _, e := range c.Archive {
		r.scope.archive.add(e, at)
	}
	if c.Event != nil {
		r.events = append(r.events, store.Event{Sequence: r.op.Sequence, At: at, Document: bytes.Clone(c.Event)})
	}
}

// settle takes a key off the operation's targets and off the pending table.
func (p *point) settle(k contacts.Key, gone bool) {
	if f := p.record.target(k); f != nil && (p.Pinned || f.doomed) {
		p.record.settle(f)
	}
	if p.Pending && gone {
		p.record.scope.pending.remove(k)
	}
}

// stampOf is the stamp of a contact, nil where there is none.
func (p *point) stampOf(k contacts.Key) []byte {
	slot, _, err := p.store.find(k)
	if p.Stamped == nil || err != nil || slot == 0 {
		return nil
	}
	return p.Stamped(p.store.root.table.values(slot, p.stamp))
}

// doom makes a contact a doomed target.
func (r *record) doom(k contacts.Key, stamp []byte) {
	f := r.target(k)
	switch {
	case f == nil:
		r.fix(&fixed{key: k, doomed: true, stamp: string(stamp), stamped: stamp != nil})
	case !f.doomed:
		f.doomed = true
		r.doomed++
	}
}
