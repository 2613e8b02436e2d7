package deletion

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// ActionKind names what is asked of the service.
type ActionKind string

// The actions that an authorizer is asked for.
const (
	ActionCount      ActionKind = "count"
	ActionPreview    ActionKind = "preview"
	ActionCompare    ActionKind = "compare"
	ActionBulkDelete ActionKind = "bulk delete" // also by Batches
	ActionExecute    ActionKind = "execute"
	ActionDeleteKeys ActionKind = "delete keys" // also by DeleteContact
	ActionSubmit     ActionKind = "submit"
	ActionProcess    ActionKind = "process" // an operation that is due, or goes on
	ActionRestore    ActionKind = "restore"
	ActionPause      ActionKind = "pause"
	ActionCancel     ActionKind = "cancel"
	ActionRetry      ActionKind = "retry"
	ActionExport     ActionKind = "export"
	ActionPeriod     ActionKind = "change the period"
	ActionSwitch     ActionKind = "stop switch"
	ActionRead       ActionKind = "read" // operations, suppressions and the archive

	actionResume ActionKind = "resume" // of the service itself
)

// Action is what the host's authorizer is asked to allow.
type Action struct {
	Kind ActionKind
	// Conditions holds the condition, or those to compare; none for keys.
	Conditions []where.Condition
	// Keys are the contacts that are to be deleted by key.
	Keys []contacts.Key
	// Scope is the label of the service's scope.
	Scope string
	// Operation is the ID of the operation that is meant; empty: none, or a new
	// one.
	Operation string
	// Resumed says that the call goes on with an earlier run.
	Resumed bool
	// DryRun says that nothing will be changed.
	DryRun bool
}

// BatchCandidates is what a before-batch hook is told: the contacts that the
// transaction will try to delete. Those that it does delete are a subset.
type BatchCandidates struct {
	Batch   int // the batch's number in the run, from 1
	Attempt int // from 1; counts all transactions tried for the batch
	Keys    []contacts.Key
}

// BatchEvent is what an after-batch hook is told once a transaction has been
// committed, or a contact was found impossible to delete. A batch that had to
// be divided gives several events.
type BatchEvent struct {
	// Operation is the ID of the operation that the run is, where the store keeps
	// a ledger. Then the event is kept until the function has returned without an
	// error, and told again to who takes the operation up: at least once.
	Operation string
	Again     bool // it may have been told before
	Batch     int  // the batch's number in the run, or in the operation, from 1
	Deleted   []contacts.Key
	// Survived holds the candidates that were not deleted, with the cause.
	Survived []store.Skipped
	// Inferred says that the outcome of the commit was unknown, and Deleted
	// was found out by looking for the contacts afterwards.
	Inferred bool
}

// HookError is the error, or the panic, of one of the host's functions. The
// text contains what the host's error says, and nothing of a panic's value.
type HookError struct {
	Hook     string // "authorizer", "before batch", "after batch", "progress" or "export rows"
	Panicked bool
	Value    any    // what it panicked with
	Stack    []byte // where it panicked
	Err      error  // what it returned
}

// Error names the hook.
func (e *HookError) Error() string {
	if e.Panicked {
		return fmt.Sprintf("%s hook panicked with a %T", e.Hook, e.Value)
	}
	return e.Hook + " hook: " + e.Err.Error()
}

// Unwrap returns what the hook returned, or panicked with where that is an
// error.
func (e *HookError) Unwrap() error {
	if err, ok := e.Value.(error); ok && e.Panicked {
		return err
	}
	return e.Err
}

// call runs a host's function and turns what goes wrong into a *HookError.
func call(hook string, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &HookError{Hook: hook, Panicked: true, Value: v, Stack: debug.Stack()}
		}
	}()
	if err := f(); err != nil {
		return &HookError{Hook: hook, Err: err}
	}
	return nil
}

func (s *Service) authorize(ctx context.Context, a Action) error {
	if err := ctx.Err(); err != nil {
		return &failure{err: err}
	}
	if s.o.authorizer == nil {
		return nil
	}
	a.Scope = s.o.scopeLabel
	a.Conditions, a.Keys = slices.Clone(a.Conditions), slices.Clone(a.Keys)
	if err := call("authorizer", func() error { return s.o.authorizer(ctx, a) }); err != nil {
		return fmt.Errorf("deletion: %w: %w", ErrDenied, err)
	}
	// An answer that comes after the context's end may be one that the
	// authorizer gave up on.
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("deletion: %w: %w", ErrDenied, err)
	}
	return nil
}

func (r *run) before(ctx context.Context, batch, attempt int, keys []contacts.Key) error {
	hook := r.s.o.beforeBatch
	if hook == nil || r.o.dryRun {
		return nil
	}
	return call("before batch", func() error {
		return hook(ctx, BatchCandidates{Batch: batch, Attempt: attempt, Keys: slices.Clone(keys)})
	})
}

func (r *run) after(ctx context.Context, e BatchEvent) error {
	hook := r.s.o.afterBatch
	if hook == nil || r.o.dryRun {
		return nil
	}
	e.Deleted, e.Survived = slices.Clone(e.Deleted), slices.Clone(e.Survived)
	return call("after batch", func() error { return hook(ctx, e) })
}
