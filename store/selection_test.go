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

func TestABatchProtectsHeirs(t *testing.T) {
	t.Parallel()
	s := schema()
	s.Associations = []contacts.Association{{
		Name: "groups", Table: "groups", Action: contacts.HandOver, Fields: []contacts.Field{contacts.Int64("owner")},
		References: []contacts.Reference{{Fields: []string{"owner"}}}, Heir: contacts.Values{"owner": 1},
	}}
	batch := store.Batch{Selection: store.Selection{Condition: where.Everything()}}

	p, err := batch.Resolve(s)
	require.NoError(t, err)
	require.True(t, p.Guarded)
	require.Equal(t, "id", where.FieldOf(p.Unprotected.Root()))

	batch.Protected = where.New().WhereTrue("hold")
	p, err = batch.Resolve(s)
	require.NoError(t, err)
	require.IsType(t, where.And{}, p.Unprotected.Root())

	p, err = batch.Selection.Resolve(s)
	require.NoError(t, err)
	require.Equal(t, "hold", where.FieldOf(p.Unprotected.Root()), "who only reads may see the heirs")

	batch.Protected = where.Condition{}
	p, err = batch.Resolve(schema())
	require.NoError(t, err)
	require.False(t, p.Guarded)
}

func TestFindingAboutAMissingHeir(t *testing.T) {
	t.Parallel()
	f := store.HeirMissing(contacts.Placed{Association: contacts.Association{
		Name: "groups", Table: "groups", Action: contacts.HandOver, Fields: []contacts.Field{contacts.Text("tenant"), contacts.Int64("owner").In("owner_id")},
		Heir: contacts.Values{"tenant": "secret", "owner": 4711},
	}}, contacts.Reference{Fields: []string{"tenant", "owner"}})
	require.Equal(t, "heir-missing:groups.tenant,owner_id", f.Name())
	require.Equal(t, store.Fatal, f.Severity)
	require.NotContains(t, f.String(), "secret")
	require.NotContains(t, f.String(), "4711")
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
