// Package where builds the conditions that decide which contacts are deleted.
//
// Start with [New] and add terms; each method returns a new [Condition], so a
// condition can be kept, shared between goroutines and extended freely:
//
//	stale := where.New().
//		WhereLessThan("created", where.Ago(90*24*time.Hour)).
//		And().
//		WhereEmpty("email")
//
// Terms join by AND unless Or is called; AND binds tighter than OR, as in SQL,
// and Where(group) brackets.
//
// # Nothing is dropped silently
//
// A mistake (a nil value, an empty search text, a dangling Or, an unknown
// field, a value of the wrong kind, a condition that is always true) never
// widens a condition. It is kept as an invalid term, and [Condition.Validate]
// reports all of them at once, each with the term it belongs to. Stores refuse
// an invalid condition before they touch any data. The zero Condition is
// invalid. [Everything] is the only condition that matches all contacts.
//
// # Three-valued logic
//
// Comparisons with NULL are unknown, and only what is true is selected: the
// Not forms do not select NULL either. A stored value that does not belong to
// its field's kind (a text in an integer column, a date of zeros) is unknown
// too: every test of it, even WhereNull, is unknown; only [Condition.WhereUnknown]
// finds it. WhereExists and the counts are true or false, as in SQL: a row
// counts when its condition is true.
//
// # For authors of stores
//
// [Condition.Resolve] turns a condition into a [Predicate]: checked against a
// [Catalog], typed by the fields' kinds, without negations above the leaves.
// [Predicate.Root] is the tree that an adapter renders into its own query
// language; [Predicate.Eval] evaluates it in memory. Node is a sealed
// interface: an adapter must refuse a node that it does not know.
package where
