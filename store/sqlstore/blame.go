package sqlstore

import (
	"errors"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/store"
)

// blame names the tables that may refer to the table in which a row could not
// be deleted: SQLite does not say which foreign key it was, nor, when that is
// checked at the commit, to which table.
func (d *deletion) blame(err error) error {
	var failed *store.Error
	if d.seen == nil || !errors.Is(err, store.ErrConstraint) || !errors.As(err, &failed) || failed.Detail != "" || failed.Constraint != "" {
		return err
	}
	if k, ok := d.store.violated(err, d.seen.keys); ok {
		failed.Table, failed.Constraint = k.table, k.name
		return err
	}
	var outside, left []string
	add := func(to *[]string, table string) {
		if !slices.Contains(*to, table) {
			*to = append(*to, table)
		}
	}
	for _, k := range d.seen.keys {
		parent, deleted := d.store.model.deletedFrom(d.seen.tables, k)
		if !deleted || failed.Table != "" && !strings.EqualFold(d.seen.tables[failed.Table].name, d.seen.tables[parent].name) {
			continue
		}
		switch by := d.store.model.registered(d.seen.tables, k, parent); {
		case len(by) == 0:
			add(&outside, k.table)
		case slices.ContainsFunc(d.seen.outside, k.same) || !slices.ContainsFunc(by, registration.clears):
			add(&left, k.table)
		}
	}
	var parts []string
	if len(outside) > 0 {
		parts = append(parts, "tables that are not in the schema refer to it: "+strings.Join(outside, ", "))
	}
	if len(left) > 0 {
		parts = append(parts, "rows that the schema leaves as they are refer to it: "+strings.Join(left, ", "))
	}
	failed.Detail = strings.Join(parts, "; ")
	return err
}

// clears reports whether nothing refers by the reference any more when the
// batch comes to the row above, or never comes to it.
func (r registration) clears() bool { return r.whole() && !r.kept() }
