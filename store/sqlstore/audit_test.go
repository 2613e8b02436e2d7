package sqlstore_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// A host accepts that for foreign keys the empty text refers to something,
// because there is none; then one comes.
func TestRowsThatWentUnseenUndoTheBatch(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		ddl    string
		schema contacts.Schema
	}{
		"contacts":         {codedDDL(toCode+cascade, "", "", ""), coded(reports(contacts.Detach, "boss", "code"))},
		"changed contacts": {codedDDL(toCode+setNull, "", "", ""), coded(reports(contacts.Detach, "boss", "code"))},
		"rows":             {codedDDL("", "", "", toCode+cascade), coded(tasks(contacts.Delete, "code", "code"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := file(t, "foreign_keys(1)")
			script(t, db, tt.ddl)
			script(t, db, `INSERT INTO people (id, code, boss) VALUES (1, '', NULL), (2, 'b', ''), (3, 'c', 'b'), (4, 'd', 'c');
INSERT INTO tasks (id, code) VALUES (10, ''), (11, 'c'), (12, 'd')`)
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, tt.schema)
			require.NoError(t, err)
			before := dump(t, db, "people", "tasks")
			for _, dry := range []bool{true, false} {
				batch := everybody(t, 1, 4)
				batch.DryRun = dry
				_, err = st.Delete(t.Context(), batch)
				require.ErrorIs(t, err, store.ErrUnsafe)
				require.Equal(t, before, dump(t, db, "people", "tasks"))
			}
			out, err := st.Delete(t.Context(), everybody(t, 3, 4))
			require.NoError(t, err, "the others can go, and those that refer to each other")
			require.Len(t, out.Deleted, 2)
		})
	}
}

func TestContactsThatATriggerDeletesUndoTheBatch(t *testing.T) {
	t.Parallel()
	for name, trigger := range map[string]string{
		"of the contacts": `CREATE TRIGGER gone AFTER DELETE ON people WHEN old.id = 1 BEGIN DELETE FROM people WHERE id = 6; END`,
		"of rows":         `CREATE TRIGGER gone AFTER DELETE ON orders WHEN old.buyer = 2 BEGIN DELETE FROM people WHERE id = 6; END`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := file(t)
			st := openCRM(t, db)
			script(t, db, trigger)
			before := dump(t, db)
			_, err := st.Delete(t.Context(), noEmail(t, 1, 2, 3))
			require.ErrorIs(t, err, store.ErrConstraint, "others may go without the contact")
			require.ErrorContains(t, err, "other contacts")
			require.Equal(t, before, dump(t, db))
			out, err := st.Delete(t.Context(), noEmail(t, 3))
			require.NoError(t, err)
			require.Len(t, out.Deleted, 1)
		})
	}
}

func TestWhatATriggerWritesElsewhereIsNoMatter(t *testing.T) {
	t.Parallel()
	db := file(t)
	st := openCRM(t, db)
	script(t, db, `CREATE TABLE log (person INTEGER);
CREATE TRIGGER logs AFTER DELETE ON people BEGIN INSERT INTO log VALUES (old.id); END`)
	out, err := st.Delete(t.Context(), noEmail(t, 1, 2, 3))
	require.NoError(t, err)
	require.Len(t, out.Deleted, 3)
	require.Equal(t, 3, count(t, db, "SELECT count(*) FROM log"))
}

// The count costs a batch two statements, and reads no table unless a trigger
// is on one that changes.
func TestAuditingIsCheap(t *testing.T) {
	t.Parallel()
	db, h := hooked(t, filepath.Join(t.TempDir(), "crm.db"), "?_pragma=foreign_keys(1)")
	st := openCRM(t, db)
	script(t, db, `CREATE TRIGGER unrelated AFTER DELETE ON holds BEGIN SELECT 1; END`)
	h.set(nil, nil)
	_, err := st.Delete(t.Context(), noEmail(t, 1, 2, 3))
	require.NoError(t, err)
	asked := 0
	for _, s := range h.statements() {
		if strings.Contains(s.query, "total_changes") {
			asked++
			require.NotContains(t, s.query, "people")
		}
	}
	require.Equal(t, 2, asked)
}

func TestPostgreSQLCountsWhatGoesUnseen(t *testing.T) {
	t.Parallel()
	server := servertest.Postgres()
	server.Available(t)
	const people = `
CREATE TABLE people (id bigint PRIMARY KEY, code text UNIQUE, boss text, lead bigint);
CREATE INDEX people_boss ON people (boss);
CREATE TABLE tasks (id bigint PRIMARY KEY, person bigint, code text);
CREATE INDEX tasks_code ON tasks (code);
CREATE TABLE log (person bigint);
INSERT INTO people VALUES (1, '', NULL, NULL), (2, 'b', '', 1), (3, 'c', 'b', 1), (4, 'd', 'c', NULL);
INSERT INTO tasks VALUES (10, NULL, ''), (11, NULL, 'c'), (12, NULL, 'd');
`
	for name, tt := range map[string]struct {
		ddl    string
		schema contacts.Schema
		class  error
	}{
		"nothing": {"", coded(reports(contacts.Detach, "boss", "code"), tasks(contacts.Delete, "code", "code")), nil},
		"contacts by the empty text": {
			`ALTER TABLE people ADD FOREIGN KEY (boss) REFERENCES people (code) ON DELETE CASCADE`, coded(reports(contacts.Detach, "boss", "code")), store.ErrUnsafe,
		},
		"rows by the empty text": {
			`ALTER TABLE tasks ADD FOREIGN KEY (code) REFERENCES people (code) ON DELETE SET NULL`, coded(tasks(contacts.Delete, "code", "code")), store.ErrUnsafe,
		},
		"an accepted cascade": {
			`CREATE TABLE logs (person bigint REFERENCES people ON DELETE CASCADE);
INSERT INTO logs VALUES (1)`, coded(), nil,
		},
		"a trigger that writes elsewhere": {
			`CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (old.id); UPDATE log SET person = 0; RETURN NULL; END';
CREATE TRIGGER note AFTER DELETE ON people FOR EACH ROW EXECUTE FUNCTION note()`, coded(), nil,
		},
		"a trigger that deletes contacts": {
			`CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM people WHERE lead = old.id; RETURN NULL; END';
CREATE TRIGGER gone AFTER DELETE ON people FOR EACH ROW EXECUTE FUNCTION gone()`, coded(), store.ErrConstraint,
		},
		"partitions": {
			`ALTER TABLE people RENAME TO old;
CREATE TABLE people (id bigint PRIMARY KEY, code text, boss text, lead bigint) PARTITION BY RANGE (id);
CREATE TABLE people_1 PARTITION OF people FOR VALUES FROM (0) TO (3);
CREATE TABLE people_2 PARTITION OF people FOR VALUES FROM (3) TO (9);
INSERT INTO people SELECT * FROM old;
CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM people WHERE lead = old.id; RETURN NULL; END';
CREATE TRIGGER gone AFTER DELETE ON people FOR EACH ROW EXECUTE FUNCTION gone()`, coded(), store.ErrConstraint,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := server.New(t)
			db.SetMaxOpenConns(2)
			script(t, db, people)
			script(t, db, tt.ddl)
			st, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, tt.schema)
			require.NoError(t, err)
			before := dump(t, db, "people", "tasks")
			_, err = st.Delete(t.Context(), everybody(t, 1, 4))
			if tt.class == nil {
				require.NoError(t, err)
				require.Equal(t, 2, count(t, db, "SELECT count(*) FROM people"))
				return
			}
			require.ErrorIs(t, err, tt.class)
			require.Equal(t, before, dump(t, db, "people", "tasks"))
			for range 2 { // the counters go on from one transaction to the next
				_, err = st.Delete(t.Context(), everybody(t, 4))
				require.NoError(t, err)
			}
			require.Equal(t, 3, count(t, db, "SELECT count(*) FROM people"))
		})
	}
}
