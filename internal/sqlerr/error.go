package sqlerr

import (
	"context"
	"errors"

	"github.com/contactsweep/contactsweep/internal/dialect"
)

// Error is a failure of the database. Its text says what was tried, the class
// and the code, and never what the driver said, because drivers quote values;
// errors.As reaches the driver's own error.
type Error struct {
	Diagnosis
	Op  string // what was tried, such as "scheduler: claim a slot"
	Err error  // the driver's, or the context's that ended
}

// Wrap makes an Error of what a driver returned, nil of nil. It keeps an Error
// as it is, and when the context has ended, that is the cause: drivers say
// anything of an interrupted statement.
func Wrap(ctx context.Context, d dialect.Dialect, op string, err error) error {
	var known *Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	if ended := ctx.Err(); ended != nil {
		return &Error{Op: op, Err: ended}
	}
	return &Error{Diagnosis: Diagnose(d, err), Op: op, Err: err}
}

// Error returns the text without the driver's.
func (e *Error) Error() string {
	text := e.Op + ": " + e.Class.String()
	for _, ended := range [...]error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(e.Err, ended) {
			text = e.Op + ": " + ended.Error()
		}
	}
	if e.Code != "" {
		text += " (code " + e.Code + ")"
	}
	return text
}

// Unwrap returns the driver's error, or the context's.
func (e *Error) Unwrap() error { return e.Err }
