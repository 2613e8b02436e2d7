package deletion_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// everyKind has a field of each kind, and a key.
func everyKind() contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id"), contacts.Text("text"), contacts.Int64("int"), contacts.Uint64("uint"), contacts.Float64("float"), contacts.Decimal("decimal"),
			contacts.Bool("bool"), contacts.Time("time"), contacts.Date("date"), contacts.UUID("uuid"),
		},
	}
}

// contextual is a test, or one run of a property.
type contextual interface {
	require.TestingT
	Context() context.Context
}

// exported returns the file of all contacts.
func exported(t contextual, svc *deletion.Service, options ...deletion.ExportOption) string {
	var out bytes.Buffer
	_, err := svc.Export(t.Context(), &out, where.Everything(), options...)
	require.NoError(t, err)
	return out.String()
}

func TestExportWritesEveryKindOfValue(t *testing.T) {
	t.Parallel()
	st, err := memory.New(everyKind())
	require.NoError(t, err)
	require.NoError(t, st.Insert(
		memory.Row{"id": -1},
		memory.Row{
			"id": 2, "text": `say "hi", Ann`, "int": -5, "uint": uint64(1) << 63, "float": -1.5e300, "decimal": "-12.50", "bool": false,
			"time": time.Date(2026, 3, 29, 3, 30, 0, 1000, time.FixedZone("CEST", 7200)), "date": where.Date{Year: 2000, Month: 2, Day: 29}, "uuid": [16]byte{0xab},
		},
		memory.Row{"id": 3, "text": "", "float": 2.0, "time": time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "bool": true},
	))
	require.Equal(t, `"id","text","int","uint","float","decimal","bool","time","date","uuid"
-1,,,,,,,,,
2,"say ""hi"", Ann",-5,9223372036854775808,-1.5e+300,-12.5,false,2026-03-29T01:30:00.000001Z,2000-02-29,ab000000-0000-0000-0000-000000000000
3,"'",,,2,,true,2026-01-02T03:04:05Z,,
`, exported(t, service(t, st)))
}

func TestExportGuardsTextsThatASpreadsheetCouldExecute(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Ann":              "Ann",
		"a=1":              "a=1",
		"":                 "'",
		" ":                " ",
		"=1+1":             "'=1+1",
		"+49 151":          "'+49 151",
		"-":                "'-",
		"@SUM(A1)":         "'@SUM(A1)",
		"\tx":              "'\t'x",
		"\nx":              "'\n'x",
		"a\rb":             "'a\r'b",
		"a\r\nb":           "'a\r'\n'b",
		"a\nb":             "a\nb",
		"  =1":             "'  =1",
		"\u00a0\u200b=1":   "'\u00a0\u200b=1",
		"\ufeff=1":         "'\ufeff=1",
		`"=1`:              `'"=1`,
		"“=1":              "'“=1",
		"＝1":               "'＝1",
		"﹣1":               "'﹣1",
		"'":                "''",
		"'=1":              "''=1",
		"'?":               "''?",
		"?":                "?",
		"a;=1":             "'a;'=1",
		"Smith, Ann":       "Smith, Ann",
		"Smith, -Ann;b":    "'Smith,' -Ann;'b",
		"list:\n- one":     "'list:\n'- one",
		"a|@b":             "'a|'@b",
		"user@example.com": "user@example.com",
	} {
		st, err := memory.New(contacts.Schema{Table: "t", Key: []string{"k"}, Fields: []contacts.Field{contacts.Text("k")}})
		require.NoError(t, err)
		require.NoError(t, st.Insert(memory.Row{"k": text}))
		records, err := csv.NewReader(strings.NewReader(exported(t, service(t, st)))).ReadAll()
		require.NoError(t, err)
		require.Equal(t, [][]string{{"k"}, {want}}, records, "%q", text)
		v, err := deletion.ParseExported(where.KindText, want)
		require.NoError(t, err)
		require.Equal(t, text, v.Text())
	}
}

func TestParseExportedRefusesWhatNoExportWrites(t *testing.T) {
	t.Parallel()
	for kind, texts := range map[where.Kind][]string{
		where.KindText:    {"=1", "'a", "'a;=1", "a;=1", "'=1;2", "\xff", "'?x"},
		where.KindInt64:   {"1.5", "1/2", "9223372036854775808"},
		where.KindUint64:  {"-1"},
		where.KindFloat64: {"NaN", "1/2"},
		where.KindDecimal: {"1e5x"},
		where.KindBool:    {"ja"},
		where.KindTime:    {"2026-01-02", "2026-01-02 03:04:05"},
		where.KindDate:    {"2026-02-30"},
		where.KindUUID:    {"ab12"},
		0:                 {"1/2"},
	} {
		for _, text := range texts {
			_, err := deletion.ParseExported(kind, text)
			require.Error(t, err, "%s %q", kind, text)
			require.NotContains(t, err.Error(), text)
		}
	}
}

// texts are of what matters to cells.
func texts() *rapid.Generator[string] {
	runes := []rune("ab=+-@'\"?;,|\t\r\n  \u00a0\u200b＝﹫“`é")
	return rapid.StringOfN(rapid.SampledFrom(runes), 0, 12, -1)
}

func TestNoCellOfAnExportBeginsAsAFormula(t *testing.T) {
	t.Parallel()
	formula := regexp.MustCompile(`^[=+\-@＝＋－＠﹦﹢﹣﹫\t\r\n]`)
	rapid.Check(t, func(rt *rapid.T) {
		st, err := memory.New(everyKind())
		require.NoError(rt, err)
		text := texts().Draw(rt, "text")
		require.NoError(rt, st.Insert(memory.Row{"id": 1, "text": text}))
		file := exported(rt, service(t, st), deletion.ExportFields("text"))
		records, err := csv.NewReader(strings.NewReader(file)).ReadAll()
		require.NoError(rt, err)
		require.Len(rt, records, 2)
		v, err := deletion.ParseExported(where.KindText, records[1][1])
		require.NoError(rt, err)
		require.Equal(rt, text, v.Text(), "it is read back")
		require.NotRegexp(rt, formula, strings.TrimLeft(records[1][1], " \u00a0\u200b\"“`"))
		// A reader that knows neither quotes nor which separator it is.
		for _, piece := range strings.FieldsFunc(file, func(r rune) bool { return strings.ContainsRune(",;|\t\r\n", r) }) {
			piece = strings.TrimLeftFunc(piece, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("\"“`\u200b", r) })
			require.NotRegexp(rt, formula, piece, "%q", file)
		}
	})
}

func TestExportedValuesAreReadBackExactly(t *testing.T) {
	t.Parallel()
	fields := everyKind().Fields
	rapid.Check(t, func(rt *rapid.T) {
		st, err := memory.New(everyKind())
		require.NoError(rt, err)
		row := memory.Row{
			"id": rapid.Int64().Draw(rt, "id"), "text": texts().Draw(rt, "text"), "int": rapid.Int64().Draw(rt, "int"), "uint": rapid.Uint64().Draw(rt, "uint"),
			"float": rapid.Float64Range(-1e308, 1e308).Draw(rt, "float"), "decimal": rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,9})?`).Draw(rt, "decimal"),
			"bool": rapid.Bool().Draw(rt, "bool"), "time": time.UnixMicro(rapid.Int64Range(-1e15, 1e15).Draw(rt, "time")),
			"date": where.Date{Year: rapid.IntRange(1000, 9999).Draw(rt, "year"), Month: 2, Day: 28}, "uuid": [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(rt, "uuid")),
		}
		for _, f := range fields[1:] {
			if rapid.IntRange(0, 4).Draw(rt, "null") == 0 {
				delete(row, f.Name)
			}
		}
		require.NoError(rt, st.Insert(row))
		r := csv.NewReader(strings.NewReader(exported(rt, service(t, st))))
		_, err = r.Read()
		require.NoError(rt, err)
		record, err := r.Read()
		require.NoError(rt, err)
		for i, f := range fields {
			v, err := deletion.ParseExported(f.Kind, record[i])
			require.NoError(rt, err, f.Name)
			require.Equal(rt, st.Contacts()[0][f.Name], v.Any(), f.Name)
		}
		_, err = r.Read()
		require.ErrorIs(rt, err, io.EOF)
	})
}

func TestExportTellsWhatIsUnknownFromNull(t *testing.T) {
	t.Parallel()
	st := &scripted{Store: crm(t, 2)}
	st.page = func(_ int, _ store.PageRequest, do func() (store.Page, error)) (store.Page, error) {
		page, err := do()
		for _, values := range page.Values {
			values[len(values)-1] = where.Unknown()
		}
		return page, err
	}
	file := exported(t, service(t, st), deletion.ExportFields("email", "created"))
	lines := strings.Split(file, "\n")
	require.Equal(t, `1,"secret1@example.com","'?"`, lines[1])
	v, err := deletion.ParseExported(where.KindTime, "'?")
	require.NoError(t, err)
	require.True(t, v.IsUnknown())
	v, err = deletion.ParseExported(where.KindTime, "")
	require.NoError(t, err)
	require.True(t, v.IsNull())
	require.True(t, slices.Contains(lines, `2,"secret2@example.com","'?"`))
}
