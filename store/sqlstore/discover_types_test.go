package sqlstore_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// typed is a column with stored values, and what is made of it: the source of
// its field, or the note that there is none.
type typed struct {
	declared string
	values   string // SQL, one for each row
	want     string
	note     string
}

// discoverTypes makes one table of the columns and compares their fields.
func discoverTypes(t *testing.T, db *sql.DB, dialect sqlstore.Dialect, key string, columns []typed, options ...sqlstore.DiscoverOption) {
	t.Helper()
	create, rows := []string{"id " + key}, map[int][]string{}
	const most = 3
	for i, c := range columns {
		create = append(create, fmt.Sprintf("c%d %s", i, c.declared))
		values := strings.Split(c.values, " | ")
		for n := range most {
			if n >= len(values) || c.values == "" {
				rows[n] = append(rows[n], "NULL")
			} else {
				rows[n] = append(rows[n], values[n])
			}
		}
	}
	run(t, db, "CREATE TABLE typed ("+strings.Join(create, ", ")+")")
	for n := range most {
		run(t, db, fmt.Sprintf("INSERT INTO typed VALUES (%d, %s)", n+1, strings.Join(rows[n], ", ")))
	}
	p, _ := discover(t, db, dialect, "typed", options...)
	said := map[string]string{}
	for _, n := range p.Notes {
		for c := range strings.SplitSeq(n.Column, ", ") {
			said[c] += n.Text
		}
	}
	for i, c := range columns {
		name := fmt.Sprintf("c%d", i)
		got := ""
		if f, ok := p.Schema.Lookup(name); ok {
			got = strings.Replace(f.GoString(), `("`+name+`")`, "", 1)
			got = strings.TrimPrefix(got, "contacts.")
		}
		require.Equal(t, c.want, got, "%s: %s (%s)", c.declared, c.values, said[name])
		if c.note == "" {
			require.Empty(t, said[name], "%s: %s", c.declared, c.values)
		} else {
			require.Contains(t, said[name], c.note, "%s: %s", c.declared, c.values)
		}
		for v := range strings.SplitSeq(c.values, " | ") {
			if v = strings.Trim(v, "'"); len(v) > 3 && !strings.HasPrefix(v, "2024-02") {
				require.NotContains(t, said[name], v)
			}
		}
	}
}

func TestDiscoverTypesOfSQLite(t *testing.T) {
	t.Parallel()
	discoverTypes(t, file(t), sqlstore.SQLite, "INTEGER PRIMARY KEY", []typed{
		{"INTEGER", "1 | 2", "Int64", ""},
		{"BIGINT UNSIGNED NOT NULL DEFAULT 1", "1 | 2 | 3", "Int64.NotNull()", ""},
		{"INTEGER", "1 | 2.5", "Float64", ""},
		{"INTEGER", "1 | 'x'", "", "no field: 1 of 3 sampled values are unknown to a int64 field"},
		{"REAL", "1 | 2.5", "Float64", ""},
		{"DOUBLE PRECISION", "9e999", "", "no field"},
		{"TEXT", "'a' | ''", "Text", ""},
		{"VARCHAR(20)", "", "Text", ""},
		{"TEXT", "'a' | x'00'", "", "no field: 1 of 3"},
		{"BLOB", "x'0102'", "", "blobs cannot be compared"},
		{"BLOB", "", "", "blobs cannot be compared"},
		{"BLOB", "x'00112233445566778899aabbccddeeff'", "UUID.Encoded(contacts.UUIDBytes())", "chosen by the sampled values"},
		{"BOOLEAN", "1 | 0", "Bool", ""},
		{"BOOL", "'t' | 'f'", "", "no field: 2 of 3 sampled values are unknown to a bool field"},
		{"BOOLEAN", "1 | 2", "", "no field: 1 of 3"},

		{"DATETIME", "'2024-02-29 10:00:00'", "Time", ""},
		{"DATETIME", "", "Time", "no values to look at"},
		{"TIMESTAMP", "'2024-02-29T10:00:00.000Z'", `Time.Encoded(contacts.TimeText("2006-01-02T15:04:05.000Z"))`, ""},
		{"TIMESTAMP", "'2024-02-29 10:00:00+00:00'", `Time.Encoded(contacts.TimeText("2006-01-02 15:04:05+00:00"))`, ""},
		{"DATETIME", "'2024-02-29 10:00:00' | '2024-02-29 10:00:00.5'", "", "several forms"},
		{"DATETIME", "'2024-02-29 10:00:00 +0100 CET'", "", "no times of a fixed form"},
		{"DATETIME", "'2024-02-30 10:00:00'", "", "no field: 1 of 3 sampled values are unknown to a time field"},
		{"DATETIME", "'2024-02-29'", "Date", ""},
		{"DATETIME", "1700000000 | 1", "Time.Encoded(contacts.UnixSeconds())", "by their magnitude seconds"},
		{"DATETIME", "1700000000000 | 1", "Time.Encoded(contacts.UnixMillis())", "by their magnitude milliseconds"},
		{"DATETIME", "1700000000000000 | -1700000000000", "Time.Encoded(contacts.UnixMicros())", "by their magnitude microseconds"},
		{"DATETIME", "1700000000000000000", "", "of no unit"},
		{"DATETIME", "-9223372036854775808", "", "of no unit"},
		{"DATETIME", "2460000.5", "", "not all sampled values are texts"},
		{"DATETIME", "'2024-02-29 10:00:00' | 1700000000", "", "not all sampled values are texts"},
		{"DATE", "'2024-02-29'", "Date", ""},
		{"DATE", "'2024-02-29 10:00:00'", "Time", ""},
		{"DATE", "", "Date", "no values to look at"},
		{"TEXT", "'2024-02-29 10:00:00' | '2024-03-01 10:00:00'", "Time", "declared as text, but all sampled values have the form"},
		{"TEXT", "'2024-02-29'", "Date", "declared as text, but"},
		{"TEXT", "'2024-02-29' | 'never'", "Text", ""},
		{"TEXT", "'2024-02-30'", "Text", ""},

		{"NUMERIC(10,2)", "12.5 | 3", "Decimal.Encoded(contacts.DecimalReal())", ""},
		{"DECIMAL(10,2)", "1250 | 300", "Decimal.Encoded(contacts.DecimalReal())", "if they are units"},
		{"DECIMAL(10,0)", "1250 | 300", "Decimal.Encoded(contacts.DecimalReal())", ""},
		{"NUMERIC", "", "Decimal.Encoded(contacts.DecimalReal())", "no values to look at"},
		{"NUMERIC", "'twelve'", "", "no field: 1 of 3 sampled values are unknown to a decimal field"},
		{"UUID", "'00112233-4455-6677-8899-aabbccddeeff'", "UUID", ""},
		{"UUID", "'00112233-4455-6677-8899-AABBCCDDEEFF'", "Text", ""},
		{"UUID", "x'00112233445566778899aabbccddeeff'", "UUID.Encoded(contacts.UUIDBytes())", ""},
		{"STRING", "'abc'", "Text", `the type "STRING" says nothing`},
		{"", "1", "Int64", "says nothing"},
		{"", "1.5 | 2", "Float64", "says nothing"},
		{"", "1.5 | 'x'", "", "of several classes"},
		{"JSON", "", "", "there are no values to look at"},
	})
}

func TestDiscoverHintsAtTimesInIntegers(t *testing.T) {
	t.Parallel()
	db := file(t)
	run(t, db, "CREATE TABLE people (id INTEGER PRIMARY KEY, created_at INTEGER, visits INTEGER, updatedAt INTEGER)",
		"INSERT INTO people VALUES (1, 1700000000, 1700000000, 1700000000000)")
	p, _ := discover(t, db, sqlstore.SQLite, "people")
	require.Equal(t, []string{
		"people.created_at: integers; if they are seconds since 1970, declare a contacts.Time with that encoding",
		"people.updatedAt: integers; if they are milliseconds since 1970, declare a contacts.Time with that encoding",
	}, notes(p))
	require.Equal(t, []contacts.Field{
		contacts.Int64("id").NotNull(), contacts.Int64("created_at"), contacts.Int64("visits"), contacts.Int64("updatedAt"),
	}, p.Schema.Fields)
}

func TestDiscoverTypesOfPostgreSQL(t *testing.T) {
	t.Parallel()
	columns := []typed{
		{"integer NOT NULL DEFAULT 1", "1 | 2 | 3", "Int64.NotNull()", ""},
		{"smallint", "1", "Int64", ""},
		{"bigint", "1", "Int64", ""},
		{"real", "1.5", "Float64", ""},
		{"double precision", "1.5 | 'NaN'", "Float64", "1 of 3 sampled values are unknown"},
		{"numeric", "1.5", "Decimal", ""},
		{"boolean", "true", "Bool", ""},
		{"text", "'a'", "Text", ""},
		{"varchar(10)", "'a'", "Text", ""},
		{"char(10)", "'a'", "Text", ""},
		{"timestamptz", "now()", "Time", ""},
		{"date", "now()", "Date", ""},
		{"uuid", "'00112233-4455-6677-8899-aabbccddeeff'", "UUID", ""},
		{"bytea", "'x'", "", "values of type bytea cannot be compared"},
		{"jsonb", "'{}'", "", "values of type jsonb cannot be compared"},
		{"integer[]", "'{1}'", "", "values of type integer[] cannot be compared"},
		{"interval", "'1 day'", "", "values of type interval cannot be compared"},
		{"mood", "'good'", "Text", ""},
		{"amount", "1.5", "Decimal", ""},
	}
	prepared := func(t *testing.T) *sql.DB {
		t.Helper()
		db := servertest.Postgres().New(t)
		run(t, db, "CREATE TYPE mood AS ENUM ('good', 'bad')", "CREATE DOMAIN amount AS numeric(10, 2)")
		return db
	}
	discoverTypes(t, prepared(t), sqlstore.PostgreSQL, "integer PRIMARY KEY",
		append(columns, typed{"timestamp", "now() | 'infinity'", "Time", "read as UTC"}))
	discoverTypes(t, prepared(t), sqlstore.PostgreSQL, "integer PRIMARY KEY",
		append(columns, typed{"timestamp", "now()", `Time.Encoded(contacts.NaiveTime("Europe/Oslo"))`, ""}), sqlstore.NaiveTimesIn("Europe/Oslo"))
}

func TestDiscoverTypesOfMariaDB(t *testing.T) {
	t.Parallel()
	columns := []typed{
		{"int NOT NULL DEFAULT 1", "1 | 2 | 3", "Int64.NotNull()", ""},
		{"int unsigned", "1", "Int64", ""},
		{"bigint unsigned", "18446744073709551615", "Uint64", ""},
		{"tinyint(1)", "1 | 0", "Bool", ""},
		{"tinyint(1)", "1 | 2", "Int64", ""},
		{"bit(1)", "1 | 0", "Bool", ""},
		{"bit(8)", "1", "", "cannot be compared"},
		{"double", "1.5", "Float64", ""},
		{"decimal(10,2)", "1.5", "Decimal", ""},
		{"varchar(10)", "'a'", "Text", ""},
		{"enum('a','b')", "'a'", "Text", ""},
		{"timestamp NULL", "now()", "Time", ""},
		{"date", "now()", "Date", ""},
		{"uuid", "'00112233-4455-6677-8899-aabbccddeeff'", "UUID", ""},
		{"binary(16)", "x'00112233445566778899aabbccddeeff'", "UUID.Encoded(contacts.UUIDBytes())", "taken for a UUID"},
		{"blob", "'x'", "", "values of type BLOB cannot be compared"},
		{"time", "'10:00:00'", "", "values of type TIME cannot be compared"},
	}
	discoverTypes(t, servertest.MariaDB().New(t), sqlstore.MySQL, "integer PRIMARY KEY",
		append(columns, typed{"datetime", "now()", "Time", "read as UTC"}))
	discoverTypes(t, servertest.MariaDB().New(t), sqlstore.MySQL, "integer PRIMARY KEY",
		append(columns, typed{"datetime(3)", "now()", `Time.Encoded(contacts.NaiveTime("Europe/Oslo"))`, ""}), sqlstore.NaiveTimesIn("Europe/Oslo"))
}
