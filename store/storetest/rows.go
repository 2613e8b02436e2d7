package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// rowReading reads the rows of an association as an export does: those of a page
// of contacts after the other.
type rowReading struct {
	st          store.Store
	selection   store.Selection
	association string
	fields      []string
	limit       int // contacts of a page
	bound       store.Cursor
}

// read returns the rows as sorted texts.
func (r rowReading) read(ctx context.Context) ([]string, error) {
	reader, ok := r.st.(store.RowReader)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	out := []string{}
	var after store.Cursor
	for {
		page, err := r.st.Page(ctx, store.PageRequest{Selection: r.selection, After: after, Until: r.bound, Limit: r.limit})
		if err != nil {
			return nil, err
		}
		err = reader.ReadRows(ctx, store.RowsRequest{
			Selection: r.selection, Association: r.association, Fields: r.fields, Keys: page.Keys, Passed: after,
		}, func(values []where.Value) error {
			out = append(out, rowText(values))
			return nil
		})
		if err != nil {
			return nil, err
		}
		if !page.More {
			slices.Sort(out)
			return out, nil
		}
		after = page.Next
	}
}

func rowText(values []where.Value) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = v.String()
		if v.IsUnknown() {
			parts[i] = "unknown"
		}
	}
	return strings.Join(parts, " ")
}

// rows returns what is to be read of an association's rows, as sorted texts.
func (m *model) rows(association int, fields []string) []string {
	var selected []*record
	for _, r := range m.contactRows() {
		if m.is(m.at.Condition, r) && m.is(m.at.Scope, r) && m.is(m.at.Unprotected, r) {
			selected = append(selected, r)
		}
	}
	out := []string{}
	for _, r := range m.belonging(association, selected) {
		if m.placed[association].OfContacts && (!m.is(m.at.Scope, r) || !m.is(m.at.Unprotected, r)) {
			continue
		}
		values := make([]where.Value, len(fields))
		for i, name := range fields {
			values[i] = r.values[name]
		}
		out = append(out, rowText(values))
	}
	slices.Sort(out)
	return out
}

// belonging returns the rows that belong to the contacts, they themselves
// included.
func (m *model) belonging(association int, selected []*record) []*record {
	if up := m.placed[association].Above; up >= 0 {
		selected = m.belonging(up, selected)
	}
	return m.below(association, selected)
}

func fieldNames(p contacts.Placed) []string {
	var out []string
	for _, f := range p.Fields {
		out = append(out, f.Name)
	}
	return out
}

// testReadRows checks what a [store.RowReader] reads.
func testReadRows(t *testing.T, h Harness) {
	t.Helper()
	if _, ok := setup(t, h, crmSchema(), crmData()).st.(store.RowReader); !ok {
		t.Skip("the store is no RowReader, so that exports have no associated rows")
	}
	w := where.New
	scoped := selection(where.Everything())
	scoped.Scope, scoped.Protected = w().WhereNotEquals("id", 3), w().WhereEquals("id", 4)
	for _, world := range []struct {
		name   string
		schema contacts.Schema
		data   Data
	}{
		{"crm", crmSchema(), crmData()},
		{"shared", sharedSchema(contacts.Delete, contacts.Delete), sharedData()},
		{"links", linkSchema(), linkData()},
		{"names", namingSchema(), namingData()},
	} {
		t.Run(world.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, h, world.schema, world.data)
			selections := map[string]store.Selection{
				"everybody": selection(where.Everything()),
				"nobody":    selection(where.NoResults()),
			}
			if world.name == "crm" {
				selections["one"] = selection(w().WhereID(1))
				selections["two"] = selection(w().WhereIn("id", 1, 2))
				selections["scope and protection"] = scoped
			}
			for name, s := range selections {
				t.Run(name, func(t *testing.T) { b.testReadRows(t, s) })
			}
			b.requireUnchanged(t)
		})
	}
	t.Run("values", func(t *testing.T) { testReadRowValues(t, h) })
	t.Run("requests", func(t *testing.T) { testReadRowsRequests(t, h) })
}

// testReadRows compares with the model, however many contacts a page has.
func (b *bench) testReadRows(t *testing.T, s store.Selection) {
	t.Helper()
	m := newModel(t, b.schema, b.data, s)
	for i, p := range b.schema.Placed() {
		fields := fieldNames(p)
		want := m.rows(i, fields)
		for _, limit := range []int{1, 2, 100} {
			got, err := rowReading{b.st, s, p.Name, fields, limit, b.last}.read(t.Context())
			require.NoError(t, err)
			require.Equal(t, want, got, "rows of %q, for %d contacts at a time", p.Name, limit)
		}
	}
}

// testReadRowValues checks that values of all kinds are read, and that what is
// NULL is told from what is outside of its kind.
func testReadRowValues(t *testing.T, h Harness) {
	t.Helper()
	schema := sampleSchema()
	fields := slices.Clone(schema.Fields[1:])
	data := Data{"people": {{"id": 1}, {"id": 2}}}
	for _, row := range sampleData()["people"] {
		own := Row{"person": 1}
		for _, f := range fields {
			own[f.Name] = row[f.Name]
		}
		data["rows"] = append(data["rows"], own)
	}
	for _, f := range fields {
		if foreigns(h, f) > 0 {
			data["rows"] = append(data["rows"], Row{"person": 2, f.Name: Foreign(0)})
		}
	}
	schema.Associations = []contacts.Association{{
		Name: "rows", Table: "rows", Action: contacts.Delete, References: refs("person"), Fields: append(fields, contacts.Int64("person")),
	}}
	b := setup(t, h, schema, data)
	b.testReadRows(t, selection(where.Everything()))
}

// testReadRowsRequests checks what is refused, and how a reading ends.
func testReadRowsRequests(t *testing.T, h Harness) {
	t.Helper()
	b := setup(t, h, crmSchema(), crmData())
	reader, ok := b.st.(store.RowReader)
	require.True(t, ok)
	everyone := selection(where.Everything())
	good := store.RowsRequest{Selection: everyone, Association: "seen", Fields: []string{"page"}, Keys: keysOf(t, 1, 2)}
	never := func([]where.Value) error {
		return errors.New("a row was visited")
	}
	for name, spoil := range map[string]func(r *store.RowsRequest){
		"no association":        func(r *store.RowsRequest) { r.Association = "" },
		"a table's name":        func(r *store.RowsRequest) { r.Association = "people" },
		"no fields":             func(r *store.RowsRequest) { r.Fields = nil },
		"a contact's field":     func(r *store.RowsRequest) { r.Fields = []string{"page", "email"} },
		"a wrong key":           func(r *store.RowsRequest) { r.Keys = keysOf(t, "1") },
		"a malformed cursor":    func(r *store.RowsRequest) { r.Passed = "x" },
		"a cursor and no keys":  func(r *store.RowsRequest) { r.Keys, r.Passed = nil, b.last+"]" },
		"a condition of no use": func(r *store.RowsRequest) { r.Condition = where.Condition{} },
	} {
		t.Run(name, func(t *testing.T) {
			r := good
			spoil(&r)
			err := reader.ReadRows(t.Context(), r, never)
			if name == "a condition of no use" {
				require.ErrorIs(t, err, where.ErrInvalid)
				return
			}
			require.ErrorIs(t, err, store.ErrInvalidRequest)
		})
	}
	t.Run("keys that are not there, and twice", func(t *testing.T) {
		r, n := good, 0
		r.Keys = keysOf(t, 2, 77, 1, 2)
		require.NoError(t, reader.ReadRows(t.Context(), r, func([]where.Value) error { n++; return nil }))
		require.Equal(t, 3, n)
	})
	t.Run("no keys", func(t *testing.T) {
		r := good
		r.Keys = nil
		require.NoError(t, reader.ReadRows(t.Context(), r, never))
	})
	t.Run("the visitor's error ends it", func(t *testing.T) {
		stop, n := errors.New("enough"), 0
		err := reader.ReadRows(t.Context(), good, func([]where.Value) error { n++; return stop })
		require.True(t, err == stop, "%v is not the error itself", err) //nolint:errorlint,testifylint // as it is, and not wrapped
		require.Equal(t, 1, n)
	})
	t.Run("an ended context", func(t *testing.T) {
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, reader.ReadRows(cancelled, good, never), context.Canceled)
	})
	b.requireUnchanged(t)
}
