package sqlstore_test

import (
	"database/sql"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

func TestATableThatComesLater(t *testing.T) {
	t.Parallel()
	const plain, cascade = "", " ON DELETE CASCADE"
	for name, tt := range map[string]struct {
		enforced string
		action   string
		fails    bool
	}{
		"its rows would be lost":        {"1", cascade, true},
		"its rows would be lost later":  {"0", cascade, true},
		"its rows would be left behind": {"0", plain, true},
		"its rows hold contacts back":   {"1", plain, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := file(t, "foreign_keys("+tt.enforced+")")
			st := openCRM(t, db)
			script(t, db, "CREATE TABLE unrelated (id INTEGER)")
			_, err := st.Delete(t.Context(), noEmail(t, 3))
			require.NoError(t, err)
			script(t, db, "CREATE TABLE late (person INTEGER REFERENCES people (id)"+tt.action+");\nINSERT INTO late VALUES (5)")
			before := dump(t, db)
			for range 2 {
				_, err = st.Delete(t.Context(), noEmail(t, 1))
				if !tt.fails {
					require.NoError(t, err)
					continue
				}
				require.ErrorIs(t, err, store.ErrUnsafe)
				require.ErrorContains(t, err, "table late")
				require.Equal(t, before, dump(t, db))
			}
		})
	}
}

func TestATriggerThatComesLaterIsSeen(t *testing.T) {
	t.Parallel()
	db := file(t)
	st := openCRM(t, db)
	script(t, db, `CREATE TRIGGER keep BEFORE DELETE ON people BEGIN SELECT RAISE(IGNORE); END`)
	before := dump(t, db)
	out, err := st.Delete(t.Context(), noEmail(t, 1))
	require.NoError(t, err)
	require.Empty(t, out.Deleted)
	require.Equal(t, before, dump(t, db))
}

func TestTemporaryTablesHideNothing(t *testing.T) {
	t.Parallel()
	for _, early := range []bool{true, false} {
		t.Run(strconv.FormatBool(early), func(t *testing.T) {
			t.Parallel()
			db := file(t)
			db.SetMaxOpenConns(1) // a temporary table is a matter of the connection
			hide := func() {
				script(t, db, `CREATE TEMP TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, email TEXT, boss INTEGER);
INSERT INTO temp.people SELECT id, email, boss FROM main.people`)
			}
			if early {
				create(t, db, crm())
				script(t, db, fillCRM)
				hide()
			}
			st := opened(t, db, early)
			if !early {
				hide()
			}
			for range 2 { // before and after it is verified
				page, err := st.Page(t.Context(), store.PageRequest{Selection: noEmail(t).Selection, Keys: noEmail(t, 1, 2).Keys, Limit: 5})
				require.NoError(t, err)
				require.Len(t, page.Keys, 2)
				_, err = st.Verify(t.Context())
				require.NoError(t, err)
			}
			out, err := st.Delete(t.Context(), noEmail(t, 1))
			require.NoError(t, err)
			require.Len(t, out.Deleted, 1)
			require.Equal(t, 0, count(t, db, "SELECT count(*) FROM main.people WHERE id = 1"))
			require.Equal(t, 6, count(t, db, "SELECT count(*) FROM temp.people"))
			require.Equal(t, 0, count(t, db, "SELECT count(*) FROM orders WHERE buyer = 1"))
		})
	}
}

func opened(t *testing.T, db *sql.DB, filled bool) *sqlstore.Store {
	t.Helper()
	if !filled {
		return openCRM(t, db)
	}
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, crm())
	require.NoError(t, err)
	return st
}

func TestATableMayBeNamedAsAnythingInAStatement(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"selected", "SELECTED", "k", "j", "c", "r1", "n"} {
		db := file(t)
		schema := contacts.Schema{
			Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull()},
			Associations: []contacts.Association{{
				Name: "rows", Table: name, Action: contacts.Delete, Key: []string{"id"},
				Fields:     []contacts.Field{contacts.Int64("id").NotNull(), contacts.Int64("person")},
				References: []contacts.Reference{{Fields: []string{"person"}}},
			}},
		}
		create(t, db, schema)
		script(t, db, `INSERT INTO people VALUES (1), (2);
INSERT INTO "`+name+`" VALUES (10, 1), (11, 1)`)
		st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
		require.NoError(t, err)
		n, err := st.Count(t.Context(), store.CountRequest{Selection: store.Selection{Condition: where.New().WhereExists("rows")}, Rows: true})
		require.NoError(t, err)
		require.Equal(t, store.Counts{Contacts: 1, Rows: map[string]int64{"rows": 2}}, n)
	}
}
