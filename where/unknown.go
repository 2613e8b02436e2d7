package where

import (
	"slices"
	"strconv"
	"strings"
)

// unknownNameError says that there is no field or association of a name. It is
// one mistake however many terms it is in.
type unknownNameError struct {
	name string // of what kind, and with the associations around it
	text string
}

func (e *unknownNameError) Error() string { return e.text }

// field looks a field up and reports it when there is none.
func (r *resolver) field(n Node, name string, cat Catalog) (Field, bool) {
	f, ok := cat.Field(name)
	if !ok {
		fields, _ := cat.Names()
		r.fail(TermError{redactedText(n), r.unknown("field", name, fields, cat)})
	}
	f.Fold = f.Fold && f.Kind == KindText
	return f, ok
}

// noAssociation says that there is no association of the name here, and where
// it is if it is further below.
func (r *resolver) noAssociation(name string, cat Catalog) error {
	_, names := cat.Names()
	err := r.unknown("association", name, names, cat)
	if way := below(cat, name, map[string]bool{}); way != nil {
		nested := "WhereExists(" + strconv.Quote(name) + ")"
		for _, above := range slices.Backward(way) {
			nested = "WhereExists(" + strconv.Quote(above) + ", where.New()." + nested + ")"
		}
		err.text += "; it is below " + quoteName(way[len(way)-1]) + ": " + nested
	}
	return err
}

// below returns the associations that lead from the catalog to the one above
// that of the name, nil if none do. Rows that are contacts have all of the
// contacts' associations, so no name is followed twice.
func below(cat Catalog, name string, seen map[string]bool) []string {
	_, names := cat.Names()
	for _, above := range names {
		rows, ok := cat.Association(above)
		if !ok || seen[above] {
			continue
		}
		seen[above] = true
		if _, ok := rows.Association(name); ok {
			return []string{above}
		}
		if way := below(rows, name, seen); way != nil {
			return append([]string{above}, way...)
		}
	}
	return nil
}

func (r *resolver) unknown(what, name string, known []string, cat Catalog) *unknownNameError {
	path := strings.Join(append(slices.Clip(r.path), quoteName(name)), ".")
	text := "there is no " + what + " " + quoteName(name)
	if len(known) > 0 {
		text += "; there are " + strings.Join(known, ", ")
	}
	hint := ""
	if h, ok := cat.(Hinter); ok {
		hint = h.Hint(name)
	}
	switch meant := closest(name, known); {
	case meant != "":
		text += "; did you mean " + quoteName(meant) + "?"
	case hint != "":
		text += "; " + path + " " + hint
	}
	return &unknownNameError{name: what + " " + path, text: text}
}

// closest returns the known name that the given one may be a misspelling of.
func closest(name string, known []string) string {
	best, meant := 1+len(name)/4, ""
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k)); d <= best && d < len(k) {
			best, meant = d-1, k // the first of those that are as close
		}
	}
	return meant
}

// maxCompared bounds the length of names that are compared.
const maxCompared = 64

// distance is the number of letters to insert, leave out, replace or exchange
// with the next one.
func distance(a, b string) int {
	if len(a) > maxCompared || len(b) > maxCompared {
		return maxCompared
	}
	before, last := []int(nil), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			other := last[j]
			if a[i] != b[j] {
				other++
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, other)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
