package sqlstore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
)

// decide sets what happens to the rows of a foreign key: as the host says, or
// as the database does.
func (d *discovery) decide(e *edge) {
	for _, specific := range [...]bool{true, false} {
		for _, c := range d.options.choices {
			if (len(c.columns) > 0) == specific && d.chosen(c, e) {
				c.used, e.action = true, c.action
				return
			}
		}
	}
	switch e.key.onDelete {
	case cascade:
		e.action = contacts.Delete
	case setNull:
		e.action = contacts.Detach
	default:
		e.action = contacts.Restrict
		d.note(e.child, e.columns(), fmt.Sprintf("ON DELETE %s: contacts with such rows are left alone, until WithAction or an edit decides otherwise", e.key.onDelete))
	}
}

func (d *discovery) chosen(c *choice, e *edge) bool {
	t := e.child.info
	return (d.sameName(t.name, c.table) || d.sameName(t.database+"."+t.name, c.table)) &&
		(len(c.columns) == 0 || sameNames(c.columns, e.key.columns))
}

// unused reports choices about tables that have not come up.
func (d *discovery) unused() error {
	for _, c := range d.options.choices {
		if !c.used {
			what := fmt.Sprintf("table %q", c.table)
			if len(c.columns) > 0 {
				what += fmt.Sprintf(" by %q", c.columns)
			}
			return refuse("nothing refers from %s to rows that are deleted", what)
		}
	}
	return nil
}

// columns are those of the reference, for notes.
func (e *edge) columns() string { return strings.Join(e.key.columns, ",") }

// harmonise keeps one of several foreign keys that say the same; where they
// differ in what happens, the rows restrict.
func (d *discovery) harmonise(parent *found) {
	var out []*edge
	for _, e := range parent.below {
		i := slices.IndexFunc(out, func(o *edge) bool {
			return o.child == e.child && slices.Equal(o.key.columns, e.key.columns) && slices.Equal(o.target, e.target)
		})
		if i < 0 {
			out = append(out, e)
			continue
		}
		e.dropped = true
		if o := out[i]; o.action != e.action {
			o.action = contacts.Restrict
			d.note(o.child, o.columns(), "two foreign keys on the same columns differ in what they do; contacts with such rows are left alone")
		}
	}
	parent.below = out
}

// restrictCycle keeps rows that would be deleted although they are above what
// they refer to.
func (d *discovery) restrictCycle(e *edge) {
	e.action = contacts.Restrict
	switch e.child {
	case d.root:
		d.note(e.child, e.columns(), "the database deletes contacts because they refer to "+e.parent.name+
			", and nobody goes who did not match: those that have such contacts are left alone; make the foreign key ON DELETE SET NULL, or choose another action")
	case e.parent:
		d.note(e.child, e.columns(), "rows that refer to rows of their own table cannot be deleted with them: contacts with such rows are left alone, until another action is chosen")
	default:
		d.note(e.child, e.columns(), "a cycle of foreign keys, because rows of "+e.parent.name+
			" are deleted with rows of this table: contacts with such rows are left alone, until another action is chosen")
	}
}

// agree makes the fields of a reference those that they refer to, or drops it.
func (d *discovery) agree(e *edge) {
	if e.dropped {
		return
	}
	if len(e.target) != len(e.key.columns) || len(e.target) == 0 || e.parent.named(e.target) == nil || e.child.named(e.key.columns) == nil {
		d.drop(e, "there is no field for one of its columns, or for one that it refers to")
		return
	}
	for i, column := range e.key.columns {
		from, to := e.child.field(column), e.parent.field(e.target[i])
		if from.Kind == to.Kind && from.Encoding == to.Encoding {
			continue
		}
		d.note(e.child, column, fmt.Sprintf("read as %s, as %s.%s, to which it refers, although its type is another one", to.Kind, e.parent.name, to.Name))
		from.Kind, from.Encoding = to.Kind, to.Encoding
	}
}

func (d *discovery) drop(e *edge, why string) {
	e.dropped = true
	e.parent.below = slices.DeleteFunc(e.parent.below, func(o *edge) bool { return o == e })
	d.note(e.child, e.columns(), "the foreign key to "+e.parent.name+" is left out, and its rows are not treated: "+why)
}

// detachable finds out which columns of a reference can be set to NULL.
func (d *discovery) detachable(e *edge) {
	if e.action != contacts.Detach || e.dropped {
		return
	}
	var free []string
	key := e.child.key
	for _, c := range e.key.columns {
		if info := e.child.info.column(c); !info.notNull && !info.generated && info.keyPart == 0 && !slices.Contains(key, info.name) && !d.needed(c, e) {
			free = append(free, c)
		}
	}
	switch {
	case len(free) == 0:
		e.action = contacts.Restrict
		d.note(e.child, e.columns(), "cannot be set to NULL, because it is NOT NULL, generated, in the key or part of another reference: contacts with such rows are left alone")
	case len(free) < len(e.key.columns):
		e.setNull = free
		d.note(e.child, e.columns(), "only "+strings.Join(free, ", ")+" can be set to NULL, and is")
	}
}

// needed reports whether another reference uses the column.
func (d *discovery) needed(column string, e *edge) bool {
	return slices.ContainsFunc(d.edges, func(o *edge) bool {
		switch {
		case o == e || o.dropped || o.action == contacts.ReadOnly:
			return false
		case o.parent == e.child && slices.Contains(o.target, column):
			return true
		}
		return o.child == e.child && slices.Contains(o.key.columns, column) &&
			(o.parent != e.parent || !slices.Equal(o.key.columns, e.key.columns) || !slices.Equal(o.target, e.target))
	})
}
