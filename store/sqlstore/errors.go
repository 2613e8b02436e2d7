package sqlstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/contactsweep/contactsweep/internal/sqlerr"
	"github.com/contactsweep/contactsweep/store"
)

var (
	errNoKeys     = errors.New("sqlstore: a statement about no keys")
	errAlwaysTrue = errors.New("sqlstore: a condition that is always true inside another")
	errAnswer     = errors.New("sqlstore: an unexpected answer of the database")
	// errUndone ends a transaction that is not to be committed, without a failure.
	errUndone = errors.New("sqlstore: undone on purpose")
)

// invalid is an error of the request; nothing was done.
func invalid(err error) error {
	return fmt.Errorf("sqlstore: %w: %w", store.ErrInvalidRequest, err)
}

// failure turns an error of the driver into one of the store. It keeps errors
// that are the store's already.
func failure(ctx context.Context, e operation, op, table string, err error) error {
	var known *store.Error
	switch {
	case err == nil || errors.Is(err, errUndone):
		return err
	case errors.As(err, &known), errors.Is(err, store.ErrInvalidRequest):
		return err
	}
	d := sqlerr.Diagnose(e.dialect(), err)
	out := &store.Error{Op: op, Class: storeClass(d.Class), Code: d.Code, Table: table, Constraint: d.Constraint, Err: err}
	if d.Table != "" {
		out.Table = d.Table
	}
	if ended := ctx.Err(); ended != nil {
		out.Class = ended // whatever the driver says of an interrupted statement
	}
	if out.Class == nil && errors.Is(err, driver.ErrBadConn) {
		out.Class = store.ErrTransient
	}
	return out
}

// storeClass is the store's name for a class of errors, nil for none.
func storeClass(c sqlerr.Class) error {
	switch c {
	case sqlerr.Transient:
		return store.ErrTransient
	case sqlerr.Contention:
		return store.ErrContention
	case sqlerr.StatementTimeout:
		return store.ErrStatementTimeout
	case sqlerr.Constraint:
		return store.ErrConstraint
	case sqlerr.ReadOnly:
		return store.ErrReadOnly
	case sqlerr.Full:
		return store.ErrFull
	}
	return nil
}
