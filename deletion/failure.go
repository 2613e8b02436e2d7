package deletion

import (
	"context"
	"errors"
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// failure is an error of the store. Its text is safe to log even when an
// adapter forgot to hide what its driver said.
type failure struct {
	op  string
	err error
}

func (e *failure) Error() string {
	if e.op == "" {
		return "deletion: " + safeText(e.err)
	}
	return "deletion: " + e.op + ": " + safeText(e.err)
}

func (e *failure) Unwrap() error { return e.err }

// safeText describes an error without any text that may contain contact data.
func safeText(err error) string {
	var fromStore *store.Error
	var invalid *where.InvalidError
	var schema *contacts.SchemaError
	var hook *HookError
	var failed *failure
	switch {
	case errors.As(err, &failed):
		return failed.Error()
	case errors.As(err, &hook):
		return hook.Hook + " hook failed"
	case errors.As(err, &fromStore):
		return fromStore.Error()
	case errors.As(err, &invalid):
		return invalid.Error()
	case errors.As(err, &schema):
		return schema.Error()
	}
	for _, known := range [...]error{
		context.Canceled, context.DeadlineExceeded, store.ErrOutcomeUnknown, store.ErrContention, store.ErrTransient, store.ErrStatementTimeout,
		store.ErrConstraint, store.ErrTooManyRows, store.ErrReadOnly, store.ErrFull, store.ErrUnsafe, store.ErrInvalidRequest,
		ErrInvalidOption, ErrInvalidKey, ErrDenied, ErrNotConfirmed, ErrCapExceeded, ErrDrift, ErrPinLimit, ErrNoProgress, errContract,
		ErrNoLedger, ErrNotFound, ErrState, ErrHeld, ErrLeaseLost, store.ErrInterrupted, ErrStopped, ErrKeyUsed, ErrRecord, ErrInvalidRequest, errKeysLost,
	} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return fmt.Sprintf("unexpected error of type %T", err)
}
