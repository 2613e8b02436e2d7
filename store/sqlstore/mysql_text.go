package sqlstore

import (
	"regexp"
	"strings"

	"github.com/contactsweep/contactsweep/where"
)

// Texts are compared twice: as the column compares them, so that an index
// serves, and byte by byte in UTF-8, which is exact. Even a binary collation
// is not: most of them ignore trailing spaces.

// text is the column, without the spaces that pad it.
func (mysql) text(c column) string {
	if padded(c.info) {
		return "TRIM(TRAILING ' ' FROM " + c.sql + ")"
	}
	return c.sql
}

// bytes is a text in UTF-8, byte by byte.
func (m mysql) bytes(c column) string {
	switch {
	case c.info.collation == "":
		return c.sql // compares by bytes itself
	case strings.HasPrefix(c.info.charset, "utf8"):
		return "CAST(" + m.text(c) + " AS BINARY)"
	}
	return "CAST(CONVERT(" + m.text(c) + " USING utf8mb4) AS BINARY)"
}

// raw are the bytes in any case, for functions that count or search.
func (m mysql) raw(c column) string {
	if c.info.collation == "" {
		return "CAST(" + c.sql + " AS BINARY)"
	}
	return m.bytes(c)
}

// bytesMark is the placeholder of a text that is compared with bytes.
func (mysql) bytesMark(c column) string {
	if c.info.collation == "" {
		return "?"
	}
	return "CAST(? AS BINARY)"
}

// characters is a text as LIKE and REGEXP compare it, character by character.
func (m mysql) characters(c column, fold bool) string {
	switch {
	case fold:
		return "CONVERT(" + m.fold(c) + " USING utf8mb4) COLLATE utf8mb4_bin"
	case c.info.collation == "":
		return c.sql
	}
	return "CONVERT(" + m.text(c) + " USING utf8mb4) COLLATE utf8mb4_bin"
}

// fold is a text with its ASCII letters in lower case. No function does that
// in any version: LOWER knows more letters. In UTF-8 a byte of an ASCII letter
// is always that letter.
func (m mysql) fold(c column) string {
	sql := m.raw(c)
	for letter := 'A'; letter <= 'Z'; letter++ {
		sql = "REPLACE(" + sql + ", '" + string(letter) + "', '" + string(letter-'A'+'a') + "')"
	}
	return sql
}

// caseless are collations in which ASCII letters are equal without their case
// wherever they stand. In others letters may form pairs with a weight of their
// own.
const caseless = `^(utf8|utf8mb3|utf8mb4)_(general|unicode|unicode_520|0900_ai|0900_as|uca1400_ai|uca1400_as|uca1400_nopad_ai|uca1400_nopad_as)(_nopad)?_ci$|^latin1_(swedish|general)(_nopad)?_ci$`

// hints reports whether a test by the column's own collation is true for all
// rows that are wanted.
func (mysql) hints(c column, fold bool) bool {
	if !fold {
		return c.info.collation != ""
	}
	return regexp.MustCompile(caseless).MatchString(c.info.collate)
}

// mark is the placeholder of a text that is compared with the column itself.
func (mysql) textMark(c columnInfo) string {
	if c.charset == utf8mb4 {
		return "?"
	}
	return "CONVERT(? USING " + c.charset + ") COLLATE " + c.collate
}

func (m mysql) compareText(c column, n where.Compare) term {
	x, at, err := mysqlOperand(c, n.Value)
	if err != nil {
		return failed{err}
	}
	op, sense := adapt(n.Op, at)
	if sense != asked {
		return m.unasked(c, sense)
	}
	exact := mysqlCompares(m.bytes(c), op, m.bytesMark(c), x)
	if n.Fold {
		exact = expr(m.fold(c)+" "+op.String()+" CAST(? AS BINARY)", x)
	}
	if op == where.Equal && m.hints(c, n.Fold) {
		exact = all(mysqlIs(c.sql, m.textMark(c.info), x), exact)
	}
	return all(exact, m.known(c))
}

func (m mysql) match(c column, n where.Match) term {
	if !m.fits(c.field, c.info) {
		return expr("1 = 0")
	}
	bytes, equal := m.raw(c), " = "
	if n.Fold {
		bytes = m.fold(c)
	}
	if n.Negated {
		equal = " <> "
	}
	switch n.Mode {
	case where.StartsWith:
		test := expr("LEFT("+bytes+", ?)"+equal+"CAST(? AS BINARY)", int64(len(n.Text)), n.Text)
		if !n.Negated && (m.hints(c, n.Fold) || !n.Fold) {
			test = all(expr(c.sql+" LIKE "+m.textMark(c.info)+" ESCAPE '|'", mysqlPattern(n.Text)+"%"), test)
		}
		return all(test, m.known(c))
	case where.EndsWith:
		return all(expr("RIGHT("+bytes+", ?)"+equal+"CAST(? AS BINARY)", int64(len(n.Text)), n.Text), m.known(c))
	case where.Contains:
		found := " > 0"
		if n.Negated {
			found = " = 0"
		}
		return all(expr("LOCATE(CAST(? AS BINARY), "+bytes+")"+found, n.Text), m.known(c))
	}
	return failed{errMode}
}

// mysqlPattern is a pattern of LIKE that matches the literal text. Its escape
// is no backslash, which is one in some SQL modes and not in others.
func mysqlPattern(text string) string {
	return strings.NewReplacer("|", "||", "%", "|%", "_", "|_").Replace(text)
}

func (m mysql) like(c column, n where.Like) term {
	if !m.fits(c.field, c.info) {
		return expr("1 = 0")
	}
	var b strings.Builder
	escaped := false
	for _, r := range n.Pattern {
		switch {
		case escaped:
			b.WriteString(mysqlPattern(string(r)))
			escaped = false
		case r == '\\':
			escaped = true
		case r == '%', r == '_':
			b.WriteRune(r)
		default:
			b.WriteString(mysqlPattern(string(r)))
		}
	}
	op := " LIKE ? ESCAPE '|'"
	if n.Negated {
		op = " NOT" + op
	}
	return all(expr(m.characters(c, n.Fold)+op, b.String()), m.known(c))
}
