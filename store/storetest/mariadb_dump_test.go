package storetest_test

import (
	"database/sql"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/storetest"
	"github.com/contactsweep/contactsweep/where"
)

// Dump reads the tables with plain SQL and decodes them on its own.
func (h mariadbHarness) Dump(tb testing.TB, st store.Store) storetest.Data {
	tb.Helper()
	data := storetest.Data{}
	for table, fields := range columnsOf(st.Schema()) {
		if rows := h.dumpTable(tb, st, table, fields); len(rows) > 0 {
			data[table] = rows
		}
	}
	return data
}

func (h mariadbHarness) dumpTable(tb testing.TB, st store.Store, table string, fields map[string]contacts.Field) []storetest.Row {
	tb.Helper()
	var out []storetest.Row
	names, columns := slices.Sorted(maps.Keys(fields)), []string{"1"}
	for _, name := range names {
		column := backticked(fields[name].ColumnName())
		if fields[name].Kind == where.KindFloat64 || fields[name].Encoding.Form == contacts.FormReal {
			column += " + 0e0"
		}
		columns = append(columns, "CAST("+column+" AS BINARY)")
	}
	rows, err := h.database(tb, st).loose.QueryContext(tb.Context(), "SELECT "+strings.Join(columns, ", ")+" FROM "+backticked(table))
	require.NoError(tb, err)
	defer func() { require.NoError(tb, rows.Close()) }()
	for rows.Next() {
		cells, targets := make([]sql.Null[[]byte], len(names)), []any{new(int)}
		for i := range cells {
			targets = append(targets, &cells[i])
		}
		require.NoError(tb, rows.Scan(targets...))
		row := storetest.Row{}
		for i, name := range names {
			if !cells[i].Valid {
				continue
			}
			if x := mariadbDecode(fields[name], string(cells[i].V)); x != nil {
				row[name] = x
			}
		}
		out = append(out, row)
	}
	require.NoError(tb, rows.Err())
	return out
}

func mariadbDecode(f contacts.Field, s string) any {
	switch f.Kind { //nolint:exhaustive // the others are texts
	case where.KindUint64:
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			return nil
		}
		return n
	case where.KindFloat64:
		return mariadbReal(f, s)
	case where.KindDecimal:
		switch f.Encoding.Form { //nolint:exhaustive // the others are of other kinds
		case contacts.FormReal:
			return mariadbReal(f, s)
		case contacts.FormNative:
			return s
		}
	case where.KindTime:
		if f.Encoding.Form == contacts.FormNative {
			at, err := time.Parse("2006-01-02 15:04:05.000000", s)
			if err != nil || at.Year() < 1000 {
				return nil
			}
			return at
		}
	case where.KindUUID:
		if f.Encoding.Form == contacts.FormUUIDBytes {
			return [16]byte([]byte(s))
		}
	}
	if numeric(f) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return nil
		}
		return decodeInteger(f, n)
	}
	return decodeText(f, s)
}

func mariadbReal(f contacts.Field, s string) any {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || f.Kind == where.KindDecimal && (x >= 1e64 || x <= -1e64) {
		return nil
	}
	return decodeReal(f, x)
}
