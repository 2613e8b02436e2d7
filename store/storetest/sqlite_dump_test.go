package storetest_test

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/storetest"
	"github.com/contactsweep/contactsweep/where"
)

// Dump reads the tables with plain SQL and decodes them on its own.
func (h sqliteHarness) Dump(tb testing.TB, st store.Store) storetest.Data {
	tb.Helper()
	data := storetest.Data{}
	for table, fields := range columnsOf(st.Schema()) {
		if rows := h.dumpTable(tb, st, table, fields); len(rows) > 0 {
			data[table] = rows
		}
	}
	return data
}

func (h sqliteHarness) dumpTable(tb testing.TB, st store.Store, table string, fields map[string]contacts.Field) []storetest.Row {
	tb.Helper()
	var out []storetest.Row
	names, columns := slices.Sorted(maps.Keys(fields)), []string{"1"}
	for _, name := range names {
		column, number := quoted(fields[name].ColumnName()), "NULL"
		if numeric(fields[name]) {
			number = "+" + column
		}
		columns = append(columns, "typeof("+column+")", "CAST("+column+" AS BLOB)", number)
	}
	rows, err := h.database(tb, st).QueryContext(tb.Context(), "SELECT "+strings.Join(columns, ", ")+" FROM "+quoted(table))
	require.NoError(tb, err)
	defer func() { require.NoError(tb, rows.Close()) }()
	for rows.Next() {
		cells, targets := make([]cell, len(names)), []any{new(int)}
		for i := range cells {
			targets = append(targets, &cells[i].class, &cells[i].bytes, &cells[i].number)
		}
		require.NoError(tb, rows.Scan(targets...))
		row := storetest.Row{}
		for i, name := range names {
			if x := cells[i].decode(fields[name]); x != nil {
				row[name] = x
			}
		}
		out = append(out, row)
	}
	require.NoError(tb, rows.Err())
	return out
}

// cell is a stored value: its storage class, its bytes, and its number.
type cell struct {
	class  string
	bytes  []byte
	number any
}

func numeric(f contacts.Field) bool {
	switch f.Kind { //nolint:exhaustive // the others are not
	case where.KindInt64, where.KindUint64, where.KindFloat64, where.KindDecimal, where.KindBool:
		return true
	case where.KindTime:
		return f.Encoding.Form != contacts.FormNative && f.Encoding.Form != contacts.FormText
	}
	return false
}

// decode returns the value as where.Value.Any gives it, nil for what does not
// belong to the kind.
func (c cell) decode(f contacts.Field) any {
	switch c.class {
	case "integer":
		n, _ := c.number.(int64)
		if numeric(f) {
			return decodeInteger(f, n)
		}
	case "real":
		x, _ := c.number.(float64)
		return decodeReal(f, x)
	case "text":
		return decodeText(f, string(c.bytes))
	case "blob":
		if f.Kind == where.KindUUID && f.Encoding.Form == contacts.FormUUIDBytes && len(c.bytes) == 16 {
			return [16]byte(c.bytes)
		}
	}
	return nil
}

func decodeInteger(f contacts.Field, n int64) any {
	switch f.Kind { //nolint:exhaustive // the others are no integers
	case where.KindInt64:
		return n
	case where.KindUint64:
		if n >= 0 {
			return uint64(n)
		}
	case where.KindFloat64:
		return float64(n)
	case where.KindBool:
		if n == 0 || n == 1 {
			return n == 1
		}
	case where.KindDecimal:
		if f.Encoding.Form == contacts.FormReal {
			return strconv.FormatInt(n, 10)
		}
		return units(n, f.Encoding.Scale)
	case where.KindTime:
		var at time.Time
		switch f.Encoding.Form { //nolint:exhaustive // the others are texts
		case contacts.FormUnixSeconds:
			at = time.Unix(n, 0)
		case contacts.FormUnixMillis:
			at = time.UnixMilli(n)
		case contacts.FormUnixMicros:
			at = time.UnixMicro(n)
		}
		first, last := time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
		if n > math.MinInt32<<31 && n < math.MaxInt32<<31 && !at.Before(first) && at.Before(last) { // package time overflows silently
			return at.UTC()
		}
	}
	return nil
}

// units puts the point into a number of units.
func units(n int64, scale int) string {
	sign, digits := "", strconv.FormatInt(n, 10)
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for len(digits) <= scale {
		digits = "0" + digits
	}
	if scale == 0 {
		return sign + digits
	}
	return sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
}

func decodeReal(f contacts.Field, x float64) any {
	switch {
	case math.IsInf(x, 0) || math.IsNaN(x):
		return nil
	case f.Kind == where.KindFloat64:
		return x
	case f.Kind == where.KindDecimal && f.Encoding.Form == contacts.FormReal:
		short, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', 14, 64), 64)
		if err != nil || x != 0 && math.Abs(x) < 1e-16 {
			return nil
		}
		return strconv.FormatFloat(short, 'f', -1, 64)
	}
	return nil
}

func decodeText(f contacts.Field, s string) any {
	layout := time.DateOnly
	switch f.Kind {
	case where.KindText:
		for _, r := range s {
			if r == 0 || r == utf8.RuneError {
				return nil
			}
		}
		return s
	case where.KindUUID:
		v, err := where.ValueOf(s)
		if err == nil {
			v, err = v.As(where.KindUUID)
		}
		if err != nil || v.String() != s || f.Encoding.Form == contacts.FormUUIDBytes {
			return nil
		}
		return v.UUID()
	case where.KindTime:
		if layout = f.Encoding.Layout; numeric(f) {
			return nil
		} else if layout == "" {
			layout = contacts.SQLiteTime
		}
	case where.KindDate:
	default:
		return nil
	}
	at, err := time.Parse(layout, s)
	if err != nil || at.Format(layout) != s && f.Encoding.Form != contacts.FormText || at.Year() < 1000 {
		return nil
	}
	if f.Kind == where.KindTime {
		return at.UTC()
	}
	return where.Date{Year: at.Year(), Month: int(at.Month()), Day: at.Day()}
}
