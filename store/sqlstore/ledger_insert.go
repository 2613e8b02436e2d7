package sqlstore

import (
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
)

// insertion adds rows to a table of the ledger.
type insertion struct {
	table   string
	columns []string // those of the key come first, and are not among them
	rows    [][]any  // with the key's values first
	suffix  string   // what happens to rows that are there
}

// Rows are added in several statements where there are too many for one, or too
// large ones: servers refuse statements beyond a size.
const (
	mostRows  = 1000
	mostBytes = 1 << 20
)

// insert adds the rows in as few statements as is reasonable.
func (l *ledger) insert(t *tx, in insertion) error {
	most := min(mostRows, l.maxArgs()/(len(in.columns)+len(l.model.contacts.key)))
	for start := 0; start < len(in.rows); {
		end, size := start, 0
		for end < len(in.rows) && end-start < most && (end == start || size < mostBytes) {
			size += sizeOf(in.rows[end])
			end++
		}
		if _, err := t.exec("", l.insertion(in, in.rows[start:end])); err != nil {
			return err
		}
		start = end
	}
	return nil
}

func sizeOf(row []any) int {
	n := 0
	for _, x := range row {
		switch x := x.(type) {
		case string:
			n += len(x)
		case []byte:
			n += len(x)
		default:
			n += 8
		}
	}
	return n
}

func (l *ledger) insertion(in insertion, rows [][]any) term {
	var names []string
	var types []string
	var key []contacts.Field
	if rows := l.keyed[in.table]; rows != nil {
		key = rows.key
	}
	for _, f := range key {
		names, types = append(names, l.quote(f.ColumnName())), append(types, pgType(column{field: f}))
	}
	for _, c := range in.columns {
		name, kind, _ := strings.Cut(c, " ")
		names, types = append(names, l.quote(name)), append(types, map[string]string{"int": pgBigint, "text": pgText, "bytes": pgBytea}[kind])
	}
	head := "INSERT INTO " + l.table(in.table) + " (" + strings.Join(names, ", ") + ") "
	suffix := l.write(in.suffix)
	if l.dialect() == PostgreSQL {
		return l.unnested(head, types, rows, suffix)
	}
	marks := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(names)), ", ") + ")"
	args := make([]any, 0, len(rows)*len(names))
	for _, row := range rows {
		args = append(args, row...)
	}
	return expr(head+"VALUES "+strings.TrimSuffix(strings.Repeat(marks+", ", len(rows)), ", ")+suffix, args...)
}

// unnested has a list for each column, so that the statement's text is the same
// for any number of rows.
func (l *ledger) unnested(head string, types []string, rows [][]any, suffix string) term {
	lists, args := make([]string, len(types)), make([]any, len(types))
	for i, t := range types {
		values := make([]any, len(rows))
		for n, row := range rows {
			values[n] = row[i]
		}
		lists[i], args[i] = "?::text::"+t+"[]", pgArray(values)
	}
	all := selection{columns: []term{expr("*")}, from: expr("unnest("+strings.Join(lists, ", ")+")", args...)}
	return expr(head+"?"+suffix, all.term())
}

// onConflict replaces columns of rows that are there already: what is [x] of
// the row itself is "old.x", and of the new one "new.x".
func (l *ledger) onConflict(table, target, set string) string {
	if l.dialect() == MySQL {
		return l.write(" ON DUPLICATE KEY UPDATE " + l.sides(set, table, "VALUES([%s])"))
	}
	return l.write(" ON CONFLICT (" + target + ") DO UPDATE SET " + l.sides(set, table, "excluded.[%s]"))
}

func (l *ledger) sides(set, table, incoming string) string {
	words := strings.Fields(set)
	for i, w := range words {
		end := strings.TrimRight(w, ",)")
		rest := w[len(end):]
		switch {
		case strings.HasPrefix(end, "new."):
			words[i] = strings.Replace(incoming, "%s", end[4:], 1) + rest
		case strings.HasPrefix(end, "old."):
			own := l.quote(table) // as it is called there
			if t := l.tables[table]; t.name != "" {
				own = l.quote(t.name)
			}
			words[i] = own + ".[" + end[4:] + "]" + rest
		}
	}
	return strings.Join(words, " ")
}
