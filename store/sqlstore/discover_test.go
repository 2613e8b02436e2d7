package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// left alone is the end of several notes.
const leftAlone = "contacts with such rows are left alone"

func TestDiscoverReferences(t *testing.T) {
	t.Parallel()
	const people = `CREATE TABLE people (id INTEGER PRIMARY KEY, `
	for _, tc := range []struct {
		name    string
		tables  string // separated by ; and a line break
		options []sqlstore.DiscoverOption
		want    []string
		notes   []string // parts of them, in their order
		fatal   []string // findings
	}{
		{
			name: "no foreign keys", tables: people + `name TEXT)`, want: []string{},
		},
		{
			name: "contacts that the database would delete because they refer to others",
			tables: people + `parent INTEGER REFERENCES people ON DELETE CASCADE, home INTEGER REFERENCES homes);
				CREATE TABLE homes (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people ON DELETE CASCADE)`,
			want: []string{"delete homes person", "  restrict people_home home", "restrict people_parent parent"},
			notes: []string{
				"people.home: ON DELETE NO ACTION: " + leftAlone,
				"people.parent: the database deletes contacts because they refer to people, and nobody goes who did not match",
			},
			fatal: []string{"cascade-removes-kept:people.parent"},
		},
		{
			name: "contacts are detached from what is deleted with another contact",
			tables: people + `home INTEGER REFERENCES homes ON DELETE SET NULL);
				CREATE TABLE homes (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people ON DELETE CASCADE)`,
			want: []string{"delete homes person", "  detach people_home home"},
		},
		{
			name: "a cycle, and another way into it",
			tables: people + `name TEXT);
				CREATE TABLE a (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people ON DELETE CASCADE, b INTEGER REFERENCES b ON DELETE CASCADE);
				CREATE TABLE b (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people ON DELETE CASCADE, a INTEGER REFERENCES a ON DELETE CASCADE)`,
			want:  []string{"delete a_person person", "  delete b_a a", "    restrict a_b b", "delete b_person person", "  restrict a_b_of_b_person b"},
			notes: []string{"a.b: a cycle of foreign keys, because rows of b are deleted with rows of this table: " + leftAlone},
			fatal: []string{"cascade-removes-kept:a.b"},
		},
		{
			name: "a composite key, referred to in another order, and part of it detached",
			tables: `CREATE TABLE people (tenant INTEGER, code TEXT, PRIMARY KEY (tenant, code));
				CREATE TABLE notes (id INTEGER PRIMARY KEY, code TEXT, tenant INTEGER NOT NULL,
					FOREIGN KEY (code, tenant) REFERENCES people (code, tenant) ON DELETE SET NULL)`,
			want:  []string{"detach notes tenant,code null code"},
			notes: []string{"notes.code,tenant: only code can be set to NULL, and is"},
		},
		{
			name: "a tenant that another reference needs is not set to NULL",
			tables: `CREATE TABLE people (tenant INTEGER, code TEXT, PRIMARY KEY (tenant, code));
				CREATE TABLE notes (id INTEGER PRIMARY KEY, tenant INTEGER, author TEXT, about TEXT,
					FOREIGN KEY (tenant, author) REFERENCES people ON DELETE SET NULL,
					FOREIGN KEY (tenant, about) REFERENCES people ON DELETE CASCADE)`,
			want:  []string{"delete notes_tenant_about tenant,about", "detach notes_tenant_author tenant,author null author"},
			notes: []string{"notes.tenant,author: only author can be set to NULL, and is"},
		},
		{
			name: "two foreign keys on one column",
			tables: people + `name TEXT);
				CREATE TABLE notes (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people ON DELETE CASCADE,
					FOREIGN KEY (person) REFERENCES people (id));
				CREATE TABLE tags (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people ON DELETE CASCADE,
					FOREIGN KEY (person) REFERENCES people ON DELETE CASCADE)`,
			want:  []string{"restrict notes person", "delete tags person"},
			notes: []string{"notes.person: ON DELETE NO ACTION", "notes.person: two foreign keys on the same columns differ"},
			fatal: []string{"cascade-removes-kept:notes.person"},
		},
		{
			name: "types that differ",
			tables: people + `name TEXT);
				CREATE TABLE notes (id INTEGER PRIMARY KEY, person TEXT REFERENCES people ON DELETE CASCADE)`,
			want:  []string{"delete notes person"},
			notes: []string{"notes.person: read as int64, as people.id, to which it refers, although its type is another one"},
			fatal: []string{"reference-type:notes.person"},
		},
		{
			name: "no key, but something unique",
			tables: `CREATE TABLE people (code TEXT NOT NULL UNIQUE, nick TEXT UNIQUE, born DATE NOT NULL UNIQUE);
				CREATE TABLE notes (id INTEGER PRIMARY KEY, nick TEXT REFERENCES people (nick) ON DELETE CASCADE)`,
			want:  []string{"delete notes nick>nick"},
			fatal: []string{"foreign-key-empty:notes.nick"},
			notes: []string{"people.born: no values", "people.code: the key, for want of a primary key"},
		},
		{
			name: "the spelling of SQLite, a table without a rowid, and below it",
			tables: `CREATE TABLE People (ID INTEGER PRIMARY KEY);
				CREATE TABLE Notes (Person INTEGER, N INTEGER, PRIMARY KEY (Person, N), FOREIGN KEY (pERSON) REFERENCES PEOPLE (id) ON DELETE CASCADE) WITHOUT ROWID;
				CREATE TABLE lines (person INTEGER, n INTEGER, FOREIGN KEY (person, n) REFERENCES nOTES ON DELETE CASCADE)`,
			want: []string{"delete Notes Person", "  delete lines person,n"},
		},
		{
			name: "the host decides",
			tables: people + `name TEXT);
				CREATE TABLE invoices (id INTEGER PRIMARY KEY, buyer INTEGER REFERENCES people, seller INTEGER NOT NULL REFERENCES people);
				CREATE TABLE lines (id INTEGER PRIMARY KEY, invoice INTEGER REFERENCES invoices);
				CREATE TABLE logs (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people)`,
			options: []sqlstore.DiscoverOption{
				sqlstore.WithAction("Invoices", contacts.Delete), sqlstore.WithAction("invoices", contacts.Detach, "seller"),
				sqlstore.WithAction("main.lines", contacts.Delete), sqlstore.WithAction("logs", contacts.Keep),
			},
			want: []string{"delete invoices_buyer buyer", "  delete lines invoice", "restrict invoices_seller seller", "keep logs person"},
			notes: []string{
				"invoices.seller: cannot be set to NULL",
			},
		},
		{
			name: "a column that refers to two kinds",
			tables: people + `name TEXT);
				CREATE TABLE codes (code TEXT PRIMARY KEY, person INTEGER REFERENCES people ON DELETE CASCADE);
				CREATE TABLE notes (what INTEGER REFERENCES codes ON DELETE CASCADE, FOREIGN KEY (what) REFERENCES people ON DELETE CASCADE)`,
			want: []string{"delete codes person", "  delete notes what"},
			notes: []string{
				"notes.what: read as text, as codes.code, to which it refers, although its type is another one",
				"notes.what: the foreign key to people is left out, and its rows are not treated: it does not fit the others",
			},
			fatal: []string{"reference-type:notes.what", "unregistered-cascade:notes.what"},
		},
		{
			name: "columns that have no field",
			tables: people + `photo BLOB, "what?" TEXT);
				CREATE TABLE notes ("person?" INTEGER REFERENCES people ON DELETE CASCADE, body TEXT)`,
			want: []string{},
			notes: []string{
				"people.photo: no field: blobs cannot be compared", "people.what?: no field: its name cannot be in a schema",
				"notes.person?: no field", "notes.person?: the foreign key to people is left out, and its rows are not treated",
			},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			db := file(t, "foreign_keys(1)")
			script(t, db, tc.tables)
			table := "people"
			if strings.Contains(tc.tables, "People") {
				table = "People"
			}
			p, err := sqlstore.Discover(t.Context(), db, sqlstore.SQLite, table, tc.options...)
			require.NoError(t, err)
			require.Equal(t, tc.want, outline(p))
			require.Len(t, p.Notes, len(tc.notes), notes(p))
			for i, note := range notes(p) {
				require.Contains(t, note, tc.notes[i])
			}
			if tc.fatal == nil {
				tc.fatal = []string{}
			}
			findings := verified(t, db, sqlstore.SQLite, p)
			if !strings.Contains(tc.tables, "person?") {
				require.Equal(t, tc.fatal, fatalOf(findings))
			}
		})
	}
}

func TestDiscoverRefuses(t *testing.T) {
	t.Parallel()
	db := file(t)
	script(t, db, `CREATE TABLE people (id INTEGER PRIMARY KEY);
		CREATE TABLE notes (person INTEGER REFERENCES people);
		CREATE VIEW persons AS SELECT id FROM people;
		CREATE TABLE keyless (name TEXT);
		CREATE TABLE dated (day DATE PRIMARY KEY NOT NULL)`)
	for _, tc := range []struct {
		table   string
		options []sqlstore.DiscoverOption
		want    string
	}{
		{"peeple", nil, `there is no table "peeple"`},
		{"", nil, `a table name that schemas cannot have: ""`},
		{"a.b.c", nil, `a table name that schemas cannot have: "a.b.c"`},
		{"persons", nil, `"persons" is a view; name the table that holds the contacts`},
		{"keyless", nil, `table "keyless" has no key: a primary key, or a unique index on NOT NULL columns, of integers, texts or UUIDs is needed`},
		{"dated", nil, `table "dated" has no key: a primary key, or a unique index on NOT NULL columns, of integers, texts or UUIDs is needed`},
		{"people", []sqlstore.DiscoverOption{sqlstore.WithAction("note", contacts.Delete)}, `nothing refers from table "note" to rows that are deleted`},
		{"people", []sqlstore.DiscoverOption{sqlstore.WithAction("notes", contacts.Delete, "persn")}, `nothing refers from table "notes" by ["persn"] to rows that are deleted`},
		{"people", []sqlstore.DiscoverOption{sqlstore.WithAction("notes", 0)}, `the action for table "notes" is no action; edit the proposal for actions that need values`},
		{"people", []sqlstore.DiscoverOption{sqlstore.NaiveTimesIn("Europe/Atlantis")}, `there is no zone "Europe/Atlantis" here`},
	} {
		_, err := sqlstore.Discover(t.Context(), db, sqlstore.SQLite, tc.table, tc.options...)
		require.EqualError(t, err, "sqlstore: discover: "+tc.want)
	}
	_, err := sqlstore.Discover(t.Context(), nil, sqlstore.SQLite, "people")
	require.EqualError(t, err, "sqlstore: discover: no database")
	_, err = sqlstore.Discover(t.Context(), (*sql.DB)(nil), sqlstore.SQLite, "people")
	require.EqualError(t, err, "sqlstore: discover: no database")
	_, err = sqlstore.Discover(t.Context(), db, 0, "people")
	require.ErrorContains(t, err, "there is no dialect(0)")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = sqlstore.Discover(ended, db, sqlstore.SQLite, "people")
	require.ErrorIs(t, err, context.Canceled)
	var failed *store.Error
	require.ErrorAs(t, err, &failed)
}

// Tables that are reached in many ways multiply, up to a limit.
func TestDiscoverHasALimit(t *testing.T) {
	t.Parallel()
	db := file(t)
	run(t, db, "CREATE TABLE t0 (id INTEGER PRIMARY KEY)")
	for i := 1; i <= 7; i++ {
		var above []string
		for n := range i {
			above = append(above, fmt.Sprintf("r%d INTEGER REFERENCES t%d ON DELETE CASCADE", n, n))
		}
		run(t, db, fmt.Sprintf("CREATE TABLE t%d (id INTEGER PRIMARY KEY, %s)", i, strings.Join(above, ", ")))
	}
	p, err := sqlstore.Discover(t.Context(), db, sqlstore.SQLite, "t0")
	require.NoError(t, err)
	require.Len(t, p.Schema.Placed(), 127)
	for i := 8; i <= 11; i++ {
		run(t, db, fmt.Sprintf("CREATE TABLE t%d (id INTEGER PRIMARY KEY, a INTEGER REFERENCES t%d ON DELETE CASCADE, b INTEGER REFERENCES t%d ON DELETE CASCADE, c INTEGER REFERENCES t%d ON DELETE CASCADE)",
			i, i-1, i-2, i-3))
	}
	_, err = sqlstore.Discover(t.Context(), db, sqlstore.SQLite, "t0")
	require.ErrorContains(t, err, "more than 1000 associations")
	p, err = sqlstore.Discover(t.Context(), db, sqlstore.SQLite, "t0", sqlstore.WithAction("t7", contacts.Restrict))
	require.NoError(t, err)
	require.Less(t, len(p.Schema.Placed()), 1000)
}

func TestDiscoverInOtherSchemas(t *testing.T) {
	t.Parallel()
	db := servertest.Postgres().New(t)
	script(t, db, `CREATE SCHEMA billing;
		CREATE TABLE people (id bigint PRIMARY KEY, "Mail" text, "mail" text);
		CREATE TABLE billing.invoices (id bigint PRIMARY KEY, person bigint REFERENCES people ON DELETE CASCADE);
		CREATE TABLE lines (id bigint PRIMARY KEY, invoice bigint REFERENCES billing.invoices ON DELETE CASCADE)`)
	p, _ := discover(t, db, sqlstore.PostgreSQL, "people")
	require.Equal(t, []string{"delete invoices person", "  delete lines invoice"}, outline(p))
	require.Equal(t, "billing.invoices", p.Schema.Associations[0].Table)
	require.Equal(t, "lines", p.Schema.Associations[0].Associations[0].Table)
	require.Equal(t, []string{
		`people.mail: no field: its name differs from that of "Mail" by the case of letters only`,
		`people: the database could delete rows by its foreign keys, which is faster, with contacts.SetCascaded("invoices", "lines")`,
	}, notes(p))

	run(t, db, "CREATE TABLE billing.people (id bigint PRIMARY KEY, person bigint REFERENCES people ON DELETE CASCADE)")
	p, _ = discover(t, db, sqlstore.PostgreSQL, "people")
	require.Equal(t, "public.people", p.Schema.Table)
	require.Equal(t, []string{"delete invoices person", "  delete lines invoice", "delete people person"}, outline(p))
	require.Equal(t, "public.lines", p.Schema.Associations[0].Associations[0].Table)
	require.Equal(t, "public.people", p.Notes[0].Table)

	p, _ = discover(t, db, sqlstore.PostgreSQL, "billing.invoices")
	require.Equal(t, []string{"delete lines invoice"}, outline(p))
	require.Equal(t, "public.lines", p.Schema.Associations[0].Table)
}

func TestDiscoverInheritance(t *testing.T) {
	t.Parallel()
	db := servertest.Postgres().New(t)
	script(t, db, `CREATE TABLE people (id bigint NOT NULL, region int NOT NULL, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
		CREATE TABLE people_1 PARTITION OF people FOR VALUES IN (1);
		CREATE TABLE notes (id bigint PRIMARY KEY, person bigint, region int, FOREIGN KEY (person, region) REFERENCES people ON DELETE CASCADE);
		CREATE TABLE long_notes (pages int) INHERITS (notes);
		CREATE TABLE parts (id bigint, person bigint, region int, FOREIGN KEY (person, region) REFERENCES people ON DELETE CASCADE) PARTITION BY HASH (id);
		CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 1, REMAINDER 0);
		CREATE TABLE direct (id bigint PRIMARY KEY, person bigint, region int, FOREIGN KEY (person, region) REFERENCES people_1 ON DELETE CASCADE)`)
	p, _ := discover(t, db, sqlstore.PostgreSQL, "people")
	require.Equal(t, []string{"delete notes person,region", "delete parts person,region"}, outline(p))
	require.Equal(t, []string{
		"people: a foreign key of direct refers to people_1, a part of it, and is in no schema; make it refer to the whole table",
		"notes: its rows in long_notes, which inherits from it, are treated as its own, but no foreign key of it holds for them",
	}, notes(p))
}
