package contacts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

func TestAssociationsHaveTheirPlace(t *testing.T) {
	t.Parallel()
	type place struct {
		name         string
		above, depth int
		ofContacts   bool
	}
	var places []place
	placed := crm().Placed()
	for _, p := range placed {
		places = append(places, place{p.Name, p.Above, p.Depth, p.OfContacts})
	}
	require.Equal(t, []place{
		{"orders", -1, 1, false},
		{"lines", 0, 2, false},
		{"claims", 0, 2, false},
		{"disputes", 0, 2, false},
		{"notes", -1, 1, false},
		{"reports", -1, 1, true},
		{"upstream", -1, 1, false},
		{"contracts", -1, 1, false},
	}, places)
	require.Equal(t, crm().Fields, placed[5].Fields, "rows of the contact table have the contact's fields")
	require.Equal(t, []string{"tenant", "id"}, placed[5].Key)
}

func TestTheOrderOfTreatmentIsDeepestFirst(t *testing.T) {
	t.Parallel()
	schema := crm()
	var names []string
	for _, i := range schema.Order() {
		names = append(names, schema.Placed()[i].Name)
	}
	require.Equal(t, []string{"lines", "claims", "disputes", "orders", "notes", "reports", "contracts", "upstream"}, names)
	require.Empty(t, contacts.Schema{}.Order())
}

func TestTheOrderOfTreatmentGoesByTheAction(t *testing.T) {
	t.Parallel()
	schema := contacts.Schema{Table: "people"}
	for a := contacts.ReadOnly; a >= contacts.Delete; a-- {
		schema.Associations = append(schema.Associations, contacts.Association{Name: a.String(), Action: a})
	}
	var actions []contacts.Action
	for _, i := range schema.Order() {
		actions = append(actions, schema.Placed()[i].Action)
	}
	require.Equal(t, []contacts.Action{
		contacts.Delete, contacts.Anonymise, contacts.Detach, contacts.HandOver, contacts.Keep, contacts.Restrict, contacts.ReadOnly,
	}, actions)
}

func TestActionsSayWhatTheyDoToRows(t *testing.T) {
	t.Parallel()
	for a := range contacts.ReadOnly + 2 {
		changes := a == contacts.Anonymise || a == contacts.Detach || a == contacts.HandOver
		require.Equal(t, changes, a.Changes(), a)
		require.Equal(t, changes || a == contacts.Delete, a.Touches(), a)
	}
}

// TestInDoubtARowRestricts: only for Restrict a row belongs as well where its
// condition is unknown.
func TestInDoubtARowRestricts(t *testing.T) {
	t.Parallel()
	schema := crm()
	orders := schema.Associations[0]
	test, unless := orders.Belonging()
	require.True(t, test.IsZero())
	require.False(t, unless)
	test, unless = orders.Associations[1].Belonging() // claims
	require.True(t, unless)
	require.Equal(t, "(NOT settled = false)", test.String())
	test, unless = orders.Associations[2].Belonging() // disputes, without Where
	require.True(t, test.IsZero())
	require.False(t, unless)
	orders.Where = where.New().WhereTrue("open")
	test, unless = orders.Belonging()
	require.Equal(t, orders.Where.String(), test.String())
	require.False(t, unless)
}

func TestUnrestrictedFollowsRestrictsToAnyDepth(t *testing.T) {
	t.Parallel()
	schema := crm()
	c, ok := schema.Unrestricted()
	require.True(t, ok)
	require.NoError(t, c.Validate(schema.Catalog()))
	require.Equal(t,
		"((NOT (EXISTS orders WHERE (EXISTS claims) OR EXISTS orders WHERE (EXISTS disputes))) AND (NOT EXISTS contracts))", c.String())

	free := row{below: map[string][]row{"orders": {{}}}}
	require.True(t, selects(t, schema, c, free))
	require.False(t, selects(t, schema, c, row{below: map[string][]row{"orders": {{}, {below: map[string][]row{"disputes": {{}}}}}}}))
	require.False(t, selects(t, schema, c, row{below: map[string][]row{"contracts": {{}}}}))

	schema.Associations = schema.Associations[1:4]
	_, ok = schema.Unrestricted()
	require.False(t, ok)
}

func TestConditionsSeeTheSchemaAsACatalog(t *testing.T) {
	t.Parallel()
	n := where.New()
	cat := crm().Catalog()
	require.NoError(t, n.WhereExists("orders", n.WhereTrue("open").WhereExists("lines", n.WhereEquals("order", 1))).Validate(cat))
	require.NoError(t, n.WhereID("t", 1).Validate(cat))
	require.NoError(t, n.WhereExists("orders", n.WhereID(5)).Validate(cat))
	require.NoError(t, n.WhereExists("reports", n.WhereExists("reports", n.WhereEmpty("email").WhereExists("orders"))).Validate(cat))
	require.ErrorContains(t, n.WhereNull("mail").Validate(cat), "there is no field mail; there are tenant, id, manager, email, external, created, spent")
	require.ErrorContains(t, n.WhereExists("lines").Validate(cat), "there is no association lines; there are orders, notes, reports, upstream, contracts")
	require.ErrorContains(t, n.WhereExists("lines").Validate(contacts.Schema{}.Catalog()), "there is no association lines")
	f, ok := cat.Field("email")
	require.True(t, ok)
	require.Equal(t, where.Field{Kind: where.KindText, Fold: true}, f)
}

func TestFieldsAreValues(t *testing.T) {
	t.Parallel()
	plain := contacts.Text("a")
	require.Equal(t, contacts.Field{Name: "a", Column: "b", Kind: where.KindText, CaseInsensitive: true, Required: true}, plain.In("b").FoldCase().NotNull())
	require.Equal(t, contacts.Field{Name: "a", Kind: where.KindText}, plain)
	require.Equal(t, "a", plain.ColumnName())
	require.Equal(t, "b", plain.In("b").ColumnName())
	for kind, f := range map[where.Kind]contacts.Field{
		where.KindText: contacts.Text("x"), where.KindInt64: contacts.Int64("x"), where.KindUint64: contacts.Uint64("x"),
		where.KindFloat64: contacts.Float64("x"), where.KindDecimal: contacts.Decimal("x"), where.KindBool: contacts.Bool("x"),
		where.KindTime: contacts.Time("x"), where.KindDate: contacts.Date("x"), where.KindUUID: contacts.UUID("x"),
	} {
		require.Equal(t, contacts.Field{Name: "x", Kind: kind}, f)
	}
}

func TestActionsHaveNames(t *testing.T) {
	t.Parallel()
	var names []string
	for a := range contacts.ReadOnly + 2 {
		names = append(names, a.String())
	}
	require.Equal(t, []string{"no action", "delete", "anonymise", "detach", "hand over", "keep", "restrict", "read-only", "no action"}, names)
}

func TestReferencesHaveDefaults(t *testing.T) {
	t.Parallel()
	r := contacts.Reference{Fields: []string{"a", "b"}}
	require.Equal(t, []string{"k"}, r.Target([]string{"k"}))
	require.Equal(t, []string{"a", "b"}, r.Nulled())
	r.To, r.SetNull = []string{"x"}, []string{"b"}
	require.Equal(t, []string{"x"}, r.Target([]string{"k"}))
	require.Equal(t, []string{"b"}, r.Nulled())
}

func TestTheFingerprintChangesWithEveryPart(t *testing.T) {
	t.Parallel()
	seen := map[string]string{crm().Fingerprint(): "nothing"}
	again := crm().Fingerprint()
	require.Contains(t, seen, again)
	for name, change := range map[string]func(s *contacts.Schema, orders *contacts.Association){
		"table":            func(s *contacts.Schema, _ *contacts.Association) { s.Table = "people" },
		"key":              func(s *contacts.Schema, _ *contacts.Association) { s.Key = s.Key[:1] },
		"order of the key": func(s *contacts.Schema, _ *contacts.Association) { s.Key[0], s.Key[1] = s.Key[1], s.Key[0] },
		"one field less":   func(s *contacts.Schema, _ *contacts.Association) { s.Fields = s.Fields[:6] },
		"field name":       func(s *contacts.Schema, _ *contacts.Association) { s.Fields[3].Name = "e_mail" },
		"column":           func(s *contacts.Schema, _ *contacts.Association) { s.Fields[3].Column = "email" },
		"name and column, shifted": func(s *contacts.Schema, _ *contacts.Association) {
			s.Fields[3].Name, s.Fields[3].Column = `email" "mail`, ""
		},
		"kind":     func(s *contacts.Schema, _ *contacts.Association) { s.Fields[3].Kind = where.KindDate },
		"case":     func(s *contacts.Schema, _ *contacts.Association) { s.Fields[3].CaseInsensitive = false },
		"not null": func(s *contacts.Schema, _ *contacts.Association) { s.Fields[3].Required = true },
		"form":     func(s *contacts.Schema, _ *contacts.Association) { s.Fields[5].Encoding = contacts.UnixMicros() },
		"layout": func(s *contacts.Schema, _ *contacts.Association) {
			s.Fields[5].Encoding = contacts.TimeText(contacts.SQLiteTime)
		},
		"zone": func(s *contacts.Schema, _ *contacts.Association) {
			s.Fields[5].Encoding = contacts.NaiveTime("Europe/Rome")
		},
		"scale":               func(s *contacts.Schema, _ *contacts.Association) { s.Fields[6].Encoding = contacts.DecimalUnits(3) },
		"association gone":    func(s *contacts.Schema, _ *contacts.Association) { s.Associations = s.Associations[1:] },
		"association name":    func(_ *contacts.Schema, a *contacts.Association) { a.Name = "purchases" },
		"association table":   func(_ *contacts.Schema, a *contacts.Association) { a.Table = "orders" },
		"association field":   func(_ *contacts.Schema, a *contacts.Association) { a.Fields[4].Kind = where.KindInt64 },
		"association key":     func(_ *contacts.Schema, a *contacts.Association) { a.Key = []string{"buyer"} },
		"action":              func(_ *contacts.Schema, a *contacts.Association) { a.Action = contacts.Keep },
		"reference":           func(_ *contacts.Schema, a *contacts.Association) { a.References = a.References[:1] },
		"reference fields":    func(_ *contacts.Schema, a *contacts.Association) { a.References[0].Fields[1] = "payer" },
		"reference target":    func(_ *contacts.Schema, a *contacts.Association) { a.References[0].To = []string{"tenant", "id"} },
		"what is set to NULL": func(_ *contacts.Schema, a *contacts.Association) { a.References[0].SetNull = []string{"buyer"} },
		"constant": func(_ *contacts.Schema, a *contacts.Association) {
			a.References[0].Constants = map[string]any{"open": true}
		},
		"value of a constant": func(_ *contacts.Schema, a *contacts.Association) {
			a.References[0].Constants = map[string]any{"open": false}
		},
		"what is set":               func(_ *contacts.Schema, a *contacts.Association) { a.Set = contacts.Values{"open": true} },
		"value of what is set":      func(_ *contacts.Schema, a *contacts.Association) { a.Set = contacts.Values{"open": false} },
		"what is set, NULL":         func(_ *contacts.Schema, a *contacts.Association) { a.Set = contacts.Values{"open": nil} },
		"heir":                      func(_ *contacts.Schema, a *contacts.Association) { a.Heir = contacts.Values{"buyer": 1} },
		"another heir":              func(_ *contacts.Schema, a *contacts.Association) { a.Heir = contacts.Values{"buyer": 2} },
		"heir of another reference": func(_ *contacts.Schema, a *contacts.Association) { a.Heir = contacts.Values{"payer": 1} },
		"a reference that stays":    func(_ *contacts.Schema, a *contacts.Association) { a.References[0].Stays = true },
		"rows":                      func(_ *contacts.Schema, a *contacts.Association) { a.Where = where.New().WhereTrue("open") },
		"value in the rows":         func(_ *contacts.Schema, a *contacts.Association) { a.Where = where.New().WhereFalse("open") },
		"below, one less":           func(_ *contacts.Schema, a *contacts.Association) { a.Associations = a.Associations[1:] },
		"below, beside": func(s *contacts.Schema, a *contacts.Association) {
			s.Associations, a.Associations = append(s.Associations, a.Associations...), nil
		},
		"order of the associations": func(s *contacts.Schema, _ *contacts.Association) {
			s.Associations[0], s.Associations[1] = s.Associations[1], s.Associations[0]
		},
	} {
		schema := crm()
		change(&schema, &schema.Associations[0])
		other, same := seen[schema.Fingerprint()]
		require.False(t, same, "%s has the fingerprint of %s", name, other)
		seen[schema.Fingerprint()] = name
	}
}
