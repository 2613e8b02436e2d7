package sqlstore

import (
	"slices"
	"strings"
)

// sqliteLexeme is a comment, a name or text in quotes, a word, or a sign.
const sqliteLexeme = "(?s)--[^\n]*|/\\*.*?\\*/|\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`|\\[[^\\]]*\\]|'(?:[^']|'')*'|[A-Za-z_\\x{80}-\\x{10FFFF}][\\w$\\x{80}-\\x{10FFFF}]*|<>|!=|\\S"

// sqliteOmission reads the condition of a partial index from its text, the
// only place where SQLite tells it. It knows just two: that one of the index's
// columns is not NULL, and that it is not the empty text. Every other one
// leaves out some rows.
func sqliteOmission(text string, columns []string) omission {
	tokens := sqliteTokens(text)
	at := slices.IndexFunc(tokens, func(t string) bool { return strings.EqualFold(t, "WHERE") })
	const atLeast = 2 // WHERE and the column
	if at < 0 || len(tokens) < at+atLeast {
		return omitsSome
	}
	column := unquoted(tokens[at+1])
	if !slices.ContainsFunc(columns, func(c string) bool { return strings.EqualFold(c, column) }) {
		return omitsSome
	}
	switch test := strings.ToUpper(strings.Join(tokens[at+atLeast:], " ")); test {
	case "<> ''", "!= ''":
		return omitsEmpty
	case "IS NOT NULL", "NOTNULL", "NOT NULL":
		return omitsNull
	}
	return omitsSome
}

// unquoted is the name that a token stands for.
func unquoted(token string) string {
	switch quote := token[:1]; quote {
	case `"`, "`", "'":
		return strings.ReplaceAll(token[1:len(token)-1], quote+quote, quote)
	case "[":
		return token[1 : len(token)-1]
	}
	return token
}
