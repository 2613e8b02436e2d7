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

// checkName refuses what not every ledger can keep exactly as a name.
func checkName(what, name string) error {
	if len(name) > maxName {
		return fmt.Errorf("the %s has %d bytes; at most %d are kept", what, len(name), maxName)
	}
	return CheckText(what, name)
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
	return errors.Join(checkName("scope", scope), checkName("operation's ID", id), checkGiven("operation's ID", id))
}

// CheckScope refuses a scope that no ledger keeps.
func CheckScope(scope string) error { return checkName("scope", scope) }

// CheckIdempotencyKey refuses a scope or an idempotency key that no ledger
// keeps.
func CheckIdempotencyKey(scope, key string) error {
	return errors.Join(checkName("scope", scope), checkName("idempotency key", key), checkGiven("idempotency key", key))
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
