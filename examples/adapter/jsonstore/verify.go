package jsonstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// Verify implements store.Store. What would take the rows of another contact, or
// leave rows behind, is fatal; what a host may want to look at is a warning.
func (s *Store) Verify(ctx context.Context) ([]store.Finding, error) {
	st := s.state.Load()
	out := st.strange(s.model)
	for _, a := range s.model.associations {
		for _, ref := range a.references {
			if a.Action != contacts.ReadOnly && st.to[ref].ambiguous() {
				out = append(out, store.Finding{
					Code: "not-unique", Severity: store.Fatal, Table: ref.above, Column: ref.target[0],
					Message: fmt.Sprintf("association %q refers to values that several rows have", a.Name), Advice: "make them unique, or name other fields in To",
				})
			}
		}
	}
	out = append(out, st.missingHeirs(s.model)...)
	for _, g := range s.model.schema.Gaps() {
		if !g.Constants { // rows with other constants refer to something else
			out = append(out, store.PartlyCovered(g, store.Fatal, store.LeftBehind))
		}
	}
	slices.SortFunc(out, func(a, b store.Finding) int { return strings.Compare(a.Name(), b.Name()) })
	return out, ended(ctx, "verify")
}

// strange finds what the schema does not know.
func (st *state) strange(m *model) []store.Finding {
	counts := map[[2]string]int{} // by table and column, "" for the whole table
	for _, r := range st.rows {
		if m.fields[r.table] == nil {
			counts[[2]string{r.table, ""}]++
		}
		for name, v := range r.values {
			if v.IsUnknown() {
				counts[[2]string{r.table, m.fields[r.table][name].ColumnName()}]++
			}
		}
	}
	var out []store.Finding
	for place, n := range counts {
		f := store.Finding{
			Code: "foreign-values", Severity: store.Warning, Table: place[0], Column: place[1],
			Message: fmt.Sprintf("values outside of the field's kind and encoding: %d", n), Advice: "correct them: no comparison with them is true",
		}
		if f.Column == "" {
			f.Code, f.Message, f.Advice = "unknown-table", "the table is not in the schema", "add an association if it refers to contacts"
		}
		out = append(out, f)
	}
	return out
}

// ambiguous reports whether several rows have the same values.
func (x index) ambiguous() bool {
	for _, rows := range x {
		if len(rows) > 1 {
			return true
		}
	}
	return false
}
