package sqlstore

import (
	"fmt"
	"strconv"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// keys passes the list as one JSON text, and the columns that are stored as
// bytes as one blob each, so that the statement's text and the number of its
// parameters are the same for any number of keys.
func (s sqlite) keys(fields []contacts.Field, keys []contacts.Key) keyRows {
	out := keyRows{index: `"k"."key"`}
	rows := make([]any, len(keys))
	columns := make([][]any, len(fields))
	for i, k := range keys {
		row, err := s.keyRow(fields, k)
		if err != nil {
			return keyRows{from: failed{err}, columns: []term{failed{err}}, index: out.index}
		}
		for j, x := range row {
			columns[j] = append(columns[j], x)
		}
		rows[i] = row
	}
	if len(keys) == 0 {
		return keyRows{from: failed{errNoKeys}, columns: []term{failed{errNoKeys}}, index: out.index}
	}
	for j, f := range fields {
		switch {
		case f.Kind == where.KindUUID && f.Encoding.Form == contacts.FormUUIDBytes:
			var blob []byte
			for i, x := range columns[j] {
				b, _ := x.([]byte)
				blob = append(blob, b...)
				columns[j][i] = 0
				if row, ok := rows[i].([]any); ok {
					row[j] = 0
				}
			}
			out.columns = append(out.columns, expr(`substr(?, "k"."key" * 16 + 1, 16)`, blob))
		case len(fields) == 1:
			out.columns = append(out.columns, expr(`"k"."value"`))
		default:
			out.columns = append(out.columns, expr(`json_extract("k"."value", '$[`+strconv.Itoa(j)+`]')`))
		}
	}
	list := jsonList(rows)
	if len(fields) == 1 {
		list = jsonList(columns[0])
	}
	out.from = expr(`json_each(?) AS "k"`, list)
	return out
}

// keyRow returns the key's values as they are stored; one that cannot be
// stored is NULL, which no contact has.
func (sqlite) keyRow(fields []contacts.Field, k contacts.Key) ([]any, error) {
	values := k.Values()
	if len(values) != len(fields) {
		return nil, fmt.Errorf("sqlstore: a key of %d values for %d columns", len(values), len(fields))
	}
	out := make([]any, len(values))
	for i, v := range values {
		x, at, err := sqliteOperand(fields[i], v)
		if err != nil {
			return nil, err
		}
		if at == exact {
			out[i] = x
		}
	}
	return out, nil
}
