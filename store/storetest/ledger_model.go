package storetest

import (
	"cmp"
	"slices"

	"github.com/contactsweep/contactsweep/store"
)

// ledgerModel is the suite's own idea of the operations, leases and targets of
// one scope, written for being obviously right.
type ledgerModel struct {
	ops []*modelOp
}

// modelOp is an operation. Its times are left out.
type modelOp struct {
	op      store.Operation
	targets []modelTarget
}

type modelTarget struct {
	person     int
	suppressed bool
}

// fenced says whether a change with that fence is let through.
func (o *modelOp) fenced(f store.Fence) error {
	if o.op.Lease.Holder == "" || f.Term != o.op.Lease.Term || f.Sequence != o.op.Sequence {
		return store.ErrFenced
	}
	return nil
}

// mayBecome says whether the operation may get the state, when it has that many
// targets.
func (o *modelOp) mayBecome(next store.State, targets int) error {
	if next != "" && (!o.op.State.May(next, o.op.Left) || next.Terminal() && targets > 0) {
		return store.ErrState
	}
	return nil
}

// save does what a change under the lease does.
func (o *modelOp) save(r store.SaveRequest) {
	if r.State.Resumes() {
		o.op.Left = o.op.State
	}
	if r.State != "" {
		o.op.State = r.State
	}
	if r.Done && o.op.Wanted == store.WantedPause {
		o.op.Wanted = ""
	}
	if r.Progress != nil {
		o.op.Progress = r.Progress
	}
	if r.TTL == 0 || o.op.State.Terminal() {
		o.op.Lease.Holder = ""
	}
	if o.op.State.Terminal() {
		o.op.Wanted = ""
	}
	o.op.Sequence++
}

// add fixes those who are not fixed, and returns how many that were.
func (o *modelOp) add(people []int, suppressed bool) (added int64) {
	for _, p := range people {
		if o.has(p) {
			continue
		}
		o.targets = append(o.targets, modelTarget{p, suppressed})
		added++
	}
	return added
}

func (o *modelOp) has(person int) bool {
	return slices.ContainsFunc(o.targets, func(t modelTarget) bool { return t.person == person })
}

// release lets those go, or the next ones where nobody is named.
func (o *modelOp) release(people []int, limit int) (released int64) {
	before := len(o.targets)
	if people == nil {
		o.targets = slices.Clone(o.targets[min(limit, before):])
	} else {
		o.targets = slices.DeleteFunc(slices.Clone(o.targets), func(t modelTarget) bool { return slices.Contains(people, t.person) })
	}
	return int64(before - len(o.targets))
}

// clone is a copy that can be changed.
func (o *modelOp) clone() *modelOp {
	out := *o
	out.targets = slices.Clone(o.targets)
	return &out
}

// suppressed says which operation suppresses whom. Operations in the model are
// due at no time, so that the first by ID is named.
func (m *ledgerModel) suppressed() map[int]string {
	out := map[int]string{}
	for _, o := range m.ops {
		for _, t := range o.targets {
			if known, ok := out[t.person]; t.suppressed && (!ok || o.op.ID < known) {
				out[t.person] = o.op.ID
			}
		}
	}
	return out
}

// suppressions lists what is suppressed in the order of the ledger.
func (m *ledgerModel) suppressions(restorable bool) []string {
	ops := slices.SortedFunc(slices.Values(m.ops), func(a, b *modelOp) int { return cmp.Compare(a.op.ID, b.op.ID) })
	var out []string
	for _, o := range ops {
		for _, t := range o.targets {
			if t.suppressed && (!restorable || o.op.State == store.StatePending) {
				out = append(out, o.op.ID+" "+string(o.op.State)+" "+ids(t.person)[0])
			}
		}
	}
	return out
}
