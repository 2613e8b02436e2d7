package storetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// testLedgerRefused checks that wrong requests are refused as such before
// anything is looked at, and that an ended context ends every call.
func testLedgerRefused(t *testing.T, b *ledgerBench) {
	t.Helper()
	d := b.desk()
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keysOf(t, 1))
	for name, call := range d.wrongCalls(t, op) {
		t.Run(name, func(t *testing.T) {
			require.ErrorIs(t, call(t.Context()), store.ErrInvalidRequest)
		})
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range d.calls(t, op) {
		t.Run("ended: "+name, func(t *testing.T) {
			require.ErrorIs(t, call(ended), context.Canceled)
		})
	}
	d.requireKept(t, op)
	d.requireTargets(t, op.ID, 1)
	d.requirePending(t)
	require.Equal(t, []string{op.ID}, d.list(t, store.ListRequest{Limit: 9}, func() {}))
}

// ledgerCalls are calls of the ledger's ports by what they are.
type ledgerCalls map[string]func(ctx context.Context) error

// failing drops a call's result.
func failing[R, A any](f func(context.Context, R) (A, error), r R) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := f(ctx, r)
		return err
	}
}

// with is a request with a change.
func with[R any](r R, change func(*R)) R {
	change(&r)
	return r
}

// calls makes a call of every method, which all would do something.
func (d desk) calls(t *testing.T, op store.Operation) ledgerCalls {
	t.Helper()
	k := keysOf(t, 1)
	free := d.request(store.StatePending)
	return ledgerCalls{
		"Create":  failing(d.Operations.Create, free),
		"Get":     func(ctx context.Context) error { _, err := d.Operations.Get(ctx, d.scope, op.ID); return err },
		"Find":    func(ctx context.Context) error { _, err := d.Operations.Find(ctx, d.scope, "key"); return err },
		"List":    failing(d.Operations.List, store.ListRequest{Scope: d.scope, Limit: 1}),
		"Summary": failing(d.Operations.Summary, store.SummaryRequest{Scope: d.scope}),
		"Ask": func(ctx context.Context) error {
			_, err := d.Operations.Ask(ctx, d.scope, op.ID, store.WantedPause)
			return err
		},
		"Acquire":      failing(d.Leases.Acquire, store.AcquireRequest{Scope: d.scope, ID: op.ID, Holder: "x", TTL: long}),
		"Renew":        failing(d.Leases.Renew, store.RenewRequest{Fence: fence(op), TTL: 2 * long}),
		"Save":         failing(d.Leases.Save, store.SaveRequest{Fence: fence(op)}),
		"Add":          failing(d.Targets.Add, store.AddRequest{Save: store.SaveRequest{Fence: fence(op)}, Targets: targetsOf(t, 2)}),
		"Page":         failing(d.Targets.Page, store.TargetsRequest{Scope: d.scope, Operation: op.ID, Limit: 1}),
		"Release":      failing(d.Targets.Release, store.ReleaseRequest{Scope: d.scope, Operation: op.ID, Limit: 1, Save: &store.SaveRequest{Fence: fence(op)}}),
		"Suppressed":   func(ctx context.Context) error { _, err := d.Targets.Suppressed(ctx, d.scope, k); return err },
		"Suppressions": failing(d.Targets.Suppressions, store.SuppressionsRequest{Scope: d.scope, Limit: 1}),
		"Lookup":       failing(d.Archive.Lookup, store.LookupRequest{Scope: d.scope, Keys: k}),
		"Prune":        failing(d.Archive.Prune, store.PruneRequest{Scope: d.scope, Before: time.Now(), Limit: 1}),
		"Put": func(ctx context.Context) error {
			return d.Pending.Put(ctx, store.PutRequest{Scope: d.scope, Contacts: []store.PendingContact{{Key: k[0]}}})
		},
		"Pending.Page": failing(d.Pending.Page, store.PendingRequest{Scope: d.scope, Limit: 1}),
		"Remove":       func(ctx context.Context) error { _, err := d.Pending.Remove(ctx, d.scope, k); return err },
		"Count":        failing(d.Pending.Count, d.scope),
		"Undelivered":  func(ctx context.Context) error { _, err := d.Events.Undelivered(ctx, d.scope, op.ID, 1); return err },
		"Acknowledge":  func(ctx context.Context) error { return d.Events.Acknowledge(ctx, d.scope, op.ID, 1) },
		"Settings.Get": failing(d.Settings.Get, d.scope),
		"Settings.Set": func(ctx context.Context) error {
			_, err := d.Settings.Set(ctx, d.scope, store.SettingChange{Stopped: new(true)})
			return err
		},
		"Delete": failing(d.st.Delete, d.batch(op, k)),
	}
}

const noText = "a\xff"

// wrongCalls are calls that are wrong in one way each.
func (d desk) wrongCalls(t *testing.T, op store.Operation) ledgerCalls {
	t.Helper()
	out := ledgerCalls{}
	d.wrongRecords(out, op)
	d.wrongKeys(t, out, op)
	d.wrongOthers(t, out, op)
	d.wrongCheckpoints(t, out, op)
	return out
}

func (d desk) wrongRecords(out ledgerCalls, op store.Operation) {
	create := func(change func(*store.CreateRequest)) func(context.Context) error {
		return failing(d.Operations.Create, with(d.request(store.StateProcessing), change))
	}
	out["create: no ID"] = create(func(r *store.CreateRequest) { r.Operation.ID = "" })
	out["create: a NUL in the ID"] = create(func(r *store.CreateRequest) { r.Operation.ID = "a\x00" })
	out["create: an ID too long"] = create(func(r *store.CreateRequest) { r.Operation.ID = strings.Repeat("i", 256) })
	out["create: a key too long"] = create(func(r *store.CreateRequest) { r.Operation.Key = strings.Repeat("k", 256) })
	out["create: a key that is no text"] = create(func(r *store.CreateRequest) { r.Operation.Key = noText })
	out["create: a scope that is no text"] = create(func(r *store.CreateRequest) { r.Operation.Scope = noText })
	out["create: no holder"] = create(func(r *store.CreateRequest) { r.Operation.Lease.Holder = "" })
	out["create: a negative TTL"] = create(func(r *store.CreateRequest) { r.TTL = -1 })
	out["create: no format"] = create(func(r *store.CreateRequest) { r.Operation.Format = 0 })
	out["create: no state"] = create(func(r *store.CreateRequest) { r.Operation.State = "" })
	out["create: a state that is none"] = create(func(r *store.CreateRequest) { r.Operation.State = "Pending" })
	out["create: completed"] = create(func(r *store.CreateRequest) { r.Operation.State = store.StateCompleted })
	out["create: paused"] = create(func(r *store.CreateRequest) { r.Operation.State = store.StatePaused })
	out["create: a state left"] = create(func(r *store.CreateRequest) { r.Operation.Left = store.StatePending })
	out["create: something wanted"] = create(func(r *store.CreateRequest) { r.Operation.Wanted = store.WantedPause })
	out["create: negative deletions"] = create(func(r *store.CreateRequest) { r.Operation.Deleted = -1 })
	out["create: ready in the past"] = create(func(r *store.CreateRequest) { r.ReadyIn = new(time.Duration(-1)) })
	out["create: due in the past"] = create(func(r *store.CreateRequest) { r.DueIn = new(time.Duration(-1)) })
	acquire := store.AcquireRequest{Scope: d.scope, ID: op.ID, Holder: "x", TTL: long}
	out["acquire: no ID"] = failing(d.Leases.Acquire, with(acquire, func(r *store.AcquireRequest) { r.ID = "" }))
	out["acquire: no holder"] = failing(d.Leases.Acquire, with(acquire, func(r *store.AcquireRequest) { r.Holder = "" }))
	out["acquire: no TTL"] = failing(d.Leases.Acquire, with(acquire, func(r *store.AcquireRequest) { r.TTL = 0 }))
	out["renew: no TTL"] = failing(d.Leases.Renew, store.RenewRequest{Fence: fence(op)})
	out["renew: no ID"] = failing(d.Leases.Renew, store.RenewRequest{TTL: long})
	for name, change := range map[string]func(*store.SaveRequest){
		"no ID":                func(r *store.SaveRequest) { r.ID = "" },
		"a negative TTL":       func(r *store.SaveRequest) { r.TTL = -1 },
		"a state that is none": func(r *store.SaveRequest) { r.State = "done" },
		"a state left alone":   func(r *store.SaveRequest) { r.Left = store.StateProcessing },
		"negative deletions":   func(r *store.SaveRequest) { r.Deleted = new(int64(-1)) },
		"ready in the past":    func(r *store.SaveRequest) { r.Ready = &store.When{In: -1} },
		"due in the past":      func(r *store.SaveRequest) { r.Due = &store.When{In: -1} },
	} {
		save := with(store.SaveRequest{Fence: fence(op), TTL: long}, change)
		out["save: "+name] = failing(d.Leases.Save, save)
		out["add: "+name] = failing(d.Targets.Add, store.AddRequest{Save: save})
		out["release: "+name] = failing(d.Targets.Release, store.ReleaseRequest{Scope: d.scope, Operation: op.ID, Limit: 1, Save: &save})
	}
	out["get: no ID"] = func(ctx context.Context) error { _, err := d.Operations.Get(ctx, d.scope, ""); return err }
	out["find: no key"] = func(ctx context.Context) error { _, err := d.Operations.Find(ctx, d.scope, ""); return err }
	out["ask: what is unknown"] = func(ctx context.Context) error { _, err := d.Operations.Ask(ctx, d.scope, op.ID, "Pause"); return err }
	list := func(change func(*store.ListRequest)) func(context.Context) error {
		return failing(d.Operations.List, with(store.ListRequest{Scope: d.scope, Limit: 1}, change))
	}
	out["list: no limit"] = list(func(r *store.ListRequest) { r.Limit = 0 })
	out["list: a state that is none"] = list(func(r *store.ListRequest) { r.States = []store.State{store.StatePending, ""} })
	for _, c := range []store.Cursor{"x", `{"`, `["' OR 1=1 --"]`, "\x00", " "} {
		out["list: hostile cursor "+string(c)] = list(func(r *store.ListRequest) { r.After = c })
		out["suppressions: hostile cursor "+string(c)] = failing(d.Targets.Suppressions, store.SuppressionsRequest{Scope: d.scope, Limit: 1, After: c})
		out["pending: hostile cursor "+string(c)] = failing(d.Pending.Page, store.PendingRequest{Scope: d.scope, Limit: 1, After: c})
	}
	out["list: a cursor of what is ready"] = list(func(r *store.ListRequest) { r.Ready, r.After = true, "x" })
}

func (d desk) wrongKeys(t *testing.T, out ledgerCalls, op store.Operation) {
	t.Helper()
	for name, keys := range map[string][]contacts.Key{
		"a text": keysOf(t, "1"), "two columns": mustKeys(t, []any{1, 2}), "the zero key": {{}},
		"too large": keysOf(t, uint64(1)<<63), "one of many": append(keysOf(t, 1, 2), keysOf(t, true)...),
	} {
		put := store.PutRequest{Scope: d.scope}
		for _, k := range keys {
			put.Contacts = append(put.Contacts, store.PendingContact{Key: k})
		}
		out["add: key: "+name] = failing(d.Targets.Add, store.AddRequest{Save: store.SaveRequest{Fence: fence(op), TTL: long}, Targets: targetsFor(keys)})
		out["release: key: "+name] = failing(d.Targets.Release, store.ReleaseRequest{Scope: d.scope, Operation: op.ID, Keys: keys})
		out["suppressed: key: "+name] = func(ctx context.Context) error { _, err := d.Targets.Suppressed(ctx, d.scope, keys); return err }
		out["lookup: key: "+name] = failing(d.Archive.Lookup, store.LookupRequest{Scope: d.scope, Keys: keys})
		out["put: key: "+name] = func(ctx context.Context) error { return d.Pending.Put(ctx, put) }
		out["remove: key: "+name] = func(ctx context.Context) error { _, err := d.Pending.Remove(ctx, d.scope, keys); return err }
		out["delete: key: "+name] = failing(d.st.Delete, d.batch(op, keys))
	}
}

func (d desk) wrongOthers(t *testing.T, out ledgerCalls, op store.Operation) {
	t.Helper()
	save := store.SaveRequest{Fence: fence(op), TTL: long}
	target := targetsOf(t, 2)[0]
	out["add: a reason that is no text"] = failing(d.Targets.Add, store.AddRequest{Save: save, Targets: []store.Target{with(target, func(x *store.Target) { x.Reason = noText })}})
	out["add: a doomed target"] = failing(d.Targets.Add, store.AddRequest{Save: save, Targets: []store.Target{with(target, func(x *store.Target) { x.Doomed = true })}})
	out["targets: no limit"] = failing(d.Targets.Page, store.TargetsRequest{Scope: d.scope, Operation: op.ID})
	out["targets: no ID"] = failing(d.Targets.Page, store.TargetsRequest{Scope: d.scope, Limit: 1})
	release := store.ReleaseRequest{Scope: d.scope, Operation: op.ID, Limit: 1}
	out["release: no ID"] = failing(d.Targets.Release, with(release, func(r *store.ReleaseRequest) { r.Operation = "" }))
	out["release: neither keys nor a limit"] = failing(d.Targets.Release, with(release, func(r *store.ReleaseRequest) { r.Limit = 0 }))
	out["release: another's lease"] = failing(d.Targets.Release, with(release, func(r *store.ReleaseRequest) {
		r.Save = &store.SaveRequest{Fence: store.Fence{Scope: d.scope, ID: "other"}}
	}))
	out["release: a lease and a function"] = failing(d.Targets.Release, with(release, func(r *store.ReleaseRequest) {
		r.Save, r.Progress = &save, func(p []byte, _ int64) ([]byte, error) { return p, nil }
	}))
	out["suppressions: no limit"] = failing(d.Targets.Suppressions, store.SuppressionsRequest{Scope: d.scope})
	for name, h := range map[string]store.Hash{"no key": {Sum: []byte{1}}, "no sum": {KeyID: "k"}, "nothing": {}, "a sum too long": {KeyID: "k", Sum: make([]byte, 65)}} {
		out["lookup: a hash of "+name] = failing(d.Archive.Lookup, store.LookupRequest{Scope: d.scope, Hashes: []store.Hash{h}})
	}
	out["prune: no limit"] = failing(d.Archive.Prune, store.PruneRequest{Scope: d.scope, Before: time.Now()})
	out["put: a reason that is no text"] = func(ctx context.Context) error {
		return d.Pending.Put(ctx, store.PutRequest{Scope: d.scope, Contacts: []store.PendingContact{{Key: target.Key, Reason: noText}}})
	}
	out["pending: no limit"] = failing(d.Pending.Page, store.PendingRequest{Scope: d.scope})
	out["undelivered: no limit"] = func(ctx context.Context) error { _, err := d.Events.Undelivered(ctx, d.scope, op.ID, 0); return err }
	out["acknowledge: no ID"] = func(ctx context.Context) error { return d.Events.Acknowledge(ctx, d.scope, "", 1) }
	for name, change := range map[string]store.SettingChange{"a negative period": {Period: new(time.Duration(-1))}, "no text": {Why: new(noText)}} {
		out["settings: "+name] = func(ctx context.Context) error { _, err := d.Settings.Set(ctx, d.scope, change); return err }
	}
	for name, call := range map[string]func(ctx context.Context, scope string) error{
		"list": func(ctx context.Context, s string) error {
			return failing(d.Operations.List, store.ListRequest{Scope: s, Limit: 1})(ctx)
		},
		"summary": func(ctx context.Context, s string) error {
			return failing(d.Operations.Summary, store.SummaryRequest{Scope: s})(ctx)
		},
		"suppressed":   func(ctx context.Context, s string) error { _, err := d.Targets.Suppressed(ctx, s, nil); return err },
		"remove":       func(ctx context.Context, s string) error { _, err := d.Pending.Remove(ctx, s, nil); return err },
		"count":        func(ctx context.Context, s string) error { return failing(d.Pending.Count, s)(ctx) },
		"settings get": func(ctx context.Context, s string) error { return failing(d.Settings.Get, s)(ctx) },
	} {
		out[name+": a scope that is no text"] = func(ctx context.Context) error { return call(ctx, noText) }
		out[name+": a scope too long"] = func(ctx context.Context) error { return call(ctx, strings.Repeat("s", 256)) }
	}
}

func (d desk) wrongCheckpoints(t *testing.T, out ledgerCalls, op store.Operation) {
	t.Helper()
	for name, change := range map[string]func(*store.Batch){
		"a dry run":            func(b *store.Batch) { b.DryRun = true },
		"no ID":                func(b *store.Batch) { b.Checkpoint.ID = "" },
		"no TTL":               func(b *store.Batch) { b.Checkpoint.TTL = 0 },
		"no Commit":            func(b *store.Batch) { b.Checkpoint.Commit = nil },
		"doom without MaxRows": func(b *store.Batch) { b.Checkpoint.Doom = true },
		"an unknown field":     func(b *store.Batch) { b.Checkpoint.Fields = []string{"nam"} },
		"a stamp of nobody's": func(b *store.Batch) {
			b.Checkpoint.Stamp, b.Checkpoint.Stamped = []string{"nam"}, func([]where.Value) []byte { return nil }
		},
		"a stamp nobody makes":  func(b *store.Batch) { b.Checkpoint.Stamp = []string{"name"} },
		"a stamp of no fields":  func(b *store.Batch) { b.Checkpoint.Stamped = func([]where.Value) []byte { return nil } },
		"an unusable condition": func(b *store.Batch) { b.Condition = where.New().WhereEquals("nam", "x") },
	} {
		b := d.batch(op, keysOf(t, 1))
		change(&b)
		call := failing(d.st.Delete, b)
		if name == "an unusable condition" {
			call = func(ctx context.Context) error {
				err := failing(d.st.Delete, b)(ctx)
				require.ErrorIs(t, err, where.ErrInvalid)
				return err
			}
		}
		out["checkpoint: "+name] = call
	}
}
