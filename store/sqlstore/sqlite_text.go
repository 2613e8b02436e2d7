package sqlstore

import (
	"strings"
	"unicode/utf8"

	"github.com/contactsweep/contactsweep/where"
)

// Searches use instr, substr, ranges and GLOB. SQLite's LIKE is no help: it
// ignores the case of letters, by default, and drivers can replace it.

func (s sqlite) match(c column, n where.Match) term {
	length := int64(utf8.RuneCountInString(n.Text))
	collate := " COLLATE BINARY "
	if n.Fold {
		collate = " COLLATE NOCASE "
	}
	equal := "="
	if n.Negated {
		equal = "<>"
	}
	switch n.Mode {
	case where.StartsWith:
		if n.Negated {
			return all(expr("substr("+c.sql+", 1, ?)"+collate+"<> ?", length, n.Text), s.known(c))
		}
		return all(s.startsWith(c, n), s.known(c))
	case where.EndsWith:
		return all(expr("substr("+c.sql+", ?)"+collate+equal+" ?", -length, n.Text), s.known(c))
	case where.Contains:
		if n.Fold {
			return s.glob(c, "*"+globText(n.Text, true)+"*", n.Negated)
		}
		found := " > 0"
		if n.Negated {
			found = " = 0"
		}
		return all(expr("instr("+c.sql+", ?)"+found, n.Text), s.known(c))
	}
	return failed{errMode}
}

// startsWith is a range, so that an index can be used.
func (s sqlite) startsWith(c column, n where.Match) term {
	sql := s.bytes(c)
	if n.Fold {
		sql = c.sql + " COLLATE NOCASE"
	}
	terms := []term{expr(sql+" >= ?", n.Text)}
	if end, ok := successor(n.Text, n.Fold); ok {
		terms = append(terms, expr(sql+" < ?", end))
	}
	return all(terms...)
}

// successor returns the smallest text behind all that start with the prefix:
// its last character becomes the next one. Texts that are compared in lower
// case have no capitals, so the successor must not be one either.
func successor(prefix string, fold bool) (string, bool) {
	for len(prefix) > 0 {
		last, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		switch last {
		case utf8.MaxRune:
			continue // there is no next one
		case surrogates - 1:
			return prefix + string(afterSurrogates), true
		case 'A' - 1:
			if fold {
				return prefix + string('Z'+1), true
			}
		}
		return prefix + string(last+1), true
	}
	return "", false
}

const (
	surrogates      = rune(0xD800)
	afterSurrogates = rune(0xE000)
)

func (s sqlite) like(c column, n where.Like) term {
	var b strings.Builder
	escaped := false
	for _, r := range n.Pattern {
		switch {
		case escaped:
			b.WriteString(globText(string(r), n.Fold))
			escaped = false
		case r == '\\':
			escaped = true
		case r == '%':
			b.WriteByte('*')
		case r == '_':
			b.WriteByte('?')
		default:
			b.WriteString(globText(string(r), n.Fold))
		}
	}
	return s.glob(c, b.String(), n.Negated)
}

func (s sqlite) glob(c column, pattern string, negated bool) term {
	if len(pattern) > maxGlob {
		return failed{errGlob}
	}
	text, pattern := distinguished(c.sql, pattern)
	op := "? GLOB ?"
	if negated {
		op = "? NOT GLOB ?"
	}
	return all(expr(op, text, pattern), s.known(c))
}

// confused are the characters that GLOB takes for one another.
const confused = "\uFFFD\uFFFE\uFFFF"

// distinguished replaces characters that GLOB confuses, in the text and in the
// pattern, by others that the pattern does not contain. Where these are in the
// text they become yet another one, which only a wildcard matches, as before.
func distinguished(sql, pattern string) (text term, out string) {
	text = expr(sql)
	if !strings.ContainsAny(pattern, confused) {
		return text, pattern
	}
	next := firstPrivate
	unused := func() string {
		for ; strings.ContainsRune(pattern, next); next++ {
		}
		next++
		return string(next - 1)
	}
	other := unused()
	out = pattern
	var from, to []string
	for _, r := range confused {
		if stand := unused(); strings.ContainsRune(pattern, r) {
			text = expr("replace(?, ?, ?)", text, stand, other)
			from, to = append(from, string(r)), append(to, stand)
		}
	}
	for i, r := range from {
		text = expr("replace(?, ?, ?)", text, r, to[i])
		out = strings.ReplaceAll(out, r, to[i])
	}
	return text, out
}

// firstPrivate is the first character that has no meaning of its own.
const firstPrivate = rune(0xE000)

// globText is a pattern that matches the literal text.
func globText(text string, fold bool) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case strings.ContainsRune("*?[", r):
			b.WriteString("[" + string(r) + "]")
		case fold && r >= 'a' && r <= 'z':
			b.WriteString("[" + string(r) + string(r-'a'+'A') + "]")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
