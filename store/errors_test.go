package store_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/store"
)

type driverError struct{ text string }

func (e driverError) Error() string { return e.text }

func TestErrorKeepsTheDriversWordsToItself(t *testing.T) {
	t.Parallel()
	cause := driverError{"Key (email)=(ada@example.com) is still referenced"}
	err := error(&store.Error{
		Op: "delete batch", Class: store.ErrConstraint, Code: "787", Table: "notes", Constraint: "fk", Err: cause,
	})

	require.EqualError(t, err, "store: delete batch: constraint violation (code 787, table notes, constraint fk)")
	require.ErrorIs(t, err, store.ErrConstraint)
	var driver driverError
	require.ErrorAs(t, err, &driver, "a host that wants to know more can ask")
	require.Equal(t, cause, driver)
}

func TestErrorSaysWhatTheStoreFound(t *testing.T) {
	t.Parallel()
	err := &store.Error{Op: "delete batch", Class: store.ErrUnsafe, Detail: "foreign keys are off", Table: "notes"}
	require.EqualError(t, err, "store: delete batch: unsafe: foreign keys are off (table notes)")
}

func TestContentionIsTransient(t *testing.T) {
	t.Parallel()
	err := error(&store.Error{Op: "delete batch", Class: store.ErrContention, Code: "5"})

	require.EqualError(t, err, "store: delete batch: transient failure: contention (code 5)")
	require.ErrorIs(t, err, store.ErrContention)
	require.ErrorIs(t, err, store.ErrTransient)
	require.NotErrorIs(t, store.ErrTransient, store.ErrContention, "other passing failures are not")
}

func TestErrorWithoutClassOrPlace(t *testing.T) {
	t.Parallel()
	err := error(&store.Error{Op: "count", Err: context.Canceled})

	require.EqualError(t, err, "store: count: failed")
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, store.ErrTransient)
	require.Empty(t, (&store.Error{Op: "count"}).Unwrap())
}

func TestTextsOfCausesAndFindings(t *testing.T) {
	t.Parallel()
	require.Equal(t, "gone", store.Gone.String())
	require.Equal(t, "failed", store.Failed.String())
	require.Equal(t, "no cause", store.Cause(0).String())
	require.Equal(t, "no cause", (store.Failed + 1).String())
	require.Equal(t, "no severity", store.Severity(0).String())

	f := store.Finding{
		Code: "missing-column", Severity: store.Fatal, Table: "contacts", Column: "email",
		Message: "there is no such column", Advice: "correct the schema",
	}
	require.Equal(t, "missing-column:contacts.email", f.Name())
	require.Equal(t, "fatal missing-column:contacts.email: there is no such column; correct the schema", f.String())
	f.Column = ""
	require.Equal(t, "missing-column:contacts", f.Name())
}
