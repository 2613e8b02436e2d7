package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// maxName is the length in bytes of what names something in a ledger.
const maxName = 255

// checkNames refuses what not every ledger can keep exactly as a name. Names
// and values come in turn.
func checkNames(pairs ...string) error {
	var errs []error
	for i := 0; i < len(pairs); i += 2 {
		if what, name := pairs[i], pairs[i+1]; len(name) > maxName {
			errs = append(errs, fmt.Errorf("the %s has %d bytes; at most %d are kept", what, len(name), maxName))
		} else {
			errs = append(errs, CheckText(what, name))
		}
	}
	return errors.Join(errs...)
}

// CheckText refuses a text that a ledger does not keep: one that is not valid
// UTF-8 or has a NUL. What names the text in the error.
func CheckText(what, text string) error {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return fmt.Errorf("the %s is not valid UTF-8 without NUL", what)
	}
	return nil
}

func checkPositive[N ~int | ~int64](what string, n N) error {
	if n < 1 {
		return fmt.Errorf("%s is not positive", what)
	}
	return nil
}

func checkGiven(what, name string) error {
	if name == "" {
		return fmt.Errorf("the %s is empty", what)
	}
	return nil
}

func checkFuture(what string, d *time.Duration) error {
	if d != nil && *d < 0 {
		return fmt.Errorf("%s is negative", what)
	}
	return nil
}

// CheckID refuses a scope or an operation's ID that no ledger keeps.
func CheckID(scope, id string) error {
	return errors.Join(checkNames("scope", scope, "operation's ID", id), checkGiven("operation's ID", id))
}

// CheckScope refuses a scope that no ledger keeps.
func CheckScope(scope string) error { return checkNames("scope", scope) }

// CheckIdempotencyKey refuses a scope or an idempotency key that no ledger
// keeps.
func CheckIdempotencyKey(scope, key string) error {
	return errors.Join(checkNames("scope", scope, "idempotency key", key), checkGiven("idempotency key", key))
}

// Check refuses what is unknown.
func (s State) Check() error {
	if !slices.Contains(States(), s) {
		return errors.New("the state is not one of States")
	}
	return nil
}

// Check refuses what is unknown.
func (w Wanted) Check() error {
	switch w {
	case WantedNothing, WantedPause, WantedCancel:
		return nil
	}
	return errors.New("what is wanted is neither nothing, nor a pause, nor a cancellation")
}

// Check returns what is wrong with the request. Every ledger calls it first.
func (r CreateRequest) Check() error {
	o := r.Operation
	errs := []error{
		CheckID(o.Scope, o.ID), checkNames("idempotency key", o.Key, "holder", o.Lease.Holder), o.State.Check(),
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
	return errors.Join(CheckID(r.Scope, r.ID), checkNames("holder", r.Holder), checkGiven("holder", r.Holder), checkPositive("the TTL", r.TTL))
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
