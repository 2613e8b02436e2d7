package storetest

import "testing"

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
	for _, g := range []group{
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
		{"delete/causes", testCauses},
		{"delete/doubt", testDoubt},
		{"delete/options", testDeleteOptions},
		{"concurrency", testConcurrency},
		{"privacy", testPrivacy},
		{"rules", testAdapterRules},
	} {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			g.run(t, h)
		})
	}
}
