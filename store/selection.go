package store

import (
	"errors"
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// Predicates is a selection that has been checked against a schema.
type Predicates struct {
	Condition where.Predicate
	Scope     where.Predicate // true for all contacts where none was given
	// Unprotected is the negation of the selection's Protected: a contact is
	// unprotected only when this is true.
	Unprotected where.Predicate
	// Guarded reports whether there is a scope, a protection or an heir at all.
	Guarded bool
}

// Resolve checks the selection against the schema, for what only reads. All
// faults are reported at once, as where.InvalidError does.
func (s Selection) Resolve(schema contacts.Schema) (Predicates, error) {
	return s.resolve(schema, false)
}

func (s Selection) resolve(schema contacts.Schema, deletes bool) (Predicates, error) {
	var out Predicates
	var conditionErr, scopeErr, protectedErr error
	cat := schema.Catalog()
	out.Condition, conditionErr = s.Condition.Freeze(s.At).Resolve(cat)
	scope, unprotected := where.Everything(), []where.Condition{where.Everything()}
	if !s.Scope.IsZero() {
		scope, out.Guarded = s.Scope, true
	}
	if !s.Protected.IsZero() {
		protected := s.Protected.Freeze(s.At)
		var p where.Predicate
		p, protectedErr = protected.Resolve(cat)
		// What protects nobody, such as an empty list of keys, is always true
		// when it is negated, which is refused everywhere else.
		if _, nobody := p.Root().(where.Constant); !nobody || protected.IsEverything() {
			unprotected, out.Guarded = append(unprotected, where.New().WhereNot(protected)), true
		}
	}
	if heirs, ok := schema.Heirs(); ok && deletes {
		unprotected, out.Guarded = append(unprotected, where.New().WhereNot(heirs)), true
	}
	out.Scope, scopeErr = scope.Freeze(s.At).Resolve(cat)
	if protectedErr == nil {
		out.Unprotected, protectedErr = where.All(unprotected...).Resolve(cat)
	}
	return out, errors.Join(
		wrap("condition", conditionErr), wrap("scope", scopeErr), wrap("protected", protectedErr))
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store: %s: %w", what, err)
}
