package memory_test

import (
	"context"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
)

// A service over such a store suppresses, restores and resumes as over a
// database. Here is what it does underneath.
func ExampleWithLedger() {
	ctx := context.Background()
	s, err := memory.New(contacts.DefaultSchema(), memory.WithLedger())
	if err != nil {
		fmt.Println(err)
		return
	}
	ledger := s.Ledger()
	op, err := ledger.Operations.Create(ctx, store.CreateRequest{
		Operation: store.Operation{ID: "erasure 1", Format: 1, State: store.StatePreparing, Lease: store.Lease{Holder: "desk"}},
		TTL:       time.Minute,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	keys, err := contacts.Keys(1, 2, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	added, err := ledger.Targets.Add(ctx, store.AddRequest{
		Save: store.SaveRequest{
			Fence: store.Fence{ID: op.ID, Term: op.Lease.Term, Sequence: op.Sequence},
			State: store.StatePending, Due: &store.When{In: 48 * time.Hour},
		},
		Targets:  []store.Target{{Key: keys[0]}, {Key: keys[1]}},
		Suppress: true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(added.Operation.State, added.Added)

	restored, err := ledger.Targets.Release(ctx, store.ReleaseRequest{Operation: op.ID, Keys: keys[:1]})
	if err != nil {
		fmt.Println(err)
		return
	}
	suppressed, err := ledger.Targets.Suppressed(ctx, "", keys)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(restored.Released, "restored,", len(suppressed), "suppressed:", suppressed[0].Key)
	// Output:
	// pending 2
	// 1 restored, 1 suppressed: 2
}
