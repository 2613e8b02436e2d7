package where

import (
	"errors"
	"slices"
	"strings"
)

// ErrInvalid is in the chain of every error that [Condition.Validate] and
// [Condition.Resolve] return.
var ErrInvalid = errors.New("invalid condition")

// InvalidError lists everything that is wrong with a condition. It matches
// [ErrInvalid], and each of its terms' causes, with errors.Is. Its text never
// contains the condition's values.
type InvalidError struct {
	Terms []TermError // at least one
}

// TermError is one mistake and the term that it belongs to.
type TermError struct {
	Term string // the term's text without its values, such as `email = ?`
	Err  error
}

// distinct leaves out unknown names that are reported already: a condition may
// read the same field in several terms.
func distinct(faults []TermError) []TermError {
	seen := map[string]bool{}
	return slices.DeleteFunc(faults, func(f TermError) bool {
		var unknown *unknownNameError
		if !errors.As(f.Err, &unknown) {
			return false
		}
		said := seen[unknown.name]
		seen[unknown.name] = true
		return said
	})
}

// Error lists all mistakes on one line.
func (e *InvalidError) Error() string {
	parts := make([]string, len(e.Terms))
	for i, t := range e.Terms {
		parts[i] = t.Error()
	}
	return "where: invalid condition: " + strings.Join(parts, "; ")
}

// Unwrap returns ErrInvalid and the terms' causes.
func (e *InvalidError) Unwrap() []error {
	out := []error{ErrInvalid}
	for _, t := range e.Terms {
		out = append(out, t)
	}
	return out
}

// Error names the term and what is wrong with it.
func (e TermError) Error() string {
	if e.Term == "" {
		return e.Err.Error()
	}
	return e.Term + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e TermError) Unwrap() error { return e.Err }
