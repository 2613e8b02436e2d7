package memory_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
)

// BenchmarkLedger measures what a million targets in one operation and 100,000
// other operations cost.
func BenchmarkLedger(b *testing.B) {
	const targets, operations, page = 1_000_000, 100_000, 1000
	s, err := memory.New(contacts.DefaultSchema(), memory.WithLedger())
	require.NoError(b, err)
	l := s.Ledger()
	before := heap()
	op, err := l.Operations.Create(b.Context(), store.CreateRequest{
		Operation: store.Operation{ID: "big", Format: 1, State: store.StatePreparing, Lease: store.Lease{Holder: "me"}}, TTL: time.Hour,
	})
	require.NoError(b, err)
	var some []contacts.Key
	for i := 0; i < targets; i += page {
		r := store.AddRequest{Suppress: true, Save: store.SaveRequest{Fence: store.Fence{ID: op.ID, Term: 1, Sequence: int64(i / page)}, TTL: time.Hour}}
		for id := range page {
			keys, err := contacts.Keys(i + id)
			require.NoError(b, err)
			r.Targets = append(r.Targets, store.Target{Key: keys[0]})
			if id == 0 {
				some = append(some, keys[0])
			}
		}
		_, err := l.Targets.Add(b.Context(), r)
		require.NoError(b, err)
	}
	perTarget := float64(heap()-before) / targets
	for i := range operations {
		_, err := l.Operations.Create(b.Context(), store.CreateRequest{Operation: store.Operation{ID: fmt.Sprintf("%08d", i), Format: 1, State: store.StatePending}})
		require.NoError(b, err)
	}
	b.Run("suppressed of 1000 keys", func(b *testing.B) {
		for b.Loop() {
			found, err := l.Targets.Suppressed(b.Context(), "", some)
			require.NoError(b, err)
			require.Len(b, found, len(some))
		}
		b.ReportMetric(perTarget, "B/target")
	})
	b.Run("page of targets", func(b *testing.B) {
		for b.Loop() {
			_, err := l.Targets.Page(b.Context(), store.TargetsRequest{Operation: op.ID, After: targets / 2, Limit: page})
			require.NoError(b, err)
		}
	})
	b.Run("list of a rare state", func(b *testing.B) {
		for b.Loop() {
			_, err := l.Operations.List(b.Context(), store.ListRequest{States: []store.State{store.StateFailed}, Limit: 50})
			require.NoError(b, err)
		}
	})
	b.Run("list of what is ready", func(b *testing.B) {
		for b.Loop() {
			_, err := l.Operations.List(b.Context(), store.ListRequest{Ready: true, Limit: 50})
			require.NoError(b, err)
		}
	})
	b.Run("summary", func(b *testing.B) {
		for b.Loop() {
			_, err := l.Operations.Summary(b.Context(), store.SummaryRequest{})
			require.NoError(b, err)
		}
	})
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
