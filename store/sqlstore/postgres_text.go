package sqlstore

import (
	"strings"
	"unicode/utf8"

	"github.com/contactsweep/contactsweep/where"
)

// match looks for literal texts. They are compared by code points, folded on
// both sides where the field is case-insensitive.
func (s postgres) match(c column, n where.Match) term {
	if !pgFits(c) {
		return expr("1 = 0")
	}
	sql := pgBytes(c)
	if n.Fold {
		sql = pgFold(c)
	}
	equal, found := "=", " > 0"
	if n.Negated {
		equal, found = "<>", " = 0"
	}
	length := int64(utf8.RuneCountInString(n.Text))
	switch n.Mode {
	case where.StartsWith:
		if n.Negated {
			return expr("left("+sql+", ?::integer) <> ?::text", length, n.Text)
		}
		return s.startsWith(c, n, sql)
	case where.EndsWith:
		return expr("right("+sql+", ?::integer) "+equal+" ?::text", length, n.Text)
	case where.Contains:
		return expr("strpos("+sql+", ?::text)"+found, n.Text)
	}
	return failed{errMode}
}

// startsWith uses LIKE, which an index in the collation C, or one with
// text_pattern_ops, can serve.
func (s postgres) startsWith(c column, n where.Match, sql string) term {
	if !n.Fold && c.info.collation == "" && (pgType(c) == pgText || pgType(c) == pgVarchar) {
		sql = c.sql
	}
	return expr(sql+" LIKE ?::text", likeText(n.Text)+"%")
}

func (s postgres) like(c column, n where.Like) term {
	if !pgFits(c) {
		return expr("1 = 0")
	}
	sql, op := pgBytes(c), " LIKE "
	if n.Fold {
		sql = pgFold(c)
	}
	if n.Negated {
		op = " NOT LIKE "
	}
	return expr(sql+op+"?::text", likePattern(n.Pattern))
}

// likeText is a pattern that matches the literal text.
func likeText(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}

// likePattern writes a pattern so that nothing in it is left to the engine: a
// backslash stands only before what it makes literal.
func likePattern(pattern string) string {
	var b strings.Builder
	escaped := false
	for _, r := range pattern {
		switch {
		case escaped:
			b.WriteString(likeText(string(r)))
			escaped = false
		case r == '\\':
			escaped = true
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
