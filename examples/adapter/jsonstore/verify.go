package jsonstore

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// Verify implements store.Store. What would take the rows of another contact is
// fatal; what a host may want to look at is a warning.
func (s *Store) Verify(ctx context.Context) ([]store.Finding, error) {
	st := s.state.Load()
	out := s.ambiguous(st)
	tables, unknown := map[string]bool{}, map[[2]string]int{}
	for _, r := range st.rows {
		if s.model.fields[r.table] == nil {
			tables[r.table] = true
		}
		for column, v := range r.values {
			if v.IsUnknown() {
				unknown[[2]string{r.table, column}]++
			}
		}
	}
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		out = append(out, store.Finding{
			Code: "unknown-table", Severity: store.Warning, Table: table,
			Message: "the file has documents of a table that is not in the schema", Advice: "add an association if they refer to contacts",
		})
	}
	for _, place := range slices.SortedFunc(maps.Keys(unknown), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		out = append(out, store.Finding{
			Code: "foreign-values", Severity: store.Warning, Table: place[0], Column: place[1],
			Message: fmt.Sprintf("%d values are not of the field's kind and encoding; no condition is true for them", unknown[place]),
			Advice:  "correct them, or the field's kind or encoding",
		})
	}
	return out, ended(ctx, "verify")
}

// ambiguous finds references to values that several rows have.
func (s *Store) ambiguous(st *state) []store.Finding {
	var out []store.Finding
	for _, a := range s.model.associations {
		if a.Action == contacts.ReadOnly {
			continue
		}
		for _, ref := range a.references {
			for _, rows := range st.to[ref] {
				if len(rows) > 1 {
					out = append(out, store.Finding{
						Code: "not-unique", Severity: store.Fatal, Table: ref.above, Column: ref.target[0],
						Message: fmt.Sprintf("association %q refers to values that several rows have", a.Name),
						Advice:  "make them unique, or name other fields in To",
					})
					break
				}
			}
		}
	}
	return out
}
