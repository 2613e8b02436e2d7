package jsonstore_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/examples/adapter/jsonstore"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/storetest"
)

// harness connects the suite with the store. It writes and reads the files on
// its own.
type harness struct {
	paths *sync.Map // of the files, by store
}

func newHarness() harness { return harness{paths: &sync.Map{}} }

// Open implements storetest.Harness.
func (h harness) Open(tb testing.TB, schema contacts.Schema, data storetest.Data) store.Store {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "data.jsonl")
	fields := fieldsOf(schema)
	var file bytes.Buffer
	out := json.NewEncoder(&file)
	for table, rows := range data {
		for _, row := range rows {
			doc := map[string]any{"not in the schema": 1}
			for name, x := range row {
				f := fields[table][name]
				doc[f.ColumnName()] = encode(tb, f, x)
			}
			require.NoError(tb, out.Encode(map[string]any{"table": table, "row": doc}))
		}
	}
	require.NoError(tb, os.WriteFile(path, file.Bytes(), 0o600))
	st, err := jsonstore.Open(path, schema)
	require.NoError(tb, err)
	h.paths.Store(st, path)
	return st
}

// Dump implements storetest.Harness. It reads the file, which is what is
// durable, and not what the store has in memory.
func (h harness) Dump(tb testing.TB, st store.Store) storetest.Data {
	tb.Helper()
	path, ok := h.paths.Load(st)
	require.True(tb, ok)
	file, err := os.ReadFile(path.(string)) //nolint:forcetypeassert // Open stores nothing else
	require.NoError(tb, err)
	fields, data := fieldsOf(st.Schema()), storetest.Data{}
	for text := range bytes.Lines(file) {
		var line struct {
			Table string
			Row   map[string]any
		}
		in := json.NewDecoder(bytes.NewReader(text))
		in.UseNumber()
		require.NoError(tb, in.Decode(&line))
		require.Contains(tb, line.Row, "not in the schema", "what the schema does not know is kept")
		row := storetest.Row{}
		for name, f := range fields[line.Table] {
			row[name] = decode(f, line.Row[f.ColumnName()])
		}
		data[line.Table] = append(data[line.Table], row)
	}
	return data
}

// fieldsOf returns the fields of every table by their names.
func fieldsOf(schema contacts.Schema) map[string]map[string]contacts.Field {
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
