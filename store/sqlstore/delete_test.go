package sqlstore_test

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/sqlitetest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

func TestDeleteTreatsEveryAssociation(t *testing.T) {
	t.Parallel()
	for _, fk := range []string{"foreign_keys(0)", "foreign_keys(1)"} {
		t.Run(fk, func(t *testing.T) {
			t.Parallel()
			db := file(t, fk)
			db.SetMaxOpenConns(1) // a second connection would wait for ever
			st := openCRM(t, db)
			out, err := st.Delete(t.Context(), noEmail(t, 3, 1, 2, 4, 5, 9, 1))
			require.NoError(t, err)
			require.Equal(t, []int64{1, 2, 3}, deletedIDs(out))
			require.Equal(t, map[string]int64{"orders": 3, "lines": 6, "groups": 3, "reports": 1}, out.Rows)
			causes := map[int64]store.Skipped{}
			for _, s := range out.Skipped {
				causes[s.Key.First().Int64()] = s
			}
			require.Len(t, causes, 3)
			require.Equal(t, store.Restricted, causes[4].Cause)
			require.Equal(t, "holds", causes[4].Association)
			require.Equal(t, store.Changed, causes[5].Cause)
			require.Equal(t, store.Gone, causes[9].Cause)
			require.Equal(t, `people 4  <nil>
people 5 five@x <nil>
people 6 six@x <nil>
orders 40 4
orders 50 5
orders 60 6
lines 80 40
lines 81 40
lines 100 50
lines 101 50
lines 120 60
lines 121 60
teams 101 <nil>
teams 102 <nil>
teams 103 <nil>
teams 104 4
teams 105 5
teams 106 6
holds 1 4
`, dump(t, db))
		})
	}
}

func TestTheTextOfABatchDoesNotDependOnItsSize(t *testing.T) {
	t.Parallel()
	db, h := hooked(t, t.TempDir()+"/crm.db", "")
	st := openCRM(t, db)
	texts := func(ids ...int) []string {
		b := noEmail(t, ids...)
		b.DryRun = true
		h.set(nil, nil)
		_, err := st.Delete(t.Context(), b)
		require.NoError(t, err)
		var out []string
		for _, s := range h.statements() {
			out = append(out, s.query)
		}
		return out
	}
	require.Equal(t, texts(1), texts(1, 2, 3))
}

func TestManyKeysAreOneParameter(t *testing.T) {
	t.Parallel()
	db, h := hooked(t, t.TempDir()+"/crm.db", "")
	st := openCRM(t, db)
	ids := make([]int, 100_000)
	for i := range ids {
		ids[i] = i + 1
	}
	h.set(nil, nil)
	out, err := st.Delete(t.Context(), noEmail(t, ids...))
	require.NoError(t, err)
	require.Equal(t, []int64{1, 2, 3}, deletedIDs(out))
	require.Len(t, out.Skipped, len(ids)-3)
	for _, s := range h.statements() {
		require.LessOrEqual(t, len(s.args), 4, s.query)
	}
}

// Two associations share the table of notes: rows below notes are found before
// either of them removes a note.
func TestRowsBelowASharedTableAreFound(t *testing.T) {
	t.Parallel()
	id := contacts.Int64("id")
	notes := func(name, by string, below ...contacts.Association) contacts.Association {
		return contacts.Association{
			Name: name, Table: "notes", Action: contacts.Delete, Key: []string{"id"},
			Fields:       []contacts.Field{id, contacts.Int64("person"), contacts.Int64("case_id")},
			References:   []contacts.Reference{{Fields: []string{by}}},
			Associations: below,
		}
	}
	schema := contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{id},
		Associations: []contacts.Association{
			{
				Name: "cases", Table: "cases", Action: contacts.Delete, Key: []string{"id"},
				Fields:       []contacts.Field{id, contacts.Int64("person")},
				References:   []contacts.Reference{{Fields: []string{"person"}}},
				Associations: []contacts.Association{notes("case notes", "case_id")},
			},
			notes("notes", "person", contacts.Association{
				Name: "files", Table: "files", Action: contacts.Delete,
				Fields:     []contacts.Field{id, contacts.Int64("note")},
				References: []contacts.Reference{{Fields: []string{"note"}}},
			}),
		},
	}
	db := file(t, "foreign_keys(1)") // which hold files of other case notes
	create(t, db, schema)
	script(t, db, `
INSERT INTO people VALUES (1);
INSERT INTO cases VALUES (1, 1);
INSERT INTO notes VALUES (1, 1, 1), (2, 1, NULL);
INSERT INTO files VALUES (1, 1), (2, 2);
`)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
	require.NoError(t, err)
	keys, err := contacts.Keys(1)
	require.NoError(t, err)
	out, err := st.Delete(t.Context(), store.Batch{Selection: store.Selection{Condition: where.Everything()}, Keys: keys})
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"cases": 1, "case notes": 1, "notes": 1, "files": 2}, out.Rows)
	require.Empty(t, dump(t, db, "people", "cases", "notes", "files"))
}

func TestTablesBelowEachOtherAreRefused(t *testing.T) {
	t.Parallel()
	id := contacts.Int64("id")
	table := func(name, table string, below ...contacts.Association) contacts.Association {
		return contacts.Association{
			Name: name, Table: table, Action: contacts.Delete, Key: []string{"id"},
			Fields:     []contacts.Field{id, contacts.Int64("up")},
			References: []contacts.Reference{{Fields: []string{"up"}}}, Associations: below,
		}
	}
	db := file(t)
	_, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{id},
		Associations: []contacts.Association{table("a", "x", table("b", "y")), table("c", "y", table("d", "x"))},
	})
	require.ErrorContains(t, err, "go through each other's tables")
}

func TestErrorsNeverContainValues(t *testing.T) {
	t.Parallel()
	db := file(t, "foreign_keys(1)")
	st := openCRM(t, db)
	script(t, db, `CREATE TRIGGER noisy BEFORE DELETE ON orders BEGIN SELECT RAISE(ABORT, 'secret@x'); END`)
	before := dump(t, db)
	_, err := st.Delete(t.Context(), noEmail(t))
	require.ErrorIs(t, err, store.ErrConstraint)
	require.NotContains(t, err.Error(), "secret")
	require.Contains(t, err.Error(), "table orders")
	var known *store.Error
	require.ErrorAs(t, err, &known)
	require.Contains(t, known.Err.Error(), "secret", "the driver's error is still there for those who ask")
	require.Equal(t, before, dump(t, db))
}

func TestWrappersOfADatabaseWork(t *testing.T) {
	t.Parallel()
	db := file(t)
	openCRM(t, db)
	st, err := sqlstore.Open(t.Context(), struct{ *sql.DB }{db}, sqlstore.SQLite, crm())
	require.NoError(t, err)
	_, err = st.Delete(t.Context(), noEmail(t))
	require.NoError(t, err)
}

func TestAFailedCommitIsUnknownUnlessTheEngineSaysOtherwise(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err  error
		want error
	}{
		"a lost connection": {driver.ErrBadConn, store.ErrOutcomeUnknown},
		"an I/O error":      {sqlitetest.ModerncError(10), store.ErrOutcomeUnknown},
		"busy":              {sqlitetest.ModerncError(5), store.ErrTransient},
		"a deferred key":    {sqlitetest.ModerncError(787), store.ErrConstraint},
		"full":              {sqlitetest.ModerncError(13), store.ErrFull},
		"another's code":    {codeError{13}, store.ErrOutcomeUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, h := hooked(t, t.TempDir()+"/crm.db", "")
			st := openCRM(t, db)
			h.set(func(what, _ string) error {
				if what == "commit" {
					return tt.err
				}
				return nil
			}, nil)
			batch := noEmail(t)
			out, err := st.Delete(t.Context(), batch)
			require.ErrorIs(t, err, tt.want)
			require.NotContains(t, err.Error(), "boom")
			if errors.Is(err, store.ErrOutcomeUnknown) {
				require.Equal(t, len(batch.Keys), len(out.Deleted)+len(out.Skipped), "what it was to be")
				require.NotEmpty(t, out.Deleted)
				require.NotEmpty(t, out.Rows)
			} else {
				require.Empty(t, out)
			}
		})
	}
}

// RESTRICT does not wait for the end of the statement that deletes both.
func TestContactsThatReferToEachOtherGoTogether(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"RESTRICT", "NO ACTION", "CASCADE", "SET NULL"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			db := file(t, "foreign_keys(1)")
			script(t, db, strings.Replace(crmDDL, "REFERENCES people (id) ON DELETE SET NULL", "REFERENCES people (id) ON DELETE "+action, 1)+
				"INSERT INTO people (id, email, boss) VALUES (1, '', NULL), (2, '', 1), (3, '', 2), (4, 'four@x', 3);\nUPDATE people SET boss = 3 WHERE id = 1")
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, crm())
			require.NoError(t, err)
			out, err := st.Delete(t.Context(), noEmail(t, 1, 2, 3))
			require.NoError(t, err)
			require.Len(t, out.Deleted, 3)
			require.EqualValues(t, 1, out.Rows["reports"], "only the one who stays")
			require.Equal(t, "people 4 four@x <nil>\n", dump(t, db, "people"))
		})
	}
}

// The tree that SQLite parses must not become deeper than it allows.
func TestTheLargestConditions(t *testing.T) {
	t.Parallel()
	db := file(t)
	st := openCRM(t, db)
	or, and := where.New(), where.New()
	for i := range 160 {
		if i > 0 {
			or = or.Or()
		}
		or = or.WhereEndsWith("email", string(rune('a'+i%26))).WhereNotEmpty("email")
		and = and.WhereNotContains("email", string(rune('A'+i%26))).WhereNotLike("email", "%z%")
	}
	deep := where.New().WhereEquals("email", "five@x")
	for range 24 {
		deep = where.New().WhereNot(where.New().WhereNull("email").Or().Where(deep))
	}
	below := where.New().WhereNotEmpty("email")
	for range 15 {
		below = where.New().WhereExists("reports", below).Or().WhereNotEmpty("email")
	}
	for _, c := range []where.Condition{or, and, deep, below} {
		_, err := st.Count(t.Context(), store.CountRequest{Selection: store.Selection{Condition: c, Protected: c}, Rows: true})
		require.NoError(t, err)
		batch := noEmail(t)
		batch.Condition, batch.Protected, batch.Scope = c, c, c
		_, err = st.Delete(t.Context(), batch)
		require.NoError(t, err)
	}
}
