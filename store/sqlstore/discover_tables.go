package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/contactsweep/contactsweep/contacts"
)

// discovery is one call of Discover.
type discovery struct {
	engine
	discoverer

	q       queryer
	options discoverOptions

	root      *found
	tables    []*found // in the order in which they were reached
	edges     []*edge  // likewise; those of rows above come first
	keys      []foreignKey
	databases []string // whose foreign keys are known
	qualify   bool     // all tables, not only those of other databases
	notes     []Note
}

// found is a table that was reached.
type found struct {
	name   string // as the schema names it
	info   tableInfo
	fields []contacts.Field // one for each column that can be mapped
	key    []string         // names of fields
	below  []*edge          // to tables that refer to it
	state  visit
}

type visit uint8

const (
	unvisited visit = iota
	entered
	left
)

// edge is a foreign key between two tables that were reached.
type edge struct {
	key           foreignKey
	parent, child *found
	target        []string // the columns of the parent
	action        contacts.Action
	setNull       []string // empty: all
	dropped       bool
}

func (d *discovery) note(t *found, columns, text string) {
	d.remark(Note{Table: t.name, Column: columns, Text: text})
}

// remark joins notes of one text on a table.
func (d *discovery) remark(n Note) {
	i := slices.IndexFunc(d.notes, func(o Note) bool { return o.Table == n.Table && o.Text == n.Text })
	if i < 0 {
		d.notes = append(d.notes, n)
	} else if old := &d.notes[i]; n.Column != "" && !slices.Contains(strings.Split(old.Column, ", "), n.Column) {
		old.Column += ", " + n.Column
	}
}

func (d *discovery) propose(ctx context.Context, table string) (Proposal, error) {
	t, err := d.inspectOne(ctx, table)
	switch {
	case err != nil:
		return Proposal{}, err
	case t.kind == missing:
		return Proposal{}, refuse("there is no table %q", table)
	case t.kind == view:
		return Proposal{}, refuse("%q is a view; name the table that holds the contacts", table)
	}
	d.root = &found{name: table, info: t}
	d.qualify = strings.Contains(table, ".")
	d.tables = []*found{d.root}
	if err := d.visit(ctx, d.root); err != nil {
		return Proposal{}, err
	}
	if err := d.unused(); err != nil {
		return Proposal{}, err
	}
	d.nameTables()
	for _, f := range d.tables {
		if err := d.describe(ctx, f); err != nil {
			return Proposal{}, err
		}
	}
	if err := d.contactKey(); err != nil {
		return Proposal{}, err
	}
	for _, e := range d.edges {
		d.agree(e)
	}
	for _, e := range d.edges {
		d.detachable(e)
	}
	schema, err := d.settle()
	if err != nil {
		return Proposal{}, err
	}
	d.cascadable(schema)
	d.sortNotes()
	return Proposal{Schema: schema, Notes: d.notes}, nil
}

// sortNotes brings those on a table together, in the order of the tables.
func (d *discovery) sortNotes() {
	place := func(n Note) int {
		return slices.IndexFunc(d.tables, func(f *found) bool { return f.name == n.Table })
	}
	slices.SortStableFunc(d.notes, func(a, b Note) int { return cmp.Compare(place(a), place(b)) })
}

func refuse(format string, args ...any) error {
	return refusal{fmt.Sprintf(format, args...)}
}

func (d *discovery) inspectOne(ctx context.Context, name string) (tableInfo, error) {
	if !nameable(name) || strings.Count(name, ".") > 1 {
		return tableInfo{}, refuse("a table name that schemas cannot have: %q", name)
	}
	set, err := d.inspect(ctx, d.q, []string{name}, map[string]string{}, map[string][]string{name: nil})
	return set[name], err //nolint:wrapcheck // by Discover
}

// nameable reports whether a schema can have the name.
func nameable(name string) bool {
	const longest = 128
	return name != "" && len(name) <= longest && utf8.ValidString(name) &&
		!strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == '?' })
}

// visit reaches the tables that refer to the table, and follows those whose
// rows are deleted. A table whose rows are deleted is never reached again from
// below itself, so that rows are found from above to below.
func (d *discovery) visit(ctx context.Context, parent *found) error {
	parent.state = entered
	defer func() { parent.state = left }()
	keys, err := d.referring(ctx, parent)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := d.enter(ctx, parent, k); err != nil {
			return err
		}
	}
	d.harmonise(parent)
	for _, e := range parent.below {
		if e.action == contacts.Delete && e.child.state == unvisited {
			if err := d.visit(ctx, e.child); err != nil {
				return err
			}
		}
		if e.action == contacts.Delete && e.child.state == entered {
			d.restrictCycle(e)
		}
	}
	return nil
}

// enter adds the foreign key to those of the rows below.
func (d *discovery) enter(ctx context.Context, parent *found, k foreignKey) error {
	child, err := d.reach(ctx, k)
	if err != nil || child == nil {
		return err
	}
	e := &edge{key: k, parent: parent, child: child, target: slices.Clone(k.target)}
	if len(e.target) == 0 {
		e.target = primaryKey(parent.info)
	}
	for i, c := range e.target { // as it was written in the foreign key
		e.target[i] = cmp.Or(parent.info.column(c).name, c)
	}
	d.decide(e)
	parent.below, d.edges = append(parent.below, e), append(d.edges, e)
	return nil
}

// referring are the foreign keys to the table, in an order that depends on
// names only.
func (d *discovery) referring(ctx context.Context, parent *found) ([]foreignKey, error) {
	if !slices.Contains(d.databases, parent.info.database) {
		more, err := d.foreignKeys(ctx, d.q, tableSet{parent.name: parent.info})
		if err != nil {
			return nil, err //nolint:wrapcheck // by Discover
		}
		d.keys, d.databases = append(d.keys, more...), append(d.databases, parent.info.database)
	}
	var out []foreignKey
	for _, k := range d.keys {
		if k.parentDatabase == parent.info.database && d.sameName(parent.info.name, k.parent) {
			out = append(out, k)
		}
	}
	slices.SortStableFunc(out, func(a, b foreignKey) int {
		return cmp.Or(cmp.Compare(a.database, b.database), cmp.Compare(a.table, b.table), slices.Compare(a.columns, b.columns),
			slices.Compare(a.target, b.target), cmp.Compare(a.onDelete, b.onDelete))
	})
	return out, nil
}

// sameName compares the name of a table with another one. SQLite keeps the name
// in a foreign key as it was written.
func (d *discovery) sameName(table, name string) bool {
	_, folds := d.engine.(sqlite)
	return table == name || folds && strings.EqualFold(table, name)
}

// reach returns the table that the foreign key belongs to, nil with a note
// where no schema can have it.
func (d *discovery) reach(ctx context.Context, k foreignKey) (*found, error) {
	for _, f := range d.tables {
		if f.info.database == k.database && f.info.name == k.table {
			return f, nil
		}
	}
	qualifiedName := k.database + "." + k.table
	if strings.Count(qualifiedName, ".") > 1 || !nameable(qualifiedName) {
		d.remark(Note{qualifiedName, strings.Join(k.columns, ","), "its name cannot be in a schema; its rows are not treated"})
		return nil, nil //nolint:nilnil // there is none
	}
	info, err := d.inspectOne(ctx, qualifiedName)
	if err == nil && info.kind == missing {
		d.remark(Note{qualifiedName, strings.Join(k.columns, ","), "the user may not see it; its rows are not treated"})
	}
	if err != nil || info.kind == missing {
		return nil, err
	}
	f := &found{name: qualifiedName, info: info}
	if k.database == d.root.info.database {
		plain, err := d.inspectOne(ctx, k.table)
		if err != nil {
			return nil, err
		}
		if plain.database == info.database && plain.name == info.name {
			f.name = info.name
		}
	}
	d.tables = append(d.tables, f)
	return f, nil
}

// nameTables qualifies the names of all tables when two databases have tables
// of one name, or when the host has done so.
func (d *discovery) nameTables() {
	for i, f := range d.tables {
		for _, g := range d.tables[:i] {
			d.qualify = d.qualify || strings.EqualFold(f.info.name, g.info.name) && f.info.database != g.info.database
		}
	}
	if !d.qualify {
		return
	}
	renamed := map[string]string{}
	for _, f := range d.tables {
		if f != d.root || !strings.Contains(f.name, ".") {
			name := f.info.database + "." + f.info.name
			renamed[f.name], f.name = name, name
		}
	}
	for i, n := range d.notes {
		if name, ok := renamed[n.Table]; ok {
			d.notes[i].Table = name
		}
	}
}

func primaryKey(t tableInfo) []string {
	var parts []columnInfo
	for _, c := range t.columns {
		if c.keyPart > 0 {
			parts = append(parts, c)
		}
	}
	slices.SortFunc(parts, func(a, b columnInfo) int { return cmp.Compare(a.keyPart, b.keyPart) })
	out := make([]string, len(parts))
	for i, c := range parts {
		out[i] = c.name
	}
	return out
}
