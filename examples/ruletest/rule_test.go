package ruletest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/examples/ruletest"
	"github.com/contactsweep/contactsweep/store/memory"
)

func TestDormant(t *testing.T) {
	t.Parallel()
	now := time.Now()
	longAgo, recently := now.AddDate(-5, 0, 0), now.AddDate(-1, 0, 0)

	for name, tc := range map[string]struct {
		customer memory.Row
		orders   []memory.Row
		claims   []memory.Row
		gone     int64
	}{
		"never ordered": {
			customer: memory.Row{"id": 1, "registered": longAgo, "newsletter": false},
			gone:     1,
		},
		"only old orders": {
			customer: memory.Row{"id": 1, "registered": longAgo, "newsletter": false},
			orders:   []memory.Row{{"customer_id": 1, "placed": longAgo}},
			gone:     1,
		},
		"a recent order": {
			customer: memory.Row{"id": 1, "registered": longAgo, "newsletter": false},
			orders:   []memory.Row{{"customer_id": 1, "placed": recently}},
		},
		"an order that nobody knows the date of": {
			customer: memory.Row{"id": 1, "registered": longAgo, "newsletter": false},
			orders:   []memory.Row{{"customer_id": 1, "placed": nil}},
		},
		"new here": {
			customer: memory.Row{"id": 1, "registered": recently, "newsletter": false},
		},
		"reads the newsletter": {
			customer: memory.Row{"id": 1, "registered": longAgo, "newsletter": true},
		},
		"nobody knows whether he reads the newsletter": {
			customer: memory.Row{"id": 1, "registered": longAgo, "newsletter": nil},
		},
		"an open claim": {
			customer: memory.Row{"id": 1, "registered": longAgo, "newsletter": false},
			claims:   []memory.Row{{"customer_id": 1, "state": "open"}},
		},
		"a claim of long ago": {
			customer: memory.Row{"id": 1, "registered": longAgo, "newsletter": false},
			claims:   []memory.Row{{"customer_id": 1, "state": "settled"}},
			gone:     1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st, err := memory.New(ruletest.Schema())
			require.NoError(t, err)
			require.NoError(t, st.Insert(tc.customer))
			require.NoError(t, st.InsertRows("orders", tc.orders...))
			require.NoError(t, st.InsertRows("claims", tc.claims...))
			svc, err := deletion.New(st)
			require.NoError(t, err)

			report, err := svc.BulkDelete(t.Context(), ruletest.Dormant())

			require.NoError(t, err)
			require.Equal(t, tc.gone, report.Deleted)
			require.Len(t, st.Contacts(), 1-int(tc.gone))
			if tc.gone > 0 {
				require.Empty(t, st.Rows("claims"), "claims go with their customer")
			}
		})
	}
}
