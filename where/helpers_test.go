package where_test

import (
	"iter"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/where"
)

// table is a catalog: fields by name, associations by name.
type table struct {
	fields map[string]where.Field
	below  map[string]table
	key    []string
}

func (t table) Field(name string) (where.Field, bool) {
	f, ok := t.fields[name]
	return f, ok
}

func (t table) Association(name string) (where.Catalog, bool) {
	below, ok := t.below[name]
	return below, ok
}

func (t table) Key() []string { return t.key }

func (t table) Names() (fields, associations []string) {
	return slices.Sorted(maps.Keys(t.fields)), slices.Sorted(maps.Keys(t.below))
}

// row is a row of a table. A missing field is NULL.
type row struct {
	values map[string]where.Value
	below  map[string][]row
}

func (r row) Value(field string) where.Value { return r.values[field] }

func (r row) Rows(association string) iter.Seq[where.Row] {
	return func(yield func(where.Row) bool) {
		for _, below := range r.below[association] {
			if !yield(below) {
				return
			}
		}
	}
}

// crm is a catalog with a field of every kind, named after it.
func crm() table {
	fields := map[string]where.Field{
		"text": {Kind: where.KindText}, "folded": {Kind: where.KindText, Fold: true},
		"int": {Kind: where.KindInt64}, "uint": {Kind: where.KindUint64}, "float": {Kind: where.KindFloat64},
		"decimal": {Kind: where.KindDecimal}, "bool": {Kind: where.KindBool}, "time": {Kind: where.KindTime},
		"date": {Kind: where.KindDate}, "uuid": {Kind: where.KindUUID},
	}
	rows := table{fields: fields, below: map[string]table{"lines": {fields: fields}}}
	return table{fields: fields, key: []string{"int", "text"}, below: map[string]table{"rows": rows}}
}

// now is the start of every run in these tests.
func now() time.Time { return time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC) }

func value(tb testing.TB, x any) where.Value {
	tb.Helper()
	v, err := where.ValueOf(x)
	require.NoError(tb, err)
	return v
}

// valueAs is the value of a field of that kind.
func valueAs(tb testing.TB, x any, kind where.Kind) where.Value {
	tb.Helper()
	v, err := value(tb, x).As(kind)
	require.NoError(tb, err)
	return v
}

// truthOf evaluates the condition for a row with one value in it.
func truthOf(tb testing.TB, c where.Condition, field string, v where.Value) where.Truth {
	tb.Helper()
	p, err := c.Freeze(now()).Resolve(crm())
	require.NoError(tb, err)
	return p.Eval(row{values: map[string]where.Value{field: v}})
}
