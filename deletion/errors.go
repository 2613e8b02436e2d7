package deletion

import (
	"errors"
	"fmt"
	"strings"

	"github.com/contactsweep/contactsweep/store"
)

// Reasons for which a call is refused or stopped. Use errors.Is; most come
// with a type that holds the figures.
var (
	// ErrInvalidOption: an option is wrong; see [OptionsError].
	ErrInvalidOption = errors.New("invalid option")
	// ErrInvalidKey: a key is not one of the schema's; see [KeysError].
	ErrInvalidKey = errors.New("invalid key")
	// ErrDenied: the host's authorizer did not allow the action.
	ErrDenied = errors.New("denied")
	// ErrNotConfirmed: the condition matches everything, and the call did not
	// confirm that, or there are more contacts than it confirmed; see
	// [NotConfirmedError].
	ErrNotConfirmed = errors.New("deletion of everything is not confirmed")
	// ErrCapExceeded: more contacts match than a cap allows; see [CapError].
	ErrCapExceeded = errors.New("cap exceeded")
	// ErrDrift: what was previewed, or begun, is not what would be deleted
	// now; see [DriftError].
	ErrDrift = errors.New("drifted")
	// ErrUnsafe: the store's Verify found something that would lose data; see
	// [UnsafeError].
	ErrUnsafe = store.ErrUnsafe
	// ErrPinLimit: there are more targets than can be kept in memory; see
	// [PinLimitError].
	ErrPinLimit = errors.New("too many targets to keep in memory")
	// ErrNoProgress: batch after batch, no contact could be deleted.
	ErrNoProgress = errors.New("no progress")

	errContract = errors.New("the store broke its contract")
)

// OptionsError lists everything that is wrong with the options of a call.
type OptionsError struct {
	Faults []error // at least one
}

// Error lists all faults on one line.
func (e *OptionsError) Error() string { return "deletion: invalid option: " + list(e.Faults) }

// Unwrap returns ErrInvalidOption and the faults.
func (e *OptionsError) Unwrap() []error { return append([]error{ErrInvalidOption}, e.Faults...) }

// KeysError lists the keys of a call that are wrong, by their position and
// without their values.
type KeysError struct {
	Faults []error // at least one
}

// Error lists the faults on one line, the first ten of many.
func (e *KeysError) Error() string {
	const most = 10
	if n := len(e.Faults); n > most {
		return fmt.Sprintf("deletion: invalid key: %s; and %d more", list(e.Faults[:most]), n-most)
	}
	return "deletion: invalid key: " + list(e.Faults)
}

// Unwrap returns ErrInvalidKey and the faults.
func (e *KeysError) Unwrap() []error { return append([]error{ErrInvalidKey}, e.Faults...) }

func list(errs []error) string {
	parts := make([]string, len(errs))
	for i, err := range errs {
		parts[i] = err.Error()
	}
	return strings.Join(parts, "; ")
}

// NotConfirmedError says that [where.Everything] was not confirmed.
type NotConfirmedError struct {
	AtMost int64 // what was confirmed; 0: nothing
	Total  int64 // the contacts in scope, counted up to AtMost+1
}

// Error says what is missing.
func (e *NotConfirmedError) Error() string {
	if e.AtMost == 0 {
		return "deletion: " + ErrNotConfirmed.Error() + ": pass ConfirmEverything with the number of contacts that you expect at most"
	}
	return fmt.Sprintf("deletion: %s: at most %s confirmed, and there are more", ErrNotConfirmed, number(e.AtMost, "contact was", "contacts were"))
}

// Unwrap returns ErrNotConfirmed.
func (e *NotConfirmedError) Unwrap() error { return ErrNotConfirmed }

// CapError says that a cap refused the run. Nothing was deleted by the call.
type CapError struct {
	Cap     int64   // the largest number of contacts allowed
	Share   float64 // the share that Cap was computed from; 0: a plain number
	Matched int64   // the contacts that match
	AtLeast bool    // Matched was counted only up to Cap+1
	Total   int64   // all contacts, where Share is set
	UsedUp  bool    // the run that was to go on has used its cap up
}

// Error gives the figures.
func (e *CapError) Error() string {
	if e.UsedUp {
		return "deletion: " + ErrCapExceeded.Error() + ": the run has used its cap up; go on with a new Cap, or start anew"
	}
	least := ""
	if e.AtLeast {
		least = "at least "
	}
	if e.Share > 0 {
		return fmt.Sprintf("deletion: %s: %s%d of %d contacts match, and a share of %g allows %d", ErrCapExceeded, least, e.Matched, e.Total, e.Share, e.Cap)
	}
	return fmt.Sprintf("deletion: %s: %s%s, and the cap is %d", ErrCapExceeded, least, number(e.Matched, "contact matches", "contacts match"), e.Cap)
}

// Unwrap returns ErrCapExceeded.
func (e *CapError) Unwrap() error { return ErrCapExceeded }

// DriftError says that a plan, or a [Next], does not fit what would be deleted
// now.
type DriftError struct {
	// Changed says that the condition, the schema, the protection or the scope
	// is another one, that the plan's instant or numbers were edited, or that a
	// [Next] is one of another kind of call or of another plan. Otherwise more
	// contacts match than were previewed.
	Changed bool
	// Differs names what has changed, as far as that is known: "condition",
	// "schema", "protection", "scope", "kind of call", "plan" or "walk".
	Differs   []string
	Previewed int64
	Tolerance int64
	Matched   int64 // counted up to Previewed+Tolerance+1
}

// Error says what drifted.
func (e *DriftError) Error() string {
	if e.Changed {
		what, are := strings.Join(e.Differs, " and the "), "is not the one"
		switch len(e.Differs) {
		case 0:
			what = "kind of call, plan, condition, schema, protection or scope"
		case 1:
		default:
			are = "are not those"
		}
		return "deletion: " + ErrDrift.Error() + ": the " + what + " " + are + " that the run or preview began with"
	}
	return fmt.Sprintf("deletion: %s: %s previewed with a tolerance of %d, and more match now", ErrDrift, number(e.Previewed, "contact was", "contacts were"), e.Tolerance)
}

// Unwrap returns ErrDrift.
func (e *DriftError) Unwrap() error { return ErrDrift }

// UnsafeError lists the fatal findings of the store's Verify.
type UnsafeError struct {
	Findings []store.Finding // at least one
}

// Error lists the findings.
func (e *UnsafeError) Error() string {
	parts := make([]string, len(e.Findings))
	for i, f := range e.Findings {
		parts[i] = f.String()
	}
	return "deletion: unsafe: " + strings.Join(parts, "; ")
}

// Unwrap returns ErrUnsafe.
func (e *UnsafeError) Unwrap() error { return ErrUnsafe }

// PinLimitError says that there are more targets than can be fixed in memory.
type PinLimitError struct {
	Limit int
}

// Error says what can be done.
func (e *PinLimitError) Error() string {
	return fmt.Sprintf("deletion: %s: the condition reads what the run itself changes, so all targets are fixed before the first batch, "+
		"and there are more than %d; narrow the condition or raise WithPinLimit", ErrPinLimit, e.Limit)
}

// Unwrap returns ErrPinLimit.
func (e *PinLimitError) Unwrap() error { return ErrPinLimit }
