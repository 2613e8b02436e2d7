package storetest

import (
	"slices"
	"strings"
	"testing"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

func testText(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	t.Run("search", func(t *testing.T) {
		t.Parallel()
		runSelects(t, h, sampleSchema(), sampleData(), []selects{
			{"WhereContains", w().WhereContains("name", "razi"), ids(1, 2)},
			{"WhereContains counts case", w().WhereContains("name", "BRA"), ids()},
			{"WhereContains a literal percent", w().WhereContains("name", "%"), ids(6)},
			{"WhereContains a literal underscore", w().WhereContains("name", "_o"), ids(6)},
			{"WhereContains a literal backslash", w().WhereContains("name", `\n`), ids(6)},
			{"WhereContains percent and underscore", w().WhereContains("name", `0%_o`), ids(6)},
			{"WhereContains a single quote", w().WhereContains("name", "'"), ids(8)},
			{"WhereContains a double quote", w().WhereContains("name", `"q`), ids(8)},
			{"WhereContains an emoji", w().WhereContains("name", "😀"), ids(8)},
			{"WhereContains a space", w().WhereContains("name", " "), ids(4, 7, 8)},
			{"WhereContains case-insensitive", w().WhereContains("nick", "N"), ids(1, 2)},
			{"WhereContains case-insensitive folds ASCII only", w().WhereContains("nick", "ö"), ids(7)},
			{"WhereNotContains does not select NULL", w().WhereNotContains("name", "razi"), ids(3, 4, 6, 7, 8)},
			{"WhereNotContains case-insensitive", w().WhereNotContains("nick", "H"), ids(1, 2, 3, 4, 6)},
			{"WhereStartsWith", w().WhereStartsWith("name", "50"), ids(6, 7)},
			{"WhereStartsWith a percent is literal", w().WhereStartsWith("name", "50%"), ids(6)},
			{"WhereStartsWith counts case", w().WhereStartsWith("name", "b"), ids(2)},
			{"WhereStartsWith the whole text", w().WhereStartsWith("name", "Brazil"), ids(1)},
			{"WhereStartsWith more than the text", w().WhereStartsWith("name", "Brazil "), ids()},
			{"WhereStartsWith case-insensitive", w().WhereStartsWith("nick", "a"), ids(1, 2, 6)},
			{"WhereNotStartsWith does not select NULL", w().WhereNotStartsWith("name", "50"), ids(1, 2, 3, 4, 8)},
			{"WhereEndsWith", w().WhereEndsWith("name", "l"), ids(1, 2)},
			{"WhereEndsWith an emoji", w().WhereEndsWith("name", "😀"), ids(8)},
			{"WhereEndsWith a trailing space", w().WhereEndsWith("nick", "B "), ids(4)},
			{"WhereEndsWith a backslash", w().WhereEndsWith("nick", `\`), ids(6)},
			{"WhereNotEndsWith does not select NULL", w().WhereNotEndsWith("name", "l"), ids(3, 4, 6, 7, 8)},
		})
	})
	t.Run("WhereLike", func(t *testing.T) {
		t.Parallel()
		runSelects(t, h, sampleSchema(), sampleData(), []selects{
			{"percent is any text", w().WhereLike("name", "50%now"), ids(6, 7)},
			{"percent is also no text", w().WhereLike("name", "%Brazil%"), ids(1)},
			{"underscore is one code point", w().WhereLike("name", "_razil"), ids(1, 2)},
			{"underscore is one emoji", w().WhereLike("name", `%" _`), ids(8)},
			{"underscore is not no text", w().WhereLike("name", "_"), ids(4)},
			{"percent and underscore want one", w().WhereLike("name", "_%"), ids(1, 2, 4, 6, 7, 8)},
			{"the whole text", w().WhereLike("name", "razil"), ids()},
			{"an escaped percent is literal", w().WhereLike("name", `50\%%`), ids(6)},
			{"an escaped underscore is literal", w().WhereLike("name", `50%\_off%`), ids(6)},
			{"an escaped backslash is literal", w().WhereLike("name", `%\\now`), ids(6)},
			{"case counts", w().WhereLike("name", "BRA%"), ids()},
			{"case-insensitive", w().WhereLike("nick", "aN_"), ids(1, 2)},
			{"case-insensitive folds ASCII only", w().WhereLike("nick", "%Ö%"), ids(8)},
			{"WhereNotLike does not select NULL", w().WhereNotLike("name", "50%"), ids(1, 2, 3, 4, 8)},
			{"WhereNotLike case-insensitive", w().WhereNotLike("nick", "a%"), ids(3, 4, 7, 8)},
		})
	})
	t.Run("traps", func(t *testing.T) {
		t.Parallel()
		testTextTraps(t, h)
	})
}

// testTextTraps looks for every trap in every text by every way of searching
// and compares with package strings.
func testTextTraps(t *testing.T, h Harness) {
	t.Helper()
	schema := contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Text("v"), contacts.Text("f").FoldCase()},
	}
	traps := []string{
		"%", "_", `\`, `\%`, `\\`, "%%", "a%b", "a_b", `a\b`, "'", "''", `"`, "`", "[a]", "[^a]", "*", "a*b", "?", "^", "!", "~", "--", ";", "$1", ":x", "@p",
		" ", "  ", "a ", " a", "\t", "\n", "a\nb", "\r\n", "é", "e\u0301", "É", "ß", "ss", "İ", "i", "I", "ı", "日本", "😀", "😀😀", "\u200b", "\ufeff", "\uffff", "\U0010ffff",
		"a", "A", "ab", "AB", "aB", "aab", "null", "NULL", "0", "1e1", "true",
	}
	data := Data{}
	for i, s := range traps {
		data["people"] = append(data["people"], Row{"id": i + 1, "v": s, "f": s})
	}
	data["people"] = append(data["people"], Row{"id": len(traps) + 1, "v": "", "f": ""}, Row{"id": len(traps) + 2})
	b := setup(t, h, schema, data)
	all := append(slices.Clone(traps), "")
	matching := func(test func(s string) bool) []string {
		out := []string{}
		for i, s := range all {
			if test(s) {
				out = append(out, ids(i+1)...)
			}
		}
		return out
	}
	for _, s := range traps {
		w, folded := where.New(), where.Fold(s)
		b.requireSelects(t, w.WhereContains("v", s), matching(func(x string) bool { return strings.Contains(x, s) }))
		b.requireSelects(t, w.WhereNotContains("v", s), matching(func(x string) bool { return !strings.Contains(x, s) }))
		b.requireSelects(t, w.WhereStartsWith("v", s), matching(func(x string) bool { return strings.HasPrefix(x, s) }))
		b.requireSelects(t, w.WhereNotStartsWith("v", s), matching(func(x string) bool { return !strings.HasPrefix(x, s) }))
		b.requireSelects(t, w.WhereEndsWith("v", s), matching(func(x string) bool { return strings.HasSuffix(x, s) }))
		b.requireSelects(t, w.WhereNotEndsWith("v", s), matching(func(x string) bool { return !strings.HasSuffix(x, s) }))
		b.requireSelects(t, w.WhereContains("f", s), matching(func(x string) bool { return strings.Contains(where.Fold(x), folded) }))
		b.requireSelects(t, w.WhereStartsWith("f", s), matching(func(x string) bool { return strings.HasPrefix(where.Fold(x), folded) }))
		b.requireSelects(t, w.WhereEndsWith("f", s), matching(func(x string) bool { return strings.HasSuffix(where.Fold(x), folded) }))
		b.requireSelects(t, w.WhereEquals("f", s), matching(func(x string) bool { return where.Fold(x) == folded }))
		literal := strings.NewReplacer(`%`, `\%`, `_`, `\_`, `\`, `\\`).Replace(s)
		b.requireSelects(t, w.WhereLike("v", literal), matching(func(x string) bool { return x == s }))
		b.requireSelects(t, w.WhereLike("v", "%"+literal+"%"), matching(func(x string) bool { return strings.Contains(x, s) }))
		b.requireSelects(t, w.WhereNotLike("v", literal), matching(func(x string) bool { return x != s }))
		b.requireSelects(t, w.WhereLike("f", literal), matching(func(x string) bool { return where.Fold(x) == folded }))
	}
}
