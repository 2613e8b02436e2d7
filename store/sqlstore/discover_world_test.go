package sqlstore_test

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// worldTables is a host's database with every kind of reference, in an order in
// which the tables can be made. ID, INT and TEXT stand for the engine's types.
const worldTables = `
countries: code TEXT NOT NULL, name TEXT, PRIMARY KEY (code)
lists: id ID, name TEXT
contacts: id ID, tenant INT NOT NULL, code TEXT NOT NULL, email TEXT, country TEXT, boss_id INT, UNIQUE (code), UNIQUE (tenant, id), FOREIGN KEY (country) REFERENCES countries (code), FOREIGN KEY (boss_id) REFERENCES contacts (id) ON DELETE SET NULL
emails: id ID, contact_id INT NOT NULL, address TEXT, FOREIGN KEY (contact_id) REFERENCES contacts (id) ON DELETE CASCADE
phones: id ID, contact_id INT, number TEXT, FOREIGN KEY (contact_id) REFERENCES contacts (id) ON DELETE CASCADE
consents: id ID, tenant INT, contact_id INT, FOREIGN KEY (tenant, contact_id) REFERENCES contacts (tenant, id) ON DELETE CASCADE
orders: id ID, contact_id INT NOT NULL, total INT, FOREIGN KEY (contact_id) REFERENCES contacts (id) ON DELETE CASCADE
order_lines: id ID, order_id INT NOT NULL, FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE
shipments: id ID, line_id INT NOT NULL, FOREIGN KEY (line_id) REFERENCES order_lines (id) ON DELETE CASCADE
shipment_events: id ID, shipment_id INT NOT NULL, FOREIGN KEY (shipment_id) REFERENCES shipments (id) ON DELETE CASCADE
order_notes: id ID, order_id INT, body TEXT, FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE SET NULL
invoices: id ID, contact_id INT NOT NULL, FOREIGN KEY (contact_id) REFERENCES contacts (id)
invoice_lines: id ID, invoice_id INT NOT NULL, FOREIGN KEY (invoice_id) REFERENCES invoices (id)
payments: id ID, contact_id INT NOT NULL, FOREIGN KEY (contact_id) REFERENCES contacts (id) ON DELETE RESTRICT
teams: id ID, owner_id INT, name TEXT, FOREIGN KEY (owner_id) REFERENCES contacts (id) ON DELETE SET NULL
team_members: team_id INT NOT NULL, contact_id INT NOT NULL, PRIMARY KEY (team_id, contact_id), FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE CASCADE, FOREIGN KEY (contact_id) REFERENCES contacts (id) ON DELETE CASCADE
relations: id ID, a_id INT NOT NULL, b_id INT NOT NULL, FOREIGN KEY (a_id) REFERENCES contacts (id) ON DELETE CASCADE, FOREIGN KEY (b_id) REFERENCES contacts (id) ON DELETE CASCADE
deals: id ID, buyer_id INT NOT NULL, seller_id INT, FOREIGN KEY (buyer_id) REFERENCES contacts (id) ON DELETE CASCADE, FOREIGN KEY (seller_id) REFERENCES contacts (id) ON DELETE SET NULL
badges: id ID, code TEXT, FOREIGN KEY (code) REFERENCES contacts (code) ON DELETE CASCADE
logins: id ID, contact_id INT NOT NULL, FOREIGN KEY (contact_id) REFERENCES contacts (id) ON DELETE SETNULL
tickets: id ID, contact_id INT NOT NULL, FOREIGN KEY (contact_id) REFERENCES contacts (id) ON DELETE CASCADE
ticket_comments: id ID, ticket_id INT NOT NULL, author_id INT, FOREIGN KEY (ticket_id) REFERENCES tickets (id) ON DELETE CASCADE, FOREIGN KEY (author_id) REFERENCES contacts (id) ON DELETE SET NULL
attachments: id ID, ticket_id INT, comment_id INT, FOREIGN KEY (ticket_id) REFERENCES tickets (id) ON DELETE CASCADE, FOREIGN KEY (comment_id) REFERENCES ticket_comments (id) ON DELETE CASCADE
folders: id ID, contact_id INT, parent_id INT, FOREIGN KEY (contact_id) REFERENCES contacts (id) ON DELETE CASCADE, FOREIGN KEY (parent_id) REFERENCES folders (id) ON DELETE CASCADE
wishes: id ID, contact_id INT, gift_id INT, FOREIGN KEY (contact_id) REFERENCES contacts (id) ON DELETE CASCADE
gifts: id ID, wish_id INT, FOREIGN KEY (wish_id) REFERENCES wishes (id) ON DELETE CASCADE
subscriptions: list_id INT NOT NULL, contact_id INT NOT NULL, PRIMARY KEY (list_id, contact_id), FOREIGN KEY (list_id) REFERENCES lists (id) ON DELETE CASCADE, FOREIGN KEY (contact_id) REFERENCES contacts (id) ON DELETE CASCADE
subscription_events: id ID, list_id INT, contact_id INT, FOREIGN KEY (list_id, contact_id) REFERENCES subscriptions (list_id, contact_id) ON DELETE CASCADE
holds: id ID, contact_id INT NOT NULL, FOREIGN KEY (contact_id) REFERENCES contacts (id) ON DELETE CASCADE
notes: id ID, entity_type TEXT NOT NULL, entity_id INT NOT NULL, body TEXT
PARTS
legacy_log: id ID, contact_id INT, line TEXT
`

// worldDDL are the statements for an engine.
func worldDDL(d sqlstore.Dialect) []string {
	key := "id ID"
	if d == sqlstore.PostgreSQL {
		key = "id INT NOT NULL, PRIMARY KEY (id, day)"
	}
	tables := strings.Replace(worldTables, "PARTS",
		"parts: contact_id INT, day INT NOT NULL, "+key+", FOREIGN KEY (contact_id) REFERENCES contacts (id) ON DELETE CASCADE", 1)
	types := strings.NewReplacer("ID", "INTEGER PRIMARY KEY", "INT", "INTEGER", "SETNULL", "SET NULL")
	if d != sqlstore.SQLite {
		types = strings.NewReplacer("ID", "BIGINT NOT NULL PRIMARY KEY", "INT", "BIGINT", "TEXT", "VARCHAR(60)", "SETNULL", "SET NULL")
	}
	if d == sqlstore.MySQL { // which refuses SET NULL of a NOT NULL column
		tables = strings.Replace(tables, "SETNULL", "RESTRICT", 1)
	}
	var out []string
	for line := range strings.Lines(types.Replace(tables)) {
		name, columns, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue
		}
		if name == "parts" && d == sqlstore.PostgreSQL {
			out = append(out, "CREATE TABLE "+name+" ("+columns+") PARTITION BY RANGE (day)",
				"CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (20)",
				"CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (20) TO (100)")
			continue
		}
		out = append(out, "CREATE TABLE "+name+" ("+columns+")")
	}
	again := "ALTER TABLE wishes ADD COLUMN again_id " + types.Replace("INT")
	switch d {
	case sqlstore.SQLite:
		out = append(out, again+" REFERENCES gifts (id) ON DELETE CASCADE", `CREATE TRIGGER hold BEFORE DELETE ON holds WHEN OLD.id % 2 = 0 BEGIN SELECT RAISE(IGNORE); END`)
	case sqlstore.PostgreSQL:
		out = append(out, again, "ALTER TABLE wishes ADD FOREIGN KEY (again_id) REFERENCES gifts (id) ON DELETE CASCADE",
			`CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF OLD.id % 2 = 0 THEN RETURN NULL; END IF; RETURN OLD; END'`,
			`CREATE TRIGGER hold BEFORE DELETE ON holds FOR EACH ROW EXECUTE FUNCTION keep()`)
	case sqlstore.MySQL: // where a trigger cannot keep a row without an error
		out = append(out, again, "ALTER TABLE wishes ADD FOREIGN KEY (again_id) REFERENCES gifts (id) ON DELETE CASCADE",
			`CREATE TRIGGER hold BEFORE DELETE ON holds FOR EACH ROW IF OLD.id % 2 = 0 THEN SIGNAL SQLSTATE '45000'; END IF`)
	}
	return out
}

func worldNames() []string {
	var out []string
	for line := range strings.Lines(worldTables) {
		if name, _, ok := strings.Cut(line, ":"); ok {
			out = append(out, name)
		}
	}
	return append(out, "parts")
}

// worldRows are 60 contacts of two tenants, and some rows of each table for
// some of them.
func worldRows() []string {
	out := []string{"INSERT INTO countries VALUES ('NO', 'Norway')", "INSERT INTO lists VALUES (1, 'one'), (2, 'two')"}
	var tables []string
	rows := map[string][]string{} // one statement for each table
	add := func(table, format string, args ...any) {
		if rows[table] == nil {
			tables = append(tables, table) // in their order
		}
		rows[table] = append(rows[table], "("+fmt.Sprintf(format, args...)+")")
	}
	const all = 60
	for i := 1; i <= all; i++ {
		boss := "NULL"
		if i%7 == 0 {
			boss = strconv.Itoa(i / 7)
		}
		add("contacts", "%d, %d, 'c%d', 'c%d@x', 'NO', %s", i, i%2, i, i, boss)
	}
	for i := 1; i <= all; i++ {
		other := i%all + 1
		add("emails", "%d, %d, 'a'", i, i)
		add("emails", "%d, %d, 'b'", 1000+i, i)
		add("phones", "%d, %d, 'n'", i, i)
		add("phones", "%d, NULL, 'n'", 1000+i)
		add("consents", "%d, %d, %d", i, i%2, i)
		add("notes", "%d, 'contact', %d, 'x'", i, i)
		add("notes", "%d, 'order', %d, 'x'", 1000+i, i)
		add("parts", "%d, %d, %d", i, i%40, i)
		add("legacy_log", "%d, %d, 'x'", i, i)
		add("relations", "%d, %d, %d", i, i, other)
		add("relations", "%d, %d, %d", 1000+i, i, i)
		add("deals", "%d, %d, %d", i, i, other)
		add("badges", "%d, 'c%d'", i, i)
		add("teams", "%d, %d, 'x'", i, i)
		add("team_members", "%d, %d", i, other)
		add("subscriptions", "%d, %d", 1+i%2, i)
		add("subscription_events", "%d, %d, %d", i, 1+i%2, i)
		for n := range i % 3 {
			id := 10*i + n
			add("orders", "%d, %d, 5", id, i)
			add("order_lines", "%d, %d", id, id)
			add("shipments", "%d, %d", id, id)
			add("shipment_events", "%d, %d", id, id)
			add("order_notes", "%d, %d, 'x'", id, id)
			add("invoices", "%d, %d", id, i)
			add("invoice_lines", "%d, %d", id, id)
		}
		add("tickets", "%d, %d", i, i)
		add("folders", "%d, %d, NULL", i, i)
		add("wishes (id, contact_id)", "%d, %d", i, i)
		add("gifts", "%d, %d", i, i)
		switch i % 12 {
		case 3:
			add("payments", "%d, %d", i, i)
		case 5:
			add("logins", "%d, %d", i, i)
		case 7:
			add("folders", "%d, NULL, %d", 1000+i, i)
		case 9:
			add("wishes (id, again_id)", "%d, %d", 1000+i, i) // after the gifts
		case 11:
			add("holds", "%d, %d", i+i/12%2, i)
		}
	}
	for i := 1; i <= all; i++ {
		add("ticket_comments", "%d, %d, %d", i, i, i%all+1)
		add("attachments", "%d, %d, NULL", i, i)
		add("attachments", "%d, NULL, %d", 1000+i, i)
		add("attachments", "%d, %d, %d", 2000+i, i%all+1, i)
	}
	for _, table := range tables {
		out = append(out, "INSERT INTO "+table+" VALUES "+strings.Join(rows[table], ", "))
	}
	return out
}

// worldGone selects the contacts of tenant 1 that can be deleted.
const worldGone = `SELECT id FROM contacts WHERE tenant = 1
	AND id NOT IN (SELECT contact_id FROM payments) AND id NOT IN (SELECT contact_id FROM logins)
	AND id NOT IN (SELECT contact_id FROM folders WHERE id IN (SELECT parent_id FROM folders WHERE parent_id IS NOT NULL) AND contact_id IS NOT NULL)
	AND id NOT IN (SELECT contact_id FROM wishes WHERE contact_id IS NOT NULL AND id IN (SELECT wish_id FROM gifts WHERE id IN (SELECT again_id FROM wishes)))
	AND id NOT IN (SELECT contact_id FROM holds WHERE id % 2 = 0)`

// What is discovered deletes exactly what the database's own rules delete.
func TestDiscoverAWorld(t *testing.T) {
	t.Parallel()
	for _, on := range targets() {
		t.Run(on.name, func(t *testing.T) {
			t.Parallel()
			plain, ours := on.open(t), on.open(t)
			for _, db := range []*sql.DB{plain, ours} {
				run(t, db, worldDDL(on.dialect)...)
				fill(t, db, worldRows())
			}
			gone := ids(t, plain, worldGone)
			require.Len(t, gone, 8)
			plainWorld(t, plain, gone)
			want := dumped(t, plain, worldNames()...)

			p, findings := discover(t, ours, on.dialect, "contacts",
				sqlstore.WithAction("invoices", contacts.Delete), sqlstore.WithAction("invoice_lines", contacts.Delete))
			require.Equal(t, worldOutline(), outline(p))
			cut := []string{"foreign-key-empty:badges.code", "cascade-removes-kept:folders.parent_id", "cascade-removes-kept:wishes.again_id"}
			require.ElementsMatch(t, cut, fatalOf(findings))

			schema, err := p.Schema.Edit(
				contacts.RenameField("", "email", "mail"),
				contacts.AddAssociation("", contacts.Association{
					Name: "notes", Table: "notes", Action: contacts.Delete, Key: []string{"id"},
					Fields:     []contacts.Field{contacts.Int64("id"), contacts.Text("entity_type"), contacts.Int64("entity_id")},
					References: []contacts.Reference{{Fields: []string{"entity_id"}, Constants: map[string]any{"entity_type": "contact"}}},
				}))
			require.NoError(t, err)
			st, err := sqlstore.Open(t.Context(), ours, on.dialect, schema)
			require.NoError(t, err)
			svc, err := deletion.New(st, deletion.WithAcceptedFindings(cut...), deletion.WithBatchSize(7))
			require.NoError(t, err)
			report, err := svc.BulkDelete(t.Context(), where.New().WhereEquals("tenant", 1).WhereNotEmpty("mail"))
			require.NoError(t, err)
			require.EqualValues(t, len(gone), report.Deleted, report.String())
			require.Equal(t, want, dumped(t, ours, worldNames()...))
		})
	}
}

// plainWorld deletes the contacts in plain SQL, by the database's own rules
// where it has some.
func plainWorld(t *testing.T, db *sql.DB, gone []int64) {
	t.Helper()
	list := strings.Trim(strings.ReplaceAll(fmt.Sprint(gone), " ", ","), "[]")
	run(t, db,
		"DELETE FROM invoice_lines WHERE invoice_id IN (SELECT id FROM invoices WHERE contact_id IN ("+list+"))",
		"DELETE FROM invoices WHERE contact_id IN ("+list+")",
		"DELETE FROM notes WHERE entity_type = 'contact' AND entity_id IN ("+list+")",
		"DELETE FROM contacts WHERE id IN ("+list+")")
}

func worldOutline() []string {
	return []string{
		"delete badges code>code",
		"delete consents tenant,contact_id>tenant,id",
		"detach contacts_boss_id boss_id",
		"delete deals_buyer_id buyer_id",
		"detach deals_seller_id seller_id",
		"delete emails contact_id",
		"delete folders_contact_id contact_id",
		"  restrict folders_parent_id parent_id",
		"delete holds contact_id",
		"delete invoices contact_id",
		"  delete invoice_lines invoice_id",
		"restrict logins contact_id",
		"delete orders contact_id",
		"  delete order_lines order_id",
		"    delete shipments line_id",
		"      delete shipment_events shipment_id",
		"  detach order_notes order_id",
		"delete parts contact_id",
		"restrict payments contact_id",
		"delete phones contact_id",
		"delete relations a_id b_id",
		"delete subscriptions contact_id",
		"  delete subscription_events list_id,contact_id",
		"delete team_members contact_id",
		"detach teams owner_id",
		"detach ticket_comments_author_id author_id",
		"delete tickets contact_id",
		"  delete attachments_ticket_id ticket_id",
		"  delete ticket_comments_ticket_id ticket_id",
		"    delete attachments_comment_id comment_id",
		"delete wishes_contact_id contact_id",
		"  delete gifts wish_id",
		"    restrict wishes_again_id again_id",
	}
}
