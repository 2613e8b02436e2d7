package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// MariaDB 10.11 answered this with nobody: it computed the rows first and
// asked, inside of the OR, for the contact's tenant before it had read one.
// See mysqlIs.
func TestMySQLValuesInsideOfAnORAreNotThoseOfAnotherTable(t *testing.T) {
	t.Parallel()
	id := contacts.Int64("id").NotNull()
	schema := contacts.Schema{
		Table: "members", Key: []string{"tenant", "id"}, Fields: []contacts.Field{contacts.Text("tenant").NotNull(), contacts.Uint64("id").NotNull()},
		Associations: []contacts.Association{{
			Name: "files", Table: "files", Key: []string{"id"}, Action: contacts.Delete, References: []contacts.Reference{{Fields: []string{"tenant", "owner"}}},
			Fields: []contacts.Field{id, contacts.Text("tenant"), contacts.Uint64("owner")},
		}},
	}
	database := servertest.MariaDB().Database(t)
	loose := myLoose(t, database)
	myCreate(t, loose, schema)
	myScript(t, loose, "INSERT INTO members VALUES ('a', 1);\nINSERT INTO files VALUES (10, 'a', 1), (4, 'A', 1), (0, 'a', 1), (1, 'a', 10), (2, 'b', NULL), (3, 'A', 3)")
	st, err := sqlstore.Open(t.Context(), myPool(t, database, nil), sqlstore.MySQL, schema)
	require.NoError(t, err)
	w := where.New
	for _, c := range []where.Condition{
		w().WhereExists("files", w().WhereEquals("id", 0).Or().WhereEquals("tenant", "aB")),
		w().WhereExists("files", w().WhereEquals("id", 0).Or().WhereIn("tenant", "aB")),
		w().WhereExists("files", w().WhereEquals("id", 0).Or().WhereEquals("owner", 7)),
		w().WhereExists("files", w().WhereEquals("id", 0).Or().WhereIn("owner", 7, 8)),
		w().WhereExists("files", w().WhereEquals("id", 0).Or().WhereEquals("owner", 7).WhereEquals("tenant", "b")),
	} {
		require.Len(t, walk(t, st, selecting(c), 10), 1, c)
	}
}

// Keys that a collation takes for the same are not the same contact.
func TestMySQLKeysAreExact(t *testing.T) {
	t.Parallel()
	for _, collation := range []string{"utf8mb4_bin", "utf8mb4_general_ci", "utf8mb4_nopad_bin", "latin1_swedish_ci"} {
		t.Run(collation, func(t *testing.T) {
			t.Parallel()
			schema := contacts.Schema{Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Text("id").NotNull()}}
			database := servertest.MariaDB().Database(t)
			loose := myLoose(t, database)
			charset := collation[:len("latin1")]
			if charset != "latin1" {
				charset = "utf8mb4"
			}
			myScript(t, loose, "CREATE TABLE people (id VARCHAR(50) CHARACTER SET "+charset+" COLLATE "+collation+" PRIMARY KEY) ENGINE=InnoDB;\nINSERT INTO people VALUES ('a'), ('b '), ('Köhler'), ('z')")
			st, err := sqlstore.Open(t.Context(), myPool(t, database, nil), sqlstore.MySQL, schema)
			require.NoError(t, err)
			everyone := selecting(where.Everything())
			require.Len(t, walk(t, st, everyone, 1), 4)
			keys, err := contacts.Keys("A", "a ", "b", "B ", "Kohler", "köhler", "Köhler", "😀", "z")
			require.NoError(t, err)
			out, err := st.Delete(t.Context(), batchOf(everyone, keys...))
			require.NoError(t, err)
			require.Len(t, out.Deleted, 2)
			require.Equal(t, []string{"a", "b "}, column(t, loose, "SELECT id FROM people ORDER BY id"))
		})
	}
}
