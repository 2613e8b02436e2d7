package storetest_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/store/storetest"
	"github.com/contactsweep/contactsweep/where"
)

// memoryHarness runs the suite over the in-memory store.
type memoryHarness struct{}

func (h memoryHarness) Open(tb testing.TB, schema contacts.Schema, data storetest.Data) store.Store {
	tb.Helper()
	return h.open(tb, schema, data)
}

func (memoryHarness) open(tb testing.TB, schema contacts.Schema, data storetest.Data, options ...memory.Option) *memory.Store {
	tb.Helper()
	st, err := memory.New(schema, options...)
	require.NoError(tb, err)
	require.NoError(tb, st.Insert(memoryRows(data[schema.Table])...))
	for table, association := range byTable(schema) {
		require.NoError(tb, st.InsertRows(association, memoryRows(data[table])...))
	}
	return st
}

// OpenLedger implements storetest.LedgerHarness.
func (h memoryHarness) OpenLedger(tb testing.TB, schema contacts.Schema, data storetest.Data) store.Store {
	tb.Helper()
	return h.open(tb, schema, data, memory.WithLedger())
}

func (memoryHarness) Dump(tb testing.TB, st store.Store) storetest.Data {
	tb.Helper()
	m, ok := st.(*memory.Store)
	require.True(tb, ok)
	data := storetest.Data{}
	for _, row := range m.Contacts() {
		data[m.Schema().Table] = append(data[m.Schema().Table], row)
	}
	for table, association := range byTable(m.Schema()) {
		for _, row := range m.Rows(association) {
			data[table] = append(data[table], row)
		}
	}
	return data
}

// Foreigns implements storetest.ForeignHarness.
func (memoryHarness) Foreigns(contacts.Field) int { return 1 }

func memoryRows(rows []storetest.Row) []memory.Row {
	out := make([]memory.Row, len(rows))
	for i, row := range rows {
		out[i] = maps.Clone(row)
		for name, x := range row {
			if _, ok := x.(storetest.Foreign); ok {
				out[i][name] = where.Unknown()
			}
		}
	}
	return out
}

// byTable names one association of each table but the contacts'.
func byTable(schema contacts.Schema) map[string]string {
	out := map[string]string{}
	for _, p := range schema.Placed() {
		if !p.OfContacts {
			out[p.Table] = p.Name
		}
	}
	return out
}
