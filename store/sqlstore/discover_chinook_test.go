package sqlstore_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// chinookStep is a deletion, by a condition and in plain SQL of SQLite.
type chinookStep struct {
	name      string
	condition where.Condition
	selected  string
	folded    bool // the country is declared case-insensitive
	deletes   int
}

func chinookSteps() []chinookStep {
	cutoff := time.Date(2025, 9, 1, 0, 0, 0, 0, time.UTC)
	return []chinookStep{
		{"lower case is another country", where.New().WhereEquals("country", "brazil"), `SELECT 0 WHERE 0`, false, 0},
		{"a country", where.New().WhereEquals("country", "Canada"), `SELECT CustomerId FROM Customer WHERE Country = 'Canada'`, false, 8},
		{
			"a country in any case", where.New().WhereEquals("country", "brazil"),
			`SELECT CustomerId FROM Customer WHERE lower(Country) = 'brazil'`, true, 5,
		},
		{
			"last invoice before a date",
			where.New().WhereExists("invoices").WhereNotExists("invoices", where.New().WhereGreaterOrEquals("date", cutoff)),
			`SELECT CustomerId FROM Invoice GROUP BY CustomerId HAVING max(InvoiceDate) < '2025-09-01 00:00:00'`, false, 27,
		},
		{
			"company is NULL and fax is not", where.New().WhereNull("company").WhereNotNull("fax"),
			`SELECT CustomerId FROM Customer WHERE Company IS NULL AND Fax IS NOT NULL`, false, 1,
		},
		{
			"an invoice above an amount", where.New().WhereExists("invoices", where.New().WhereGreaterThan("total", "18.85")),
			`SELECT DISTINCT CustomerId FROM Invoice WHERE Total > 18.85`, false, 3,
		},
		{
			"state other than CA leaves NULL alone", where.New().WhereNotEquals("state", "CA"),
			`SELECT CustomerId FROM Customer WHERE State <> 'CA'`, false, 4,
		},
	}
}

// The proposals for the database of one script on several engines differ in
// names and types only. After a few edits they delete the same.
func TestDiscoverChinook(t *testing.T) {
	t.Parallel()
	steps := chinookSteps()
	reference := chinookOn(t, targets()[0])
	want := make([][3][]int64, len(steps))
	for i, step := range steps {
		list := ids(t, reference, step.selected)
		require.Len(t, list, step.deletes, step.name)
		run(t, reference, plainChinook(step.selected)...)
		want[i] = chinookLeft(t, reference, "CustomerId Customer", "InvoiceId Invoice", "InvoiceLineId InvoiceLine")
	}
	for _, on := range targets() {
		t.Run(on.name, func(t *testing.T) {
			t.Parallel()
			db := chinookOn(t, on)
			exact, tables := chinookSchema(t, db, on)
			folded, err := exact.Edit(contacts.EditField("", "country", contacts.Field.FoldCase))
			require.NoError(t, err)
			for i, step := range steps {
				schema := exact
				if step.folded {
					schema = folded
				}
				st, err := sqlstore.Open(t.Context(), db, on.dialect, schema)
				require.NoError(t, err)
				svc, err := deletion.New(st)
				require.NoError(t, err)
				_, err = svc.BulkDelete(t.Context(), step.condition)
				require.NoError(t, err, step.name)
				require.Equal(t, want[i], chinookLeft(t, db, tables[0], tables[1], tables[2]), step.name)
			}
		})
	}
}

// chinookSchema discovers the customers and gives fields the same names on all
// engines. tables are the keys and the names of the three tables.
func chinookSchema(t *testing.T, db *sql.DB, on target) (schema contacts.Schema, tables [3]string) {
	t.Helper()
	name := func(n string) string { return n }
	if on.dialect == sqlstore.PostgreSQL {
		name = func(n string) string { // InvoiceLine is invoice_line
			var b strings.Builder
			for i, r := range n {
				if i > 0 && r < 'a' {
					b.WriteByte('_')
				}
				b.WriteRune(r)
			}
			return strings.ToLower(b.String())
		}
	}
	p, findings := discover(t, db, on.dialect, name("Customer"),
		sqlstore.WithAction(name("Invoice"), contacts.Delete), sqlstore.WithAction(name("InvoiceLine"), contacts.Delete))
	require.Empty(t, fatalOf(findings))
	require.Equal(t, []string{
		"delete " + name("Invoice") + " " + name("CustomerId"),
		"  delete " + name("InvoiceLine") + " " + name("InvoiceId"),
	}, outline(p))
	schema, err := p.Schema.Edit(
		contacts.RenameField("", name("Country"), "country"),
		contacts.RenameField("", name("Company"), "company"),
		contacts.RenameField("", name("Fax"), "fax"),
		contacts.RenameField("", name("State"), "state"),
		contacts.RenameField("", name("CustomerId"), "id"),
		contacts.EditAssociation(name("Invoice"), func(a *contacts.Association) { a.Name = "invoices" }),
		contacts.RenameField("invoices", name("InvoiceDate"), "date"),
		contacts.RenameField("invoices", name("Total"), "total"),
	)
	require.NoError(t, err)
	for i, n := range [...]string{"Customer", "Invoice", "InvoiceLine"} {
		tables[i] = name(n+"Id") + " " + name(n)
	}
	return schema, tables
}

// chinookOn makes the database on the engine.
func chinookOn(t *testing.T, on target) *sql.DB {
	t.Helper()
	dir := os.Getenv("CONTACTSWEEP_CHINOOK")
	if dir == "" {
		t.Skip("CONTACTSWEEP_CHINOOK does not name a directory with the Chinook scripts")
	}
	text, err := os.ReadFile(filepath.Join(dir, on.chinook))
	require.NoError(t, err)
	db := on.open(t)
	_, script, found := strings.Cut(string(text), "Create Tables\n")
	if found {
		_, script, found = strings.Cut(script, "*/")
	}
	require.True(t, found)
	script = strings.ReplaceAll(script, "\r", "")
	for s := range strings.SplitSeq(script, ";\n") {
		run(t, db, s)
	}
	return db
}

// plainChinook deletes the customers that the query selects.
func plainChinook(selected string) []string {
	return []string{
		`DROP TABLE IF EXISTS gone`,
		`CREATE TABLE gone AS ` + selected,
		`DELETE FROM InvoiceLine WHERE InvoiceId IN (SELECT InvoiceId FROM Invoice WHERE CustomerId IN gone)`,
		`DELETE FROM Invoice WHERE CustomerId IN gone`,
		`DELETE FROM Customer WHERE CustomerId IN gone`,
	}
}

// chinookLeft are the keys that are left in the tables.
func chinookLeft(t *testing.T, db *sql.DB, customers, invoices, lines string) [3][]int64 {
	t.Helper()
	var out [3][]int64
	for i, of := range [...]string{customers, invoices, lines} {
		key, table, _ := strings.Cut(of, " ")
		out[i] = ids(t, db, "SELECT "+key+" FROM "+table)
		slices.Sort(out[i])
	}
	return out
}
