package sqlstore_test

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// keyed is a schema with a key of any fields, and rows that refer to it.
func keyed(fields ...contacts.Field) contacts.Schema {
	s := contacts.Schema{Table: "people", Fields: fields}
	below := contacts.Association{
		Name: "rows", Table: "rows", Action: contacts.Delete, Key: []string{"id"},
		Fields: []contacts.Field{contacts.Int64("id")}, References: []contacts.Reference{{}},
	}
	for _, f := range fields {
		s.Key = append(s.Key, f.Name)
		f.Name = "p_" + f.Name
		below.Fields = append(below.Fields, f)
		below.References[0].Fields = append(below.References[0].Fields, f.Name)
	}
	s.Associations = []contacts.Association{below}
	return s
}

func TestKeysOfEveryKind(t *testing.T) {
	t.Parallel()
	uuid := func(b byte) [16]byte { return [16]byte{15: b} }
	for name, tt := range map[string]struct {
		fields []contacts.Field
		keys   [][]any // in the order of the walk
	}{
		"int64":  {[]contacts.Field{contacts.Int64("id")}, [][]any{{int64(math.MinInt64)}, {-1}, {0}, {1}, {int64(1)<<53 + 1}, {int64(math.MaxInt64)}}},
		"uint64": {[]contacts.Field{contacts.Uint64("id")}, [][]any{{0}, {uint64(1)<<53 + 1}, {uint64(1)<<63 - 1}}},
		"text": {[]contacts.Field{contacts.Text("id")}, [][]any{
			{""}, {" "}, {`"`}, {"$"}, {"1"}, {"1.0"}, {"01"}, {"A"}, {"\\u0041"}, {"a"}, {"a "}, {"é"}, {"\u2028"}, {"\ufffd"}, {"\uffff"}, {"😀"},
		}},
		"uuid text":  {[]contacts.Field{contacts.UUID("id")}, [][]any{{uuid(0)}, {uuid(1)}, {uuid(255)}}},
		"uuid bytes": {[]contacts.Field{contacts.UUID("id").Encoded(contacts.UUIDBytes())}, [][]any{{uuid(0)}, {uuid(1)}, {uuid(255)}}},
		"composite": {
			[]contacts.Field{contacts.Int64("tenant"), contacts.UUID("id").Encoded(contacts.UUIDBytes()), contacts.Text("part")},
			[][]any{{1, uuid(1), "a"}, {1, uuid(1), "b"}, {1, uuid(2), ""}, {2, uuid(0), "a"}, {2, uuid(1), "a"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema := keyed(tt.fields...)
			db := file(t, "foreign_keys(1)")
			create(t, db, schema)
			keys := fillKeyed(t, db, schema, tt.keys)
			if name == "text" {
				slices.SortFunc(keys, func(a, b contacts.Key) int { return where.CompareValues(a.First(), b.First()) })
			}
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
			require.NoError(t, err)
			everything := store.Selection{Condition: where.Everything()}
			require.Equal(t, keys, walk(t, st, everything, 1))
			require.Equal(t, keys, walk(t, st, everything, 2))

			asked := []contacts.Key{keys[2], keys[0], keys[2]}
			page, err := st.Page(t.Context(), store.PageRequest{Selection: everything, Keys: asked, Limit: 10})
			require.NoError(t, err)
			require.Equal(t, []contacts.Key{keys[0], keys[2]}, page.Keys)

			out, err := st.Delete(t.Context(), store.Batch{Selection: everything, Keys: asked})
			require.NoError(t, err)
			require.Equal(t, []contacts.Key{keys[0], keys[2]}, out.Deleted)
			require.EqualValues(t, 2, out.Rows["rows"])
			require.Equal(t, slices.Concat(keys[1:2], keys[3:]), walk(t, st, everything, 3))
		})
	}
}

func fillKeyed(t *testing.T, db executor, schema contacts.Schema, keys [][]any) []contacts.Key {
	t.Helper()
	var out []contacts.Key
	for i, values := range keys {
		person, below := row{}, row{"id": i}
		for j, f := range schema.Fields {
			person[f.Name], below["p_"+f.Name] = values[j], values[j]
		}
		insert(t, db, schema.Table, schema.Fields, person)
		insert(t, db, "rows", schema.Associations[0].Fields, below)
		k, err := contacts.NewKey(values...)
		require.NoError(t, err)
		k, err = schema.CheckKey(k)
		require.NoError(t, err)
		out = append(out, k)
	}
	return out
}

// walk reads all keys page by page.
func walk(t *testing.T, st *sqlstore.Store, s store.Selection, limit int) []contacts.Key {
	t.Helper()
	until, err := st.Bound(t.Context(), store.BoundRequest{})
	require.NoError(t, err)
	var out []contacts.Key
	page := store.Page{More: true}
	for page.More {
		page, err = st.Page(t.Context(), store.PageRequest{Selection: s, After: page.Next, Until: until, Limit: limit})
		require.NoError(t, err)
		out = append(out, page.Keys...)
	}
	require.Equal(t, until, page.Next)
	return out
}

// A column that ignores case has an index that does so too. Keys are still
// told apart, and references are joined as the database joins them.
func TestKeysThatTheDatabaseComparesWithoutCase(t *testing.T) {
	t.Parallel()
	db := file(t, "foreign_keys(1)")
	script(t, db, `CREATE TABLE people (id TEXT PRIMARY KEY NOT NULL COLLATE NOCASE);
CREATE TABLE rows (id INTEGER PRIMARY KEY, p_id TEXT REFERENCES people (id));
CREATE INDEX rows_p ON rows (p_id COLLATE NOCASE);
INSERT INTO people VALUES ('Ann'), ('bob'), ('Cid');
INSERT INTO rows VALUES (1, 'ANN'), (2, 'ann'), (3, 'Bob')`)
	schema := keyed(contacts.Text("id"))
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
	require.NoError(t, err)
	require.Len(t, walk(t, st, store.Selection{Condition: where.Everything()}, 1), 3)
	counts, err := st.Count(t.Context(), store.CountRequest{Selection: store.Selection{Condition: where.New().WhereExists("rows")}, Rows: true})
	require.NoError(t, err)
	require.Equal(t, store.Counts{Contacts: 2, Rows: map[string]int64{"rows": 3}}, counts)

	keys, err := contacts.Keys("ann", "Ann", "BOB", "Cid")
	require.NoError(t, err)
	out, err := st.Delete(t.Context(), store.Batch{Selection: store.Selection{Condition: where.Everything()}, Keys: keys})
	require.NoError(t, err)
	require.Equal(t, []contacts.Key{keys[1], keys[3]}, out.Deleted)
	require.Len(t, out.Skipped, 2)
	require.EqualValues(t, 2, out.Rows["rows"], "both spellings refer to Ann")
}

func TestCursorsOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	db := file(t)
	st := openCRM(t, db)
	good, err := st.Bound(t.Context(), store.BoundRequest{})
	require.NoError(t, err)
	for i, c := range []store.Cursor{"x", "1", "1[]", `1[{"int64":"1"},{"int64":"2"}]`, `1[{"text":"1"}]`, good + "x", "0" + good[1:]} {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			for _, r := range []store.PageRequest{{After: c, Until: good}, {Until: c}} {
				r.Selection, r.Limit = store.Selection{Condition: where.Everything()}, 1
				_, err := st.Page(t.Context(), r)
				require.ErrorIs(t, err, store.ErrInvalidRequest)
			}
		})
	}
}
