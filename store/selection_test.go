package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

func schema() contacts.Schema {
	return contacts.Schema{
		Table: "contacts", Key: []string{"id"},
		Fields: []contacts.Field{contacts.Int64("id"), contacts.Bool("hold"), contacts.Time("created")},
	}
}

func TestSelectionResolves(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := store.Selection{
		At:        at,
		Condition: where.New().WhereLessThan("created", where.Ago(time.Hour)),
		Scope:     where.New().WhereGreaterThan("id", 0),
		Protected: where.New().WhereTrue("hold"),
	}

	p, err := s.Resolve(schema())

	require.NoError(t, err)
	require.True(t, p.Guarded)
	condition, ok := p.Condition.Root().(where.Compare)
	require.True(t, ok)
	require.Equal(t, at.Add(-time.Hour), condition.Value.Time(), "frozen for At")
	unprotected, ok := p.Unprotected.Root().(where.Compare)
	require.True(t, ok)
	require.Equal(t, where.NotEqual, unprotected.Op, "the negation of Protected")
}

func TestSelectionWithoutGuards(t *testing.T) {
	t.Parallel()
	p, err := store.Selection{Condition: where.Everything()}.Resolve(schema())

	require.NoError(t, err)
	require.False(t, p.Guarded)
	for _, predicate := range []where.Predicate{p.Condition, p.Scope, p.Unprotected} {
		require.Equal(t, where.Constant{True: true}, predicate.Root())
	}
}

func TestSelectionReportsAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := store.Selection{
		Scope:     where.New().WhereNull("tenant"),
		Protected: where.New().WhereEquals("hold", "yes"),
	}.Resolve(schema())

	require.ErrorIs(t, err, where.ErrInvalid)
	require.ErrorContains(t, err, "condition: ")
	require.ErrorContains(t, err, "scope: ")
	require.ErrorContains(t, err, "protected: ")
}
