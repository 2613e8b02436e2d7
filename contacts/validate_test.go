package contacts_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// fault is a change that makes crm() wrong, and what is then said.
type fault struct {
	name    string
	change  func(s *contacts.Schema, orders *contacts.Association)
	message string
}

func faultsOfContacts() []fault {
	type S = contacts.Schema
	type A = contacts.Association
	field := func(s *S, change func(f *contacts.Field)) { change(&s.Fields[3]) }
	const email = `contacts, field "email": `
	return []fault{
		{"no table", func(s *S, _ *A) { s.Table = ""; s.Associations = nil }, "contacts: the table has no name"},
		{"a table of two dots", func(s *S, _ *A) { s.Table = "a.b.c" }, `contacts: table name "a.b.c" has more than one dot`},
		{"a table that ends in a dot", func(s *S, _ *A) { s.Table = "crm." }, "contacts: the table has no name"},
		{"a table with NUL", func(s *S, _ *A) { s.Table = "crm.a\x00b" }, `the table name "a\x00b" contains a character that names must not have`},
		{"a table with a placeholder", func(s *S, _ *A) { s.Table = "crm.a?b" }, `the table name "a?b" contains a character`},
		{"a table name too long", func(s *S, _ *A) { s.Table = strings.Repeat("a", 129) }, "the table name is longer than 128 bytes"},
		{"no key", func(s *S, _ *A) { s.Key = nil; s.Associations = nil }, "contacts: no key; name the fields that identify a contact"},
		{"a key that is no field", func(s *S, _ *A) { s.Key[1] = "nr"; s.Associations = nil }, `contacts: key field "nr" is not among the fields`},
		{"a key field twice", func(s *S, _ *A) { s.Key[0] = "id"; s.Associations = nil }, `contacts: key field "id" is named twice`},
		{"a key of times", func(s *S, _ *A) { s.Key[1] = "created"; s.Associations = nil }, `key field "created" is time; keys are int64, uint64, text or UUID`},
		{"a case-insensitive key", func(s *S, _ *A) { s.Fields[0].CaseInsensitive = true }, `key field "tenant" is case-insensitive; keys are compared exactly`},
		{"a field without a name", func(s *S, _ *A) { field(s, func(f *contacts.Field) { f.Name = "" }) }, `contacts, field "": the field has no name`},
		{"two fields of one name", func(s *S, _ *A) { s.Fields[3].Name = "spent" }, `contacts, field "spent": there are two fields of that name`},
		{"two fields of one column", func(s *S, _ *A) { s.Fields[3].Column = "manager" }, email + `two fields have the column "manager"`},
		{"a column with a line break", func(s *S, _ *A) { s.Fields[3].Column = "a\nb" }, email + `the column name "a\nb" contains a character`},
		{"a column that is not UTF-8", func(s *S, _ *A) { s.Fields[3].Column = "a\xff" }, email + `the column name "a\xff" contains a character`},
		{"a column with an invisible character", func(s *S, _ *A) { s.Fields[3].Column = "a\u202eb" }, email + `the column name "a\u202eb" contains a character`},
		{"a field without a kind", func(s *S, _ *A) { s.Fields[3].Kind = 0 }, email + "no kind; make fields with contacts.Text"},
		{"a field of no known kind", func(s *S, _ *A) { s.Fields[3].Kind = 99 }, email + "no kind; make fields with contacts.Text"},
		{"a case-insensitive number", func(s *S, _ *A) { s.Fields[2].CaseInsensitive = true }, "the field is int64, and only text can be case-insensitive"},
	}
}

func faultsOfAssociations() []fault {
	type S = contacts.Schema
	type A = contacts.Association
	const orders = `association "orders": `
	return []fault{
		{"no name", func(_ *S, a *A) { a.Name = "" }, `association "": the association has no name`},
		{"a name twice", func(_ *S, a *A) { a.Name = "notes" }, `association "notes": there are two associations of that name`},
		{"a name twice, deeper", func(_ *S, a *A) { a.Associations[0].Name = "notes" }, "names are unique in the whole schema"},
		{"no table", func(_ *S, a *A) { a.Table = "" }, orders + "the table has no name"},
		{"the contact table in capitals", func(_ *S, a *A) { a.Table = "CRM.People" }, orders + `table "CRM.People" may be "crm.people"; spell a table in one way everywhere`},
		{"the contact table without its schema", func(_ *S, a *A) { a.Table = "people" }, orders + `table "people" may be "crm.people"`},
		{"another's table, spelt differently", func(_ *S, a *A) { a.Associations[0].Table = "Orders" }, `association "lines": table "Orders" may be "crm.orders"`},
		{"no action", func(_ *S, a *A) { a.Action = 0 }, orders + "no action; choose Delete, Anonymise, Detach, HandOver, Keep, Restrict or ReadOnly"},
		{"an unknown action", func(_ *S, a *A) { a.Action = 9; a.Associations = nil }, orders + "no action; choose"},
		{"what is kept, and below it deleted", func(_ *S, a *A) { a.Action = contacts.Keep; a.Associations = a.Associations[:1] }, `association "lines": the rows above are not deleted, so these can only be ReadOnly`},
		{"what is detached, and below it detached", func(_ *S, a *A) {
			a.Action, a.Associations = contacts.Detach, a.Associations[:1]
			a.Associations[0].Action = contacts.Detach
		}, `association "lines": the rows above are not deleted`},
		{"what restricts, and below it restricts", func(_ *S, a *A) { a.Action = contacts.Restrict; a.Associations = a.Associations[1:2] }, `association "claims": the rows above are not deleted`},
		{"contacts that are deleted with contacts", func(s *S, _ *A) { s.Associations[2].Action = contacts.Delete }, `association "reports": contacts that refer to contacts cannot be deleted with them`},
		{"contacts that are deleted with rows", func(_ *S, a *A) {
			a.Associations = append(a.Associations, A{
				Name: "owners", Table: "crm.people", Action: contacts.Delete, References: []contacts.Reference{{Fields: []string{"manager"}}},
			})
		}, `association "owners": contacts that refer to contacts cannot be deleted with them`},
		{"a cycle", func(_ *S, a *A) { a.Associations[0].Table = a.Table }, `association "lines": table "crm.orders" is above itself, a cycle`},
		{"fields of contacts given again", func(s *S, _ *A) { s.Associations[2].Fields = s.Fields }, `association "reports": its rows are contacts: leave Fields, Key and Associations empty`},
		{"a key that is no field", func(_ *S, a *A) { a.Key = []string{"nr"}; a.Associations = nil }, orders + `key field "nr" is not among the fields`},
		{"a column of another kind elsewhere", func(s *S, _ *A) {
			s.Associations[1].Table = "crm.orders"
			s.Associations[1].Fields[2].Column = "open"
		}, `association "notes", field "type": column "open" of table "crm.orders" has another kind or encoding elsewhere in the schema`},
		{"a column that is case-insensitive elsewhere", func(s *S, _ *A) {
			s.Associations[1].Table = "crm.orders"
			s.Associations[1].Fields[0].CaseInsensitive = true
		}, `association "notes", field "tenant": column "tenant" of table "crm.orders" is case-insensitive in one part of the schema and not in another`},
	}
}

func faultsOfReferences() []fault {
	type S = contacts.Schema
	type A = contacts.Association
	const reference = `association "orders", reference 1: `
	const rows = `association "orders": condition on the rows`
	ref := func(change func(r *contacts.Reference)) func(*S, *A) {
		return func(_ *S, a *A) { change(&a.References[0]) }
	}
	return []fault{
		{"no reference", func(_ *S, a *A) { a.References = nil }, `association "orders": no reference`},
		{"a reference without fields", ref(func(r *contacts.Reference) { r.Fields = nil }), reference + "no fields"},
		{"fewer fields than the key", ref(func(r *contacts.Reference) { r.Fields = []string{"tenant"} }), reference + "1 fields refer to 2 fields ([tenant id])"},
		{"more fields than the target", ref(func(r *contacts.Reference) { r.To = []string{"tenant"} }), reference + "2 fields refer to 1 fields ([tenant])"},
		{"a field that is none", ref(func(r *contacts.Reference) { r.Fields[1] = "x" }), reference + `field "x" is not among the association's fields`},
		{"a field twice", ref(func(r *contacts.Reference) { r.To = []string{"tenant", "tenant"}; r.Fields[1] = "tenant" }), reference + `field "tenant" is named twice`},
		{"a target that is no field", ref(func(r *contacts.Reference) { r.To = []string{"tenant", "nr"} }), reference + `field "nr" is not among the fields of the row above`},
		{"a target of another kind", ref(func(r *contacts.Reference) { r.To = []string{"tenant", "email"} }), reference + `"buyer" is int64 but refers to "email", which is text`},
		{"a target of another encoding", func(s *S, _ *A) { s.Associations[3].Fields[0].Encoding = contacts.UUIDText() }, `association "upstream", reference 1: "id" has another encoding than "external", which it refers to`},
		{"a row above without a key", func(_ *S, a *A) { a.Key, a.Associations = nil, a.Associations[:1] }, `association "lines", reference 1: the row above has no key; name the fields referred to in To`},
		{"SetNull of another field", ref(func(r *contacts.Reference) { r.SetNull = []string{"open"} }), reference + `SetNull field "open" is not among the reference's fields`},
		{"a detached field that is NOT NULL", func(s *S, _ *A) { s.Fields[2].Required = true }, `association "reports", reference 1: field "manager" is NOT NULL and cannot be detached`},
		{"a detached field of the key", func(s *S, _ *A) {
			s.Fields[0].Required = false
			s.Associations[2].References[0].SetNull = []string{"tenant"}
		}, `association "reports", reference 1: field "tenant" is part of the row's key and cannot be detached`},
		{"a constant that is no field", ref(func(r *contacts.Reference) { r.Constants = map[string]any{"x": 1} }), reference + `constant field "x" is not among the association's fields`},
		{"a constant of another kind", ref(func(r *contacts.Reference) { r.Constants = map[string]any{"open": "m4rk3r"} }), reference + `constant "open": the field is bool and the value is text`},
		{"a constant of nil", ref(func(r *contacts.Reference) { r.Constants = map[string]any{"open": nil} }), reference + `constant "open": value is nil`},
		{"a constant relative to the run", func(s *S, _ *A) {
			s.Associations[1].Fields[2].Kind = where.KindTime
			s.Associations[1].References[0].Constants["type"] = where.Ago(1)
		}, `association "notes", reference 1: constant "type": a relative time is not a constant`},
		{"a constant in a field of the reference", ref(func(r *contacts.Reference) { r.Constants = map[string]any{"buyer": 7} }), reference + `constant field "buyer" also holds the reference`},
		{"a condition on a field that is none", func(_ *S, a *A) { a.Where = where.New().WhereTrue("opne") }, rows + " (their own fields only): where: invalid condition: opne = ?: there is no field opne"},
		{"a condition on other rows", func(_ *S, a *A) { a.Where = where.New().WhereExists("lines") }, rows + " (their own fields only): where: invalid condition: EXISTS lines: there is no association lines"},
		{"a condition that is not finished", func(_ *S, a *A) { a.Where = where.New().And() }, rows},
		{"a condition by which nothing is restricted", func(s *S, _ *A) {
			s.Associations[4].Where = where.New().WhereNull("person").WhereNotNull("person")
		}, `association "contracts": condition on the rows: nothing is restricted by it: where: invalid condition: `},
		{"a restriction by an empty list", func(s *S, _ *A) { s.Associations[4].Where = where.New().WhereIn("person") }, "nothing is restricted by it"},
		{"a condition of everything", func(_ *S, a *A) { a.Where = where.Everything() }, rows + ": leave it out to mean all rows"},
		{"a condition on other rows, of contacts", func(s *S, _ *A) { s.Associations[2].Where = where.New().WhereExists("orders") }, "there is no association orders"},
	}
}

func TestFaultsOfASchemaAreNamed(t *testing.T) {
	t.Parallel()
	for _, all := range [][]fault{faultsOfContacts(), faultsOfAssociations(), faultsOfReferences()} {
		for _, tt := range all {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				schema := crm()
				require.NoError(t, schema.Validate())
				tt.change(&schema, &schema.Associations[0])
				err := schema.Validate()
				require.ErrorIs(t, err, contacts.ErrInvalidSchema)
				require.ErrorContains(t, err, tt.message)
				require.NotContains(t, err.Error(), "m4rk3r")
				var list *contacts.SchemaError
				require.ErrorAs(t, err, &list)
				require.NotEmpty(t, list.Faults)
			})
		}
	}
}

func TestAllFaultsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	schema := crm()
	schema.Fields[3].Encoding = contacts.UnixSeconds()
	schema.Associations[0].Action = 0
	schema.Associations[0].Associations[0].References = nil
	schema.Associations[1].References[0].Constants["type"] = 1
	schema.Associations[4].Where = where.New().WhereNull("x").WhereNull("y")
	var list *contacts.SchemaError
	require.ErrorAs(t, schema.Validate(), &list)
	var places []string
	for _, f := range list.Faults {
		place, _, _ := strings.Cut(f.Error(), ": ")
		places = append(places, place)
	}
	require.Equal(t, []string{
		`contacts, field "email"`, `association "orders"`, `association "lines"`, `association "lines"`, `association "claims"`,
		`association "disputes"`, `association "notes", reference 1`, `association "contracts"`,
	}, places)
	require.ErrorIs(t, list, where.ErrInvalid, "causes stay in the chain")
	require.ErrorContains(t, list, "there is no field y")
}

func TestHostileButPossibleNamesAreAccepted(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"order", `a"b`, "a`b", "[a]", "a b", "naïve", "客户", "x; DROP TABLE y --", strings.Repeat("a", 128)} {
		schema := contacts.Schema{Table: name, Key: []string{name}, Fields: []contacts.Field{contacts.Text(name)}}
		require.NoError(t, schema.Validate(), name)
		require.NoError(t, where.New().WhereEquals(name, "x").Validate(schema.Catalog()), name)
	}
	schema := contacts.Schema{Table: "a.b", Key: []string{"x"}, Fields: []contacts.Field{contacts.Text("x")}}
	schema.Associations = []contacts.Association{{
		Name: "same name, other schema", Table: "c.b", Action: contacts.Delete,
		Fields: []contacts.Field{contacts.Text("x")}, References: []contacts.Reference{{Fields: []string{"x"}}},
	}}
	require.NoError(t, schema.Validate())
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	valid := func(kind where.Kind, e contacts.Encoding) error {
		f := contacts.Field{Name: "f", Kind: kind, Encoding: e}
		return contacts.Schema{Table: "t", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), f}}.Validate()
	}
	for e, kind := range map[contacts.Encoding]where.Kind{
		{}: where.KindBool, contacts.UnixSeconds(): where.KindTime, contacts.UnixMillis(): where.KindTime, contacts.UnixMicros(): where.KindTime,
		contacts.NaiveTime("Europe/Rome"): where.KindTime, contacts.NaiveTime("UTC"): where.KindTime,
		contacts.TimeText(contacts.SQLiteTime): where.KindTime, contacts.TimeText("2006-01-02T15:04:05Z"): where.KindTime,
		contacts.TimeText("2006-01-02T15:04:05.000000+00:00"): where.KindTime, contacts.TimeText("2006-01-02 15:04:05.0"): where.KindTime,
		contacts.DecimalUnits(0): where.KindDecimal, contacts.DecimalUnits(18): where.KindDecimal, contacts.DecimalReal(): where.KindDecimal,
		contacts.UUIDText(): where.KindUUID, contacts.UUIDBytes(): where.KindUUID,
	} {
		require.NoError(t, valid(kind, e), "%+v", e)
		if e != (contacts.Encoding{}) {
			require.Error(t, valid(where.KindText, e), "%+v", e)
		}
	}
	for message, bad := range map[string]contacts.Field{
		`layout "2006-01-02" is not fixed-width`:          contacts.Time("f").Encoded(contacts.TimeText("2006-01-02")),
		`layout "" is not fixed-width`:                    contacts.Time("f").Encoded(contacts.TimeText("")),
		`layout "02.01.2006 15:04:05" is not`:             contacts.Time("f").Encoded(contacts.TimeText("02.01.2006 15:04:05")),
		`layout "2006-01-02 15:04:05.999" is not`:         contacts.Time("f").Encoded(contacts.TimeText("2006-01-02 15:04:05.999")),
		`layout "2006-01-02T15:04:05Z07:00" is not`:       contacts.Time("f").Encoded(contacts.TimeText("2006-01-02T15:04:05Z07:00")),
		"scale -1 is outside 0 to 18":                     contacts.Decimal("f").Encoded(contacts.DecimalUnits(-1)),
		"scale 19 is outside 0 to 18":                     contacts.Decimal("f").Encoded(contacts.DecimalUnits(19)),
		`there is no zone "Mars/Base" here`:               contacts.Time("f").Encoded(contacts.NaiveTime("Mars/Base")),
		`there is no zone "Local" here`:                   contacts.Time("f").Encoded(contacts.NaiveTime("Local")),
		"a zone, but the field is date":                   contacts.Date("f").Encoded(contacts.NaiveTime("UTC")),
		"there is no form 99":                             contacts.Text("f").Encoded(contacts.Encoding{Form: 99}),
		"an encoding of time, but the field is date":      contacts.Date("f").Encoded(contacts.UnixSeconds()),
		"an encoding of uuid, but the field is text":      contacts.Text("f").Encoded(contacts.UUIDText()),
		"the encoding has a part that form 2 does":        contacts.Time("f").Encoded(contacts.Encoding{Form: contacts.FormUnixSeconds, Scale: 1}),
		"the encoding has a part that form 0 does":        contacts.Text("f").Encoded(contacts.Encoding{Layout: contacts.SQLiteTime}),
		"the encoding has a part that form 5 does not us": contacts.Decimal("f").Encoded(contacts.Encoding{Form: contacts.FormUnits, Zone: "UTC"}),
	} {
		err := valid(bad.Kind, bad.Encoding)
		require.ErrorContains(t, err, `contacts, field "f": `+message)
	}
}

func TestAnErrorUnwrapsToItsFaults(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	err := error(&contacts.SchemaError{Faults: []error{cause}})
	require.ErrorIs(t, err, cause)
	require.ErrorIs(t, err, contacts.ErrInvalidSchema)
	require.EqualError(t, err, "contacts: invalid schema: cause")
}
