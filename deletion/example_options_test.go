package deletion_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/where"
)

func ExampleWithProtected() {
	ctx := context.Background()
	svc, err := deletion.New(shop(), deletion.WithProtected(where.New().WhereTrue("legal_hold")))
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := svc.DeleteContact(ctx, 3)
	fmt.Println(report.Deleted, report.SkippedContacts[0].Cause, err)
	// Output: 0 protected <nil>
}

func ExampleWithScope() {
	ctx := context.Background()
	svc, err := deletion.New(shop(), deletion.WithScope("the first three", where.New().WhereLessOrEquals("id", 3)))
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := svc.BulkDelete(ctx, where.Everything(), deletion.ConfirmEverything(3))
	fmt.Println(report.Deleted, err)
	// Output: 3 <nil>
}

func ExampleWithAuthorizer() {
	ctx := context.Background()
	svc, err := deletion.New(shop(), deletion.WithAuthorizer(func(_ context.Context, a deletion.Action) error {
		if a.Kind == deletion.ActionCount || a.Kind == deletion.ActionPreview {
			return nil
		}
		return errors.New("only administrators delete")
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(svc.Count(ctx, noEmail()))
	_, err = svc.BulkDelete(ctx, noEmail())
	fmt.Println(err)
	// Output:
	// 3 <nil>
	// deletion: denied: authorizer hook: only administrators delete
}

func ExampleWithAfterBatch() {
	ctx := context.Background()
	svc, err := deletion.New(shop(),
		deletion.WithBeforeBatch(func(_ context.Context, c deletion.BatchCandidates) error {
			fmt.Println("stop the campaigns of", c.Keys)
			return nil
		}),
		deletion.WithAfterBatch(func(_ context.Context, e deletion.BatchEvent) error {
			fmt.Println("gone:", e.Deleted)
			for _, s := range e.Survived {
				fmt.Println("still there:", s.Key, s.Cause, s.Association)
			}
			return nil
		}))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = svc.BulkDelete(ctx, noEmail())
	fmt.Println(err)
	// Output:
	// stop the campaigns of [1 3 5]
	// gone: [1 3]
	// still there: 5 restricted open claims
	// <nil>
}

func ExampleWithProgress() {
	ctx := context.Background()
	svc, err := deletion.New(shop(), deletion.WithProgress(func(p deletion.Progress) {
		fmt.Printf("%d of %d\n", p.Done, p.Total)
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = svc.BulkDelete(ctx, noEmail(), deletion.BatchSize(2), deletion.CountFirst())
	fmt.Println(err)
	// Output:
	// 0 of 3
	// 2 of 3
	// 3 of 3
	// <nil>
}

func ExampleBatchTime() {
	ctx := context.Background()
	svc, err := deletion.New(shop(), deletion.WithBatchSize(2))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, pace := range []deletion.Option{deletion.BatchSize(1), deletion.BatchTime(50 * time.Millisecond)} {
		report, err := svc.BulkDelete(ctx, noEmail(), pace, deletion.DryRun())
		fmt.Println(report.Deleted, "in", report.Batches, "batches, the next of at most", report.BatchSize, err)
	}
	// Output:
	// 2 in 3 batches, the next of at most 1 <nil>
	// 2 in 1 batches, the next of at most 1000 <nil>
}

func ExampleCap() {
	ctx := context.Background()
	svc, err := deletion.New(shop(), deletion.WithCap(2))
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := svc.BulkDelete(ctx, noEmail())
	fmt.Println(report.Deleted, report.Stopped, err)
	report, err = svc.BulkDelete(ctx, noEmail(), deletion.Cap(3)) // the owner has looked at it
	fmt.Println(report.Deleted, report.Stopped, err)
	// Output:
	// 0 refused deletion: cap exceeded: at least 3 contacts match, and the cap is 2
	// 2 done <nil>
}

func ExampleCapShare() {
	ctx := context.Background()
	svc, err := deletion.New(shop())
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = svc.BulkDelete(ctx, noEmail(), deletion.CapShare(0.1))
	fmt.Println(err)
	// Output: deletion: cap exceeded: 3 of 6 contacts match, and a share of 0.1 allows 0
}

func ExampleConfirmEverything() {
	ctx := context.Background()
	svc, err := deletion.New(shop())
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = svc.BulkDelete(ctx, where.Everything())
	fmt.Println(err)
	report, err := svc.BulkDelete(ctx, where.Everything(), deletion.ConfirmEverything(6))
	fmt.Println(report.Deleted, err)
	// Output:
	// deletion: deletion of everything is not confirmed: pass ConfirmEverything with the number of contacts that you expect at most
	// 5 <nil>
}

func ExampleDryRun() {
	ctx := context.Background()
	st := shop()
	svc, err := deletion.New(st)
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := svc.BulkDelete(ctx, noEmail(), deletion.DryRun())
	fmt.Println("would delete", report.Deleted, "and keep", report.Skipped, err)
	fmt.Println(len(st.Contacts()), "customers are still there")
	// Output:
	// would delete 2 and keep 1 (1 restricted) <nil>
	// 6 customers are still there
}
