package sqlstore_test

import (
	"database/sql"
	"maps"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// shop has orders with items, which the database deletes, ratings that lose
// their item, and claims that restrict.
func shop() contacts.Schema {
	id := contacts.Int64("id").NotNull()
	of := func(name string, a contacts.Action, field string, below ...contacts.Association) contacts.Association {
		return contacts.Association{
			Name: name, Table: name, Key: []string{"id"}, Action: a, Cascaded: a == contacts.Delete, Associations: below,
			Fields: []contacts.Field{id, contacts.Int64(field)}, References: []contacts.Reference{{Fields: []string{field}}},
		}
	}
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{id, contacts.Int64("badge")},
		Associations: []contacts.Association{
			of("orders", contacts.Delete, "buyer", of("items", contacts.Delete, "sale", of("ratings", contacts.Detach, "item")), of("claims", contacts.Restrict, "sale")),
		},
	}
}

// shopTables work on both servers. Person n has n orders, and each order two
// items; item n has the rating n. Person 9 is not to go.
const shopTables = `
CREATE TABLE people (id bigint PRIMARY KEY, badge bigint UNIQUE);
CREATE TABLE orders (id bigint PRIMARY KEY, buyer bigint);
CREATE INDEX orders_buyer ON orders (buyer);
CREATE TABLE items (id bigint PRIMARY KEY, sale bigint);
CREATE INDEX items_sale ON items (sale);
CREATE TABLE ratings (id bigint PRIMARY KEY, item bigint);
CREATE INDEX ratings_item ON ratings (item);
CREATE TABLE claims (id bigint PRIMARY KEY, sale bigint);
CREATE INDEX claims_sale ON claims (sale);
ALTER TABLE orders ADD CONSTRAINT orders_fk FOREIGN KEY (buyer) REFERENCES people (id) ON DELETE CASCADE;
ALTER TABLE items ADD CONSTRAINT items_fk FOREIGN KEY (sale) REFERENCES orders (id) ON DELETE CASCADE;
ALTER TABLE ratings ADD CONSTRAINT ratings_fk FOREIGN KEY (item) REFERENCES items (id);
ALTER TABLE claims ADD CONSTRAINT claims_fk FOREIGN KEY (sale) REFERENCES orders (id);
INSERT INTO people VALUES (1, 11), (2, 12), (3, 13), (9, 19);
INSERT INTO orders SELECT 10 * p.id + q.id, p.id FROM people p JOIN people q ON q.id <= p.id AND q.id < 9;
INSERT INTO items SELECT 2 * o.id + p.id, o.id FROM orders o JOIN people p ON p.id <= 2;
INSERT INTO ratings SELECT id, id FROM items;
INSERT INTO claims SELECT id, id FROM orders WHERE buyer = 9;
`

// shopEngine is a server on which the shop's rows are left to the database.
type shopEngine struct {
	dialect sqlstore.Dialect
	// open makes the tables, and returns a pool whose statements are recorded,
	// and what it has sent since the last time. The session is set up by the
	// parameters.
	open func(t *testing.T, params map[string]string) (db *sql.DB, sent func() []string)
	// unkeyed drops a foreign key of a table.
	unkeyed func(table string) string
}

func shopEngines() map[string]shopEngine {
	return map[string]shopEngine{
		"postgres": {
			dialect: sqlstore.PostgreSQL,
			open: func(t *testing.T, params map[string]string) (*sql.DB, func() []string) {
				t.Helper()
				database := servertest.Postgres().Database(t)
				pgScript(t, servertest.Postgres().Open(t, database), shopTables)
				db, r := pgRecorded(t, database, func(c *pgx.ConnConfig) { maps.Copy(c.RuntimeParams, params) })
				return db, func() (out []string) {
					for _, s := range r.take() {
						out = append(out, strings.ReplaceAll(s.SQL, `"`, ""))
					}
					return out
				}
			},
			unkeyed: func(table string) string { return "ALTER TABLE " + table + " DROP CONSTRAINT " + table + "_fk" },
		},
		"mariadb": {
			dialect: sqlstore.MySQL,
			open: func(t *testing.T, params map[string]string) (*sql.DB, func() []string) {
				t.Helper()
				database := servertest.MariaDB().Database(t)
				myScript(t, myPool(t, database, nil), shopTables)
				db, r := myRecorded(t, database, func(c *mysql.Config) { c.Params = params })
				return db, func() (out []string) {
					for _, s := range r.take() {
						out = append(out, strings.ReplaceAll(s.query, "`", ""))
					}
					return out
				}
			},
			unkeyed: func(table string) string { return "ALTER TABLE " + table + " DROP FOREIGN KEY " + table + "_fk" },
		},
	}
}

// deletesOf are the tables of which the statements delete rows, in their order.
func deletesOf(sent []string) []string {
	var out []string
	for _, s := range sent {
		rest, ok := strings.CutPrefix(s, "DELETE FROM ")
		if !ok {
			continue
		}
		table, _, _ := strings.Cut(rest, " ")
		out = append(out, table[strings.LastIndex(table, ".")+1:])
	}
	return out
}
