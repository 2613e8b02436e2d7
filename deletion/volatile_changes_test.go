package deletion_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

func anonymised(name, table string, references []contacts.Reference, set contacts.Values) contacts.Association {
	a := rows(name, table, contacts.Anonymise, references)
	a.Set = set
	return a
}

func handedOver(name, table string, references []contacts.Reference, heir contacts.Values) contacts.Association {
	a := rows(name, table, contacts.HandOver, references)
	a.Heir = heir
	return a
}

func TestWhatChangedRowsChangeForOthers(t *testing.T) {
	t.Parallel()
	type V = contacts.Values
	open, both := where.New().WhereEquals("state", "open"), append(ref("contact"), ref("other")...)
	tasks := rows("tasks", "tasks", contacts.Keep, ref("contact"))
	held := rows("held", "tasks", contacts.Restrict, ref("contact"))
	held.Where = open
	staying := []contacts.Reference{{Fields: []string{"other"}, Stays: true}}
	reports := contacts.Association{Name: "reports", Table: "contacts", Action: contacts.HandOver, References: ref("manager"), Heir: V{"manager": 1}}
	for name, tc := range map[string]struct {
		associations []contacts.Association
		condition    where.Condition // zero: of the contact's own fields
		selects      bool
		restricts    bool
	}{
		"own rows that are handed over": {
			[]contacts.Association{handedOver("groups", "groups", ref("contact"), V{"contact": 1})}, where.New().WhereNotExists("groups", open), false, false,
		},
		"rows of two contacts that are handed over": {
			[]contacts.Association{handedOver("groups", "groups", both, V{"contact": 1, "other": 1})}, where.New().WhereNotExists("groups", open), true, false,
		},
		"rows of which others hand over a field that nobody reads": {
			[]contacts.Association{tasks, handedOver("made", "tasks", ref("other"), V{"other": 1})}, where.New().WhereExists("tasks", open), false, false,
		},
		"rows of which others hand over the field that is read": {
			[]contacts.Association{tasks, handedOver("made", "tasks", ref("other"), V{"other": 1})}, where.New().WhereExists("tasks", where.New().WhereEquals("other", 5)), true, false,
		},
		"own rows that are anonymised": {
			[]contacts.Association{anonymised("visits", "visits", ref("contact"), V{"state": nil})}, where.New().WhereExists("visits", open), false, false,
		},
		"rows of two contacts that are anonymised": {
			[]contacts.Association{anonymised("visits", "visits", both, V{"type": nil})}, where.New().WhereExists("visits", open), true, false,
		},
		"rows of which others anonymise a field that nobody reads": {
			[]contacts.Association{tasks, anonymised("made", "tasks", ref("other"), V{"type": nil})}, where.New().WhereExists("tasks", open), false, false,
		},
		"rows of which others anonymise the field that is read": {
			[]contacts.Association{tasks, anonymised("made", "tasks", ref("other"), V{"state": nil})}, where.New().WhereExists("tasks", open), true, false,
		},
		"rows of which others anonymise the field that is counted": {
			[]contacts.Association{tasks, anonymised("made", "tasks", ref("other"), V{"state": nil})}, where.New().WhereCountDistinct("tasks", "state", where.Less, 2), true, false,
		},
		"a reference that is read and stays": {
			[]contacts.Association{tasks, anonymised("made", "tasks", staying, V{"type": nil})}, where.New().WhereExists("tasks", where.New().WhereNull("other")), false, false,
		},
		"rows that restrict and others anonymise": {
			[]contacts.Association{held, anonymised("made", "tasks", ref("other"), V{"type": nil})}, where.Condition{}, false, true,
		},
		"own rows that restrict or are handed over": {
			[]contacts.Association{held, handedOver("rest", "tasks", ref("contact"), V{"contact": 1})}, where.Condition{}, false, false,
		},
		"a manager that another takes over": {
			[]contacts.Association{reports}, where.New().WhereEquals("manager", 1), true, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema := contacts.Schema{
				Table: "contacts", Key: []string{"id"}, Associations: tc.associations,
				Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("email"), contacts.Int64("manager")},
			}
			require.NoError(t, schema.Validate())
			condition := tc.condition
			if condition.IsZero() {
				condition = where.New().WhereEmpty("email")
			}
			selects, restricts, _, err := deletion.Volatile(schema, store.Selection{At: time.Now(), Condition: condition})
			require.NoError(t, err)
			require.Equal(t, tc.selects, selects)
			require.Equal(t, tc.restricts, restricts)
		})
	}
}

func TestHandingOverCanTakeAGuardAway(t *testing.T) {
	t.Parallel()
	schema := partners()
	schema.Associations[0].Action, schema.Associations[0].Heir = contacts.HandOver, contacts.Values{"manager": 9}
	steady := store.Selection{At: time.Now(), Condition: where.New().WhereEquals("name", "x"), Protected: where.New().WhereEquals("name", "y")}
	_, _, guards, err := deletion.Volatile(schema, steady)
	require.NoError(t, err)
	require.False(t, guards)
	schema.Associations[1].References = []contacts.Reference{{Fields: []string{"a"}}, {Fields: []string{"b"}, To: []string{"manager"}}}
	_, _, guards, err = deletion.Volatile(schema, steady)
	require.NoError(t, err)
	require.True(t, guards, "what deals refer to is handed over")
}

// What is handed over by one reference is not what the others read.
func TestATenantThatStaysTakesNoGuardAway(t *testing.T) {
	t.Parallel()
	pair := func(field string) contacts.Reference { return contacts.Reference{Fields: []string{"tenant", field}} }
	fields := []contacts.Field{contacts.Int64("tenant"), contacts.Int64("a"), contacts.Int64("b"), contacts.Int64("c")}
	schema := contacts.Schema{
		Table: "contacts", Key: []string{"tenant", "id"}, Fields: []contacts.Field{contacts.Int64("tenant"), contacts.Int64("id")},
		Associations: []contacts.Association{
			{Name: "deals", Table: "deals", Action: contacts.Delete, Fields: fields, References: []contacts.Reference{pair("a"), pair("b")}},
			{Name: "led", Table: "deals", Action: contacts.HandOver, Fields: fields, References: []contacts.Reference{pair("c")}, Heir: contacts.Values{"c": 1}},
		},
	}
	require.NoError(t, schema.Validate())
	sel := store.Selection{At: time.Now(), Condition: where.New().WhereEquals("id", 2), Protected: where.New().WhereEquals("id", 3)}
	_, _, guards, err := deletion.Volatile(schema, sel)
	require.NoError(t, err)
	require.False(t, guards)
	schema.Associations[1].Heir["tenant"] = 1 // which Validate refuses
	_, _, guards, err = deletion.Volatile(schema, sel)
	require.NoError(t, err)
	require.True(t, guards)
}

// Those who report to nobody but the head match only after their own boss was
// deleted: they are no targets, in batches of any size.
func TestContactsThatMatchBecauseTheyWereHandedOverAreNoTargets(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 10} {
		st, err := memory.New(contacts.Schema{
			Table: "contacts", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Int64("manager")},
			Associations: []contacts.Association{{
				Name: "reports", Table: "contacts", Action: contacts.HandOver, References: ref("manager"), Heir: contacts.Values{"manager": 1},
			}},
		})
		require.NoError(t, err)
		require.NoError(t, st.Insert(memory.Row{"id": 1}, memory.Row{"id": 2, "manager": 1}, memory.Row{"id": 3, "manager": 2}, memory.Row{"id": 4, "manager": 3}))
		report, err := service(t, st).BulkDelete(t.Context(), where.New().WhereEquals("manager", 1), deletion.BatchSize(size))
		require.NoError(t, err)
		require.EqualValues(t, 1, report.Deleted)
		require.Equal(t, []int64{1, 3, 4}, left(st))
	}
}
