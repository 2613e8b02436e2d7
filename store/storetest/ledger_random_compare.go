package storetest

import (
	"maps"
	"slices"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/contactsweep/contactsweep/store"
)

// glance compares now and then, because it takes longer than what is compared.
func (r *randomLedger) glance(t *rapid.T) {
	if rapid.IntRange(0, 3).Draw(t, "compare") == 0 {
		r.compare(t)
	}
}

// compare compares all that can be read.
func (r *randomLedger) compare(t *rapid.T) {
	d := r.desk
	list, err := d.Operations.List(r.ctx, store.ListRequest{Scope: d.scope, Limit: 1000, Documents: true})
	require.NoError(t, err)
	require.Len(t, list.Operations, len(r.model.ops))
	for _, got := range list.Operations {
		i := slices.IndexFunc(r.model.ops, func(o *modelOp) bool { return o.op.ID == got.ID })
		require.GreaterOrEqual(t, i, 0)
		r.compareOne(t, r.model.ops[i], got)
	}
	everybody := make([]int, randomPeople)
	for i := range everybody {
		everybody[i] = randomPerson + i
	}
	suppressed, err := d.Targets.Suppressed(r.ctx, d.scope, keysFor(t, everybody))
	require.NoError(t, err)
	want := map[string]string{}
	for person, id := range r.model.suppressed() {
		want[ids(person)[0]] = id
	}
	found := map[string]string{}
	for _, s := range suppressed {
		found[s.Key.String()] = s.Operation
	}
	require.True(t, maps.Equal(want, found), "suppressed: want %v, got %v", want, found)
	for _, restorable := range []bool{false, true} {
		page, err := d.Targets.Suppressions(r.ctx, store.SuppressionsRequest{Scope: d.scope, Limit: 1000, Restorable: restorable})
		require.NoError(t, err)
		require.Equal(t, r.model.suppressions(restorable), rowsOf(page.Suppressed))
	}
}

func (r *randomLedger) compareOne(t *rapid.T, o *modelOp, got store.Operation) {
	want := plain(o.op)
	got = plain(got)
	want.Targets = int64(len(o.targets))
	want.Created, want.Updated, want.Finished, want.Lease.Expires = got.Created, got.Updated, got.Finished, got.Lease.Expires
	want.Ready = got.Ready
	require.Equal(t, got.Wanted == store.WantedCancel, !got.Ready.IsZero(), "what is to be cancelled is ready, and nothing else here")
	require.Equal(t, want, got)
	require.Equal(t, got.State.Terminal(), !got.Finished.IsZero())
	require.Equal(t, got.Lease.Holder != "", !got.Lease.Expires.IsZero())
	page, err := r.desk.Targets.Page(r.ctx, store.TargetsRequest{Scope: r.desk.scope, Operation: o.op.ID, Limit: 100})
	require.NoError(t, err)
	var people []string
	for _, target := range page.Targets {
		people = append(people, target.Key.String())
	}
	var wanted []string
	for _, target := range o.targets {
		wanted = append(wanted, ids(target.person)[0])
	}
	require.Equal(t, wanted, people)
}
