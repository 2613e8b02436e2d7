package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

var shopNames = []string{"people", "orders", "items", "ratings", "claims"} //nolint:gochecknoglobals // never changed

// The rows go with the contact, uncalled for, and are counted; what is to be
// done first is done first.
func TestRowsAreLeftToTheDatabase(t *testing.T) {
	t.Parallel()
	for name, e := range shopEngines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, sent := e.open(t, nil)
			st, err := sqlstore.Open(t.Context(), db, e.dialect, shop())
			require.NoError(t, err)
			findings, err := st.Verify(t.Context())
			require.NoError(t, err)
			require.NotContains(t, names(findings), sqlstore.CodeNotCascaded+":orders.buyer")
			require.Empty(t, fatal(findings))

			for i, id := range []int{3, 2} { // the counters of a connection go on
				sent()
				out, err := st.Delete(t.Context(), everybody(t, id, 9, 77))
				require.NoError(t, err)
				require.Len(t, out.Deleted, 1)
				require.EqualValues(t, id, out.Deleted[0].Values()[0].Int64())
				require.Equal(t, map[string]int64{"orders": int64(id), "items": int64(2 * id), "ratings": int64(2 * id)}, out.Rows)
				require.Equal(t, []string{"people"}, deletesOf(sent()), "round %d", i)
			}
			require.Equal(t, 4, count(t, db, "SELECT count(*) FROM orders"), "of 1 and 9")
			require.Equal(t, 8, count(t, db, "SELECT count(*) FROM items"))
			require.Equal(t, 10, count(t, db, "SELECT count(*) FROM ratings WHERE item IS NULL"))

			before := dumped(t, db, shopNames...)
			for _, limit := range []int64{1, 4} {
				batch := everybody(t, 1)
				batch.MaxRows = limit
				_, err = st.Delete(t.Context(), batch)
				require.ErrorIs(t, err, store.ErrTooManyRows)
				require.Equal(t, before, dumped(t, db, shopNames...))
			}
			batch := everybody(t, 1)
			batch.MaxRows, batch.DryRun = 5, true
			out, err := st.Delete(t.Context(), batch)
			require.NoError(t, err)
			require.Equal(t, map[string]int64{"orders": 1, "items": 2, "ratings": 2}, out.Rows)
			require.Equal(t, before, dumped(t, db, shopNames...))
		})
	}
}

// Rows below rows that the store deletes go with these, and rows that the store
// deletes go before those above them.
func TestSomeRowsAreLeftToTheDatabase(t *testing.T) {
	t.Parallel()
	for engine, e := range shopEngines() {
		for left, deletes := range map[string][]string{"items": {"orders", "people"}, "orders": {"items", "people"}} {
			t.Run(engine+"/"+left, func(t *testing.T) {
				t.Parallel()
				schema, err := shop().Edit(
					contacts.EditAssociation("orders", func(a *contacts.Association) { a.Cascaded = false }),
					contacts.EditAssociation("items", func(a *contacts.Association) { a.Cascaded = false }),
					contacts.SetCascaded(left))
				require.NoError(t, err)
				db, sent := e.open(t, nil)
				st, err := sqlstore.Open(t.Context(), db, e.dialect, schema)
				require.NoError(t, err)
				sent()
				out, err := st.Delete(t.Context(), everybody(t, 1, 2, 3))
				require.NoError(t, err)
				require.Equal(t, map[string]int64{"orders": 6, "items": 12, "ratings": 12}, out.Rows)
				require.Equal(t, deletes, deletesOf(sent()))
				require.Equal(t, 3, count(t, db, "SELECT count(*) FROM orders"))
				require.Equal(t, 6, count(t, db, "SELECT count(*) FROM items"))
			})
		}
	}
}

// What the host says and the database does not do is fatal, and what the store
// does not make use of is a warning. The rows go in any case, and are counted.
func TestRowsThatTheDatabaseDoesNotDeleteAreDeleted(t *testing.T) {
	t.Parallel()
	const notCascaded, unused = sqlstore.CodeNotCascaded + ":", sqlstore.CodeCascadeUnused + ":"
	again := func(rule string) string {
		return ";\nALTER TABLE orders ADD CONSTRAINT orders_fk FOREIGN KEY (buyer) REFERENCES people (id)" + rule
	}
	both := []string{"items", "orders", "people"}
	type fault struct {
		change   func(shopEngine) string
		params   map[string]map[string]string // by engine
		only     string                       // the engine
		fatal    []string
		warnings []string
		deletes  []string // of which the store deletes rows itself
	}
	said := func(text string) func(shopEngine) string { return func(shopEngine) string { return text } }
	for name, tt := range map[string]fault{
		"no foreign key": {change: func(e shopEngine) string { return e.unkeyed("orders") }, fatal: []string{notCascaded + "orders.buyer"}, deletes: both[1:]},
		"one that restricts": {
			change: func(e shopEngine) string { return e.unkeyed("orders") + again("") }, fatal: []string{notCascaded + "orders.buyer"}, deletes: both[1:],
		},
		"one that sets to NULL": {
			change: func(e shopEngine) string { return e.unkeyed("orders") + again(" ON DELETE SET NULL") }, fatal: []string{notCascaded + "orders.buyer"}, deletes: both[1:],
		},
		"one to another column": {
			change: func(e shopEngine) string {
				return "UPDATE orders SET buyer = NULL WHERE buyer = 9;\n" + e.unkeyed("orders") + ";\nUPDATE people SET badge = id;\n" +
					"ALTER TABLE orders ADD CONSTRAINT orders_fk FOREIGN KEY (buyer) REFERENCES people (badge) ON DELETE CASCADE"
			},
			fatal: []string{sqlstore.CodeForeignKeyTarget + ":orders.buyer", notCascaded + "orders.buyer"}, deletes: both,
		},
		"two": {
			change: said("ALTER TABLE orders ADD CONSTRAINT orders_too FOREIGN KEY (buyer) REFERENCES people (id) ON DELETE CASCADE"),
			fatal:  []string{notCascaded + "orders.buyer"}, deletes: both[1:],
		},
		"one that reaches further": {
			change: said("CREATE TABLE logs (id bigint PRIMARY KEY, sale bigint REFERENCES orders (id) ON DELETE CASCADE);\nCREATE INDEX logs_sale ON logs (sale);\n" +
				"ALTER TABLE logs ADD CONSTRAINT logs_fk FOREIGN KEY (sale) REFERENCES orders (id) ON DELETE CASCADE;\nINSERT INTO logs SELECT id, id FROM orders"),
			fatal: []string{sqlstore.CodeUnregisteredCascade + ":logs.sale", notCascaded + "orders.buyer", notCascaded + "items.sale"}, deletes: both,
		},
		"switched off for the session": {
			params: map[string]map[string]string{"postgres": {"session_replication_role": "replica"}, "mariadb": {"foreign_key_checks": "0"}},
			fatal:  []string{notCascaded + "orders.buyer", notCascaded + "items.sale"}, deletes: both,
		},
		"switched off for the table": {
			only: "postgres", change: said("ALTER TABLE people DISABLE TRIGGER ALL"), fatal: []string{notCascaded + "orders.buyer", notCascaded + "items.sale"}, deletes: both,
		},
		"a trigger of the rows": {
			change: trigger("items", "DELETE"), fatal: []string{notCascaded + "items.sale"}, warnings: []string{unused + "orders.buyer"}, deletes: both,
		},
		"a trigger of the contacts":          {change: trigger("people", "DELETE"), warnings: []string{unused + "items.sale", unused + "orders.buyer"}, deletes: both},
		"a trigger of changed contacts":      {change: trigger("people", "UPDATE"), deletes: []string{"people"}},
		"a trigger of changed cascaded rows": {change: trigger("items", "UPDATE"), deletes: []string{"people"}},
		"a trigger of rows that change":      {change: trigger("ratings", "UPDATE"), warnings: []string{unused + "items.sale", unused + "orders.buyer"}, deletes: both},
		"no index":                           {only: "postgres", change: said("DROP INDEX items_sale"), warnings: []string{unused + "items.sale"}, deletes: []string{"items", "people"}},
		"not counted": {
			only: "postgres", params: map[string]map[string]string{"postgres": {"track_counts": "off"}},
			warnings: []string{unused + "items.sale", unused + "orders.buyer"}, deletes: both,
		},
		"inherited": {
			only: "postgres", change: said("CREATE TABLE returns () INHERITS (items);\nINSERT INTO returns VALUES (1000, 11)"),
			fatal: []string{notCascaded + "orders.buyer", notCascaded + "items.sale"}, deletes: both,
		},
	} {
		for engine, e := range shopEngines() {
			if tt.only != "" && tt.only != engine {
				continue
			}
			t.Run(engine+"/"+name, func(t *testing.T) {
				t.Parallel()
				db, sent := e.open(t, tt.params[engine])
				if tt.change != nil {
					script(t, db, tt.change(e))
				}
				st, err := sqlstore.Open(t.Context(), db, e.dialect, shop())
				require.NoError(t, err)
				findings, err := st.Verify(t.Context())
				require.NoError(t, err)
				require.Subset(t, fatal(findings), tt.fatal)
				if len(tt.fatal) == 0 {
					require.Empty(t, fatal(findings))
				}
				require.Subset(t, names(findings), tt.warnings)
				items := count(t, db, "SELECT count(*) FROM items WHERE sale < 90")
				sent()
				out, err := st.Delete(t.Context(), everybody(t, 1, 2, 3, 9))
				require.NoError(t, err)
				require.Equal(t, map[string]int64{"orders": 6, "items": int64(items), "ratings": 12}, out.Rows)
				require.Equal(t, tt.deletes, deletesOf(sent()))
				require.Zero(t, count(t, db, "SELECT count(*) FROM orders WHERE buyer < 9"))
				require.Zero(t, count(t, db, "SELECT count(*) FROM items WHERE sale < 90"))
			})
		}
	}
}

// trigger makes a trigger that does nothing.
func trigger(table, event string) func(shopEngine) string {
	return func(e shopEngine) string {
		if e.dialect == sqlstore.PostgreSQL {
			return `CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF tg_op = ''DELETE'' THEN RETURN old; END IF; RETURN new; END';
CREATE TRIGGER nothing BEFORE ` + event + ` ON ` + table + ` FOR EACH ROW EXECUTE FUNCTION nothing()`
		}
		return "CREATE TRIGGER nothing BEFORE " + event + " ON " + table + " FOR EACH ROW SET @nothing = 1"
	}
}
