package storetest

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// ledgerGroups are the cases of stores that keep a ledger.
func ledgerGroups() []group {
	return []group{
		{"ledger/operations", onLedger(testOperations)},
		{"ledger/states", onLedger(testStates)},
		{"ledger/lists", onLedger(testLists)},
		{"ledger/leases", onLedger(testLeases)},
		{"ledger/saving", onLedger(testSaving)},
		{"ledger/targets", onLedger(testTargets)},
		{"ledger/release", onLedger(testRelease)},
		{"ledger/suppressed", onLedger(testSuppressed)},
		{"ledger/archive", onLedger(testArchive)},
		{"ledger/pending", onLedger(testPending)},
		{"ledger/events", onLedger(testEvents)},
		{"ledger/settings", onLedger(testSettings)},

		{"ledger/checkpoint", onLedger(testCheckpoint)},
		{"ledger/checkpoint/fenced", onLedger(testCheckpointFenced)},
		{"ledger/checkpoint/undone", onLedger(testCheckpointUndone)},
		{"ledger/checkpoint/pinned", onLedger(testCheckpointPinned)},
		{"ledger/checkpoint/doomed", onLedger(testDoomed)},
		{"ledger/texts", onLedger(testTexts)},
		{"ledger/refused", onLedger(testLedgerRefused)},
		{"ledger/scopes", onLedger(testScopes)},
		{"ledger/keys", testLedgerKeys},
		{"ledger/privacy", testLedgerPrivacy},
		{"ledger/running", onLedger(testRunning)},
		{"ledger/races", testRaces},
		{"ledger/random", onLedger(testRandomLedger)},
	}
}

// ledgerBench is a store with a ledger that many cases share: each works in a
// scope of its own, on operations and contacts of its own.
type ledgerBench struct {
	*store.Ledger

	st     store.Store
	schema contacts.Schema
	scopes *atomic.Int64
	people *atomic.Int64 // handed out
}

// onLedger runs cases over one store with a ledger.
func onLedger(cases func(*testing.T, *ledgerBench)) func(*testing.T, Harness) {
	return func(t *testing.T, h Harness) {
		t.Helper()
		cases(t, newLedgerBench(t, h, deskSchema(), deskData()))
	}
}

func newLedgerBench(t *testing.T, h Harness, schema contacts.Schema, data Data) *ledgerBench {
	t.Helper()
	require.NoError(t, schema.Validate(), "a mistake in the suite: its schema is invalid")
	open := h.Open
	if lh, ok := h.(LedgerHarness); ok {
		open = lh.OpenLedger
	}
	st := open(t, schema, data)
	l := st.Ledger()
	if l == nil {
		t.Skip("the store keeps no ledger: Ledger returns nil")
	}
	return &ledgerBench{Ledger: l, st: st, schema: schema, scopes: new(atomic.Int64), people: new(atomic.Int64)}
}

// desk is where one case works.
type desk struct {
	*ledgerBench

	scope string
}

func (b *ledgerBench) desk() desk { return desk{b, fmt.Sprintf("scope %d", b.scopes.Add(1))} }

// id returns an ID that nobody has.
func (d desk) id() string { return fmt.Sprintf("op-%06d", d.scopes.Add(1)) }

// long is a lease that does not lapse while the suite runs.
const long = time.Hour

// request is one for a new operation in that state, held if a lease can be of
// use.
func (d desk) request(state store.State) store.CreateRequest {
	r := store.CreateRequest{Operation: store.Operation{
		ID: d.id(), Scope: d.scope, Format: 1, State: state, Request: []byte(`{"q":1}`), Progress: []byte(`{"p":0}`),
	}}
	if state == store.StatePreparing || state == store.StateProcessing {
		r.Operation.Lease.Holder, r.TTL = "holder", long
	}
	return r
}

// create makes an operation in that state.
func (d desk) create(t *testing.T, state store.State) store.Operation {
	t.Helper()
	op, err := d.Operations.Create(t.Context(), d.request(state))
	require.NoError(t, err)
	return op
}

// fence is that of the operation as it was returned.
func fence(op store.Operation) store.Fence {
	return store.Fence{Scope: op.Scope, ID: op.ID, Term: op.Lease.Term, Sequence: op.Sequence}
}

// save changes the operation under its lease, which goes on.
func (d desk) save(t *testing.T, op store.Operation, change store.SaveRequest) store.Operation {
	t.Helper()
	change.Fence, change.TTL = fence(op), long
	out, err := d.Leases.Save(t.Context(), change)
	require.NoError(t, err)
	return out
}

// giveBack ends the lease.
func (d desk) giveBack(t *testing.T, op store.Operation) store.Operation {
	t.Helper()
	out, err := d.Leases.Save(t.Context(), store.SaveRequest{Fence: fence(op)})
	require.NoError(t, err)
	return out
}

// get returns the operation as it is kept.
func (d desk) get(t *testing.T, id string) store.Operation {
	t.Helper()
	op, err := d.Operations.Get(t.Context(), d.scope, id)
	require.NoError(t, err)
	return op
}

// requireKept checks that the operation is kept as it was returned.
func (d desk) requireKept(t *testing.T, want store.Operation) {
	t.Helper()
	require.Equal(t, plain(want), plain(d.get(t, want.ID)))
}

// plain is the operation with documents that are empty left out.
func plain(op store.Operation) store.Operation {
	op.Request, op.Progress = append([]byte(nil), op.Request...), append([]byte(nil), op.Progress...)
	return op
}

// deskSchema is small: what a batch does to rows has its own cases.
func deskSchema() contacts.Schema {
	rows := func(name string, action contacts.Action) contacts.Association {
		return contacts.Association{
			Name: name, Table: name, Action: action, Key: []string{"id"},
			Fields:     []contacts.Field{contacts.Int64("id").NotNull(), contacts.Int64("of")},
			References: []contacts.Reference{{Fields: []string{"of"}}},
		}
	}
	notes := rows("notes", contacts.Delete)
	below := rows("parts", contacts.Delete)
	notes.Associations = []contacts.Association{below}
	return contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields:       []contacts.Field{contacts.Int64("id").NotNull(), contacts.Text("name")},
		Associations: []contacts.Association{notes, rows("tasks", contacts.Detach), rows("holds", contacts.Restrict)},
	}
}

const (
	deskPeople   = 400 // each with two notes and a task
	heavyPerson  = 9001
	heavyPersons = 8 // each with heavyRows rows of each kind
	heavyRows    = 7
	heldPerson   = 9101
)

func deskData() Data {
	data := Data{}
	rows := 0
	add := func(id, n int) {
		data["people"] = append(data["people"], Row{"id": id, "name": fmt.Sprintf("name %d", id)})
		for range n {
			rows++
			data["notes"] = append(data["notes"], Row{"id": rows, "of": id})
			data["parts"] = append(data["parts"], Row{"id": rows, "of": rows})
			data["tasks"] = append(data["tasks"], Row{"id": rows, "of": id})
		}
	}
	for i := range deskPeople {
		add(i+1, 2)
	}
	for i := range heavyPersons {
		add(heavyPerson+i, heavyRows)
	}
	add(heldPerson, 0)
	data["holds"] = []Row{{"id": 1, "of": heldPerson}}
	return data
}

// some returns the keys of n contacts that no other case works on.
func (b *ledgerBench) some(t *testing.T, n int) []contacts.Key {
	t.Helper()
	last := int(b.people.Add(int64(n)))
	require.LessOrEqual(t, last, deskPeople, "a mistake in the suite: there are too few contacts")
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = last - n + 1 + i
	}
	return keysOf(t, numbers...)
}

// left returns how many of the contacts there are, and their rows.
func (b *ledgerBench) left(t *testing.T, keys []contacts.Key) map[string]int64 {
	t.Helper()
	values := make([]any, len(keys))
	for i, k := range keys {
		values[i] = k.First().Any()
	}
	counts, err := b.st.Count(t.Context(), store.CountRequest{Selection: selection(where.New().WhereIn("id", values...)), Rows: true})
	require.NoError(t, err)
	out := withoutZeros(counts.Rows)
	if counts.Contacts > 0 {
		out["people"] = counts.Contacts
	}
	return out
}

// whole is what left returns for that many contacts which nothing has happened
// to.
func whole(n int64) map[string]int64 {
	return map[string]int64{"people": n, "notes": 2 * n, "parts": 2 * n, "tasks": 2 * n}
}
