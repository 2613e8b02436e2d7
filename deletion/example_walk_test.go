package deletion_test

import (
	"context"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// The oldest contacts are a few of many, and there is an index on when they were
// created: the run reads that index from its beginning, in parts of two, instead
// of the whole table.
func ExampleWalkBy() {
	ctx := context.Background()
	st, err := memory.New(contacts.Schema{
		Table: "customers",
		Key:   []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id").NotNull(),
			contacts.Time("created").NotNull().NeverChanges(),
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for id, year := range []int{2024, 2017, 2025, 2016, 2017} {
		if err := st.Insert(memory.Row{"id": id, "created": time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)}); err != nil {
			fmt.Println(err)
			return
		}
	}
	svc, err := deletion.New(st, deletion.WithAfterBatch(func(_ context.Context, b deletion.BatchEvent) error {
		fmt.Println("deleted", b.Deleted)
		return nil
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	old := where.New().WhereLessThan("created", time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
	report, err := svc.BulkDelete(ctx, old, deletion.WalkBy("created"), deletion.BatchSize(2))
	fmt.Println(report.Deleted, "in", report.Batches, "batches", err)

	_, err = svc.BulkDelete(ctx, where.New().WhereID(2), deletion.WalkBy("created"))
	fmt.Println(err)
	// Output:
	// deleted [1 3]
	// deleted [4]
	// 3 in 2 batches <nil>
	// deletion: invalid option: WalkBy: the condition may be true for contacts without a value of "created", which a walk by it does not meet; compare the field, or add WhereKnown("created")
}
