package sqlstore

import (
	"errors"
	"fmt"
	"strings"

	sq "github.com/Masterminds/squirrel"
)

// squirrel widens or drops conditions when it is used freely: an empty And or
// Eq matches everything, terms join without brackets, a Delete without Where
// deletes all. So this file is the only one that calls its builders, and
// everything else goes through expr, all, anyOf, selection, deleteRows and
// updateRows, which cannot express any of that.

// term is a part of a statement with its arguments, always with question
// marks as placeholders. squirrel's own types are no terms.
type term interface {
	sq.Sqlizer

	ours()
}

// fragment is a term that squirrel renders.
type fragment struct{ sq.Sqlizer }

func (fragment) ours() {}
func (failed) ours()   {}
func (group) ours()    {}
func (changing) ours() {}

var (
	errNoTerms   = errors.New("sqlstore: a group without terms")
	errNoWhere   = errors.New("sqlstore: a statement that changes rows without a condition")
	errArguments = errors.New("sqlstore: placeholders and arguments do not agree")
)

// failed is a term that cannot be rendered.
type failed struct{ err error }

// ToSql returns the error.
func (f failed) ToSql() (string, []any, error) { return "", nil, f.err }

// expr is SQL of our own making with its arguments; arguments that are terms
// are put in place of their question mark. It must not contain a question mark
// that is not a placeholder.
func expr(sql string, args ...any) term {
	if sql == "" || strings.Count(sql, "?") != len(args) {
		return failed{fmt.Errorf("%w: %d arguments", errArguments, len(args))}
	}
	return fragment{sq.Expr(sql, args...)}
}

// all is true when all terms are; nil terms are left out, and without any term
// the statement fails.
func all(terms ...term) term { return join(" AND ", terms) }

// anyOf is true when one term is.
func anyOf(terms ...term) term { return join(" OR ", terms) }

func join(by string, terms []term) term {
	out := group{by: by}
	for _, t := range terms {
		if t != nil {
			out.terms = append(out.terms, t)
		}
	}
	if len(out.terms) == 1 {
		return out.terms[0]
	}
	return out
}

// group is several terms, each in brackets.
type group struct {
	by    string
	terms []term
}

// ToSql renders the terms in their order.
func (g group) ToSql() (string, []any, error) {
	if len(g.terms) == 0 {
		return "", nil, errNoTerms
	}
	var b strings.Builder
	var args []any
	for i, t := range g.terms {
		sql, a, err := t.ToSql()
		if err != nil {
			return "", nil, fmt.Errorf("%w", err)
		}
		if sql == "" {
			return "", nil, errNoTerms
		}
		if i > 0 {
			b.WriteString(g.by)
		}
		b.WriteString("(" + sql + ")")
		args = append(args, a...)
	}
	return b.String(), args, nil
}

// selection is the parts of a SELECT.
type selection struct {
	with    term // rendered before SELECT
	columns []term
	from    term
	where   term // nil: all rows
	order   []string
	limit   int64 // 0: none
	offset  int64
	lock    bool // the rows, until the end of the transaction

	distinct bool
	suffix   string
}

func (s selection) term() term {
	if len(s.columns) == 0 {
		return failed{errNoTerms}
	}
	q := sq.Select() //nolint:unqueryvet // its columns follow
	if s.with != nil {
		q = q.PrefixExpr(s.with)
	}
	if s.distinct {
		q = q.Distinct()
	}
	for _, c := range s.columns {
		q = q.Column(c)
	}
	if s.from != nil {
		q = q.JoinClause(expr("FROM ?", s.from)) // From takes no arguments
	}
	if s.where != nil {
		q = q.Where(s.where)
	}
	if len(s.order) > 0 {
		q = q.OrderBy(s.order...)
	}
	if s.limit > 0 {
		q = q.Suffix("LIMIT ?", s.limit)
	}
	if s.offset > 0 {
		q = q.Suffix("OFFSET ?", s.offset)
	}
	if s.lock {
		q = q.Suffix("FOR UPDATE")
	}
	if s.suffix != "" {
		q = q.Suffix(s.suffix)
	}
	return fragment{q}
}

// deleteRows deletes the rows of the target that fulfil the condition, which is
// required.
func deleteRows(target string, where term) term {
	if where == nil {
		return failed{errNoWhere}
	}
	return changing{sq.Delete(target).Where(where)}
}

// assignment sets a column.
type assignment struct {
	column string
	value  term
}

// updateRows changes the rows of a table that fulfil the condition, which is
// required.
func updateRows(table string, set []assignment, where term) term {
	if where == nil || len(set) == 0 {
		return failed{errNoWhere}
	}
	q := sq.Update(table)
	for _, a := range set {
		q = q.Set(a.column, a.value)
	}
	return changing{q.Where(where)}
}

// changing makes sure that a statement that changes rows has a condition.
type changing struct{ statement sq.Sqlizer }

// ToSql renders the statement, or fails when it has no condition.
func (c changing) ToSql() (string, []any, error) {
	sql, args, err := c.statement.ToSql()
	if err != nil {
		return "", nil, fmt.Errorf("%w", err)
	}
	if _, where, found := strings.Cut(sql, " WHERE "); !found || strings.TrimSpace(where) == "" {
		return "", nil, errNoWhere
	}
	return sql, args, nil
}

// statement is ready for the driver.
type statement struct {
	sql  string
	args []any
}

// render makes a statement of the outermost term. This is the only place where
// question marks become the engine's placeholders.
func render(e syntax, t term) (statement, error) {
	sql, args, err := t.ToSql()
	if err != nil {
		return statement{}, fmt.Errorf("%w", err)
	}
	if strings.Count(sql, "?") != len(args) {
		return statement{}, fmt.Errorf("%w: %d arguments", errArguments, len(args))
	}
	if len(args) > e.maxArgs() {
		return statement{}, fmt.Errorf("sqlstore: the condition needs %d parameters, more than the %d of one statement", len(args), e.maxArgs())
	}
	for _, a := range args {
		if _, ok := a.(term); ok {
			return statement{}, fmt.Errorf("%w: a term is left over", errArguments)
		}
	}
	if sql, err = e.placeholders().ReplacePlaceholders(sql); err != nil {
		return statement{}, fmt.Errorf("sqlstore: placeholders: %w", err)
	}
	return statement{sql, args}, nil
}
