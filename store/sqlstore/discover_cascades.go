package sqlstore

import (
	"slices"
	"strconv"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
)

// cascadable notes which associations could be left to the database, on engines
// that are faster then. The proposal does not do so: whether triggers run, and
// whether all connections enforce foreign keys, is for Verify to see.
func (d *discovery) cascadable(schema contacts.Schema) {
	if _, ok := d.engine.(cascading); !ok || slices.ContainsFunc(d.tables, func(f *found) bool { return f.info.part }) {
		return
	}
	var names []string
	for _, p := range schema.Placed() {
		if p.Action != contacts.Delete || !d.cascades(schema, p) {
			continue
		}
		if tried, err := schema.Edit(contacts.SetCascaded(p.Name)); err == nil && tried.Validate() == nil {
			names = append(names, strconv.Quote(p.Name))
		}
	}
	if len(names) > 0 {
		d.note(d.root, "", "the database could delete rows by its foreign keys, which is faster, with contacts.SetCascaded("+strings.Join(names, ", ")+")")
	}
}

// cascades reports whether there is one foreign key from the association's table
// to the one above, and it deletes.
func (d *discovery) cascades(schema contacts.Schema, p contacts.Placed) bool {
	above := schema.Table
	if p.Above >= 0 {
		above = schema.Placed()[p.Above].Table
	}
	var rules []string
	for _, e := range d.edges {
		if e.child.name == p.Table && e.parent.name == above {
			rules = append(rules, e.key.onDelete)
		}
	}
	return slices.Equal(rules, []string{cascade})
}
