package deletion_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
)

func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	many := make([]error, 12)
	for i := range many {
		many[i] = fmt.Errorf("key %d", i+1)
	}
	for name, tc := range map[string]struct {
		err  error
		is   error
		says string
	}{
		"cap used up": {
			&deletion.CapError{UsedUp: true}, deletion.ErrCapExceeded,
			"deletion: cap exceeded: the run has used its cap up; go on with a new Cap, or start anew",
		},
		"everything": {
			&deletion.NotConfirmedError{AtMost: 5, Total: 6}, deletion.ErrNotConfirmed,
			"deletion: deletion of everything is not confirmed: at most 5 contacts were confirmed, and there are more",
		},
		"drift of the rule": {
			&deletion.DriftError{Changed: true}, deletion.ErrDrift,
			"deletion: drifted: the kind of call, plan, condition, schema, protection or scope is not the one that the run or preview began with",
		},
		"drift of two parts of the rule": {
			&deletion.DriftError{Changed: true, Differs: []string{"condition", "schema"}}, deletion.ErrDrift,
			"deletion: drifted: the condition and the schema are not those that the run or preview began with",
		},
		"unsafe": {
			&deletion.UnsafeError{Findings: []store.Finding{{
				Code: "missing-column", Severity: store.Fatal, Table: "orders", Column: "customer", Message: "there is no such column", Advice: "correct the schema",
			}}}, store.ErrUnsafe,
			"deletion: unsafe: fatal missing-column:orders.customer: there is no such column; correct the schema",
		},
		"too many targets": {
			&deletion.PinLimitError{Limit: 7}, deletion.ErrPinLimit,
			"deletion: too many targets to keep in memory: the condition reads what the run itself changes, so all targets are fixed " +
				"before the first batch, and there are more than 7; narrow the condition or raise WithPinLimit",
		},
		"many keys": {
			&deletion.KeysError{Faults: many}, deletion.ErrInvalidKey,
			"deletion: invalid key: key 1; key 2; key 3; key 4; key 5; key 6; key 7; key 8; key 9; key 10; and 2 more",
		},
		"hook": {&deletion.HookError{Hook: "progress", Err: errHost}, errHost, "progress hook: the host says no"},
		"panic": {
			&deletion.HookError{Hook: "progress", Panicked: true, Value: "secret1@example.com"}, nil,
			"progress hook panicked with a string",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.EqualError(t, tc.err, tc.says)
			if tc.is != nil {
				require.ErrorIs(t, tc.err, tc.is)
			}
		})
	}
}
