package storetest_test

import (
	"database/sql"
	"encoding/hex"
	"maps"
	"math"
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
func (h postgresHarness) Dump(tb testing.TB, st store.Store) storetest.Data {
	tb.Helper()
	data := storetest.Data{}
	for table, fields := range columnsOf(st.Schema()) {
		if rows := dumpPostgres(tb, h.pool(tb, st), table, fields); len(rows) > 0 {
			data[table] = rows
		}
	}
	return data
}

func dumpPostgres(tb testing.TB, db *sql.DB, table string, fields map[string]contacts.Field) []storetest.Row {
	tb.Helper()
	var out []storetest.Row
	names, columns := slices.Sorted(maps.Keys(fields)), []string{"1"}
	for _, name := range names {
		columns = append(columns, textPostgres(fields[name]))
	}
	rows, err := db.QueryContext(tb.Context(), "SELECT "+strings.Join(columns, ", ")+" FROM "+quoted(table))
	require.NoError(tb, err)
	defer func() { require.NoError(tb, rows.Close()) }()
	for rows.Next() {
		cells, targets := make([]sql.NullString, len(names)), []any{new(int)}
		for i := range cells {
			targets = append(targets, &cells[i])
		}
		require.NoError(tb, rows.Scan(targets...))
		row := storetest.Row{}
		for i, name := range names {
			if !cells[i].Valid {
				continue
			}
			if x := decodePostgres(fields[name], cells[i].String); x != nil {
				row[name] = x
			}
		}
		out = append(out, row)
	}
	require.NoError(tb, rows.Err())
	return out
}

// textPostgres makes numbers of instants and dates, which have no text that
// does not depend on the session.
func textPostgres(f contacts.Field) string {
	column := quoted(f.ColumnName())
	switch {
	case f.Kind == where.KindTime && f.Encoding.Form == contacts.FormNative:
		return "CASE WHEN isfinite(" + column + ") THEN round(extract(epoch FROM " + column + ") * 1000000)::text ELSE 'x' END"
	case f.Kind == where.KindDate:
		return "CASE WHEN isfinite(" + column + ") THEN (" + column + " - date '1970-01-01')::text ELSE 'x' END"
	case f.Kind == where.KindUUID && f.Encoding.Form == contacts.FormUUIDBytes:
		return "encode(" + column + ", 'hex')"
	}
	return column + "::text"
}

func decodePostgres(f contacts.Field, s string) any {
	n, err := strconv.ParseInt(s, 10, 64)
	integer := err == nil
	switch f.Kind { //nolint:exhaustive // the others are texts
	case where.KindInt64:
		return n
	case where.KindUint64:
		if u, err := strconv.ParseUint(s, 10, 64); err == nil {
			return u
		}
		return nil
	case where.KindBool:
		return s == "true"
	case where.KindFloat64:
		x, err := strconv.ParseFloat(s, 64)
		require64 := err == nil && !math.IsNaN(x) && !math.IsInf(x, 0)
		if require64 {
			return x
		}
		return nil
	case where.KindDecimal:
		return decimalPostgres(f, s, n)
	case where.KindDate:
		if !integer {
			return nil
		}
		at := time.Unix(n*24*60*60, 0).UTC()
		if at.Year() < 1000 || at.Year() > 9999 {
			return nil
		}
		return where.Date{Year: at.Year(), Month: int(at.Month()), Day: at.Day()}
	case where.KindUUID:
		if f.Encoding.Form == contacts.FormUUIDBytes {
			b, err := hex.DecodeString(s)
			if err != nil || len(b) != 16 {
				return nil
			}
			return [16]byte(b)
		}
	case where.KindTime:
		switch {
		case f.Encoding.Form == contacts.FormText:
		case !integer:
			return nil
		case f.Encoding.Form == contacts.FormNative:
			return decodeInteger(contacts.Time("x").Encoded(contacts.UnixMicros()), n)
		default:
			return decodeInteger(f, n)
		}
	}
	return decodeText(f, s)
}

func decimalPostgres(f contacts.Field, s string, n int64) any {
	switch f.Encoding.Form { //nolint:exhaustive // the others are of other kinds
	case contacts.FormUnits:
		return units(n, f.Encoding.Scale)
	case contacts.FormReal:
		x, err := strconv.ParseFloat(s, 64)
		if err != nil || math.Abs(x) >= 1e64 {
			return nil
		}
		return decodeReal(f, x)
	}
	v, err := where.ValueOf(s)
	if err == nil {
		v, err = v.As(where.KindDecimal)
	}
	if err != nil {
		return nil
	}
	return v.Decimal()
}
