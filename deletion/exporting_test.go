package deletion_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/store/storetest"
	"github.com/contactsweep/contactsweep/where"
)

// files are writers by the names of associations.
type files map[string]*bytes.Buffer

func (f files) open(association string) (io.Writer, error) {
	f[association] = new(bytes.Buffer)
	return f[association], nil
}

func TestExportWritesWhatMatchesIsInScopeAndNotProtected(t *testing.T) {
	t.Parallel()
	st := crm(t, 8)
	update(t, st, 3, memory.Row{"hold": true})
	update(t, st, 5, memory.Row{"stale": false})
	options := []deletion.ServiceOption{
		deletion.WithProtected(where.New().WhereTrue("hold")), deletion.WithScope("odd", where.New().WhereEquals("tenant", "tenant 1")),
	}
	for name, c := range map[string]struct {
		options []deletion.ExportOption
		want    string
	}{
		"by default": {nil, "\"id\"\n1\n7\n"},
		"protected":  {[]deletion.ExportOption{deletion.ExportProtected()}, "\"id\"\n1\n3\n7\n"},
		"no header":  {[]deletion.ExportOption{deletion.ExportWithoutHeader()}, "1\n7\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			done, err := service(t, st, options...).Export(t.Context(), &out, stale(), append(c.options, deletion.ExportFields("id"))...)
			require.NoError(t, err)
			require.Equal(t, c.want, out.String())
			require.EqualValues(t, strings.Count(strings.TrimPrefix(c.want, "\"id\"\n"), "\n"), done.Contacts)
			require.Empty(t, done.Rows)
			out.Reset()
			keys := []contacts.Key{key(t, 7), key(t, 2), key(t, 3), key(t, 1), key(t, 7), key(t, 99)}
			_, err = service(t, st, options...).ExportKeys(t.Context(), &out, keys, append(c.options, deletion.ExportFields("id"))...)
			require.NoError(t, err)
			require.Equal(t, c.want, out.String(), "by key")
		})
	}
	require.Len(t, st.Contacts(), 8)
}

func TestExportOfNothingIsAHeader(t *testing.T) {
	t.Parallel()
	for _, st := range []*memory.Store{crm(t, 0), crm(t, 3)} {
		var out bytes.Buffer
		rows := files{}
		done, err := service(t, st).Export(t.Context(), &out, where.NoResults(), deletion.ExportRows(rows.open, "orders"))
		require.NoError(t, err)
		require.Zero(t, done.Contacts)
		require.Equal(t, map[string]int64{"orders": 0}, done.Rows)
		require.Equal(t, "\"id\",\"email\",\"stale\",\"hold\",\"tenant\",\"created\"\n", out.String())
		require.Equal(t, "\"id\",\"contact\"\n", rows["orders"].String())
	}
}

func TestExportReadsInPartsOfBoundedSize(t *testing.T) {
	t.Parallel()
	const n = 600
	inner, err := memory.New(contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("bio")},
	})
	require.NoError(t, err)
	for id := range n {
		row := memory.Row{"id": id}
		if id >= 100 {
			row["bio"] = strings.Repeat("x", 100_000)
		}
		require.NoError(t, inner.Insert(row))
	}
	var parts []int
	st := &scripted{Store: inner}
	st.page = func(_ int, r store.PageRequest, do func() (store.Page, error)) (store.Page, error) {
		if r.Keys != nil {
			parts = append(parts, len(r.Keys))
		}
		return do()
	}
	lines := &lineCounter{}
	done, err := service(t, st).Export(t.Context(), lines, where.Everything())
	require.NoError(t, err)
	require.EqualValues(t, n, done.Contacts)
	require.Equal(t, n+1, lines.n)
	require.Equal(t, []int{100, 200, 41, 41}, parts[:4], "4 MiB of them")
}

type lineCounter struct{ n int }

func (c *lineCounter) Write(p []byte) (int, error) {
	c.n += bytes.Count(p, []byte("\n"))
	return len(p), nil
}

// letters is a store in which a letter belongs to who sent and who got it.
func letters(t *testing.T, people int) *memory.Store {
	t.Helper()
	st, err := memory.New(contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), contacts.Int64("boss")},
		Associations: []contacts.Association{
			{
				Name: "letters", Table: "letters", Action: contacts.Detach,
				Fields:     []contacts.Field{contacts.Int64("sender"), contacts.Int64("receiver"), contacts.Text("text")},
				References: []contacts.Reference{{Fields: []string{"sender"}}, {Fields: []string{"receiver"}}},
			},
			{Name: "team", Table: "people", Action: contacts.Detach, References: []contacts.Reference{{Fields: []string{"boss"}}}},
			{
				Name: "known", Table: "known", Action: contacts.ReadOnly,
				Fields: []contacts.Field{contacts.Int64("person")}, References: []contacts.Reference{{Fields: []string{"person"}}},
			},
		},
	})
	require.NoError(t, err)
	for id := 1; id <= people; id++ {
		require.NoError(t, st.Insert(memory.Row{"id": id, "boss": 1}))
		require.NoError(t, st.InsertRows("letters", memory.Row{"sender": id, "receiver": people + 1 - id, "text": fmt.Sprint("letter ", id)}))
		require.NoError(t, st.InsertRows("known", memory.Row{"person": id}))
	}
	return st
}

func TestExportWritesARowOnceThatBelongsToSeveralContacts(t *testing.T) {
	t.Parallel()
	const n = 350 // more than a part
	st := letters(t, n)
	rows := files{}
	svc := service(t, st, deletion.WithScope("but the last", where.New().WhereLessThan("id", n)))
	done, err := svc.Export(t.Context(), io.Discard, where.Everything(), deletion.ExportRows(rows.open))
	require.NoError(t, err)
	require.EqualValues(t, n-1, done.Contacts)
	require.Equal(t, map[string]int64{"letters": n, "team": n - 1}, done.Rows, "what is only read is not asked for")
	require.Len(t, rows, 2)
	for id := 1; id <= n; id++ {
		require.Equal(t, 1, strings.Count(rows["letters"].String(), fmt.Sprintf("\"letter %d\"\n", id)))
	}
	require.NotContains(t, rows["team"].String(), fmt.Sprint("\n", n, ","), "contacts out of scope are no rows either")

	var keys []contacts.Key
	for id := n; id > 0; id-- {
		keys = append(keys, key(t, id))
	}
	done, err = svc.ExportKeys(t.Context(), io.Discard, keys, deletion.ExportRows(files{}.open, "letters", "known"))
	require.NoError(t, err)
	require.EqualValues(t, n-1, done.Contacts)
	require.Equal(t, map[string]int64{"letters": n, "known": n - 1}, done.Rows)
}

func TestExportWritesALineForARowOfOneEmptyCell(t *testing.T) {
	t.Parallel()
	st := &scripted{Store: crm(t, 2)}
	st.page = func(_ int, _ store.PageRequest, do func() (store.Page, error)) (store.Page, error) {
		page, err := do()
		for _, values := range page.Values {
			values[0] = where.Value{}
		}
		return page, err
	}
	records, err := csv.NewReader(strings.NewReader(exported(t, service(t, st), deletion.ExportFields("id")))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, [][]string{{"id"}, {""}, {""}}, records, "a reader does not pass over it")
}

func TestExportGuardsTheNamesOfFields(t *testing.T) {
	t.Parallel()
	st, err := memory.New(contacts.Schema{Table: "t", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("=name")}})
	require.NoError(t, err)
	require.Equal(t, "\"id\",\"'=name\"\n", exported(t, service(t, st)))
}

func TestExportAsksTheAuthorizerFirst(t *testing.T) {
	t.Parallel()
	var asked []deletion.Action
	svc := service(t, untouchable{crm(t, 1)}, deletion.WithScope("all", where.New().WhereTrue("stale")),
		deletion.WithAuthorizer(func(_ context.Context, a deletion.Action) error {
			asked = append(asked, a)
			return errors.New("no")
		}))
	var out bytes.Buffer
	opened := func(string) (io.Writer, error) {
		return nil, errors.New("a file was opened")
	}
	_, err := svc.Export(t.Context(), &out, stale())
	require.ErrorIs(t, err, deletion.ErrDenied)
	_, err = svc.ExportKeys(t.Context(), &out, []contacts.Key{key(t, 1)})
	require.ErrorIs(t, err, deletion.ErrDenied)
	require.Len(t, asked, 2)
	require.Equal(t, deletion.ActionExport, asked[0].Kind)
	require.Equal(t, stale().String(), asked[0].Conditions[0].String())
	require.Equal(t, "all", asked[0].Scope)
	require.Equal(t, []contacts.Key{key(t, 1)}, asked[1].Keys)
	_, err = service(t, crm(t, 1), deletion.WithAuthorizer(func(context.Context, deletion.Action) error { return errors.New("no") })).
		Export(t.Context(), &out, stale(), deletion.ExportRows(opened))
	require.ErrorIs(t, err, deletion.ErrDenied)
	require.Empty(t, out.String())
}

func TestExportReportsEveryFaultOfItsOptionsAtOnce(t *testing.T) {
	t.Parallel()
	svc := service(t, untouchable{crm(t, 1)})
	nowhere := func(string) (io.Writer, error) { return io.Discard, nil }
	for _, c := range []struct {
		options []deletion.ExportOption
		want    []string
	}{
		{[]deletion.ExportOption{deletion.ExportFields()}, []string{"ExportFields: no names"}},
		{[]deletion.ExportOption{deletion.ExportFields("id", "nam", "email", "email")}, []string{`no contact field "nam"`, `"email" is named twice`}},
		{[]deletion.ExportOption{deletion.ExportRows(nil), nil}, []string{"ExportRows: the function is nil", "option 2 is nil"}},
		{[]deletion.ExportOption{deletion.ExportRows(nowhere, "orders", "lins", "orders")}, []string{`no association "lins"`, `"orders" is named twice`, "cannot read rows"}},
	} {
		_, err := svc.Export(t.Context(), nil, stale(), c.options...)
		require.ErrorIs(t, err, deletion.ErrInvalidOption)
		for _, want := range append(c.want, "the writer is nil") {
			require.ErrorContains(t, err, want)
		}
	}
	_, err := svc.Export(t.Context(), io.Discard, where.New())
	require.ErrorIs(t, err, where.ErrInvalid)
	_, err = svc.ExportKeys(t.Context(), io.Discard, []contacts.Key{{}})
	require.ErrorIs(t, err, deletion.ErrInvalidKey)
}

func TestExportStopsWhereAFunctionOrAWriterFails(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left on device")
	st := crm(t, 2000)
	_, err := service(t, st).Export(t.Context(), &limited{left: 100_000, err: full}, stale())
	require.ErrorIs(t, err, full)
	require.ErrorContains(t, err, "deletion: export: writing contacts: ")
	rows := func(string) (io.Writer, error) { return &limited{left: 5_000, err: full}, nil }
	done, err := service(t, st).Export(t.Context(), io.Discard, stale(), deletion.ExportRows(rows, "notes", "lines"))
	require.ErrorIs(t, err, full)
	require.ErrorContains(t, err, `writing rows of "`)
	require.Less(t, done.Contacts, int64(2000))
	_, err = service(t, st).Export(t.Context(), io.Discard, stale(), deletion.ExportRows(func(string) (io.Writer, error) { return nil, full }))
	require.ErrorIs(t, err, full)
	_, err = service(t, st).Export(t.Context(), io.Discard, stale(), deletion.ExportRows(func(string) (io.Writer, error) { panic("secret") }))
	var hook *deletion.HookError
	require.ErrorAs(t, err, &hook)
	require.NotContains(t, err.Error(), "secret")
	_, err = service(t, st).Export(t.Context(), io.Discard, stale(), deletion.ExportRows(func(string) (io.Writer, error) { return nil, nil })) //nolint:nilnil // the mistake
	require.ErrorIs(t, err, deletion.ErrInvalidOption)
}

// limited is a writer that becomes full.
type limited struct {
	left int
	err  error
}

func (w *limited) Write(p []byte) (int, error) {
	if n := w.left; n < len(p) {
		return n, w.err
	}
	w.left -= len(p)
	return len(p), nil
}

// TestExportSurvivesOrReportsAFailureOfEveryCall sweeps failures of the store.
func TestExportSurvivesOrReportsAFailureOfEveryCall(t *testing.T) {
	t.Parallel()
	st := letters(t, 350)
	export := func(st store.Store) (string, error) {
		var out bytes.Buffer
		rows := files{}
		_, err := service(t, st).Export(t.Context(), &out, where.Everything(), deletion.ExportRows(rows.open, "letters", "team"))
		return out.String() + rows["letters"].String() + rows["team"].String(), err
	}
	counting := storetest.Fail(st, 0, storetest.FailBefore, nil)
	want, err := export(counting)
	require.NoError(t, err)
	require.Positive(t, counting.CallsTo("ReadRows"))
	gaveUp := 0
	for n := 1; n <= counting.Calls(); n++ {
		got, err := export(storetest.Fail(st, n, storetest.FailBefore, nil))
		require.NoError(t, err, "what passes is tried again")
		require.Equal(t, want, got)
		failing := storetest.Fail(st, n, storetest.FailAfter, nil)
		got, err = export(failing)
		if err != nil { // rows were written, and would be written twice
			require.Equal(t, "ReadRows", failing.Failed())
			require.ErrorIs(t, err, store.ErrOutcomeUnknown)
			gaveUp++
		} else {
			require.Equal(t, want, got)
		}
		_, err = export(storetest.Fail(st, n, storetest.FailBefore, errors.New("secret1@example.com")))
		require.Error(t, err)
		require.NotContains(t, err.Error(), "secret")
	}
	require.Positive(t, gaveUp)
}

func TestExportOfAStoreThatCannotReadRowsSaysSo(t *testing.T) {
	t.Parallel()
	nowhere := func(string) (io.Writer, error) { return io.Discard, nil }
	st := struct{ store.Store }{crm(t, 3)}
	_, err := service(t, st).Export(t.Context(), io.Discard, stale())
	require.NoError(t, err)
	_, err = service(t, st).Export(t.Context(), io.Discard, stale(), deletion.ExportRows(nowhere))
	require.ErrorIs(t, err, deletion.ErrInvalidOption)
	_, err = service(t, storetest.Fail(st, 0, storetest.FailBefore, nil)).Export(t.Context(), io.Discard, stale(), deletion.ExportRows(nowhere))
	require.ErrorIs(t, err, errors.ErrUnsupported)
}

func TestExportEndsWithItsContextAndLogsNoData(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	st := &scripted{Store: crm(t, 500)}
	st.page = func(n int, _ store.PageRequest, do func() (store.Page, error)) (store.Page, error) {
		if n == 4 {
			cancel()
		}
		return do()
	}
	svc := service(t, st, deletion.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	done, err := svc.Export(ctx, io.Discard, where.New().WhereStartsWith("email", "secret"))
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, done.Contacts, int64(500))
	require.Contains(t, log.String(), "export ended")
	require.NotContains(t, log.String(), "secret")
}
