package storetest

import (
	"strconv"
	"testing"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// testLogic takes rows whose terms p, q and r have all combinations of truth
// values and compares expressions with Kleene's tables.
func testLogic(t *testing.T, h Harness) {
	t.Helper()
	schema := contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Int64("p"), contacts.Int64("q"), contacts.Int64("r")},
	}
	values := map[where.Truth]any{where.True: 1, where.False: 0, where.Indeterminate: nil}
	type truths struct{ p, q, r where.Truth }
	var rows []truths
	data := Data{}
	for i := range 27 {
		x := truths{where.Truth(i % 3), where.Truth(i / 3 % 3), where.Truth(i / 9)}
		rows = append(rows, x)
		data["people"] = append(data["people"], Row{"id": i, "p": values[x.p], "q": values[x.q], "r": values[x.r]})
	}
	b := setup(t, h, schema, data)
	w := where.New
	is := func(field string) where.Condition { return w().WhereEquals(field, 1) }
	p, q, r := is("p"), is("q"), is("r")
	not := func(x where.Truth) where.Truth { return where.True - x }
	for _, c := range []struct {
		name      string
		condition where.Condition
		want      func(x truths) where.Truth
	}{
		{"p", p, func(x truths) where.Truth { return x.p }},
		{"NOT p", w().WhereNot(p), func(x truths) where.Truth { return not(x.p) }},
		{"NOT (NOT p)", w().WhereNot(w().WhereNot(p)), func(x truths) where.Truth { return x.p }},
		{"p AND q", p.And().WhereEquals("q", 1), func(x truths) where.Truth { return min(x.p, x.q) }},
		{"p OR q", p.Or().WhereEquals("q", 1), func(x truths) where.Truth { return max(x.p, x.q) }},
		{"NOT (p AND q)", w().WhereNot(p.Where(q)), func(x truths) where.Truth { return not(min(x.p, x.q)) }},
		{"NOT (p OR q)", w().WhereNot(p.Or().Where(q)), func(x truths) where.Truth { return not(max(x.p, x.q)) }},
		{"AND binds tighter: p OR q AND r", p.Or().Where(q).And().Where(r), func(x truths) where.Truth { return max(x.p, min(x.q, x.r)) }},
		{"AND binds tighter: p AND q OR r", p.Where(q).Or().Where(r), func(x truths) where.Truth { return max(min(x.p, x.q), x.r) }},
		{"brackets: (p OR q) AND r", w().Where(p.Or().Where(q)).Where(r), func(x truths) where.Truth { return min(max(x.p, x.q), x.r) }},
		{"NOT (p AND NOT (q OR NOT r))", w().WhereNot(p.WhereNot(q.Or().WhereNot(r))), func(x truths) where.Truth { return not(min(x.p, not(max(x.q, not(x.r))))) }},
		{"NOT p OR NOT q AND r", w().WhereNot(p).Or().WhereNot(q).And().Where(r), func(x truths) where.Truth { return max(not(x.p), min(not(x.q), x.r)) }},
		{"p OR p IS NULL", p.Or().WhereNull("p"), func(x truths) where.Truth { return max(x.p, truth(x.p == where.Indeterminate)) }},
		{"NOT (p OR p IS NULL)", w().WhereNot(p.Or().WhereNull("p")), func(x truths) where.Truth { return not(max(x.p, truth(x.p == where.Indeterminate))) }},
		{"p OR NOT p is not always true", p.Or().WhereNot(p), func(x truths) where.Truth { return max(x.p, not(x.p)) }},
		{"NOT (p IN (1, 2))", w().WhereNot(w().WhereIn("p", 1, 2)), func(x truths) where.Truth { return not(x.p) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want []string
			for i, x := range rows {
				if c.want(x) == where.True {
					want = append(want, strconv.Itoa(i))
				}
			}
			b.requireSelects(t, c.condition, want)
		})
	}
}

func truth(b bool) where.Truth {
	if b {
		return where.True
	}
	return where.False
}

// testRelative freezes relative times, also those in the conditions of the
// schema, for the instant of the selection.
func testRelative(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	day := 24 * time.Hour
	t.Run("Ago", func(t *testing.T) {
		t.Parallel()
		runSelects(t, h, sampleSchema(), sampleData(), []selects{
			{"the instant of the run itself", w().WhereGreaterOrEquals("created", where.Ago(0)), ids(3)},
			{"before the instant of the run", w().WhereLessThan("created", where.Ago(0)), ids(1, 2)},
			{"a year ago", w().WhereGreaterThan("created", where.Ago(365*day)), ids(3)},
			{"three years ago", w().WhereBetween("created", where.Ago(3*365*day), where.Ago(day)), ids(2)},
			{"DateAgo today", w().WhereEquals("birthday", where.DateAgo(0)), ids(3)},
			{"DateAgo before", w().WhereLessThan("birthday", where.DateAgo(0)), ids(1, 2)},
		})
	})
	t.Run("in the condition of an association", func(t *testing.T) {
		t.Parallel()
		schema := contacts.Schema{
			Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull()},
			Associations: []contacts.Association{{
				Name: "recent", Table: "visits", Action: contacts.Delete,
				Fields:     []contacts.Field{contacts.Int64("person"), contacts.Time("at").Encoded(contacts.UnixSeconds())},
				References: []contacts.Reference{{Fields: []string{"person"}}},
				Where:      w().WhereGreaterThan("at", where.Ago(7*day)),
			}},
		}
		runSelects(t, h, schema, Data{
			"people": {{"id": 1}, {"id": 2}, {"id": 3}},
			"visits": {
				{"person": 1, "at": instant().Add(-6 * day)},
				{"person": 2, "at": instant().Add(-8 * day)},
				{"person": 3},
			},
		}, []selects{
			{"WhereExists", w().WhereExists("recent"), ids(1)},
			{"WhereNotExists", w().WhereNotExists("recent"), ids(2, 3)},
		})
	})
}
