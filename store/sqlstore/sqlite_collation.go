package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"regexp"
	"slices"
	"strings"
)

const rtrim = "RTRIM"

// undefined is a collation of which not even the name was found. It fails a
// statement that would need it.
const undefined = "undefined"

// inspectCollations finds out how columns compare texts. No pragma tells the
// name, so it is read where the column was declared. How it compares is tried
// out as well: a UNION takes its first part's collation to find equal rows, and
// a host can define a collation of any name.
func (s sqlite) inspectCollations(ctx context.Context, q queryer, t *tableInfo, textual []string) error {
	declared := map[string]string{}
	if t.kind == plainTable {
		err := each(ctx, q, func(r *sql.Rows) error {
			var text string
			err := r.Scan(&text)
			declared = sqliteCollations(text)
			return err //nolint:wrapcheck // wrapped by each
		}, `SELECT "m"."sql" FROM `+s.master(t.database)+` AS "m" WHERE "m"."type" = 'table' AND "m"."name" = ?`, t.name)
		if err != nil {
			return err
		}
	}
	var columns, probes []string
	for _, name := range textual {
		if !t.has(name) || slices.Contains(columns, name) {
			continue
		}
		columns = append(columns, name)
		for _, other := range [...]string{"'A'", "'a '"} {
			probes = append(probes, `(SELECT count(*) FROM (SELECT "t".`+s.quote(name)+` FROM `+
				s.quote(t.database)+"."+s.quote(t.name)+` AS "t" WHERE 1 = 0 UNION SELECT 'a' UNION SELECT `+other+`))`)
		}
	}
	if len(probes) == 0 {
		return nil
	}
	counts := make([]int, len(probes))
	targets := make([]any, len(probes))
	for i := range counts {
		targets[i] = &counts[i]
	}
	err := each(ctx, q, func(r *sql.Rows) error { return r.Scan(targets...) }, "SELECT "+strings.Join(probes, ", "))
	for i, name := range columns {
		tried := triedCollation(counts[2*i] == 1, counts[2*i+1] == 1)
		at := slices.IndexFunc(t.columns, func(c columnInfo) bool { return strings.EqualFold(c.name, name) })
		name, ok := declared[strings.ToLower(t.columns[at].name)]
		if !ok {
			name = undefined
		}
		if t.columns[at].collation = tried; t.kind == plainTable && name != tried {
			// What compares otherwise than its name says is none of the engine's.
			t.columns[at].collation, t.columns[at].odd = cmp.Or(name, undefined), true
		}
	}
	return err
}

// triedCollation is the collation by which 'a' equals 'A', or 'a '; "" compares
// bytes.
func triedCollation(caseless, spaceless bool) string {
	switch {
	case caseless && spaceless:
		return undefined
	case caseless:
		return noCase
	case spaceless:
		return rtrim
	}
	return ""
}

// sqliteCollations reads the collations of the columns from the statement that
// created the table, by their names in lower case; "" is the one by bytes.
func sqliteCollations(text string) map[string]string {
	out := map[string]string{}
	for _, definition := range sqliteDefinitions(text) {
		switch strings.ToUpper(definition[0]) {
		case "CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN":
			continue
		}
		collation := ""
		for i, token := range definition[:len(definition)-1] {
			if strings.EqualFold(token, "COLLATE") {
				collation = strings.ToUpper(unquoted(definition[i+1]))
			}
		}
		if collation == binary {
			collation = ""
		}
		out[strings.ToLower(unquoted(definition[0]))] = collation
	}
	return out
}

// sqliteDefinitions are the columns and constraints of a table, without what is
// in brackets.
func sqliteDefinitions(text string) [][]string {
	var out [][]string
	var definition []string
	depth := 0
	for _, token := range sqliteTokens(text) {
		switch {
		case token == "(":
			depth++
			continue
		case token == ")":
			depth--
		case depth == 1 && token != ",":
			definition = append(definition, token)
		}
		if len(definition) > 0 && (depth == 0 || depth == 1 && token == ",") {
			out, definition = append(out, definition), nil
		}
	}
	return out
}

// sqliteTokens divides a statement, without its comments.
func sqliteTokens(text string) []string {
	return slices.DeleteFunc(regexp.MustCompile(sqliteLexeme).FindAllString(text, -1), func(t string) bool {
		return strings.HasPrefix(t, "--") || strings.HasPrefix(t, "/*")
	})
}
