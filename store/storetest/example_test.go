package storetest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/store/storetest"
	"github.com/contactsweep/contactsweep/where"
)

// A job is tested with a store that fails at each of its calls in turn, before
// and after the work.
func ExampleFail() {
	ctx := context.Background()
	job := func(st store.Store) error {
		everyone := store.Selection{Condition: where.Everything()}
		bound, err := st.Bound(ctx, store.BoundRequest{})
		if err != nil {
			return err
		}
		page, err := st.Page(ctx, store.PageRequest{Selection: everyone, Until: bound, Limit: 10})
		if err != nil {
			return err
		}
		_, err = st.Delete(ctx, store.Batch{Selection: everyone, Keys: page.Keys})
		return err
	}
	filled := func() *memory.Store {
		st, err := memory.New(contacts.Schema{Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id")}})
		if err == nil {
			err = st.Insert(memory.Row{"id": 1}, memory.Row{"id": 2})
		}
		if err != nil {
			fmt.Println(err)
		}
		return st
	}

	counting := storetest.Fail(filled(), 0, storetest.FailBefore, nil)
	fmt.Println(job(counting), counting.Calls(), "calls")
	for n := 1; n <= counting.Calls(); n++ {
		for _, mode := range []storetest.FailMode{storetest.FailBefore, storetest.FailAfter} {
			st := filled()
			failing := storetest.Fail(st, n, mode, nil)
			err := job(failing)
			fmt.Println(failing.Failed(), errors.Is(err, store.ErrOutcomeUnknown), "leaves", len(st.Contacts()))
		}
	}
	// Output:
	// <nil> 3 calls
	// Bound false leaves 2
	// Bound true leaves 2
	// Page false leaves 2
	// Page true leaves 2
	// Delete false leaves 2
	// Delete true leaves 0
}
