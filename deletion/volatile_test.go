package deletion_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

func ref(field string) []contacts.Reference {
	return []contacts.Reference{{Fields: []string{field}}}
}

func rows(name, table string, action contacts.Action, references []contacts.Reference, below ...contacts.Association) contacts.Association {
	return contacts.Association{
		Name: name, Table: table, Action: action, Key: []string{"id"}, References: references, Associations: below,
		Fields: []contacts.Field{
			contacts.Int64("id"), contacts.Int64("contact"), contacts.Int64("other"), contacts.Int64("order"),
			contacts.Text("type"), contacts.Text("state"),
		},
	}
}

func typed(field, of string) []contacts.Reference {
	return []contacts.Reference{{Fields: []string{field}, Constants: map[string]any{"type": of}}}
}

func TestWhatOtherDeletionsCanChange(t *testing.T) {
	t.Parallel()
	open := where.New().WhereEquals("state", "open")
	both := append(ref("contact"), ref("other")...)
	openDeals := rows("open deals", "deals", contacts.Restrict, ref("contact"))
	openDeals.Where = open
	for name, tc := range map[string]struct {
		associations []contacts.Association
		condition    where.Condition // nil: of the contact's own fields
		selects      bool
		restricts    bool
	}{
		"own fields": {},
		"own rows that are deleted": {
			[]contacts.Association{rows("orders", "orders", contacts.Delete, ref("contact"))},
			where.New().WhereNotExists("orders", open), false, false,
		},
		"rows below own rows": {
			[]contacts.Association{rows("orders", "orders", contacts.Delete, ref("contact"), rows("lines", "lines", contacts.Delete, ref("order")))},
			where.New().WhereExists("orders", where.New().WhereCount("lines", where.Less, 3, open)), false, false,
		},
		"rows of two contacts that are deleted": {
			[]contacts.Association{rows("links", "links", contacts.Delete, both)},
			where.New().WhereExists("links"), true, false,
		},
		"rows of two contacts that are only read": {
			[]contacts.Association{rows("links", "links", contacts.ReadOnly, both)},
			where.New().WhereExists("links"), false, false,
		},
		"rows that others reach by another field": {
			[]contacts.Association{rows("links", "links", contacts.Keep, ref("contact")), rows("back", "links", contacts.Delete, ref("other"))},
			where.New().WhereNotExists("links"), true, false,
		},
		"rows that others reach by the rows below theirs": {
			[]contacts.Association{
				rows("orders", "orders", contacts.Delete, ref("contact"), rows("order notes", "notes", contacts.Delete, ref("order"))),
				rows("notes", "notes", contacts.ReadOnly, ref("contact")),
			},
			where.New().WhereCount("notes", where.GreaterOrEqual, 3), true, false,
		},
		"rows apart by constants": {
			[]contacts.Association{
				rows("orders", "orders", contacts.Delete, ref("contact"), rows("order notes", "notes", contacts.Delete, typed("other", "order"))),
				rows("notes", "notes", contacts.Delete, typed("other", "contact")),
			},
			where.New().WhereExists("notes"), false, false,
		},
		"the same rows under two names": {
			[]contacts.Association{rows("orders", "orders", contacts.Delete, ref("contact")), rows("seen", "orders", contacts.ReadOnly, ref("contact"))},
			where.New().WhereExists("seen", open), false, false,
		},
		"rows of which others only lose a field that nobody reads": {
			[]contacts.Association{rows("tasks", "tasks", contacts.Delete, ref("contact")), rows("made", "tasks", contacts.Detach, ref("other"))},
			where.New().WhereExists("tasks", open), false, false,
		},
		"rows of which others lose the field that is read": {
			[]contacts.Association{rows("tasks", "tasks", contacts.Delete, ref("contact")), rows("made", "tasks", contacts.Detach, ref("other"))},
			where.New().WhereExists("tasks", where.New().WhereNull("other")), true, false,
		},
		"rows of which others lose the field that is counted": {
			[]contacts.Association{rows("tasks", "tasks", contacts.Delete, ref("contact")), rows("made", "tasks", contacts.Detach, ref("other"))},
			where.New().WhereCountDistinct("tasks", "other", where.Less, 2), true, false,
		},
		"other contacts": {
			[]contacts.Association{{Name: "reports", Table: "contacts", Action: contacts.ReadOnly, References: ref("manager")}},
			where.New().WhereNot(where.New().WhereExists("reports")), true, false,
		},
		"rows of other contacts": {
			[]contacts.Association{
				rows("orders", "orders", contacts.Delete, ref("contact")),
				{Name: "reports", Table: "contacts", Action: contacts.Keep, References: ref("manager")},
			},
			where.New().WhereExists("reports", where.New().WhereExists("orders")), true, false,
		},
		"a field that the manager's deletion clears": {
			[]contacts.Association{{Name: "reports", Table: "contacts", Action: contacts.Detach, References: ref("manager")}},
			where.New().WhereEquals("email", "x").Or().WhereNull("manager"), true, false,
		},
		"a field that the manager's deletion keeps": {
			[]contacts.Association{{Name: "reports", Table: "contacts", Action: contacts.Keep, References: ref("manager")}},
			where.New().WhereNull("manager"), false, false,
		},
		"own rows that restrict": {
			[]contacts.Association{rows("deals", "deals", contacts.Delete, ref("contact")), openDeals},
			where.Condition{},
			false, false,
		},
		"contacts that restrict": {
			[]contacts.Association{{Name: "reports", Table: "contacts", Action: contacts.Restrict, References: ref("manager")}},
			where.Condition{},
			false, true,
		},
		"rows that restrict and others delete": {
			[]contacts.Association{rows("deals", "deals", contacts.Restrict, ref("contact")), rows("partners", "deals", contacts.Delete, ref("other"))},
			where.Condition{},
			false, true,
		},
		"rows that restrict below rows that others delete": {
			[]contacts.Association{
				rows("links", "links", contacts.Delete, both, rows("claims", "claims", contacts.Restrict, ref("order"))),
			},
			where.Condition{},
			false, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema := contacts.Schema{
				Table: "contacts", Key: []string{"id"}, Associations: tc.associations,
				Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("email"), contacts.Int64("manager")},
			}
			require.NoError(t, schema.Validate())
			plain := where.New().WhereEmpty("email")
			condition := tc.condition
			if condition.IsZero() {
				condition = plain
			}
			for where, sel := range map[string]store.Selection{
				"condition":  {Condition: condition},
				"scope":      {Condition: plain, Scope: condition},
				"protection": {Condition: plain, Protected: condition},
			} {
				sel.At = time.Now()
				selects, restricts, _, err := deletion.Volatile(schema, sel)
				require.NoError(t, err)
				require.Equal(t, tc.selects, selects, where)
				require.Equal(t, tc.restricts, restricts, where)
			}
		})
	}
}
