package deletion

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// BulkDeletionService is what host code depends on that deletes contacts.
// [Service] implements it.
type BulkDeletionService interface {
	// BulkDelete deletes the contacts that match; see [Service.BulkDelete].
	BulkDelete(ctx context.Context, condition where.Condition, options ...Option) (Report, error)
	// Count counts the contacts that match; see [Service.Count].
	Count(ctx context.Context, condition where.Condition) (int64, error)
}

var _ BulkDeletionService = (*Service)(nil)

// Service deletes contacts. It is immutable and safe for concurrent use; its
// calls start no goroutines.
type Service struct {
	store       store.Store
	schema      contacts.Schema
	fingerprint string       // of the schema
	pacing      store.Pacing // what the store prefers
	o           serviceOptions
}

// New makes a service over a store. All faults of the options are reported at
// once, as an [*OptionsError].
func New(st store.Store, options ...ServiceOption) (*Service, error) {
	if st == nil {
		return nil, &OptionsError{Faults: []error{errors.New("the store is nil")}}
	}
	schema := st.Schema()
	if err := schema.Validate(); err != nil {
		return nil, fmt.Errorf("deletion: %w", err)
	}
	o, faults := serviceConfig(schema, options)
	if len(faults) > 0 {
		return nil, &OptionsError{Faults: faults}
	}
	return &Service{store: st, schema: schema, fingerprint: schema.Fingerprint(), pacing: preferences(st), o: o}, nil
}

// Count returns how many contacts match and are in scope and not protected.
func (s *Service) Count(ctx context.Context, condition where.Condition) (int64, error) {
	sel, err := s.selection(condition, now())
	if err != nil {
		return 0, err
	}
	if err := s.authorize(ctx, Action{Kind: ActionCount, Conditions: []where.Condition{condition}}); err != nil {
		return 0, err
	}
	counts, err := s.reader().count(ctx, store.CountRequest{Selection: sel})
	return counts.Contacts, err
}

// now is the instant of a run: in UTC, as exact as stored times are.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// selection freezes the condition and the service's own at the instant, and
// checks them all.
func (s *Service) selection(condition where.Condition, at time.Time) (store.Selection, error) {
	sel := store.Selection{
		At: at, Condition: condition.Freeze(at), Scope: s.o.scope.Freeze(at), Protected: s.o.protected.Freeze(at),
	}
	if _, err := sel.Resolve(s.schema); err != nil {
		return store.Selection{}, fmt.Errorf("deletion: %w", err)
	}
	return sel, nil
}

// fingerprintOf covers what decides which contacts a run may delete.
func (s *Service) fingerprintOf(what string) string {
	h := sha256.New()
	protected, scope := "", ""
	if s.o.protects {
		protected = s.o.protected.String()
	}
	if s.o.scoped {
		scope = s.o.scope.String()
	}
	fmt.Fprintf(h, "1 %q %q %q %q %q", what, s.fingerprint, protected, s.o.scopeLabel, scope)
	return hex.EncodeToString(h.Sum(nil))
}

func conditionText(c where.Condition) string { return "condition " + c.String() }

// unrestricted adds to the condition that no restrict association holds the
// contact back.
func (s *Service) unrestricted(c where.Condition) where.Condition {
	free, restricts := s.schema.Unrestricted()
	if !restricts {
		return c
	}
	return where.All(c, free)
}
