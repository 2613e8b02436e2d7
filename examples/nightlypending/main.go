// Nightlypending empties a pending table night after night: other systems, and a
// rule, put contacts there, each with a reason, and a nightly job deletes them. A
// contact under a legal hold waits for another night; a run that is interrupted
// is taken up; a night that would delete too many is refused until a person says
// so.
//
//	go run ./examples/nightlypending
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/memory"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "nightlypending:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	st, err := crm()
	if err != nil {
		return err
	}
	svc, err := service(st)
	if err != nil {
		return err
	}
	for _, night := range []func(context.Context, *memory.Store, *deletion.Service) error{first, second, third} {
		if err := night(ctx, st, svc); err != nil {
			return err
		}
	}
	fmt.Println("why are they gone?")
	for _, id := range []int{1, 2, 10, 999} {
		if err := why(ctx, svc, id); err != nil {
			return err
		}
	}
	return nil
}

// service never touches contacts on legal hold, and never more than 200 in one
// operation unless somebody says so.
func service(st *memory.Store, more ...deletion.ServiceOption) (*deletion.Service, error) {
	return deletion.New(st, append([]deletion.ServiceOption{
		deletion.WithProtected(onHold()), deletion.WithCap(200), deletion.WithArchive(deletion.ArchiveConfig{}),
	}, more...)...)
}

func first(ctx context.Context, _ *memory.Store, svc *deletion.Service) error {
	fmt.Println("first night")
	if err := put(ctx, svc, "closed the account", 1, 3); err != nil {
		return err
	}
	if err := putUnreachable(ctx, svc); err != nil {
		return err
	}
	if err := nightly(ctx, svc, "night 1"); err != nil {
		return err
	}
	return waiting(ctx, svc)
}

// second is interrupted: after two batches the machine shuts down. The job of
// another machine, or of the same one once it is up again, goes on.
func second(ctx context.Context, st *memory.Store, svc *deletion.Service) error {
	fmt.Println("second night")
	if err := put(ctx, svc, "address bounces", 101, 250); err != nil {
		return err
	}
	shutDown, stop := context.WithCancel(ctx)
	defer stop()
	interrupted, err := service(st, deletion.WithAfterBatch(func(_ context.Context, e deletion.BatchEvent) error {
		if e.Batch == 2 {
			stop()
		}
		return nil
	}))
	if err != nil {
		return err
	}
	if err := nightly(shutDown, interrupted, "night 2"); err != nil {
		fmt.Println("  interrupted:", err)
	}
	done, err := svc.Operations().ResumeInterrupted(ctx)
	show(done)
	if err != nil {
		return err
	}
	return waiting(ctx, svc)
}

// third is refused: an import went wrong, or did it? The hold of contact 2 ends.
func third(ctx context.Context, st *memory.Store, svc *deletion.Service) error {
	fmt.Println("third night")
	held, err := contacts.NewKey(2)
	if err != nil {
		return err
	}
	if err := st.Update(held, memory.Row{"legal_hold": false}); err != nil {
		return err
	}
	if err := put(ctx, svc, "not in the old system any more", 501, 1000); err != nil {
		return err
	}
	if err := nightly(ctx, svc, "night 3"); err != nil {
		return err
	}
	if err := waiting(ctx, svc); err != nil {
		return err
	}
	fmt.Println("  a person has looked at it, and raises the limit")
	refused, err := svc.Operations().List(ctx, deletion.OperationFilter{States: []deletion.State{deletion.StateRefused}})
	if err != nil {
		return err
	}
	for _, op := range refused.Operations {
		if err := raise(ctx, svc, op.ID, 600); err != nil {
			return err
		}
	}
	return waiting(ctx, svc)
}

// raise lets a refused operation delete up to so many. It looks anew at what is in
// the table.
func raise(ctx context.Context, svc *deletion.Service, id string, limit int64) error {
	if _, err := svc.Operations().Resume(ctx, id, deletion.Cap(limit)); err != nil {
		return err
	}
	if _, err := svc.Operations().ProcessDue(ctx); err != nil {
		return err
	}
	op, err := svc.Operations().Get(ctx, id)
	if err != nil {
		return err
	}
	showOne(op)
	return nil
}
