package deletion

import (
	"fmt"
	"slices"

	"github.com/contactsweep/contactsweep/store"
)

// walkBy returns the field that a run for the selection walks by, "" for the
// key. A walk by a field does not meet the contacts in which it has no value, so
// that only a selection which demands one may go by it: nobody is left out
// without a word.
func (s *Service) walkBy(o callOptions, sel store.Selection) (string, error) {
	by := o.walkBy
	switch {
	case o.resumed() && by != "" && by != o.from.by:
		return "", &DriftError{Changed: true, Differs: []string{"walk"}}
	case o.resumed():
		return o.from.by, nil
	case by == "":
		by = s.o.walkBy
	}
	if by == "" {
		return "", nil
	}
	is, err := sel.Resolve(s.schema)
	switch {
	case err != nil:
		return "", fmt.Errorf("deletion: %w", err)
	case is.Condition.Requires(by) || is.Scope.Requires(by):
		return by, nil
	case o.walkBy == "":
		return "", nil
	}
	return "", &OptionsError{Faults: []error{fmt.Errorf("WalkBy: the condition may be true for contacts without a value of %q, "+
		"which a walk by it does not meet; compare the field, or add WhereKnown(%q)", by, by)}}
}

// concerning leaves out what is only about walks by another field.
func concerning(by string, findings []store.Finding) []store.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f store.Finding) bool { return f.Walk != "" && f.Walk != by })
}
