package deletion_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

const chain = `CREATE TABLE contacts (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, manager INTEGER, email TEXT);
CREATE INDEX contacts_manager ON contacts (manager);
INSERT INTO contacts VALUES (1, NULL, 'x'), (2, 1, 'x'), (3, 2, 'x'), (4, 3, 'x');`

const linkedChain = `CREATE TABLE contacts (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, manager INTEGER REFERENCES contacts (id) ON DELETE SET NULL, email TEXT);
CREATE INDEX contacts_manager ON contacts (manager);
INSERT INTO contacts VALUES (1, NULL, 'x'), (2, 1, 'x'), (3, 2, 'x'), (4, 3, 'x');`

// TestWhatTheSchemaDoesNotSayDoesNotEatChains: only those go that match before
// the first batch, although each deletion makes another contact match.
func TestWhatTheSchemaDoesNotSayDoesNotEatChains(t *testing.T) {
	t.Parallel()
	id, manager := contacts.Int64("id").NotNull(), contacts.Int64("manager")
	reports := func(action contacts.Action) []contacts.Association {
		return []contacts.Association{{Name: "reports", Table: "contacts", Action: action, References: ref("manager")}}
	}
	unset := where.New().WhereNull("manager")
	for name, tc := range map[string]struct {
		script       string
		associations []contacts.Association
		condition    where.Condition
		protected    where.Condition
		left         []int64
	}{
		"a view of contacts": {
			chain + `CREATE VIEW reports AS SELECT id, manager FROM contacts`,
			[]contacts.Association{{
				Name: "reports", Table: "reports", Action: contacts.ReadOnly, Fields: []contacts.Field{id, manager}, References: ref("manager"),
			}},
			where.New().WhereNotExists("reports"),
			where.Condition{},
			[]int64{1, 2, 3},
		},
		"a view of contacts that restricts": {
			chain + `CREATE VIEW reports AS SELECT id, manager FROM contacts`,
			[]contacts.Association{{
				Name: "reports", Table: "reports", Action: contacts.Restrict, Fields: []contacts.Field{id, manager}, References: ref("manager"),
			}},
			where.New().WhereEquals("email", "x"),
			where.Condition{},
			[]int64{1, 2, 3},
		},
		"an unregistered reference": {linkedChain, nil, unset, where.Condition{}, []int64{2, 3, 4}},
		"a reference that is kept":  {linkedChain, reports(contacts.Keep), unset, where.Condition{}, []int64{2, 3, 4}},
		"a reference only read":     {linkedChain, reports(contacts.ReadOnly), unset, where.Condition{}, []int64{2, 3, 4}},
		"a protection that ends": {
			linkedChain, nil, where.New().WhereEquals("email", "x"), where.New().WhereNotNull("manager"), []int64{2, 3, 4},
		},
		"another reference of rows": {
			chain + `CREATE TABLE tasks (id INTEGER PRIMARY KEY NOT NULL, contact INTEGER REFERENCES contacts (id) ON DELETE CASCADE, assignee INTEGER REFERENCES contacts (id) ON DELETE SET NULL);
INSERT INTO tasks VALUES (1, 1, NULL), (2, 2, 1), (3, 3, 2), (4, 4, 3)`,
			[]contacts.Association{{
				Name: "tasks", Table: "tasks", Action: contacts.Delete, Fields: []contacts.Field{contacts.Int64("contact"), contacts.Int64("assignee")}, References: ref("contact"),
			}},
			where.New().WhereExists("tasks", where.New().WhereNull("assignee")),
			where.Condition{},
			[]int64{2, 3, 4},
		},
		"a trigger": {
			chain + `CREATE TRIGGER orphans AFTER DELETE ON contacts BEGIN UPDATE contacts SET manager = NULL WHERE manager = OLD.id; END`,
			nil, unset,
			where.Condition{},
			[]int64{2, 3, 4},
		},
		"a trigger of rows that a cascade deletes": {
			chain + `CREATE TABLE logs (id INTEGER PRIMARY KEY NOT NULL, contact INTEGER REFERENCES contacts (id) ON DELETE CASCADE);
INSERT INTO logs SELECT id, id FROM contacts;
CREATE TRIGGER orphans AFTER DELETE ON logs BEGIN UPDATE contacts SET manager = NULL WHERE manager = OLD.contact; END`,
			nil, unset,
			where.Condition{},
			[]int64{2, 3, 4},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema := contacts.Schema{
				Table: "contacts", Key: []string{"id"}, Fields: []contacts.Field{id, manager, contacts.Text("email")}, Associations: tc.associations,
			}
			db := openSQLite(t, ":memory:", 1)
			db.SetMaxOpenConns(1)
			_, err := db.ExecContext(t.Context(), tc.script)
			require.NoError(t, err)
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
			require.NoError(t, err)
			options := []deletion.ServiceOption{deletion.WithAcceptedFindings(
				"unregistered-cascade:logs.contact", "unregistered-set-null:contacts.manager", "unregistered-set-null:tasks.assignee", "foreign-key-changes-kept:contacts.manager",
			)}
			if !tc.protected.IsZero() {
				options = append(options, deletion.WithProtected(tc.protected))
			}
			report, err := service(t, st, options...).BulkDelete(t.Context(), tc.condition, deletion.BatchSize(1))
			require.NoError(t, err)
			require.Equal(t, tc.left, column(t, db, `SELECT id FROM contacts ORDER BY id`))
			require.EqualValues(t, 1, report.Deleted)
			require.True(t, report.Counted, "the targets were fixed")
		})
	}
}

func TestFindingsMakeVolatileWhatReadsTheirTables(t *testing.T) {
	t.Parallel()
	schema := contacts.Schema{
		Table: "crm.contacts", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("email")},
		Associations: []contacts.Association{
			rows("orders", "orders", contacts.Delete, ref("contact"), rows("lines", "lines", contacts.Delete, ref("order"))),
			rows("holds", "holds", contacts.Restrict, ref("contact")),
		},
	}
	own, lines := where.New().WhereEmpty("email"), where.New().WhereExists("orders", where.New().WhereExists("lines"))
	table := func(name string) store.Finding { return store.Finding{Table: name, Volatile: store.TableVolatile} }
	for name, tc := range map[string]struct {
		condition          where.Condition
		finding            store.Finding
		selects, restricts bool
	}{
		"nothing volatile":     {lines, store.Finding{Table: "lines"}, false, false},
		"own fields":           {own, table("crm.contacts"), true, true},
		"the name in capitals": {own, table("CRM.Contacts"), true, true},
		"no fields":            {where.Everything(), table("crm.contacts"), false, true},
		"rows":                 {lines, table("orders"), true, false},
		"rows of rows":         {lines, table("lines"), true, false},
		"rows that restrict":   {own, table("holds"), false, true},
		"rows not read":        {own, table("lines"), false, false},
		"a table unheard of":   {lines, table("contacts"), false, false},
		"anything":             {own, store.Finding{Table: "logs", Volatile: store.AllVolatile}, true, true},
		"from a newer store":   {lines, store.Finding{Table: "lines", Volatile: 99}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			selects, restricts, _, err := deletion.Volatile(schema, store.Selection{At: time.Now(), Condition: tc.condition}, store.Finding{}, tc.finding)
			require.NoError(t, err)
			require.Equal(t, tc.selects, selects)
			require.Equal(t, tc.restricts, restricts)
		})
	}
	guarded := store.Selection{At: time.Now(), Condition: own, Protected: where.New().WhereEquals("id", 1)}
	shared := schema
	shared.Associations = append([]contacts.Association{rows("seen", "orders", contacts.ReadOnly, ref("other"))}, schema.Associations...)
	for finding, want := range map[store.Finding]bool{{}: false, table("holds"): false, table("orders"): true} {
		_, _, guards, err := deletion.Volatile(shared, guarded, finding)
		require.NoError(t, err)
		require.Equal(t, want, guards, finding)
	}
}

// TestWhatIsLeftOfARunIsFixedWhenItBecomesVolatile: the store finds out between
// two calls.
func TestWhatIsLeftOfARunIsFixedWhenItBecomesVolatile(t *testing.T) {
	t.Parallel()
	inner := crm(t, 6)
	update(t, inner, 6, memory.Row{"stale": false})
	require.NoError(t, inner.InsertRows("deals", memory.Row{"id": 1, "contact": 5}))
	st := &scripted{Store: inner}
	svc := service(t, st)
	report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchLimit(2))
	require.NoError(t, err)
	require.False(t, report.Counted)
	st.verify = func() ([]store.Finding, error) {
		return []store.Finding{{Code: "volatile", Severity: store.Warning, Table: "logs", Volatile: store.AllVolatile}}, nil
	}
	report, err = svc.BulkDelete(t.Context(), stale(), deletion.BatchLimit(1), deletion.From(stored(t, report.Next)))
	require.NoError(t, err)
	require.True(t, report.Counted)
	require.Equal(t, deletion.Skips{Restricted: 1}, report.Skipped)
	update(t, inner, 6, memory.Row{"stale": true})
	for report.More {
		report, err = svc.BulkDelete(t.Context(), stale(), deletion.From(stored(t, report.Next)))
		require.NoError(t, err)
	}
	require.Equal(t, []int64{5, 6}, left(inner))
}
