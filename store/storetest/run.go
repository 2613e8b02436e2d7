package storetest

import (
	"slices"
	"strings"
	"testing"
)

// group is one subject of the suite.
type group struct {
	name string
	run  func(t *testing.T, h Harness)
}

// Run proves that a store keeps the contract of [store.Store]. Every case is a
// subtest of its own, so that one of them can be run alone:
//
//	go test -run 'TestConformance/mystore/delete/MaxRows'
func Run(t *testing.T, h Harness) {
	t.Helper()
	run(t, h, groups())
}

// RunDeleting runs the cases that delete. It is enough for a second
// configuration of a store that Run has proven in another one, if the two only
// differ in what happens when rows are changed, such as foreign keys that are
// enforced or not.
func RunDeleting(t *testing.T, h Harness) {
	t.Helper()
	run(t, h, slices.DeleteFunc(groups(), func(g group) bool {
		return !slices.ContainsFunc([]string{"delete", "keys", "references", "concurrency"}, func(name string) bool {
			return strings.HasPrefix(g.name, name)
		})
	}))
}

func run(t *testing.T, h Harness, groups []group) {
	t.Helper()
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			g.run(t, h)
		})
	}
}

func groups() []group {
	return append(ledgerGroups(), []group{
		{"schema", testSchema},
		{"schema/covering", testCovering},
		{"conditions/compare", testCompare},
		{"conditions/null", testNull},
		{"conditions/text", testText},
		{"conditions/sets", testSets},
		{"conditions/logic", testLogic},
		{"conditions/rows", testRowConditions},
		{"conditions/relative", testRelative},
		{"conditions/refused", testRefused},
		{"conditions/large", testLargeConditions},
		{"kinds", testKinds},
		{"foreign", testForeign},
		{"names", testNaming},
		{"references", testReferences},
		{"references/empty", testEmptyKeys},
		{"count", testCount},
		{"page", testPage},
		{"walk", testWalkBy},
		{"rows", testReadRows},
		{"keys", testKeys},
		{"requests", testRequests},
		{"delete", testDelete},
		{"delete/below", testBelow},
		{"delete/self", testSelf},
		{"delete/shared", testShared},
		{"delete/guarded", testGuarded},
		{"delete/guarded/contacts", testGuardedContacts},
		{"delete/anonymise", testAnonymise},
		{"delete/anonymise/kinds", testAnonymisedKinds},
		{"delete/hand over", testHandOver},
		{"delete/hand over/heirs", testHeirs},
		{"delete/hand over/self", testHandOverSelf},
		{"delete/changing/shared", testChangingShared},
		{"delete/changing/options", testChangingOptions},
		{"delete/cascaded", testCascaded},
		{"delete/causes", testCauses},
		{"delete/doubt", testDoubt},
		{"delete/options", testDeleteOptions},
		{"concurrency", testConcurrency},
		{"privacy", testPrivacy},
		{"rules", testAdapterRules},
	}...)
}
