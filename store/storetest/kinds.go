package storetest

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// ladder is a field and values of its kind in strictly ascending order. A
// store holds one row of each, one of NULL, and the foreign values that the
// harness can store; every comparison with every step and with every operand
// in between must select exactly the rows that the order says.
type ladder struct {
	name  string
	field contacts.Field // named "v"
	steps []any
	// operands are values that no row holds: each compares greater than
	// exactly so many steps.
	operands []operand
}

type operand struct {
	value any
	above int
}

func testKinds(t *testing.T, h Harness) {
	t.Helper()
	for _, l := range ladders() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			l.run(t, h)
		})
	}
	t.Run("bool", func(t *testing.T) {
		t.Parallel()
		testBool(t, h)
	})
}

const (
	nullID    = 1001 // the id of the row that holds NULL
	foreignID = 2001 // the id of the first row that holds a foreign value
)

// run leaves out the steps that the storage cannot hold; they stay operands.
func (l ladder) run(t *testing.T, h Harness) {
	t.Helper()
	schema := contacts.Schema{Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull(), l.field}}
	data := Data{"people": {{"id": nullID}}}
	var steps []int // of the rows that there are
	for i, x := range l.steps {
		if holds(h, l.field, x) {
			data["people"] = append(data["people"], Row{"id": i + 1, "v": x})
			steps = append(steps, i)
		}
	}
	if len(steps) == 0 {
		t.Skip("the storage cannot hold this kind in this encoding")
	}
	var strangers []string
	for i := range foreigns(h, l.field) {
		data["people"] = append(data["people"], Row{"id": foreignID + i, "v": Foreign(i)})
		strangers = append(strangers, ids(foreignID+i)...)
	}
	b := setup(t, h, schema, data)
	rows := func(test func(step int) bool, more ...string) []string {
		out := []string{}
		for _, i := range steps {
			if test(i) {
				out = append(out, ids(i+1)...)
			}
		}
		return append(out, more...)
	}
	for i, x := range l.steps {
		compareAll(t, b, fmt.Sprintf("step %d", i+1), x, rows, func(step int) int { return step - i })
	}
	for i, o := range l.operands {
		compareAll(t, b, fmt.Sprintf("operand %d", i+1), o.value, rows, func(step int) int {
			if step < o.above {
				return -1
			}
			return 1
		})
	}
	l.tests(t, b, rows, strangers)
	b.requireUnchanged(t)
}

// tests runs the tests that need no operand, and those of many.
func (l ladder) tests(t *testing.T, b *bench, rows func(func(int) bool, ...string) []string, strangers []string) {
	t.Helper()
	w, null := where.New, strconv.Itoa(nullID)
	all := func(int) bool { return true }
	none := func(int) bool { return false }
	first, last := l.steps[0], l.steps[len(l.steps)-1]
	for _, c := range []selects{
		{"WhereNull", w().WhereNull("v"), []string{null}},
		{"WhereNotNull", w().WhereNotNull("v"), rows(all)},
		{"NOT WhereNull", w().WhereNot(w().WhereNull("v")), rows(all)},
		{"WhereKnown", w().WhereKnown("v"), rows(all)},
		{"WhereUnknown", w().WhereUnknown("v"), rows(none, append(strangers, null)...)},
		{"NOT WhereKnown", w().WhereNot(w().WhereKnown("v")), rows(none, append(strangers, null)...)},
		{"WhereIn all", w().WhereIn("v", l.steps...), rows(all)},
		{"WhereNotIn all", w().WhereNotIn("v", l.steps...), rows(none)},
		{"WhereNotIn some", w().WhereNotIn("v", first, last), rows(func(i int) bool { return i > 0 && i < len(l.steps)-1 })},
		{"WhereBetween", w().WhereBetween("v", first, last), rows(all)},
		{"NOT WhereBetween", w().WhereNot(w().WhereBetween("v", first, last)), rows(none)},
		{"foreign values are not NOT something either", w().WhereNot(w().WhereEquals("v", first).Or().WhereNull("v")), rows(func(i int) bool { return i > 0 })},
	} {
		t.Run(c.name, func(t *testing.T) { b.requireSelects(t, c.condition, c.want) })
	}
}

// compareAll runs every comparison with a value. compare says how a row's step
// compares with it.
func compareAll(t *testing.T, b *bench, name string, x any, rows func(func(int) bool, ...string) []string, compare func(step int) int) {
	t.Helper()
	w := where.New
	equal := func(i int) bool { return compare(i) == 0 }
	other := func(i int) bool { return compare(i) != 0 }
	for _, c := range []selects{
		{"equals", w().WhereEquals("v", x), rows(equal)},
		{"equals or null", w().WhereEqualsOrNull("v", x), rows(equal, strconv.Itoa(nullID))},
		{"not equals", w().WhereNotEquals("v", x), rows(other)},
		{"NOT equals", w().WhereNot(w().WhereEquals("v", x)), rows(other)},
		{"in", w().WhereIn("v", x), rows(equal)},
		{"not in", w().WhereNotIn("v", x), rows(other)},
		{"less", w().WhereLessThan("v", x), rows(func(i int) bool { return compare(i) < 0 })},
		{"less or equal", w().WhereLessOrEquals("v", x), rows(func(i int) bool { return compare(i) <= 0 })},
		{"greater", w().WhereGreaterThan("v", x), rows(func(i int) bool { return compare(i) > 0 })},
		{"greater or equal", w().WhereGreaterOrEquals("v", x), rows(func(i int) bool { return compare(i) >= 0 })},
		{"NOT less", w().WhereNot(w().WhereLessThan("v", x)), rows(func(i int) bool { return compare(i) >= 0 })},
	} {
		t.Run(name+" "+c.name, func(t *testing.T) { b.requirePage(t, c.condition, c.want) })
	}
}

func testBool(t *testing.T, h Harness) {
	t.Helper()
	w, field := where.New, contacts.Bool("v")
	data := Data{"people": {{"id": 1, "v": true}, {"id": 2, "v": false}, {"id": 3}}}
	strangers := ids(3)
	for i := range foreigns(h, field) {
		data["people"] = append(data["people"], Row{"id": foreignID + i, "v": Foreign(i)})
		strangers = append(strangers, ids(foreignID+i)...)
	}
	schema := contacts.Schema{Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull(), field}}
	runSelects(t, h, schema, data, []selects{
		{"true", w().WhereTrue("v"), ids(1)},
		{"false", w().WhereFalse("v"), ids(2)},
		{"NOT true", w().WhereNot(w().WhereTrue("v")), ids(2)},
		{"not equals true", w().WhereNotEquals("v", true), ids(2)},
		{"not equals false", w().WhereNotEquals("v", false), ids(1)},
		{"null", w().WhereNull("v"), ids(3)},
		{"not null", w().WhereNotNull("v"), ids(1, 2)},
		{"in", w().WhereIn("v", true, false), ids(1, 2)},
		{"not in", w().WhereNotIn("v", true, false), ids()},
		{"unknown", w().WhereUnknown("v"), strangers},
		{"known", w().WhereKnown("v"), ids(1, 2)},
	})
}
