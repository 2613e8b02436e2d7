package sqlstore_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// tenants hands tasks over to contact 1 of their tenant. The condition keeps DDL
// from declaring foreign keys, which would hold the heirs by themselves.
func tenants() contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"tenant", "id"}, Fields: []contacts.Field{contacts.Int64("tenant").NotNull(), contacts.Int64("id").NotNull()},
		Associations: []contacts.Association{{
			Name: "tasks", Table: "tasks", Key: []string{"id"}, Action: contacts.HandOver, Heir: contacts.Values{"owner": 1}, Where: where.New().WhereGreaterThan("id", 0),
			Fields:     []contacts.Field{contacts.Int64("id").NotNull(), contacts.Int64("tenant"), contacts.Int64("owner")},
			References: []contacts.Reference{{Fields: []string{"tenant", "owner"}}},
		}},
	}
}

// single is the same for one contact of all tenants.
func single() contacts.Schema {
	s := tenants()
	s.Associations[0].Heir["tenant"] = 7
	return s
}

const fillTenants = `INSERT INTO people (tenant, id) VALUES (7, 1), (7, 2), (8, 1), (8, 2);
INSERT INTO tasks (id, tenant, owner) VALUES (10, 7, 2), (20, 8, 2)`

// Another connection deletes an heir and has not committed yet: the batch waits
// for it, and then hands nothing over to nobody.
func TestAnHeirStaysUntilTheEndOfTheBatch(t *testing.T) {
	t.Parallel()
	engines := map[string]struct {
		dialect sqlstore.Dialect
		open    func(*testing.T) (db, other *sql.DB)
		waits   string
	}{
		"postgres": {
			sqlstore.PostgreSQL, func(t *testing.T) (db, other *sql.DB) {
				t.Helper()
				database := servertest.Postgres().Database(t)
				db, _ = pgRecorded(t, database, nil)
				other, _ = pgRecorded(t, database, nil)
				return db, other
			},
			`SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
		},
		"mariadb": {
			sqlstore.MySQL, func(t *testing.T) (db, other *sql.DB) {
				t.Helper()
				database := servertest.MariaDB().Database(t)
				return myPool(t, database, nil), myPool(t, database, nil)
			},
			// Two tests at once would never see INNODB_TRX anew; see waiting.
			"SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO LIKE '%LOCK IN SHARE MODE' AND INFO NOT LIKE '%PROCESSLIST%'",
		},
	}
	for engine, e := range engines {
		for name, schema := range map[string]contacts.Schema{"one heir": single(), "one of each tenant": tenants()} {
			t.Run(engine+"/"+name, func(t *testing.T) {
				t.Parallel()
				db, other := e.open(t)
				ddl, err := sqlstore.DDL(e.dialect, schema)
				require.NoError(t, err)
				for _, s := range ddl {
					_, err := db.ExecContext(t.Context(), s)
					require.NoError(t, err)
				}
				script(t, db, fillTenants)
				st, err := sqlstore.Open(t.Context(), db, e.dialect, schema)
				require.NoError(t, err)
				k, err := contacts.NewKey(7, 2)
				require.NoError(t, err)

				tx := begin(t, other, `DELETE FROM people WHERE tenant = 7 AND id = 1`)
				done := make(chan store.Outcome, 1)
				go func() {
					out, err := st.Delete(t.Context(), store.Batch{Selection: store.Selection{Condition: where.Everything()}, Keys: []contacts.Key{k}})
					if err != nil {
						t.Error(err)
					}
					done <- out
				}()
				waiting(t, other, e.waits)
				require.NoError(t, tx.Commit())
				require.Equal(t, []store.Skipped{{Key: k, Cause: store.Restricted, Association: "tasks"}}, (<-done).Skipped)
				require.Equal(t, 2, count(t, db, `SELECT owner FROM tasks WHERE id = 10`))
			})
		}
	}
}

// An UPDATE of MySQL sets one column after the other, so that it cannot test
// twice what a reference was.
func TestMySQLCannotSetSeveralFieldsOfOneOfSeveralReferences(t *testing.T) {
	t.Parallel()
	s := tenants()
	a := &s.Associations[0]
	a.Action, a.Heir = contacts.Detach, nil
	a.Fields = append(a.Fields, contacts.Int64("area"), contacts.Int64("checker"))
	a.References = append(a.References, contacts.Reference{Fields: []string{"area", "checker"}})
	_, err := sqlstore.DDL(sqlstore.MySQL, s)
	require.ErrorContains(t, err, `association "tasks": this engine cannot set several fields of one reference where rows have several references`)
	_, err = sqlstore.DDL(sqlstore.SQLite, s)
	require.NoError(t, err)
	for i, field := range []string{"owner", "checker"} {
		a.References[i].SetNull = []string{field}
	}
	_, err = sqlstore.DDL(sqlstore.MySQL, s)
	require.NoError(t, err)
}
