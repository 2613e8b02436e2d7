package sqlstore

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// DDL returns the statements that create the schema's tables, in an order in
// which they can be executed, each alone: every table with the columns that
// the schema names, and an index on every reference. Associations on one table
// share it.
//
// A foreign key is declared where it says exactly what the schema says: ON
// DELETE CASCADE for Delete, SET NULL for Detach and Anonymise, RESTRICT for
// Restrict, and NO ACTION for HandOver, whose rows always have a contact. There
// is none for other actions, for references that stay, that have constants or
// a condition, to other fields than the key, and for columns that several
// associations use.
func DDL(dialect Dialect, schema contacts.Schema) ([]string, error) {
	e, err := engineOf(dialect)
	if err != nil {
		return nil, err
	}
	if err := schema.Validate(); err != nil {
		return nil, fmt.Errorf("sqlstore: %w", err)
	}
	m, err := newModel(schema)
	if err != nil {
		return nil, err
	}
	if err := m.storable(e); err != nil {
		return nil, err
	}
	d := ddl{b: &builder{engine: e, model: m}, tables: map[string]*tableDDL{}}
	d.table(m.contacts, m.contacts.key)
	for _, a := range m.all {
		if !a.OfContacts {
			d.table(a.rows, a.rows.key)
		}
	}
	for _, a := range m.all {
		d.references(a)
	}
	return d.statements()
}

// ddl collects what the schema says of each table.
type ddl struct {
	b      *builder
	order  []*tableDDL
	tables map[string]*tableDDL
}

type tableDDL struct {
	name    string
	columns []contacts.Field
	key     []string // columns
	foreign []foreignKeyDDL
	indexes []indexDDL
}

type foreignKeyDDL struct {
	columns, target []string
	parent          string
	action          string
}

type indexDDL struct {
	columns []string
	folded  []bool // by column: compared without the case of letters
	unique  bool
	where   string // a column; rows where it is the empty text, or NULL, may be left out
}

func (d *ddl) table(r *rowSet, key []contacts.Field) {
	t := d.tables[r.table]
	if t == nil {
		t = &tableDDL{name: r.table}
		d.tables[r.table] = t
		d.order = append(d.order, t)
	}
	for _, f := range r.fields {
		i := slices.IndexFunc(t.columns, func(g contacts.Field) bool { return g.ColumnName() == f.ColumnName() })
		if i < 0 {
			t.columns = append(t.columns, f)
		} else {
			t.columns[i].Required = t.columns[i].Required || f.Required
		}
	}
	if len(t.key) == 0 {
		t.key = columnNames(key)
	}
}

func (d *ddl) references(a *association) {
	t, parent := d.tables[a.Table], d.b.model.contacts
	if a.above != nil {
		parent = a.above.rows
	}
	for _, r := range a.refs {
		columns, target := columnNames(r.from), columnNames(r.to)
		folded := d.folded(r)
		if !t.indexed(columns, folded) {
			t.indexes = append(t.indexes, indexDDL{columns: columns, folded: folded})
		}
		if a.Action != contacts.ReadOnly && (!r.toKey || slices.Contains(folded, true)) {
			d.tables[parent.table].unique(r, target, folded)
		}
		if action := d.action(a, r); action != "" && slices.Equal(target, d.tables[parent.table].key) {
			t.foreign = append(t.foreign, foreignKeyDDL{columns, target, parent.table, action})
		}
	}
}

// folded says which columns of the reference are compared without the case of
// letters.
func (d *ddl) folded(r reference) []bool {
	out := make([]bool, len(r.from))
	for i, f := range r.from {
		out[i] = d.b.folds(r.to[i], f)
	}
	return out
}

// indexed reports whether the key or an index starts with the columns.
func (t *tableDDL) indexed(columns []string, folded []bool) bool {
	n := len(columns)
	starts := func(of []string) bool { return len(of) >= n && slices.Equal(of[:n], columns) }
	return starts(t.key) && !slices.Contains(folded, true) || slices.ContainsFunc(t.indexes, func(i indexDDL) bool {
		return i.where == "" && starts(i.columns) && slices.Equal(i.folded[:n], folded)
	})
}

// unique adds a unique index for columns that are referred to. Empty texts
// refer to nothing but a key, so there may be many.
func (t *tableDDL) unique(r reference, columns []string, folded []bool) {
	index := indexDDL{columns: columns, folded: folded, unique: true}
	for _, f := range r.to {
		if f.Kind == where.KindText && !r.toKey {
			index.where = f.ColumnName()
		}
	}
	if slices.Equal(columns, t.key) && !slices.Contains(folded, true) || slices.ContainsFunc(t.indexes, func(i indexDDL) bool {
		return i.unique && slices.Equal(i.columns, columns) && slices.Equal(i.folded, folded)
	}) {
		return
	}
	t.indexes = append(t.indexes, index)
}

// action is the clause of the foreign key for a reference, "" for none.
func (d *ddl) action(a *association, r reference) string {
	if !r.toKey || len(r.constants) > 0 || !a.Where.IsZero() || d.shared(a, r) {
		return ""
	}
	switch a.Action {
	case contacts.Delete:
		return "CASCADE"
	case contacts.Anonymise, contacts.Detach:
		if r.emptied() {
			return "SET NULL"
		}
	case contacts.HandOver:
		return "NO ACTION"
	case contacts.Restrict:
		return "RESTRICT"
	case contacts.Keep, contacts.ReadOnly:
	}
	return ""
}

// emptied reports whether all fields of the reference are set to NULL.
func (r reference) emptied() bool {
	return !slices.ContainsFunc(r.from, func(f contacts.Field) bool {
		return !slices.ContainsFunc(r.changes, change{field: f}.same)
	})
}

// shared reports whether another association uses a column of the reference.
func (d *ddl) shared(a *association, r reference) bool {
	columns := columnNames(r.from)
	for _, other := range d.b.model.all {
		if other == a || other.Table != a.Table {
			continue
		}
		for _, o := range other.refs {
			if slices.ContainsFunc(columnNames(o.from), func(c string) bool { return slices.Contains(columns, c) }) {
				return true
			}
		}
	}
	return false
}

func columnNames(fields []contacts.Field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.ColumnName()
	}
	return out
}

// parentsFirst orders the tables so that each comes after those that it refers
// to.
func (d *ddl) parentsFirst() []*tableDDL {
	var out []*tableDDL
	waiting := slices.Clone(d.order)
	for len(waiting) > 0 {
		i := slices.IndexFunc(waiting, func(t *tableDDL) bool {
			return !slices.ContainsFunc(t.foreign, func(k foreignKeyDDL) bool {
				return k.parent != t.name && slices.Contains(waiting, d.tables[k.parent])
			})
		})
		i = max(i, 0) // tables that refer to each other have no order
		out, waiting = append(out, waiting[i]), slices.Delete(waiting, i, i+1)
	}
	return out
}

func (d *ddl) statements() ([]string, error) {
	var out []string
	d.order = d.parentsFirst()
	for _, t := range d.order {
		for _, f := range t.columns {
			if err := d.b.unsupported(f); err != nil {
				return nil, err
			}
		}
		out = append(out, d.create(t))
	}
	for _, t := range d.order {
		for _, i := range t.indexes {
			out = append(out, d.b.createIndex(t.name, i.name(t.name), i)...)
		}
	}
	return out, nil
}

func (d *ddl) create(t *tableDDL) string {
	var lines []string
	single := ""
	for _, f := range t.columns {
		line := d.b.quote(f.ColumnName()) + " " + d.b.columnType(f, t.needsIndex(f.ColumnName()))
		inKey := slices.Contains(t.key, f.ColumnName())
		switch {
		case inKey && len(t.key) == 1:
			single = d.b.onlyKey(f)
			line += " " + single
		case inKey || f.Required:
			line += " NOT NULL"
		}
		lines = append(lines, line)
	}
	if len(t.key) > 0 && single == "" {
		lines = append(lines, "PRIMARY KEY "+d.list(t.key))
	}
	for _, k := range t.foreign {
		_, parent := qualified(k.parent)
		lines = append(lines, "FOREIGN KEY "+d.list(k.columns)+" REFERENCES "+
			d.b.quote(parent)+" "+d.list(k.target)+" ON DELETE "+k.action)
	}
	return "CREATE TABLE " + d.b.table(t.name) + " (\n\t" + strings.Join(lines, ",\n\t") + "\n)" + d.b.tableOptions()
}

// name names an index after its table and columns; a hash keeps names of odd
// or long columns apart.
func (i indexDDL) name(table string) string {
	_, table = qualified(table)
	name := table + "_" + strings.Join(i.columns, "_")
	if slices.Contains(i.folded, true) {
		name += "_nocase"
	}
	const longest = 40
	if len(name) > longest {
		h := fnv.New32a()
		_, _ = h.Write([]byte(name))
		name = strings.ToValidUTF8(name[:longest], "") + fmt.Sprintf("_%08x", h.Sum32())
	}
	if i.unique {
		name += "_unique"
	}
	return name
}

// needsIndex reports whether the key, an index or a foreign key has the column.
func (t *tableDDL) needsIndex(column string) bool {
	return slices.Contains(t.key, column) ||
		slices.ContainsFunc(t.indexes, func(i indexDDL) bool { return slices.Contains(i.columns, column) }) ||
		slices.ContainsFunc(t.foreign, func(f foreignKeyDDL) bool { return slices.Contains(f.columns, column) })
}

// qualified divides a table's name.
func qualified(name string) (database, table string) {
	if database, table, ok := strings.Cut(name, "."); ok {
		return database, table
	}
	return "", name
}

func (d *ddl) list(columns []string) string {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = d.b.quote(c)
	}
	return "(" + strings.Join(quoted, ", ") + ")"
}
