package deletion_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// The Chinook database is a real schema that was not made for this library:
// CamelCase names, foreign keys without cascades, DATETIME and NUMERIC columns
// that SQLite stores as it likes. The tests map it and never alter it, and
// compare every table with what plain SQL does to a copy. The tables that no
// schema maps are many times as large as the others, and are compared once for
// each case.

// chinookCustomers maps the customers with their invoices.
func chinookCustomers() contacts.Schema {
	return contacts.Schema{
		Table: "Customer",
		Key:   []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id").In("CustomerId"),
			contacts.Text("country").In("Country"),
			contacts.Text("company").In("Company"),
			contacts.Text("state").In("State"),
			contacts.Text("fax").In("Fax"),
			contacts.Text("email").In("Email").NotNull(),
		},
		Associations: []contacts.Association{{
			Name: "invoices", Table: "Invoice", Action: contacts.Delete, Key: []string{"id"},
			References: []contacts.Reference{{Fields: []string{"customer"}}},
			Fields: []contacts.Field{
				contacts.Int64("id").In("InvoiceId"),
				contacts.Int64("customer").In("CustomerId"),
				contacts.Time("date").In("InvoiceDate"),
				contacts.Decimal("total").In("Total").Encoded(contacts.DecimalReal()),
			},
			Associations: []contacts.Association{{
				Name: "lines", Table: "InvoiceLine", Action: contacts.Delete,
				References: []contacts.Reference{{Fields: []string{"invoice"}}},
				Fields: []contacts.Field{
					contacts.Int64("invoice").In("InvoiceId"),
					contacts.Int64("quantity").In("Quantity"),
				},
			}},
		}},
	}
}

// chinookEmployees maps the employees, who report to each other and look after
// customers.
func chinookEmployees() contacts.Schema {
	return contacts.Schema{
		Table: "Employee",
		Key:   []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id").In("EmployeeId"),
			contacts.Int64("manager").In("ReportsTo"),
			contacts.Text("title").In("Title"),
		},
		Associations: []contacts.Association{
			{
				Name: "subordinates", Table: "Employee", Action: contacts.Detach,
				References: []contacts.Reference{{Fields: []string{"manager"}}},
			},
			{
				Name: "customers", Table: "Customer", Action: contacts.Detach,
				References: []contacts.Reference{{Fields: []string{"rep"}}},
				Fields:     []contacts.Field{contacts.Int64("rep").In("SupportRepId")},
			},
		},
	}
}

func TestChinook(t *testing.T) {
	t.Parallel()
	original := chinook(t)
	others := dumpTables(t, chinookCopy(t, original, 0), chinookOthers()...)
	cutoff := time.Date(2025, 9, 1, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name      string
		schema    contacts.Schema
		condition where.Condition
		selected  string // plain SQL: the keys that must go
		oneBatch  bool   // the deletion of one of them changes what is true of another
	}{
		{
			"by country", chinookCustomers(), where.New().WhereEquals("country", "Brazil").Or().WhereEquals("country", "USA"),
			`SELECT CustomerId FROM Customer WHERE Country IN ('Brazil', 'USA')`, false,
		},
		{
			"last invoice before a date", chinookCustomers(),
			where.New().WhereExists("invoices").
				And().WhereNotExists("invoices", where.New().WhereGreaterOrEquals("date", cutoff)),
			`SELECT CustomerId FROM Invoice GROUP BY CustomerId HAVING max(InvoiceDate) < '2025-09-01 00:00:00'`, false,
		},
		{
			"company is NULL and fax is not", chinookCustomers(), where.New().WhereNull("company").And().WhereNotNull("fax"),
			`SELECT CustomerId FROM Customer WHERE Company IS NULL AND Fax IS NOT NULL`, false,
		},
		{
			"state other than SP leaves NULL alone", chinookCustomers(), where.New().WhereNotEquals("state", "SP"),
			`SELECT CustomerId FROM Customer WHERE State <> 'SP'`, false,
		},
		{
			"an invoice above an amount", chinookCustomers(),
			where.New().WhereExists("invoices", where.New().WhereGreaterThan("total", "15.86")),
			`SELECT DISTINCT CustomerId FROM Invoice WHERE Total > 15.86`, false,
		},
		{
			"an invoice of many lines", chinookCustomers(),
			where.New().WhereExists("invoices", where.New().WhereCount("lines", where.GreaterOrEqual, 14).
				And().WhereLessThan("date", cutoff)),
			`SELECT DISTINCT CustomerId FROM Invoice i WHERE InvoiceDate < '2025-09-01 00:00:00'
			   AND (SELECT count(*) FROM InvoiceLine l WHERE l.InvoiceId = i.InvoiceId) >= 14`, false,
		},
		{
			"lower case is another country", chinookCustomers(), where.New().WhereEquals("country", "brazil"),
			`SELECT CustomerId FROM Customer WHERE Country = 'brazil'`, false,
		},
		{
			"an employee and those under him", chinookEmployees(), where.New().WhereID(6).Or().WhereEquals("manager", 6),
			`SELECT EmployeeId FROM Employee WHERE EmployeeId = 6 OR ReportsTo = 6`, true,
		},
		{
			"the manager of all", chinookEmployees(), where.New().WhereNull("manager"),
			`SELECT EmployeeId FROM Employee WHERE ReportsTo IS NULL`, false,
		},
		{
			"employees without subordinates, not the chain above them", chinookEmployees(), where.New().WhereNotExists("subordinates"),
			`SELECT EmployeeId FROM Employee e WHERE NOT EXISTS (SELECT 1 FROM Employee s WHERE s.ReportsTo = e.EmployeeId)`, false,
		},
	} {
		plain := chinookCopy(t, original, 0)
		gone := plainDelete(t, plain, tc.schema.Table, tc.selected)
		require.Equal(t, tc.name != "lower case is another country", gone > 0, "%s: a case that selects nobody shows nothing", tc.name)
		want := dumpTables(t, plain, chinookMapped()...)
		for _, size := range []int{1000, 2, 1} {
			for _, foreignKeys := range []int{0, 1} {
				t.Run(fmt.Sprintf("%s/batches of %d/foreign_keys=%d", tc.name, size, foreignKeys), func(t *testing.T) {
					t.Parallel()
					ours := chinookCopy(t, original, foreignKeys)
					svc := chinookService(t, ours, tc.schema)
					report, err := svc.BulkDelete(t.Context(), tc.condition, deletion.BatchSize(size))
					require.NoError(t, err)
					require.Equal(t, deletion.StoppedDone, report.Stopped)
					if size == 2 && foreignKeys == 1 {
						require.Equal(t, others, dumpTables(t, ours, chinookOthers()...))
					}
					if tc.oneBatch && size < int(gone) {
						// What an earlier batch changed does not match under
						// the lock of a later one: in doubt it stays.
						require.Equal(t, gone, report.Deleted+report.Skipped.Changed)
						require.Positive(t, report.Deleted)
						return
					}
					require.Equal(t, gone, report.Deleted)
					require.Equal(t, want, dumpTables(t, ours, chinookMapped()...))
				})
			}
		}
	}
}

func TestChinookRefusals(t *testing.T) {
	t.Parallel()
	original := chinook(t)
	ours := chinookCopy(t, original, 1)
	all := append(chinookMapped(), chinookOthers()...)
	want := dumpTables(t, ours, all...)
	svc := chinookService(t, ours, chinookCustomers())
	for name, condition := range map[string]where.Condition{
		"a misspelt field":                where.New().WhereNotEquals("Countri", "x"),
		"a column name that is no field":  where.New().WhereNotEquals("Country", "x"),
		"an integer for a text field":     where.New().WhereEquals("country", 0),
		"a text for an integer field":     where.New().WhereEquals("id", "1abc"),
		"a misspelt field of an invoice":  where.New().WhereExists("invoices", where.New().WhereNull("dat")),
		"an empty condition":              where.New(),
		"everything without confirmation": where.Everything(),
	} {
		report, err := svc.BulkDelete(t.Context(), condition)
		require.Error(t, err, name)
		require.True(t, errors.Is(err, where.ErrInvalid) || errors.Is(err, deletion.ErrNotConfirmed), "%s: %v", name, err)
		require.Zero(t, report.Deleted, name)
	}
	require.Equal(t, want, dumpTables(t, ours, all...))
}

// chinook makes the database of the script once and returns its file.
func chinook(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("CONTACTSWEEP_CHINOOK")
	if dir == "" {
		t.Skip("CONTACTSWEEP_CHINOOK does not name a directory with Chinook_Sqlite.sql")
	}
	script, err := os.ReadFile(filepath.Join(dir, "Chinook_Sqlite.sql"))
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "chinook.db")
	db := openSQLite(t, file, 0)
	_, err = db.ExecContext(t.Context(), "BEGIN;"+string(script)+";COMMIT")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	return file
}

func chinookCopy(t *testing.T, original string, foreignKeys int) *sql.DB {
	t.Helper()
	data, err := os.ReadFile(original)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "copy.db")
	require.NoError(t, os.WriteFile(file, data, 0o600))
	return openSQLite(t, file, foreignKeys)
}

func chinookService(t *testing.T, db *sql.DB, schema contacts.Schema) *deletion.Service {
	t.Helper()
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
	require.NoError(t, err)
	svc, err := deletion.New(st)
	require.NoError(t, err)
	return svc
}

// plainDelete deletes by hand what the query selects, and returns how many
// contacts that were.
func plainDelete(t *testing.T, db *sql.DB, table, selected string) int64 {
	t.Helper()
	statements := []string{
		`CREATE TEMP TABLE gone AS ` + selected,
		`DELETE FROM InvoiceLine WHERE InvoiceId IN (SELECT InvoiceId FROM Invoice WHERE CustomerId IN gone)`,
		`DELETE FROM Invoice WHERE CustomerId IN gone`,
		`DELETE FROM Customer WHERE CustomerId IN gone`,
	}
	if table == "Employee" {
		statements = []string{
			`CREATE TEMP TABLE gone AS ` + selected,
			`UPDATE Customer SET SupportRepId = NULL WHERE SupportRepId IN gone`,
			`UPDATE Employee SET ReportsTo = NULL WHERE ReportsTo IN gone`,
			`DELETE FROM Employee WHERE EmployeeId IN gone`,
		}
	}
	db.SetMaxOpenConns(1) // the temporary table belongs to one connection
	var deleted int64
	for _, s := range statements {
		result, err := db.ExecContext(t.Context(), s)
		require.NoError(t, err)
		deleted, err = result.RowsAffected()
		require.NoError(t, err)
	}
	return deleted
}

// chinookMapped are the tables that a schema maps.
func chinookMapped() []string { return []string{"Customer", "Employee", "Invoice", "InvoiceLine"} }

// chinookOthers are all others.
func chinookOthers() []string {
	return []string{"Album", "Artist", "Genre", "MediaType", "Playlist", "PlaylistTrack", "Track"}
}

// dumpTables returns all rows of the tables, with the types of the values. One
// statement writes a whole table, because thousands of rows are slow to scan.
func dumpTables(t *testing.T, db *sql.DB, tables ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, table := range tables {
		var columns, text string
		require.NoError(t, db.QueryRowContext(t.Context(),
			`SELECT group_concat('quote("' || name || '")', ' || '','' || ') FROM pragma_table_info(?)`, table).Scan(&columns))
		require.NoError(t, db.QueryRowContext(t.Context(),
			`SELECT coalesce(group_concat(r, char(10)), '') FROM (SELECT `+columns+` AS r FROM `+table+` ORDER BY 1)`).Scan(&text))
		require.NotEmpty(t, text)
		out[table] = text
	}
	return out
}
