package contacts_test

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// printed has everything that is printed. Its source is what GoString must
// write, so that what is written compiles and is equal to the schema.
func printed() contacts.Schema {
	return contacts.Schema{
		Table: "crm.people",
		Key:   []string{"tenant", "id"},
		Fields: []contacts.Field{
			contacts.Uint64("tenant").NotNull(),
			contacts.Int64("id").In("PersonID").NotNull().NeverChanges(),
			contacts.Text("email").In("e \"mail\"").FoldCase(),
			contacts.Float64("score"),
			contacts.Decimal("balance"),
			contacts.Decimal("cents").Encoded(contacts.DecimalUnits(2)),
			contacts.Decimal("price").Encoded(contacts.DecimalReal()),
			contacts.Bool("active"),
			contacts.Time("created"),
			contacts.Time("seen").Encoded(contacts.TimeText(contacts.SQLiteTime)),
			contacts.Time("paid").Encoded(contacts.TimeText("2006-01-02T15:04:05.000Z")),
			contacts.Time("seconds").Encoded(contacts.UnixSeconds()),
			contacts.Time("millis").Encoded(contacts.UnixMillis()),
			contacts.Time("micros").Encoded(contacts.UnixMicros()),
			contacts.Time("local").Encoded(contacts.NaiveTime("Europe/Oslo")),
			contacts.Date("born"),
			contacts.UUID("ref"),
			contacts.UUID("text_ref").Encoded(contacts.UUIDText()),
			contacts.UUID("byte_ref").Encoded(contacts.UUIDBytes()),
			contacts.Int64("boss"),
		},
		Associations: []contacts.Association{
			{
				Name: "orders", Table: "crm.orders", Action: contacts.Delete, Key: []string{"id"},
				References: []contacts.Reference{
					{Fields: []string{"tenant", "buyer"}},
					{Fields: []string{"ref"}, To: []string{"ref"}},
				},
				Fields: []contacts.Field{
					contacts.Int64("id").NotNull(),
					contacts.Uint64("tenant"),
					contacts.Int64("buyer"),
					contacts.UUID("ref"),
				},
				Associations: []contacts.Association{
					{
						Name: "lines", Table: "crm.lines", Action: contacts.Restrict,
						References: []contacts.Reference{{Fields: []string{"of"}}},
						Fields: []contacts.Field{
							contacts.Int64("of"),
						},
					},
				},
			},
			{
				Name: "notes", Table: "crm.notes", Action: contacts.Keep,
				References: []contacts.Reference{{Fields: []string{"tenant", "about"}, Constants: map[string]any{"big": uint64(7), "day": where.Date{Year: 2024, Month: 2, Day: 29}, "kind": "person", "n": 1, "on": true}}},
				Fields: []contacts.Field{
					contacts.Uint64("tenant"),
					contacts.Int64("about"),
					contacts.Text("kind"),
					contacts.Int64("n"),
					contacts.Uint64("big"),
					contacts.Bool("on"),
					contacts.Date("day"),
				},
			},
			{
				Name: "reports", Table: "crm.people", Action: contacts.Detach,
				References: []contacts.Reference{{Fields: []string{"tenant", "boss"}, SetNull: []string{"boss"}}},
			},
			{
				Name: "visits", Table: "crm.visits", Action: contacts.Anonymise, Set: contacts.Values{"agent": "deleted", "ip": nil},
				References: []contacts.Reference{
					{Fields: []string{"tenant", "person"}, SetNull: []string{"person"}},
					{Fields: []string{"ref"}, To: []string{"ref"}, Stays: true},
				},
				Fields: []contacts.Field{
					contacts.Uint64("tenant"),
					contacts.Int64("person"),
					contacts.UUID("ref"),
					contacts.Text("ip"),
					contacts.Text("agent").NotNull(),
				},
			},
			{
				Name: "groups", Table: "crm.groups", Action: contacts.HandOver, Heir: contacts.Values{"owner": 1},
				References: []contacts.Reference{{Fields: []string{"tenant", "owner"}}},
				Fields: []contacts.Field{
					contacts.Uint64("tenant"),
					contacts.Int64("owner"),
				},
			},
			{
				Name: "upstream", Table: "crm.upstream", Action: contacts.ReadOnly,
				References: []contacts.Reference{{Fields: []string{"ref"}, To: []string{"ref"}}},
				Fields: []contacts.Field{
					contacts.UUID("ref"),
				},
			},
			{
				Name: "badges", Table: "crm.badges", Action: contacts.Delete, Cascaded: true,
				References: []contacts.Reference{{Fields: []string{"ref"}, To: []string{"ref"}}},
				Fields: []contacts.Field{
					contacts.UUID("ref"),
				},
			},
		},
	}
}

func TestGoSource(t *testing.T) {
	t.Parallel()
	require.NoError(t, printed().Validate())
	require.Equal(t, literalOf(t, "gostring_test.go", "printed"), fmt.Sprintf("%#v", printed()))
}

// literalOf returns the source of what the function of the file returns.
func literalOf(t *testing.T, file, function string) string {
	t.Helper()
	source, err := os.ReadFile(file)
	require.NoError(t, err)
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, file, source, 0)
	require.NoError(t, err)
	text := ""
	ast.Inspect(parsed, func(n ast.Node) bool {
		f, ok := n.(*ast.FuncDecl)
		if !ok || f.Name.Name != function {
			return true
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if r, ok := n.(*ast.ReturnStmt); ok {
				text = string(source[files.Position(r.Results[0].Pos()).Offset:files.Position(r.End()).Offset])
			}
			return true
		})
		return false
	})
	require.NotEmpty(t, text)
	return strings.ReplaceAll(text, "\n\t", "\n")
}

func TestGoSourceOfAConditionDoesNotCompile(t *testing.T) {
	t.Parallel()
	schema := printed()
	schema.Associations[1].Where = where.New().WhereEquals("kind", "secret */ value")
	text := schema.GoString()
	require.Contains(t, text, "Where: WRITE_THIS_CONDITION, /* kind = ? */")
	require.NotContains(t, text, "secret")
	formatted, err := format.Source([]byte("package p\n\nvar s = " + text + "\n"))
	require.NoError(t, err)
	require.Contains(t, string(formatted), text)
}

func TestGoSourceOfWhatIsInvalid(t *testing.T) {
	t.Parallel()
	for want, x := range map[string]fmt.GoStringer{
		`contacts.Field{Name: "x", Kind: 0}`:                                        contacts.Field{Name: "x"},
		`contacts.Action(0)`:                                                        contacts.Action(0),
		`contacts.Encoding{Form: 9, Layout: "", Scale: 1, Zone: ""}`:                contacts.Encoding{Form: 9, Scale: 1},
		"contacts.Schema{\n\tTable: \"\",\n\tKey:   nil,\n}":                        contacts.Schema{},
		`contacts.Text("x").Encoded(contacts.UnixSeconds())`:                        contacts.Text("x").Encoded(contacts.UnixSeconds()),
		`contacts.Encoding{Form: 1, Layout: "2006", Scale: 0, Zone: "Europe/Oslo"}`: contacts.Encoding{Form: contacts.FormText, Layout: "2006", Zone: "Europe/Oslo"},
	} {
		require.Equal(t, want, x.GoString())
	}
}

// What is added to a schema must be printed and cloned as well.
func TestNothingOfASchemaIsForgotten(t *testing.T) {
	t.Parallel()
	members := func(x any) string {
		var out []string
		for f := range reflect.TypeOf(x).Fields() {
			out = append(out, f.Name)
		}
		return strings.Join(out, " ")
	}
	const advice = "GoString, Clone and RenameField must know it"
	require.Equal(t, "Table Key Fields Associations", members(contacts.Schema{}), advice)
	require.Equal(t, "Name Table Fields Key References Where Action Cascaded Set Heir Associations", members(contacts.Association{}), advice)
	require.Equal(t, "Fields To Constants SetNull Stays", members(contacts.Reference{}), advice)
	require.Equal(t, "Name Column Kind Encoding CaseInsensitive Required Immutable", members(contacts.Field{}), advice)
	require.Equal(t, "Form Layout Scale Zone", members(contacts.Encoding{}), advice)
}
