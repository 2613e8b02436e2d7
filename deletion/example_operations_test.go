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

// office is a store with a ledger and six customers. Those with an odd number
// have no email.
func office() *memory.Store {
	st, err := memory.New(contacts.Schema{
		Table: "customers",
		Key:   []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id"), contacts.Text("email"), contacts.Time("created"), contacts.Bool("legal_hold"),
		},
	}, memory.WithLedger())
	if err != nil {
		panic(err)
	}
	for id := 1; id <= 6; id++ {
		row := memory.Row{"id": id, "created": time.Date(2020, 1, id, 0, 0, 0, 0, time.UTC), "legal_hold": id == 3}
		if id%2 == 0 {
			row["email"] = fmt.Sprintf("customer%d@example.com", id)
		}
		if err := st.Insert(row); err != nil {
			panic(err)
		}
	}
	return st
}

// officer is a service over a store, as the examples need it.
func officer(st *memory.Store, options ...deletion.ServiceOption) *deletion.Service {
	svc, err := deletion.New(st, options...)
	if err != nil {
		panic(err)
	}
	return svc
}

// customers are keys of customers.
func customers(ids ...int) []contacts.Key {
	keys, err := contacts.Keys(ids...)
	if err != nil {
		panic(err)
	}
	return keys
}

// A request is on record with who asked for it and why. Until its period is over
// its contacts are suppressed, with all of their data. The same request under the
// same key is the same operation.
func ExampleOperations_Submit() {
	ctx := context.Background()
	svc := officer(office())
	request := deletion.Request{Condition: noEmail(), Reason: "no email", By: "ada", IdempotencyKey: "ticket 7"}
	op, err := svc.Operations().Submit(ctx, request)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(op.State, op.Condition, op.Suppressed, op.Period, op.Reason)

	again, err := svc.Operations().Submit(ctx, request)
	fmt.Println(again.ID == op.ID, err)
	request.Condition = where.Everything()
	_, err = svc.Operations().Submit(ctx, request, deletion.ConfirmEverything(10))
	fmt.Println(errors.Is(err, deletion.ErrKeyUsed))
	_, err = svc.Operations().Submit(ctx, deletion.Request{Reason: "none"})
	fmt.Println(err)
	// Output:
	// pending (created < ? AND email IS EMPTY) 3 48h0m0s no email
	// true <nil>
	// true
	// deletion: invalid request: it names its contacts in 0 ways; give one of Condition, Keys, KeyStream and Pending
}

func ExampleOperations_Restore() {
	ctx := context.Background()
	svc := officer(office())
	op, err := svc.Operations().Submit(ctx, deletion.Request{Condition: noEmail()})
	if err != nil {
		fmt.Println(err)
		return
	}
	op, err = svc.Operations().Restore(ctx, op.ID)
	fmt.Println(op.State, op.Restored, err)

	_, err = svc.Operations().Restore(ctx, op.ID)
	var state *deletion.StateError
	fmt.Println(errors.As(err, &state) && state.State == deletion.StateCancelled, state.Why)
	// Output:
	// cancelled 3 <nil>
	// true nothing of it is suppressed any more
}

func ExampleOperations_RestoreKeys() {
	ctx := context.Background()
	svc := officer(office())
	op, err := svc.Operations().Submit(ctx, deletion.Request{Condition: noEmail()})
	if err != nil {
		fmt.Println(err)
		return
	}
	restored, err := svc.Operations().RestoreKeys(ctx, op.ID, customers(1, 2)...)
	fmt.Println("restored", restored, err) // 2 was never suppressed
	op, err = svc.Operations().Get(ctx, op.ID)
	fmt.Println(op.State, op.Targets, err)
	// Output:
	// restored [1] <nil>
	// pending 2 <nil>
}

// A host calls it every few minutes, from as many processes as it likes.
func ExampleOperations_ProcessDue() {
	ctx := context.Background()
	svc := officer(office())
	for _, q := range []deletion.Request{
		{Keys: customers(2, 4), Period: deletion.AtOnce(), IdempotencyKey: "now"},
		{Keys: customers(6), Period: deletion.After(30 * 24 * time.Hour), IdempotencyKey: "in a month"},
	} {
		if _, err := svc.Operations().Submit(ctx, q); err != nil {
			fmt.Println(err)
			return
		}
	}
	done, err := svc.Operations().ProcessDue(ctx, deletion.TimeLimit(10*time.Minute))
	for _, p := range done {
		fmt.Println(p.Operation.Key, p.Operation.State, p.Report.Deleted, p.Err)
	}
	fmt.Println(err)
	// Output:
	// now completed 2 <nil>
	// <nil>
}

// What a process has left, when it was told to stop or was killed, another one
// finishes. Every contact is deleted and counted once.
func ExampleOperations_ResumeInterrupted() {
	st := office()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	svc := officer(st, deletion.WithAfterBatch(func(context.Context, deletion.BatchEvent) error {
		cancel() // the machine shuts down
		return nil
	}))
	report, err := svc.BulkDelete(ctx, noEmail(), deletion.BatchSize(2))
	fmt.Println(report.Deleted, errors.Is(err, context.Canceled))

	done, err := officer(st).Operations().ResumeInterrupted(context.WithoutCancel(ctx))
	for _, p := range done {
		fmt.Println(p.Report.Deleted, "of", p.Operation.Deleted, p.Operation.State)
	}
	fmt.Println(err)
	// Output:
	// 2 true
	// 1 of 3 completed
	// <nil>
}

// What a cap refused runs once a person has raised it.
func ExampleOperations_Resume() {
	ctx := context.Background()
	svc := officer(office(), deletion.WithCap(2))
	report, err := svc.BulkDelete(ctx, noEmail())
	fmt.Println(report.Deleted, err)
	report, err = svc.Operations().Resume(ctx, report.Operation, deletion.Cap(3))
	fmt.Println(report.Deleted, err)
	// Output:
	// 0 deletion: cap exceeded: at least 3 contacts match, and the cap is 2
	// 3 <nil>
}

// A person pauses what runs, here after its first batch, and ends it. What is
// deleted stays deleted.
func ExampleOperations_Pause() {
	ctx := context.Background()
	st := office()
	desk := officer(st).Operations() // in another process, perhaps
	svc := officer(st, deletion.WithAfterBatch(func(ctx context.Context, e deletion.BatchEvent) error {
		_, err := desk.Pause(ctx, e.Operation)
		return err
	}))
	report, err := svc.BulkDelete(ctx, noEmail(), deletion.BatchSize(1))
	fmt.Println(report.Deleted, report.Stopped, err)
	done, err := desk.ProcessDue(ctx)
	fmt.Println(len(done), err) // only Resume goes on with it

	op, err := desk.Cancel(ctx, report.Operation)
	fmt.Println(op.State, op.Deleted, err)
	// Output:
	// 1 paused on request <nil>
	// 0 <nil>
	// cancelled 1 <nil>
}

func ExampleOperations_Cancel() {
	ctx := context.Background()
	svc := officer(office())
	op, err := svc.Operations().Submit(ctx, deletion.Request{Condition: noEmail()})
	if err != nil {
		fmt.Println(err)
		return
	}
	op, err = svc.Operations().Cancel(ctx, op.ID)
	fmt.Println(op.State, op.Deleted, op.Released, err)
	// Output: cancelled 0 3 <nil>
}

// The stop switch keeps every process from deleting, until it is turned off.
func ExampleOperations_Stop() {
	ctx := context.Background()
	svc := officer(office())
	if err := svc.Operations().Stop(ctx, "the disk is full"); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(svc.Operations().Stopped(ctx))
	_, err := svc.BulkDelete(ctx, noEmail())
	fmt.Println(err)

	if err := svc.Operations().Start(ctx); err != nil {
		fmt.Println(err)
		return
	}
	report, err := svc.BulkDelete(ctx, noEmail())
	fmt.Println(report.Deleted, err)
	// Output:
	// true the disk is full <nil>
	// deletion: the stop switch is on
	// 3 <nil>
}
