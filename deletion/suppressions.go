package deletion

import (
	"context"
	"errors"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// Suppressions knows which contacts are suppressed: submitted for deletion, with
// all their data intact. Its methods fail with ErrNoLedger where the store keeps
// no ledger.
type Suppressions struct{ s *Service }

// Suppressions returns the part of the service that knows what is suppressed.
func (s *Service) Suppressions() Suppressions { return Suppressions{s} }

// Purpose is what a host wants to do with a contact.
type Purpose string

// The purposes. A suppressed contact is neither sent to, nor created again under
// its key, nor imported, nor taken along a journey, nor shown. It can always opt
// out.
const (
	Sending   Purpose = "sending"
	Creating  Purpose = "creating"
	Importing Purpose = "importing"
	Journey   Purpose = "journey"
	Showing   Purpose = "showing"
	OptingOut Purpose = "opting out"
)

// Suppressed says that a contact is suppressed.
type Suppressed struct {
	Key       contacts.Key
	Operation string
	State     State     // of the operation
	Due       time.Time // when it will be deleted; zero: not known yet, or it is being deleted
}

// Check returns those of the keys that are suppressed for the purpose. It asks
// the store once for all of them, by an index. An unknown purpose is an error.
func (u Suppressions) Check(ctx context.Context, purpose Purpose, keys ...contacts.Key) ([]Suppressed, error) {
	switch purpose {
	case Sending, Creating, Importing, Journey, Showing:
	case OptingOut:
		return nil, nil
	default:
		return nil, &RequestError{Faults: []error{errors.New("there is no such purpose; use one of the constants, such as deletion.Sending")}}
	}
	if err := u.s.needsLedger(); err != nil {
		return nil, err
	}
	keys, err := u.s.checkedKeys(keys)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	if err := u.s.authorize(ctx, Action{Kind: ActionRead, Keys: keys}); err != nil {
		return nil, err
	}
	var found []store.Suppressed
	err = u.s.reader().try(ctx, "look for suppressed contacts", func() (err error) {
		found, err = u.s.ledger.Targets.Suppressed(ctx, u.s.o.scopeLabel, keys)
		return err
	})
	return suppressed(found), err
}

func suppressed(found []store.Suppressed) []Suppressed {
	out := make([]Suppressed, len(found))
	for i, f := range found {
		out[i] = Suppressed{Key: f.Key, Operation: f.Operation, State: f.State, Due: f.Due}
	}
	return out
}

// SuppressionFilter chooses suppressed contacts.
type SuppressionFilter struct {
	// Restorable asks only for those that can be restored now.
	Restorable bool
	After      string // the Next of the page before
	// Limit is the most contacts in the page, 1 to 1000; 0 is 100.
	Limit int
}

// SuppressionList is a page of suppressed contacts.
type SuppressionList struct {
	Suppressed []Suppressed
	Next       string
	More       bool
}

// List returns suppressed contacts.
func (u Suppressions) List(ctx context.Context, f SuppressionFilter) (SuppressionList, error) {
	if f.Limit == 0 {
		f.Limit = defaultList
	}
	if f.Limit < 0 || f.Limit > maxList {
		return SuppressionList{}, &RequestError{Faults: []error{errors.New("the limit is outside 1 to 1000")}}
	}
	if err := u.s.readable(ctx, ""); err != nil {
		return SuppressionList{}, err
	}
	var page store.SuppressionPage
	err := u.s.reader().try(ctx, "list suppressed contacts", func() (err error) {
		page, err = u.s.ledger.Targets.Suppressions(ctx, store.SuppressionsRequest{
			Scope: u.s.o.scopeLabel, After: store.Cursor(f.After), Limit: f.Limit, Restorable: f.Restorable,
		})
		return err
	})
	return SuppressionList{Suppressed: suppressed(page.Suppressed), Next: string(page.Next), More: page.More}, err
}

// Period returns the suppression period in force.
func (u Suppressions) Period(ctx context.Context) (time.Duration, error) {
	if err := u.s.needsLedger(); err != nil {
		return 0, err
	}
	return u.s.period(ctx)
}

// SetPeriod changes the suppression period of the service's scope, for the
// operations that are submitted afterwards, by any process. It holds until it is
// changed again, whatever [WithSuppressionPeriod] says.
func (u Suppressions) SetPeriod(ctx context.Context, d time.Duration) error {
	if d < 0 {
		return &RequestError{Faults: []error{errors.New("the period is negative")}}
	}
	if err := u.s.needsLedger(); err != nil {
		return err
	}
	if err := u.s.authorize(ctx, Action{Kind: ActionPeriod}); err != nil {
		return err
	}
	return u.s.change(ctx, store.SettingChange{Period: &d})
}
