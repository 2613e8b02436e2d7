package deletion

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"strings"
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
	ledger      *store.Ledger
	o           serviceOptions
}

// New makes a service over a store. All faults of the options are reported at
// once, as an [*OptionsError].
func New(st store.Store, options ...ServiceOption) (*Service, error) {
	if err := present(st); err != nil {
		return nil, &OptionsError{Faults: []error{err}}
	}
	schema := st.Schema()
	if err := schema.Validate(); err != nil {
		return nil, fmt.Errorf("deletion: %w", err)
	}
	o, faults := serviceConfig(schema, options)
	if len(faults) > 0 {
		return nil, &OptionsError{Faults: faults}
	}
	if o.archive != nil && st.Ledger() == nil {
		return nil, &OptionsError{Faults: []error{fmt.Errorf("WithArchive: %w", ErrNoLedger)}}
	}
	return &Service{store: st, schema: schema, fingerprint: schema.Fingerprint(), pacing: preferences(st), ledger: st.Ledger(), o: o}, nil
}

// present refuses a nil store, also one that is nil of a type, as a host has it
// that went on in spite of an error.
func present(st store.Store) error {
	if st == nil {
		return errors.New("the store is nil")
	}
	if v := reflect.ValueOf(st); v.Kind() == reflect.Pointer && v.IsNil() {
		return fmt.Errorf("the store is a nil %T; look at the error of the call that opened it", st)
	}
	return nil
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
// checks them all. More is protected as well.
func (s *Service) selection(condition where.Condition, at time.Time, more ...where.Condition) (store.Selection, error) {
	protected := s.o.protected
	for _, c := range more {
		switch {
		case c.IsZero() || c.String() == protected.String():
		case protected.IsZero():
			protected = c
		default:
			protected = where.New().Where(protected).Or().Where(c)
		}
	}
	sel := store.Selection{
		At: at, Condition: condition.Freeze(at), Scope: s.o.scope.Freeze(at), Protected: protected.Freeze(at),
	}
	if _, err := sel.Resolve(s.schema); err != nil {
		return store.Selection{}, s.unselectable(sel, err)
	}
	return sel, nil
}

// unselectable leaves out of the text by which way the condition came to be
// checked, where it is the condition that is wrong.
func (s *Service) unselectable(sel store.Selection, err error) error {
	_, own := sel.Condition.Resolve(s.schema.Catalog())
	if own == nil {
		return fmt.Errorf("deletion: %w", err)
	}
	return &conditionError{text: "deletion: " + strings.TrimPrefix(own.Error(), "where: "), err: err}
}

// conditionError says that a condition is invalid.
type conditionError struct {
	text string
	err  error
}

func (e *conditionError) Error() string { return e.text }

func (e *conditionError) Unwrap() error { return e.err }

// fingerprintOf covers what decides which contacts a run may delete, part by
// part, so that it can be said which of them has changed.
func (s *Service) fingerprintOf(what string) string {
	protected, scope := "", ""
	if s.o.protects {
		protected = s.o.protected.String()
	}
	if s.o.scoped {
		scope = s.o.scope.String()
	}
	parts := []string{what, s.fingerprint, protected, fmt.Sprintf("%q %q", s.o.scopeLabel, scope)}
	for i, part := range parts {
		parts[i] = fingerprintPart(i, part)
	}
	return strings.Join(parts, "-")
}

// fingerprintOfPlan covers in addition what a run takes from the plan: the
// instant and the figures.
func (s *Service) fingerprintOfPlan(p *Plan) string {
	own := fmt.Sprintf("%s %d %d %d %d %d", p.At.UTC().Format(time.RFC3339Nano), p.Total, p.Matched, p.Protected, p.Restricted, p.Deletable)
	return s.fingerprintOf(conditionText(p.Condition)) + "-" + fingerprintPart(planPart, own)
}

func fingerprintPart(i int, text string) string {
	sum := sha256.Sum256([]byte(fmt.Sprintf("2 %d %q", i, text)))
	return hex.EncodeToString(sum[:fingerprintBytes])
}

// planPart is the part that only the fingerprint of a plan has, behind those
// that every fingerprint has.
const planPart = 4

// fingerprintBytes are enough of a hash, of which there are several.
const fingerprintBytes = 16

// differences names the parts in which two fingerprints differ.
func differences(a, b string) []string {
	names := [...]string{"condition", "schema", "protection", "scope", planPart: "plan"}
	theirs, ours := strings.Split(a, "-"), strings.Split(b, "-")
	if len(theirs) != len(ours) || len(ours) > len(names) {
		return nil // not one of this version
	}
	var out []string
	for i := range ours {
		if theirs[i] != ours[i] {
			out = append(out, names[i])
		}
	}
	return out
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
