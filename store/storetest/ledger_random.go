package storetest

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// randomTime is how long histories are drawn on a store that takes its time.
const randomTime = 4 * time.Second

// testRandomLedger draws calls on operations, leases and targets, and demands
// that the ledger does what the model does.
func testRandomLedger(t *testing.T, b *ledgerBench) {
	t.Helper()
	ctx, start, failed := t.Context(), time.Now(), false
	rapid.Check(t, func(rt *rapid.T) {
		if !failed && time.Since(start) > randomTime {
			return
		}
		done := false
		defer func() { failed = failed || !done }() // what failed is repeated to make it smaller, however long it takes
		r := &randomLedger{T: rt, desk: b.desk(), ctx: ctx, model: &ledgerModel{}}
		rt.Repeat(map[string]func(*rapid.T){
			"create": r.create, "acquire": r.acquire, "save": r.save, "ask": r.ask, "add": r.add,
			"release": r.release, "release held": r.releaseHeld, "delete": r.delete, "": r.glance,
		})
		r.compare(rt)
		done = true
	})
}

// randomPeople are fixed and released. There are no such contacts.
const (
	randomPerson = 100_001
	randomPeople = 6
)

// randomLedger is one drawn history.
type randomLedger struct {
	*rapid.T

	desk  desk
	ctx   context.Context //nolint:containedctx // rapid's actions have no parameter for it
	model *ledgerModel
}

// one draws an operation, of which there may be none.
func (r *randomLedger) one(t *rapid.T) *modelOp {
	if len(r.model.ops) == 0 {
		t.Skip("no operation")
	}
	return rapid.SampledFrom(r.model.ops).Draw(t, "operation")
}

func people(t *rapid.T) []int {
	return rapid.SliceOfN(rapid.IntRange(randomPerson, randomPerson+randomPeople-1), 0, 4).Draw(t, "people")
}

func keysFor(t require.TestingT, people []int) []contacts.Key {
	keys, err := contacts.Keys(people...)
	require.NoError(t, err)
	return keys
}

// fence draws the right one, as a rule.
func (r *randomLedger) fence(t *rapid.T, o *modelOp) store.Fence {
	f := fence(o.op)
	switch rapid.IntRange(0, 9).Draw(t, "fence") {
	case 0:
		f.Term--
	case 1:
		f.Sequence--
	}
	return f
}

func (r *randomLedger) create(t *rapid.T) {
	request := r.desk.request(rapid.SampledFrom([]store.State{store.StatePreparing, store.StatePending, store.StateProcessing}).Draw(t, "state"))
	op, err := r.desk.Operations.Create(r.ctx, request)
	require.NoError(t, err)
	require.Equal(t, request.TTL > 0, op.Lease.Holder != "")
	r.model.ops = append(r.model.ops, &modelOp{op: op})
}

func (r *randomLedger) acquire(t *rapid.T) {
	o := r.one(t)
	_, err := r.desk.Leases.Acquire(r.ctx, store.AcquireRequest{Scope: r.desk.scope, ID: o.op.ID, Holder: "x", TTL: long})
	switch {
	case o.op.State.Terminal():
		require.ErrorIs(t, err, store.ErrState)
	case o.op.Lease.Holder != "":
		require.ErrorIs(t, err, store.ErrHeld)
	default:
		require.NoError(t, err)
		o.op.Lease.Holder = "x"
		o.op.Lease.Term++
	}
}

// change draws a change of the record.
func (r *randomLedger) change(t *rapid.T, o *modelOp) store.SaveRequest {
	s := store.SaveRequest{Fence: r.fence(t, o), TTL: long, Done: rapid.Bool().Draw(t, "done")}
	if rapid.IntRange(0, 2).Draw(t, "arrow") > 0 {
		s.State = rapid.SampledFrom(store.States()).Draw(t, "state")
	}
	if rapid.IntRange(0, 4).Draw(t, "back") == 0 {
		s.TTL = 0
	}
	if rapid.Bool().Draw(t, "progress") {
		s.Progress = strconv.AppendInt(nil, o.op.Sequence, 10)
	}
	return s
}

// settled compares the answer of a change with what is expected, and makes the
// change in the model if it was let through.
func (r *randomLedger) settled(t *rapid.T, o, changed *modelOp, s store.SaveRequest, err error) {
	want := errors.Join(o.fenced(s.Fence))
	if want == nil {
		want = o.mayBecome(s.State, len(changed.targets))
	}
	if want != nil {
		for _, class := range []error{store.ErrFenced, store.ErrState} {
			require.Equal(t, errors.Is(want, class), errors.Is(err, class), "%v, not %v", want, err)
		}
		return
	}
	require.NoError(t, err)
	changed.save(s)
	*o = *changed
}

func (r *randomLedger) save(t *rapid.T) {
	o := r.one(t)
	s := r.change(t, o)
	_, err := r.desk.Leases.Save(r.ctx, s)
	r.settled(t, o, o.clone(), s, err)
}

func (r *randomLedger) ask(t *rapid.T) {
	o := r.one(t)
	wanted := rapid.SampledFrom([]store.Wanted{store.WantedNothing, store.WantedPause, store.WantedCancel}).Draw(t, "wanted")
	_, err := r.desk.Operations.Ask(r.ctx, r.desk.scope, o.op.ID, wanted)
	if o.op.State.Terminal() {
		require.ErrorIs(t, err, store.ErrState)
		return
	}
	require.NoError(t, err)
	if o.op.Wanted != store.WantedCancel {
		o.op.Wanted = wanted
	}
}

func (r *randomLedger) add(t *rapid.T) {
	o, who := r.one(t), people(t)
	s := r.change(t, o)
	suppress := rapid.Bool().Draw(t, "suppress")
	out, err := r.desk.Targets.Add(r.ctx, store.AddRequest{Save: s, Targets: targetsFor(keysFor(t, who)), Suppress: suppress})
	changed := o.clone()
	added := changed.add(who, suppress)
	r.settled(t, o, changed, s, err)
	if err == nil {
		require.Equal(t, added, out.Added)
	}
}

func (r *randomLedger) releaseHeld(t *rapid.T) {
	o, who := r.one(t), people(t)
	s := r.change(t, o)
	out, err := r.desk.Targets.Release(r.ctx, store.ReleaseRequest{Scope: r.desk.scope, Operation: o.op.ID, Keys: keysFor(t, who), Save: &s})
	changed := o.clone()
	released := changed.release(who, 0)
	r.settled(t, o, changed, s, err)
	if err == nil {
		require.Equal(t, released, out.Released)
		require.Len(t, out.Keys, int(released))
	}
}

func (r *randomLedger) release(t *rapid.T) {
	o := r.one(t)
	limit := rapid.IntRange(1, 3).Draw(t, "limit")
	out, err := r.desk.Targets.Release(r.ctx, store.ReleaseRequest{Scope: r.desk.scope, Operation: o.op.ID, Limit: limit})
	switch {
	case o.op.State != store.StatePending:
		require.ErrorIs(t, err, store.ErrState)
	case o.op.Lease.Holder != "":
		require.ErrorIs(t, err, store.ErrHeld)
	default:
		require.NoError(t, err)
		require.Equal(t, o.release(nil, limit), out.Released)
		o.op.Sequence++
	}
}

// delete is a batch of contacts that are gone.
func (r *randomLedger) delete(t *rapid.T) {
	o, who := r.one(t), people(t)
	b := r.desk.batch(o.op, keysFor(t, who))
	b.Checkpoint.Fence, b.Checkpoint.Pinned = r.fence(t, o), true
	out, err := r.desk.st.Delete(r.ctx, b)
	switch {
	case o.fenced(b.Checkpoint.Fence) != nil:
		require.ErrorIs(t, err, store.ErrFenced)
	case o.op.State != store.StateProcessing:
		require.ErrorIs(t, err, store.ErrState)
	case o.op.Wanted != store.WantedNothing:
		require.ErrorIs(t, err, store.ErrInterrupted)
	default:
		require.NoError(t, err)
		want := map[string]string{}
		for _, p := range who {
			want[ids(p)[0]] = store.Released.String()
			if o.has(p) {
				want[ids(p)[0]] = store.Gone.String()
			}
		}
		require.Equal(t, want, causes(out.Skipped))
		o.release(append([]int{}, who...), 0)
		o.op.Sequence++
	}
}
