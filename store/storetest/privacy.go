package storetest

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// marker is a value that must not occur in any error.
const marker = "secret-4711-marker"

// testPrivacy checks that errors never contain contact data: keys, values of
// fields, operands of conditions. The schema's names may occur.
func testPrivacy(t *testing.T, h Harness) {
	t.Helper()
	schema := contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: []contacts.Field{contacts.Text("id").NotNull(), contacts.Text("email"), contacts.Int64("n")},
		Associations: []contacts.Association{{
			Name: "rows", Table: "rows", Action: contacts.Delete,
			Fields:     []contacts.Field{contacts.Text("of"), contacts.Text("text")},
			References: []contacts.Reference{{Fields: []string{"of"}}},
		}},
	}
	b := setup(t, h, schema, Data{
		"people": {{"id": marker, "email": marker}, {"id": marker + "2", "email": marker}},
		"rows":   {{"of": marker, "text": marker}, {"of": marker, "text": marker}},
	})
	w := where.New
	keys := keysOf(t, marker)
	var collected []error
	for _, c := range []where.Condition{
		w().WhereEquals("n", marker),
		w().WhereEquals("email", marker).WhereEquals("emial", marker),
		w().WhereEquals("email", marker+"\xff"),
		w().WhereNotIn("n", marker, 1),
		w().WhereContains("n", marker),
		w().WhereLike("email", marker+`\`),
		w().WhereID(marker, marker),
		w().WhereBetween("n", marker, marker),
		w().WhereExists("rows", w().WhereEquals("nothing", marker)),
		w().WhereEquals("email", marker).Or(),
	} {
		s := selection(c)
		_, err := b.st.Count(t.Context(), store.CountRequest{Selection: s})
		collected = append(collected, err)
		_, err = b.st.Page(t.Context(), store.PageRequest{Selection: s, Until: b.bound(t), Limit: 1})
		collected = append(collected, err)
		_, err = b.st.Delete(t.Context(), store.Batch{Selection: s, Keys: keys})
		collected = append(collected, err)
	}
	everyone := selection(where.Everything())
	for _, r := range []store.PageRequest{
		{Selection: everyone, After: marker, Until: b.bound(t), Limit: 1},
		{Selection: everyone, After: store.Cursor(`["` + marker + `"]`), Until: store.Cursor(marker), Limit: 1},
		{Selection: everyone, Keys: mustKeys(t, []any{marker, marker}), Limit: 1},
		{Selection: everyone, Keys: keysOf(t, marker), Limit: 0},
	} {
		_, err := b.st.Page(t.Context(), r)
		collected = append(collected, err)
	}
	_, err := b.st.Delete(t.Context(), store.Batch{Selection: everyone, Keys: mustKeys(t, []any{marker, 1})})
	collected = append(collected, err)
	_, err = b.st.Delete(t.Context(), store.Batch{Selection: everyone, Keys: keys, MaxRows: 1})
	collected = append(collected, err)
	for i, err := range collected {
		require.Error(t, err, "call %d", i+1)
		for _, text := range unwrapped(err) {
			require.NotContains(t, text, marker)
		}
	}
	b.requireUnchanged(t)
}

// unwrapped returns the texts of the error and of the library's own errors in
// its chain. A driver's error, which may quote values, is only reached by
// errors.As.
func unwrapped(err error) []string {
	out := []string{err.Error()}
	if e, ok := errors.AsType[*store.Error](err); ok {
		out = append(out, e.Error())
	}
	if e, ok := errors.AsType[*where.InvalidError](err); ok {
		out = append(out, e.Error())
	}
	return out
}
