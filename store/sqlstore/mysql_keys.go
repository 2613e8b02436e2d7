package sqlstore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
)

// mysqlKeys are the keys' values as parameters, and the placeholders of one
// key: as its columns compare themselves, and byte by byte.
type mysqlKeys struct {
	rows         [][]any
	plain, exact []string
}

// appended is the primary key: InnoDB has it in every index.
func (mysql) appended(t tableInfo) []string { return t.key() }

func (m mysql) bind(columns []column, keys []contacts.Key) (boundKeys, error) {
	out := mysqlKeys{plain: make([]string, len(columns)), exact: make([]string, len(columns))}
	for _, k := range keys {
		row, err := m.keyRow(columns, k)
		if err != nil {
			return nil, err
		}
		if row != nil {
			out.rows = append(out.rows, row)
		}
	}
	for i, c := range columns {
		var sample any
		if len(out.rows) > 0 {
			sample = out.rows[0][i]
		}
		out.plain[i] = m.mark(c, sample)
		if out.exact[i] = out.plain[i]; m.exactly(c) != "" {
			out.exact[i] = "CAST(? AS BINARY)"
		}
	}
	return out, nil
}

// keyRow returns the key's values as they are stored, nil where one of them
// cannot be.
func (m mysql) keyRow(columns []column, k contacts.Key) ([]any, error) {
	values := k.Values()
	if len(values) != len(columns) {
		return nil, fmt.Errorf("sqlstore: a key of %d values for %d columns", len(values), len(columns))
	}
	out := make([]any, len(values))
	for i, v := range values {
		x, at, err := mysqlOperand(columns[i], v)
		if err != nil {
			return nil, err
		}
		if at != exact || !m.fits(columns[i].field, columns[i].info) {
			return nil, nil
		}
		out[i] = x
	}
	return out, nil
}

// isOneOf lists parameters, which every version reads by ranges of the key's
// index.
func (mysql) isOneOf(columns []string, exactly bool, keys boundKeys) term {
	k, ok := keys.(mysqlKeys)
	switch {
	case !ok:
		return failed{errNoKeys}
	case len(k.rows) == 0:
		return expr("1 = 0")
	}
	marks := k.plain
	if exactly {
		marks = k.exact
	}
	args := make([]any, 0, len(k.rows)*len(columns))
	for _, row := range k.rows {
		args = append(args, row...)
	}
	if len(k.rows) > 1 {
		return anyOf(mysqlLists(tuple(columns), slices.Repeat([]string{tuple(marks)}, len(k.rows)), len(columns), args)...)
	}
	one := make([]term, len(columns))
	for i, c := range columns {
		one[i] = mysqlIs(c, marks[i], args[i])
	}
	return all(one...)
}

// longestList is how many values a list has. MariaDB makes a table of its own
// of one that has 1000, or what in_predicate_conversion_threshold says, and
// then reads the whole table that is compared with it.
const longestList = 500

// mysqlLists divides the rows of a list, whose values come one row after the
// other, into lists. None has a single row, see mysqlIs.
func mysqlLists(sql string, marks []string, width int, args []any) []term {
	most := max(longestList/width, 2)
	var lists []term
	for len(marks) > 0 {
		n := min(most, len(marks))
		if len(marks) == n+1 {
			n--
		}
		lists = append(lists, expr(sql+" IN ("+strings.Join(marks[:n], ", ")+")", args[:n*width]...))
		marks, args = marks[n:], args[n*width:]
	}
	return lists
}
