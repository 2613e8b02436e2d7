package store

import (
	"errors"
	"fmt"
)

// Check returns what is wrong with the request. Every ledger calls it first.
func (r CreateRequest) Check() error {
	o := r.Operation
	errs := []error{
		CheckID(o.Scope, o.ID), checkName("idempotency key", o.Key), checkName("holder", o.Lease.Holder), o.State.Check(),
		checkPositive("the format", o.Format), checkFuture("ReadyIn", r.ReadyIn), checkFuture("DueIn", r.DueIn),
	}
	if o.State.Terminal() || o.State.Resumes() {
		errs = append(errs, errors.New("an operation does not begin in a terminal state, nor paused, nor failed"))
	}
	if o.Left != "" || o.Wanted != WantedNothing {
		errs = append(errs, errors.New("a new operation has left no state, and nothing is wanted of it"))
	}
	if o.Deleted < 0 {
		errs = append(errs, errDeleted)
	}
	switch {
	case r.TTL < 0:
		errs = append(errs, errors.New("the TTL is negative"))
	case r.TTL > 0:
		errs = append(errs, checkGiven("holder", o.Lease.Holder))
	}
	return errors.Join(errs...)
}

var errDeleted = errors.New("the number of deleted contacts is negative")

// Check returns what is wrong with the request. Every ledger calls it first.
func (r ListRequest) Check() error {
	errs := []error{CheckScope(r.Scope), checkPositive("the limit", r.Limit)}
	for _, s := range r.States {
		errs = append(errs, s.Check())
	}
	if r.Ready && (r.After != "" || r.OldestFirst) {
		errs = append(errs, errors.New("the operations that are ready have an order of their own, and one page"))
	}
	return errors.Join(errs...)
}

// Check returns what is wrong with the request. Every ledger calls it first.
func (r AcquireRequest) Check() error {
	return errors.Join(CheckID(r.Scope, r.ID), checkName("holder", r.Holder), checkGiven("holder", r.Holder), checkPositive("the TTL", r.TTL))
}

// Check returns what is wrong with the request. Every ledger calls it first.
func (r RenewRequest) Check() error {
	return errors.Join(CheckID(r.Scope, r.ID), checkPositive("the TTL", r.TTL))
}

// Check returns what is wrong with the request. Every ledger calls it first.
func (r SaveRequest) Check() error {
	errs := []error{CheckID(r.Scope, r.ID), r.Ready.check("Ready"), r.Due.check("Due")}
	if r.State != "" {
		errs = append(errs, r.State.Check())
	}
	if r.Left != "" && !r.State.Resumes() {
		errs = append(errs, errors.New("only what becomes paused or failed leaves a state"))
	}
	if r.Deleted != nil && *r.Deleted < 0 {
		errs = append(errs, errDeleted)
	}
	if r.TTL < 0 {
		errs = append(errs, errors.New("the TTL is negative"))
	}
	return errors.Join(errs...)
}

func (w *When) check(what string) error {
	if w != nil && !w.Never && w.In < 0 {
		return fmt.Errorf("%s is in the past", what)
	}
	return nil
}
