package sqlstore

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// builder makes the terms of one statement. What cannot be rendered becomes a
// failed term, so that render reports it before anything is executed.
type builder struct {
	engine
	model   *model
	tables  tableSet
	at      time.Time // for which relative times in the schema are frozen
	aliases int
	changes bool // the statement changes rows
	few     bool // the statement is about a list of contacts
	// unserved says that associated rows are asked for without an index for it.
	unserved bool
}

// level is a table in a statement, under its alias.
type level struct {
	rows  *rowSet
	alias string // quoted
	info  tableInfo
	hint  string // stands behind the alias
}

// level enters a table; every use of a table has an alias of its own.
func (b *builder) level(rows *rowSet) level {
	name := "c"
	if b.aliases > 0 {
		name = "r" + strconv.Itoa(b.aliases)
	}
	b.aliases++
	return level{rows: rows, alias: b.quote(name), info: b.tables[rows.table]}
}

// source is the table as it stands in FROM.
func (b *builder) source(l level) string { return b.table(l.rows.table) + " AS " + l.alias + l.hint }

// change enters a table whose rows the statement changes.
func (b *builder) change(rows *rowSet) level {
	b.changes = true
	l := b.level(rows)
	if b.unnamed() && l.info.name != "" {
		l.alias = b.quote(l.info.name)
	}
	return l
}

// delete deletes the rows of a level that change has entered.
func (b *builder) delete(l level, where term) term {
	return deleteRows(b.target(b.table(l.rows.table), l.alias)+l.hint, where)
}

// update sets columns in the rows of a level that change has entered.
func (b *builder) update(l level, set []assignment, where term) term {
	return updateRows(b.changed(b.table(l.rows.table), l.alias)+l.hint, set, where)
}

// table quotes a table's name, with the database in which it was found: a
// temporary table, or a name of this package's own, must not hide it.
func (b *builder) table(name string) string {
	if t := b.tables[name]; t.database != "" {
		return b.quote(t.database) + "." + b.quote(t.name)
	}
	parts := strings.Split(name, ".")
	for i, p := range parts {
		parts[i] = b.quote(p)
	}
	return strings.Join(parts, ".")
}

// column is always qualified by the alias: SQLite takes a misspelt name in
// double quotes for a text when it stands alone.
func (b *builder) column(l level, f contacts.Field) column {
	return column{field: f, sql: l.alias + "." + b.quote(f.ColumnName()), info: l.info.column(f.ColumnName())}
}

func (b *builder) columns(l level, fields []contacts.Field) []column {
	out := make([]column, len(fields))
	for i, f := range fields {
		out[i] = b.column(l, f)
	}
	return out
}

func sqlOf(columns []column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.sql
	}
	return out
}

// predicate is nil when the predicate matches everything.
func (b *builder) predicate(p where.Predicate, l level) term {
	if k, ok := p.Root().(where.Constant); ok && k.True {
		return nil
	}
	return b.node(p.Root(), l)
}

// node is true exactly when the node is. A predicate has its negations in the
// leaves, so that unknown and false need not be told apart above them.
func (b *builder) node(n where.Node, l level) term {
	switch n := n.(type) {
	case where.And:
		return all(b.nodes(n.Terms, l)...)
	case where.Or:
		return anyOf(b.nodes(n.Terms, l)...)
	case where.Constant:
		if n.True {
			return failed{errAlwaysTrue}
		}
		return expr("1 = 0")
	case where.Exists:
		return b.exists(n, l)
	case where.Count:
		return b.count(n, l)
	default:
		return b.leaf(n, l)
	}
}

func (b *builder) nodes(nodes []where.Node, l level) []term {
	out := make([]term, len(nodes))
	for i, n := range nodes {
		out[i] = b.node(n, l)
	}
	return out
}

func (b *builder) leaf(n where.Node, l level) term {
	switch n := n.(type) {
	case where.Compare:
		return b.on(l, n.Field, func(c column) term { return b.compare(c, n) })
	case where.In:
		return b.on(l, n.Field, func(c column) term { return b.in(c, n) })
	case where.Match:
		return b.on(l, n.Field, func(c column) term { return b.match(c, n) })
	case where.Like:
		return b.on(l, n.Field, func(c column) term { return b.like(c, n) })
	case where.Null:
		return b.on(l, n.Field, func(c column) term {
			if n.Negated {
				return b.known(c)
			}
			return b.null(c)
		})
	case where.Known:
		return b.on(l, n.Field, func(c column) term {
			if n.Negated {
				return expr("(?) IS NOT TRUE", b.known(c))
			}
			return b.known(c)
		})
	default:
		return failed{fmt.Errorf("sqlstore: unknown node %T", n)}
	}
}

// on applies a test to a field that the schema has and the engine can compare.
func (b *builder) on(l level, name string, test func(column) term) term {
	f, err := l.rows.field(name)
	if err == nil {
		err = b.unsupported(f)
	}
	if err != nil {
		return failed{err}
	}
	return test(b.column(l, f))
}
