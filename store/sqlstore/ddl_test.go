package sqlstore_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

func TestDDLDeclaresWhatTheSchemaSays(t *testing.T) {
	t.Parallel()
	id := contacts.Int64("id")
	one := func(name, table string, a contacts.Action, r contacts.Reference, fields ...contacts.Field) contacts.Association {
		return contacts.Association{
			Name: name, Table: table, Action: a, Key: []string{"id"},
			Fields: append([]contacts.Field{id}, fields...), References: []contacts.Reference{r},
		}
	}
	person := contacts.Int64("person")
	by := contacts.Reference{Fields: []string{"person"}}
	conditional := one("old", "notes", contacts.Delete, by, person, contacts.Bool("old"))
	conditional.Where = where.New().WhereTrue("old")
	schema := contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: []contacts.Field{
			id, contacts.Text("email").NotNull(), contacts.UUID("ref").Encoded(contacts.UUIDBytes()),
			contacts.Time("made").Encoded(contacts.UnixMicros()), contacts.Decimal("debt").Encoded(contacts.DecimalUnits(2)),
		},
		Associations: []contacts.Association{
			one("orders", "orders", contacts.Delete, by, person.NotNull()),
			one("teams", "teams", contacts.Detach, by, person),
			one("holds", "holds", contacts.Restrict, by, person),
			one("invoices", "invoices", contacts.Keep, by, person),
			one("mails", "mails", contacts.Delete, contacts.Reference{Fields: []string{"to"}, To: []string{"email"}}, contacts.Text("to")),
			one("tasks", "tasks", contacts.Delete, contacts.Reference{Fields: []string{"of"}, Constants: map[string]any{"type": "p"}}, contacts.Int64("of"), contacts.Text("type")),
			conditional,
			one("other notes", "notes", contacts.Keep, by, person),
			one("calls", "shared", contacts.Delete, by, person, contacts.Text("a")),
			one("other calls", "shared", contacts.Restrict, by, person, contacts.Text("b")),
		},
	}
	ddl, err := sqlstore.DDL(sqlstore.SQLite, schema)
	require.NoError(t, err)
	all := strings.Join(ddl, ";\n")
	for _, part := range []string{
		`CREATE TABLE "people" (
	"id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
	"email" TEXT NOT NULL,
	"ref" BLOB,
	"made" INTEGER,
	"debt" INTEGER
)`,
		`"person" INTEGER NOT NULL,
	FOREIGN KEY ("person") REFERENCES "people" ("id") ON DELETE CASCADE`,
		`CREATE TABLE "shared" (
	"id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
	"person" INTEGER,
	"a" TEXT,
	"b" TEXT
)`,
		`CREATE INDEX "invoices_person" ON "invoices" ("person")`,
		`CREATE UNIQUE INDEX "people_email_unique" ON "people" ("email") WHERE "email" <> ''`,
	} {
		require.Contains(t, all, part)
	}
	require.Equal(t, 3, strings.Count(all, "FOREIGN KEY"), "cascade, set null and restrict, and none where one would say more:\n%s", all)
	require.Equal(t, 1, strings.Count(all, "SET NULL"))
	require.Equal(t, 1, strings.Count(all, "RESTRICT"))

	db := file(t, "foreign_keys(1)")
	create(t, db, schema)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
	require.NoError(t, err)
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, findings)
}

func TestDDLOfTheDefaultSchemaHasNoFindings(t *testing.T) {
	t.Parallel()
	db := file(t, "foreign_keys(1)")
	create(t, db, contacts.DefaultSchema())
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, contacts.DefaultSchema())
	require.NoError(t, err)
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, findings)
	require.Equal(t, 5000, st.Pacing().Start)
}

func TestDDLRefusesWhatCannotBeStored(t *testing.T) {
	t.Parallel()
	_, err := sqlstore.DDL(sqlstore.SQLite, contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), contacts.Decimal("debt")},
	})
	require.ErrorContains(t, err, "SQLite has no decimal type")
	_, err = sqlstore.DDL(sqlstore.SQLite, contacts.Schema{})
	require.ErrorIs(t, err, contacts.ErrInvalidSchema)
	_, err = sqlstore.DDL(0, crm())
	require.ErrorContains(t, err, "dialect")
	_, err = sqlstore.Open(t.Context(), file(t), 0, crm())
	require.ErrorContains(t, err, "dialect")
	_, err = sqlstore.Open(t.Context(), nil, sqlstore.SQLite, crm())
	require.ErrorContains(t, err, "no database")
	_, err = sqlstore.Open(t.Context(), file(t), sqlstore.SQLite, contacts.Schema{})
	require.ErrorIs(t, err, contacts.ErrInvalidSchema)
}

func TestEncode(t *testing.T) {
	t.Parallel()
	v := func(x any) where.Value {
		out, err := where.ValueOf(x)
		require.NoError(t, err)
		return out
	}
	units, real := contacts.Decimal("d").Encoded(contacts.DecimalUnits(2)), contacts.Decimal("d").Encoded(contacts.DecimalReal())
	for name, tt := range map[string]struct {
		field contacts.Field
		value where.Value
		want  any
	}{
		"NULL":               {contacts.Text("t"), where.Value{}, nil},
		"decimal in units":   {units, v("-12.5"), int64(-1250)},
		"decimal as a float": {real, v("0.1"), 0.1},
		"integer as uint64":  {contacts.Uint64("n"), v(5), int64(5)},
		"date":               {contacts.Date("d"), v(where.Date{Year: 1999, Month: 1, Day: 2}), "1999-01-02"},
		"uuid":               {contacts.UUID("u"), v([16]byte{0xAB}), "ab000000-0000-0000-0000-000000000000"},
	} {
		got, err := sqlstore.Encode(sqlstore.SQLite, tt.field, tt.value)
		require.NoError(t, err, name)
		require.Equal(t, tt.want, got, name)
		if tt.want != nil {
			want, err := tt.value.As(tt.field.Kind)
			require.NoError(t, err)
			require.Equal(t, want, sqlstore.Decode(tt.field, got), name)
		}
	}
	for name, tt := range map[string]struct {
		field contacts.Field
		value where.Value
	}{
		"another kind":          {contacts.Int64("n"), v("secret")},
		"unknown":               {contacts.Text("t"), where.Unknown()},
		"relative":              {contacts.Time("t"), v(where.Ago(0))},
		"more digits than kept": {units, v("0.001")},
		"too large":             {units, v("99999999999999999999")},
		"more than 15 digits":   {real, v("0.1234567890123456")},
		"beyond 2^63":           {contacts.Uint64("n"), v(uint64(1) << 63)},
		"no decimal type":       {contacts.Decimal("d"), v("1")},
	} {
		_, err := sqlstore.Encode(sqlstore.SQLite, tt.field, tt.value)
		require.Error(t, err, name)
		require.NotContains(t, err.Error(), "secret")
	}
}
