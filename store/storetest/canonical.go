package storetest

import (
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// tablesOf returns the fields of every table of the schema by their names:
// those of all associations that share the table.
func tablesOf(schema contacts.Schema) map[string]map[string]contacts.Field {
	out := map[string]map[string]contacts.Field{}
	add := func(table string, fields []contacts.Field) {
		if out[table] == nil {
			out[table] = map[string]contacts.Field{}
		}
		for _, f := range fields {
			out[table][f.Name] = f
		}
	}
	add(schema.Table, schema.Fields)
	for _, p := range schema.Placed() {
		add(p.Table, p.Fields)
	}
	return out
}

// stored returns the value that a store keeps for an element of a Row.
func stored(t require.TestingT, f contacts.Field, x any) where.Value {
	if x == nil {
		return where.Value{}
	}
	if _, ok := x.(Foreign); ok {
		return where.Unknown()
	}
	v, err := where.ValueOf(x)
	if err == nil {
		v, err = v.As(f.Kind)
	}
	require.NoError(t, err, "field %s", f.Name)
	return v
}

// canonical returns the data as sorted texts, one a row, for comparison. NULL
// and foreign values look alike, because a dump does not tell them apart.
func canonical(t require.TestingT, schema contacts.Schema, data Data) map[string][]string {
	out := map[string][]string{}
	tables := tablesOf(schema)
	for table := range data {
		require.Contains(t, tables, table, "a table that is not in the schema")
	}
	for table, fields := range tables {
		rows := make([]string, 0, len(data[table]))
		for _, row := range data[table] {
			var parts []string
			for name, x := range row {
				f, ok := fields[name]
				require.True(t, ok, "table %s: a row with a field %q, which is not in the schema", table, name)
				if v := stored(t, f, x); v.Kind() != 0 {
					parts = append(parts, name+"="+v.String())
				}
			}
			slices.Sort(parts)
			rows = append(rows, strings.Join(parts, " "))
		}
		slices.Sort(rows)
		out[table] = rows
	}
	return out
}
