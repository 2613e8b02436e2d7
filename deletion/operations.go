package deletion

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/contactsweep/contactsweep/store"
)

// Operations are the deletions on record: those that were submitted, and every
// run of a service whose store keeps a ledger. Its methods fail with ErrNoLedger
// where it keeps none, and find only operations of the service's scope.
type Operations struct{ s *Service }

// Operations returns the part of the service that keeps operations.
func (s *Service) Operations() Operations { return Operations{s} }

func (s *Service) get(ctx context.Context, id string) (op store.Operation, err error) {
	err = s.reader().try(ctx, "read the operation", func() (err error) {
		op, err = s.ledger.Operations.Get(ctx, s.o.scopeLabel, id)
		return err
	})
	return op, err
}

// readable refuses who may not read what the ledger knows.
func (s *Service) readable(ctx context.Context, id string) error {
	if err := s.needsLedger(); err != nil {
		return err
	}
	return s.authorize(ctx, Action{Kind: ActionRead, Operation: id})
}

// Get returns an operation, or ErrNotFound.
func (o Operations) Get(ctx context.Context, id string) (Operation, error) {
	if err := o.s.readable(ctx, id); err != nil {
		return Operation{}, err
	}
	op, err := o.s.get(ctx, id)
	if err != nil {
		return Operation{}, err
	}
	return o.s.view(op)
}

// OperationFilter chooses operations.
type OperationFilter struct {
	States []State // none: all
	// From and Until bound the time of creation: from From on, before Until; zero:
	// no bound.
	From, Until time.Time
	OldestFirst bool
	// After is the Next of the page before.
	After string
	// Limit is the most operations in the page, 1 to 1000; 0 is 100.
	Limit int
}

func (f OperationFilter) check() error {
	var faults []error
	if f.Limit < 0 || f.Limit > maxList {
		faults = append(faults, errors.New("the limit is outside 1 to 1000"))
	}
	for _, s := range f.States {
		if !slices.Contains(store.States(), s) {
			faults = append(faults, fmt.Errorf("there is no state %q; use the constants, such as deletion.StatePending", s))
		}
	}
	if len(faults) > 0 {
		return &RequestError{Faults: faults}
	}
	return nil
}

// OperationList is a page of operations.
type OperationList struct {
	Operations []Operation
	// Next asks for the page behind it, where More is true. Operations that arrive
	// meanwhile shift nothing.
	Next string
	More bool
}

const (
	defaultList = 100
	maxList     = 1000
)

// List returns operations by the time of their creation, the newest first. One
// whose record cannot be read is there with its ID, state and times.
func (o Operations) List(ctx context.Context, f OperationFilter) (OperationList, error) {
	if f.Limit == 0 {
		f.Limit = defaultList
	}
	if err := f.check(); err != nil {
		return OperationList{}, err
	}
	if err := o.s.readable(ctx, ""); err != nil {
		return OperationList{}, err
	}
	var page store.OperationPage
	err := o.s.reader().try(ctx, "list operations", func() (err error) {
		page, err = o.s.ledger.Operations.List(ctx, store.ListRequest{
			Scope: o.s.o.scopeLabel, States: f.States, From: f.From, Until: f.Until, OldestFirst: f.OldestFirst,
			After: store.Cursor(f.After), Limit: f.Limit, Documents: true,
		})
		return err
	})
	if err != nil {
		return OperationList{}, err
	}
	out := OperationList{Next: string(page.Next), More: page.More}
	for _, op := range page.Operations {
		view, err := o.s.view(op)
		if err != nil && !errors.Is(err, ErrRecord) {
			return out, err
		}
		out.Operations = append(out.Operations, view)
	}
	return out, nil
}
