package sqlstore

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
)

// sqliteKeys are keys as one JSON text, and the columns that are stored as
// bytes as one blob each, so that a statement's text and the number of its
// parameters are the same for any number of keys.
type sqliteKeys struct {
	list    string
	columns []term
}

func (s sqlite) bind(columns []column, keys []contacts.Key) (boundKeys, error) {
	rows := make([]any, len(keys))
	blobs := make([][]byte, len(columns))
	for i, k := range keys {
		row, err := s.keyRow(columns, k)
		if err != nil {
			return nil, err
		}
		for j, x := range row {
			if b, ok := x.([]byte); ok {
				blobs[j], row[j] = append(blobs[j], b...), 0
			}
		}
		rows[i] = row
		if len(columns) == 1 {
			rows[i] = row[0]
		}
	}
	out := sqliteKeys{list: jsonList(rows)}
	for j := range columns {
		switch {
		case blobs[j] != nil:
			out.columns = append(out.columns, expr(`substr(?, "k"."key" * 16 + 1, 16)`, blobs[j]))
		case len(columns) == 1:
			out.columns = append(out.columns, expr(`"k"."value"`))
		default:
			out.columns = append(out.columns, expr(`json_extract("k"."value", '$[`+strconv.Itoa(j)+`]')`))
		}
	}
	return out, nil
}

func (sqlite) isOneOf(columns []string, _ bool, keys boundKeys) term {
	k, ok := keys.(sqliteKeys)
	if !ok {
		return failed{errNoKeys}
	}
	return expr(tuple(columns)+" IN (?)", selection{columns: k.columns, from: expr(`json_each(?) AS "k"`, k.list)}.term())
}

// beyond compares row values, for which the key's index is used.
func (sqlite) beyond(columns []column, op string, values []any) term {
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ")
	if len(values) > 1 {
		marks = "(" + marks + ")"
	}
	return expr(tuple(sqlOf(columns))+" "+op+" "+marks, values...)
}

// keyRow returns the key's values as they are stored; one that cannot be
// stored is NULL, which no contact has.
func (sqlite) keyRow(columns []column, k contacts.Key) ([]any, error) {
	values := k.Values()
	if len(values) != len(columns) {
		return nil, fmt.Errorf("sqlstore: a key of %d values for %d columns", len(values), len(columns))
	}
	out := make([]any, len(values))
	for i, v := range values {
		x, at, err := sqliteOperand(columns[i].field, v)
		if err != nil {
			return nil, err
		}
		if at == exact {
			out[i] = x
		}
	}
	return out, nil
}
