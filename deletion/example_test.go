package deletion_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// shop is a store with six customers. Those with an odd number have no email;
// customer 5 has an open claim, which holds him back.
func shop() *memory.Store {
	st, err := memory.New(contacts.Schema{
		Table: "customers",
		Key:   []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id"), contacts.Text("email"), contacts.Time("created"), contacts.Bool("legal_hold"),
		},
		Associations: []contacts.Association{
			{
				Name: "orders", Table: "orders", Action: contacts.Delete,
				References: []contacts.Reference{{Fields: []string{"customer"}}},
				Fields:     []contacts.Field{contacts.Int64("customer")},
			},
			{
				Name: "open claims", Table: "claims", Action: contacts.Restrict,
				References: []contacts.Reference{{Fields: []string{"customer"}}},
				Fields:     []contacts.Field{contacts.Int64("customer")},
			},
		},
	})
	if err != nil {
		panic(err)
	}
	for id := 1; id <= 6; id++ {
		row := memory.Row{"id": id, "created": time.Date(2020, 1, id, 0, 0, 0, 0, time.UTC), "legal_hold": id == 3}
		if id%2 == 0 {
			row["email"] = fmt.Sprintf("customer%d@example.com", id)
		}
		err = errors.Join(err, st.Insert(row), st.InsertRows("orders", memory.Row{"customer": id}, memory.Row{"customer": id}))
	}
	if err = errors.Join(err, st.InsertRows("open claims", memory.Row{"customer": 5})); err != nil {
		panic(err)
	}
	return st
}

func noEmail() where.Condition {
	return where.New().WhereLessThan("created", where.Ago(7*24*time.Hour)).And().WhereEmpty("email")
}

func Example() {
	ctx := context.Background()
	svc, err := deletion.New(shop())
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := svc.Preview(ctx, noEmail())
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := svc.Execute(ctx, plan)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("previewed", plan.Deletable, "deleted", report.Deleted, "held back", report.Skipped.Restricted)
	// Output: previewed 2 deleted 2 held back 1
}

func ExampleNew() {
	_, err := deletion.New(shop(), deletion.WithBatchSize(0), deletion.WithCapShare(20))
	fmt.Println(err)
	// Output: deletion: invalid option: WithBatchSize: 0 is less than 1; WithCapShare: 20 is not above 0 and at most 1
}

func ExampleService_Count() {
	ctx := context.Background()
	svc, err := deletion.New(shop())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(svc.Count(ctx, noEmail()))
	// Output: 3 <nil>
}

func ExampleService_Preview() {
	ctx := context.Background()
	svc, err := deletion.New(shop(), deletion.WithProtected(where.New().WhereTrue("legal_hold")))
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := svc.Preview(ctx, noEmail())
	fmt.Println(plan, err)
	// Output:
	// (created < ? AND email IS EMPTY)
	//   contacts    6
	//   matched     3  50.0 %
	//   protected   1
	//   restricted  1
	//   deletable   1
	// rows
	//   orders                delete    2
	//   open claims (claims)  restrict  0 <nil>
}

func ExampleService_Compare() {
	ctx := context.Background()
	svc, err := deletion.New(shop())
	if err != nil {
		fmt.Println(err)
		return
	}
	comparison, err := svc.Compare(ctx, noEmail(), where.New().WhereGreaterThan("id", 2))
	fmt.Println(comparison, err)
	// Output:
	// #  matched  share   protected  restricted  deletable  condition
	// 1  3        50.0 %  0          1           2          (created < ? AND email IS EMPTY)
	// 2  4        66.7 %  0          1           3          id > ?
	// 1 and 2 both match 2 <nil>
}

func ExampleService_BulkDelete() {
	ctx := context.Background()
	svc, err := deletion.New(shop())
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := svc.BulkDelete(ctx, noEmail())
	fmt.Println(report.Deleted, "deleted,", report.Skipped, "skipped,", report.Associations[0].Rows, "orders, stopped:", report.Stopped, err)
	// Output: 2 deleted, 1 (1 restricted) skipped, 4 orders, stopped: done <nil>
}

func ExampleBatchLimit() {
	ctx := context.Background()
	svc, err := deletion.New(shop())
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := svc.BulkDelete(ctx, where.New().WhereNotEmpty("email"), deletion.BatchLimit(2))
	fmt.Println(report.Deleted, report.More, err)
	for err == nil && report.More {
		report, err = svc.BulkDelete(ctx, where.New().WhereNotEmpty("email"), deletion.BatchLimit(2), deletion.From(report.Next))
		fmt.Println(report.Deleted, report.More, err)
	}
	// Output:
	// 2 true <nil>
	// 1 false <nil>
}

func ExampleService_Batches() {
	ctx := context.Background()
	svc, err := deletion.New(shop())
	if err != nil {
		fmt.Println(err)
		return
	}
	for step, err := range svc.Batches(ctx, noEmail(), deletion.BatchSize(1), deletion.Pause(time.Millisecond)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("batch", step.Batch.Number, "deleted", step.Batch.Deleted, "so far", step.Run.Deleted)
	}
	// Output:
	// batch 1 deleted 1 so far 1
	// batch 2 deleted 1 so far 2
	// batch 3 deleted 0 so far 2
}

func ExampleService_Execute() {
	ctx := context.Background()
	st := shop()
	svc, err := deletion.New(st)
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := svc.Preview(ctx, noEmail())
	if err != nil {
		fmt.Println(err)
		return
	}
	// Another customer without an email turns up before the plan is executed.
	if err := st.Insert(memory.Row{"id": 7, "created": time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}); err != nil {
		fmt.Println(err)
		return
	}
	_, err = svc.Execute(ctx, plan)
	fmt.Println(err)
	report, err := svc.Execute(ctx, plan, deletion.Tolerance(1))
	fmt.Println(report.Deleted, err)
	// Output:
	// deletion: drifted: 3 contacts were previewed with a tolerance of 0, and more match now
	// 3 <nil>
}

func ExampleService_DeleteKeys() {
	ctx := context.Background()
	svc, err := deletion.New(shop())
	if err != nil {
		fmt.Println(err)
		return
	}
	keys, err := contacts.Keys(1, 2, 5, 99)
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := svc.DeleteKeys(ctx, keys)
	fmt.Println(report.Deleted, "deleted,", report.Skipped, "skipped", err)
	// Output: 2 deleted, 2 (1 gone, 1 restricted) skipped <nil>
}

func ExampleService_DeleteContact() {
	ctx := context.Background()
	svc, err := deletion.New(shop(), deletion.WithCap(1))
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := svc.DeleteContact(ctx, 4)
	fmt.Println(report.Deleted, err)
	// Output: 1 <nil>
}
