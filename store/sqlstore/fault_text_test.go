package sqlstore_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// GLOB takes U+FFFD, U+FFFE and U+FFFF for one another.
func TestPatternsTellAllCharactersApart(t *testing.T) {
	t.Parallel()
	values := []string{
		"a\uFFFDb", "a\uFFFEb", "a\uFFFFb", "A\uFFFEB", "a\uE000b", "a\uE001b", "a\uE002b", "a\uE003b", "a\uE004b",
		"axb", "a\uFFFD\uFFFEb", "a\uE000\uFFFFb", "\uFFFD", "a*b", "a[b",
	}
	for _, fold := range []bool{false, true} {
		t.Run(strconv.FormatBool(fold), func(t *testing.T) {
			t.Parallel()
			schema := contacts.Schema{Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Text("name")}}
			if fold {
				schema.Fields[1] = schema.Fields[1].FoldCase()
			}
			db := file(t)
			create(t, db, schema)
			mem, err := memory.New(schema)
			require.NoError(t, err)
			for i, v := range values {
				insert(t, db, "people", schema.Fields, row{"id": i, "name": v})
				require.NoError(t, mem.Insert(memory.Row{"id": i, "name": v}))
			}
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
			require.NoError(t, err)
			for _, v := range values {
				pattern := v // without %, _ and \ it means itself
				_, size := utf8.DecodeRuneInString(v)
				first, rest := v[:size], v[size:]
				for _, c := range []where.Condition{
					where.New().WhereLike("name", pattern), where.New().WhereNotLike("name", pattern),
					where.New().WhereLike("name", "_"+rest), where.New().WhereLike("name", first+"_%\uFFFFb"),
					where.New().WhereLike("name", "%"+rest+"%b"), where.New().WhereLike("name", "a_b"),
					where.New().WhereContains("name", v), where.New().WhereNotContains("name", v),
				} {
					require.Equal(t, counted(t, mem, c), counted(t, st, c), "%+q", v)
				}
			}
		})
	}
}

func counted(t *testing.T, st store.Store, c where.Condition) int64 {
	t.Helper()
	n, err := st.Count(t.Context(), store.CountRequest{Selection: store.Selection{Condition: c}})
	require.NoError(t, err)
	return n.Contacts
}

// unreadable are keys between b and c that are no UTF-8.
func unreadable(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "(CAST(x'62ff%02x' AS TEXT)), ", i+1)
	}
	return b.String()
}

func TestContactsWhoseKeyIsNoUTF8AreNeverSelected(t *testing.T) {
	t.Parallel()
	schema := contacts.Schema{Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Text("id").NotNull()}}
	everything := store.Selection{Condition: where.Everything()}
	for name, tt := range map[string]struct {
		rows  string
		limit int
		want  string
		fails bool
	}{
		"one in the middle":     {`('a'), (CAST(x'62ff' AS TEXT)), ('c'), ('d')`, 2, "acd", false},
		"one at the end":        {`('a'), ('c'), (CAST(x'ff' AS TEXT))`, 2, "ac", false},
		"one at a page's end":   {`('a'), (CAST(x'61ff' AS TEXT)), ('c')`, 2, "ac", false},
		"two at the beginning":  {`(CAST(x'01ff' AS TEXT)), (CAST(x'02ff' AS TEXT)), ('c')`, 3, "c", false},
		"none that can be read": {`(CAST(x'01ff' AS TEXT)), (CAST(x'02ff' AS TEXT))`, 2, "", true},
		"a page of them":        {`(CAST(x'01ff' AS TEXT)), (CAST(x'02ff' AS TEXT)), ('c')`, 2, "c", false},
		"pages of one":          {`('a'), (CAST(x'62ff' AS TEXT)), ('c'), ('d')`, 1, "acd", false},
		"many in a row":         {`('a'), ('b'), ` + unreadable(20) + `('c'), ('d')`, 1, "abcd", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := file(t)
			create(t, db, schema)
			script(t, db, "INSERT INTO people VALUES "+tt.rows)
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
			require.NoError(t, err)
			findings, err := st.Verify(t.Context())
			require.NoError(t, err)
			require.Equal(t, []string{"stored-values:people.id"}, names(findings))
			until, err := st.Bound(t.Context(), store.BoundRequest{})
			var got []string
			after := store.Cursor("")
			for err == nil {
				var page store.Page
				page, err = st.Page(t.Context(), store.PageRequest{Selection: everything, After: after, Until: until, Limit: tt.limit})
				for _, k := range page.Keys {
					got = append(got, k.First().Text())
				}
				require.True(t, err != nil || after != page.Next, "the walk goes on")
				if after = page.Next; !page.More {
					break
				}
			}
			if tt.fails {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, strings.Join(got, ""))
		})
	}
}
