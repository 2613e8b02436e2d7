package where_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/where"
)

func ExampleNew() {
	stale := where.New().
		WhereLessThan("created", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)).
		And().
		WhereEmpty("email")
	fmt.Println(stale)
	fmt.Println(stale.Redacted())
	// Output:
	// (created < 2026-01-01T00:00:00.000000Z AND email IS EMPTY)
	// (created < ? AND email IS EMPTY)
}

// AND binds tighter than OR, as in SQL.
func ExampleCondition_Or() {
	fmt.Println(where.New().WhereNull("email").Or().WhereNull("phone").WhereFalse("consent"))
	// Output: (email IS NULL OR (phone IS NULL AND consent = false))
}

// A group is bracketed.
func ExampleCondition_Where() {
	unreachable := where.New().WhereNull("email").Or().WhereNull("phone")
	fmt.Println(where.New().Where(unreachable).WhereFalse("consent"))
	fmt.Println(where.New().WhereNot(unreachable).WhereFalse("consent"))
	// Output:
	// ((email IS NULL OR phone IS NULL) AND consent = false)
	// ((NOT (email IS NULL OR phone IS NULL)) AND consent = false)
}

func ExampleCondition_WhereIn() {
	countries := []string{"NO", "SE"}
	fmt.Println(where.New().WhereIn("country", countries))
	fmt.Println(where.New().WhereNotIn("country", "NO", "SE").Redacted())
	// Output:
	// country IN ("NO", "SE")
	// country NOT IN (2 values)
}

func ExampleCondition_WhereExists() {
	unpaid := where.New().WhereGreaterThan("total", "0.00").WhereNull("paid")
	fmt.Println(where.New().WhereExists("invoices", unpaid).WhereNotExists("activities"))
	// Output: (EXISTS invoices WHERE (total > "0.00" AND paid IS NULL) AND NOT EXISTS activities)
}

// Sent at least six emails in at least three months, and opened none.
func ExampleCondition_WhereCount() {
	opened := where.New().WhereNotNull("opened")
	zombies := where.New().
		WhereCount("emails", where.GreaterOrEqual, 6).
		WhereCountMonths("emails", "sent", where.GreaterOrEqual, 3).
		WhereNotExists("emails", opened)
	fmt.Println(zombies)
	// Output: (COUNT(emails) >= 6 AND COUNT(MONTHS sent OF emails) >= 3 AND NOT EXISTS emails WHERE (opened IS NOT NULL))
}

// Every mistake is reported, with the term that it belongs to.
func ExampleCondition_Validate() {
	catalog := table{fields: map[string]where.Field{"age": {Kind: where.KindInt64}, "email": {Kind: where.KindText}}}
	err := where.New().WhereEquals("emial", "x").WhereLessThan("age", "7").WhereContains("email", "").Validate(catalog)
	if invalid, ok := errors.AsType[*where.InvalidError](err); ok {
		for _, mistake := range invalid.Terms {
			fmt.Println(mistake)
		}
	}
	// Output:
	// emial = ?: there is no field emial; there are age, email; did you mean email?
	// age < ?: the field is int64 and the value is text; pass an integer
	// email CONTAINS ?: the search text is empty; use WhereEmpty or WhereNotEmpty
}

func ExampleCondition_MarshalJSON() {
	stored, err := json.Marshal(where.New().WhereEquals("city", "Oslo").WhereNull("email"))
	fmt.Println(string(stored), err)
	var read where.Condition
	err = json.Unmarshal(stored, &read)
	fmt.Println(read, err)
	// Output:
	// {"version":1,"where":{"op":"and","terms":[{"op":"=","field":"city","value":{"kind":"text","value":"Oslo"}},{"op":"null","field":"email"}]}} <nil>
	// (city = "Oslo" AND email IS NULL) <nil>
}

// A relative time is frozen once, when a run starts.
func ExampleAgo() {
	old := where.New().WhereLessThan("created", where.Ago(90*24*time.Hour))
	fmt.Println(old)
	fmt.Println(old.Freeze(time.Date(2026, 4, 1, 2, 0, 0, 0, time.UTC)))
	// Output:
	// created < ago(2160h0m0s)
	// created < 2026-01-01T02:00:00.000000Z
}

func ExampleEverything() {
	all := where.Everything()
	fmt.Println(all, all.IsEverything(), where.New().IsZero())
	// Output: EVERYTHING true true
}

// A function that makes conditions can refuse, without an error of its own.
func ExampleInvalid() {
	olderThan := func(years int) where.Condition {
		if years < 1 {
			return where.Invalid("contacts by age", errors.New("the age is not a number of years"))
		}
		return where.New().WhereLessThan("born", where.DateAgo(365*years))
	}
	fmt.Println(where.New().WhereNull("email").Where(olderThan(0)).Validate(table{fields: map[string]where.Field{"email": {Kind: where.KindText}}}))
	// Output: where: invalid condition: contacts by age: the age is not a number of years
}

// A store evaluates a condition after it has been checked against a catalog.
func ExampleCondition_Resolve() {
	catalog := table{fields: map[string]where.Field{"city": {Kind: where.KindText, Fold: true}}}
	predicate, err := where.New().WhereStartsWith("city", "OSL").Resolve(catalog)
	if err != nil {
		fmt.Println(err)
		return
	}
	oslo, _ := where.ValueOf("Oslo")
	fmt.Println(predicate.Eval(row{values: map[string]where.Value{"city": oslo}}), predicate.Eval(row{}))
	// Output: true unknown
}

// Associations of associations are reached one level at a time: the customers
// of an order with a line of that product.
func ExampleCondition_WhereExists_nested() {
	recalled := where.New().WhereExists("orders", where.New().
		WhereExists("order_lines", where.New().WhereEquals("product", "P-100")))

	fmt.Println(recalled)
	// Output: EXISTS orders WHERE (EXISTS order_lines WHERE (product = "P-100"))
}
