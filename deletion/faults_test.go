package deletion_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/store/storetest"
	"github.com/contactsweep/contactsweep/where"
)

type deleteScript = func(n int, b store.Batch, do func() (store.Outcome, error)) (store.Outcome, error)

// failing fails batches that hold one of the contacts.
func failing(class error, bad ...int64) deleteScript {
	return func(_ int, b store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
		if slices.ContainsFunc(ids(b.Keys), func(id int64) bool { return slices.Contains(bad, id) }) {
			return store.Outcome{}, classed(class)
		}
		return do()
	}
}

func TestTransientFailuresAreTriedAgain(t *testing.T) {
	t.Parallel()
	attempts := []int{}
	st := &scripted{Store: crm(t, 4)}
	st.delete = func(n int, _ store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
		if n == 2 || n == 3 {
			return store.Outcome{}, classed(store.ErrTransient)
		}
		return do()
	}
	svc := service(t, st, deletion.WithBeforeBatch(func(_ context.Context, c deletion.BatchCandidates) error {
		attempts = append(attempts, c.Attempt)
		return nil
	}))
	report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchSize(2))
	require.NoError(t, err)
	require.EqualValues(t, 4, report.Deleted)
	require.Equal(t, 2, report.Retries)
	require.Equal(t, 2, report.Batches)
	require.Equal(t, []int{1, 1, 2, 3}, attempts)
	require.Equal(t, []int{2, 2, 2, 2}, st.batches)
}

func TestTransientFailuresEndTheRunWhenTheyDoNotPass(t *testing.T) {
	t.Parallel()
	inner := crm(t, 4)
	st := &scripted{Store: inner, delete: failing(store.ErrTransient, 3)}
	svc := service(t, st, deletion.WithRetries(2))
	report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchSize(2))
	require.ErrorIs(t, err, store.ErrTransient)
	require.Equal(t, 4, st.deletes, "one batch, and three tries")
	require.Equal(t, deletion.StoppedFailed, report.Stopped)
	require.EqualValues(t, 2, report.Deleted)
	require.True(t, report.More)

	st.delete = nil
	report, err = svc.BulkDelete(t.Context(), stale(), deletion.From(report.Next))
	require.NoError(t, err)
	require.EqualValues(t, 2, report.Deleted)
	require.Empty(t, left(inner))
}

func TestReadsAreTriedAgain(t *testing.T) {
	t.Parallel()
	st := &scripted{
		Store: crm(t, 3),
		count: func(n int, do func() (store.Counts, error)) (store.Counts, error) {
			if n == 1 {
				return store.Counts{}, classed(store.ErrTransient)
			}
			return do()
		},
		page: func(n int, _ store.PageRequest, do func() (store.Page, error)) (store.Page, error) {
			if n == 1 {
				return store.Page{}, classed(store.ErrTransient)
			}
			return do()
		},
	}
	report, err := service(t, st).BulkDelete(t.Context(), stale(), deletion.CountFirst())
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Deleted)
	require.Equal(t, 2, report.Retries)
}

func TestStatementTimeoutsHalveTheBatches(t *testing.T) {
	t.Parallel()
	inner := crm(t, 16)
	st := &scripted{Store: inner, delete: func(_ int, b store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
		if len(b.Keys) > 2 {
			return store.Outcome{}, classed(store.ErrStatementTimeout)
		}
		return do()
	}}
	report, err := service(t, st).BulkDelete(t.Context(), stale(), deletion.BatchSize(8))
	require.NoError(t, err)
	require.EqualValues(t, 16, report.Deleted)
	require.Equal(t, []int{8, 4, 2, 2, 4, 2, 2, 2, 2, 2, 2}, st.batches, "the batches that follow stay small")
	require.Empty(t, left(inner))
}

func TestPagesThatTimeOutAreHalvedToo(t *testing.T) {
	t.Parallel()
	st := &scripted{Store: crm(t, 4), page: func(_ int, r store.PageRequest, do func() (store.Page, error)) (store.Page, error) {
		if r.Limit > 2 {
			return store.Page{}, classed(store.ErrStatementTimeout)
		}
		return do()
	}}
	report, err := service(t, st).BulkDelete(t.Context(), stale(), deletion.BatchSize(8))
	require.NoError(t, err)
	require.EqualValues(t, 4, report.Deleted)
	require.Equal(t, []int{2, 2}, st.batches)
	require.Equal(t, 4, st.pages, "two that timed out, and then small ones")
}

func TestStatementTimeoutOfASingleContactEndsTheRun(t *testing.T) {
	t.Parallel()
	inner := crm(t, 4)
	st := &scripted{Store: inner, delete: failing(store.ErrStatementTimeout, 3)}
	report, err := service(t, st).BulkDelete(t.Context(), stale())
	require.ErrorIs(t, err, store.ErrStatementTimeout)
	require.EqualValues(t, 2, report.Deleted)
	require.Equal(t, []int64{3, 4}, left(inner))
	require.True(t, report.More)
	st.delete = nil
	report, err = service(t, st).BulkDelete(t.Context(), stale(), deletion.From(report.Next))
	require.NoError(t, err)
	require.EqualValues(t, 2, report.Deleted)
}

func TestContactsThatCannotBeDeletedAreIsolated(t *testing.T) {
	t.Parallel()
	for class, cause := range map[error]store.Cause{
		store.ErrConstraint: store.Failed, store.ErrTooManyRows: store.TooManyRows,
	} {
		t.Run(cause.String(), func(t *testing.T) {
			t.Parallel()
			inner := crm(t, 20)
			st := &scripted{Store: inner, delete: failing(class, 3, 4, 17)}
			var survived []store.Skipped
			svc := service(t, st, deletion.WithAfterBatch(func(_ context.Context, e deletion.BatchEvent) error {
				survived = append(survived, e.Survived...)
				return nil
			}))
			report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchSize(10))
			require.NoError(t, err)
			require.EqualValues(t, 17, report.Deleted)
			require.EqualValues(t, 34, report.Associations[0].Rows)
			require.Equal(t, []int64{3, 4, 17}, left(inner))
			require.EqualValues(t, 3, report.Skipped.Total())
			require.Equal(t, 2, report.Batches)
			require.Len(t, survived, 3)
			require.Equal(t, deletion.SkippedContact{
				Key: key(t, 3), Cause: cause, Reason: "store: delete batch: " + class.Error(),
			}, report.SkippedContacts[0])
		})
	}
}

func TestMaxRowsDividesBatchesAndSkipsHeavyContacts(t *testing.T) {
	t.Parallel()
	inner := crm(t, 8) // 5 rows each
	for i := range 10 {
		require.NoError(t, inner.InsertRows("notes", memory.Row{"id": 100 + i, "contact": 6}))
	}
	st := &scripted{Store: inner}
	report, err := service(t, st, deletion.WithMaxRows(12)).BulkDelete(t.Context(), stale(), deletion.BatchSize(4))
	require.NoError(t, err)
	require.EqualValues(t, 7, report.Deleted)
	require.Equal(t, deletion.Skips{TooManyRows: 1}, report.Skipped)
	require.Equal(t, []int64{6}, left(inner))
	require.Equal(t, []int{4, 2, 2, 2, 1, 1, 2}, st.batches, "a batch with too many rows in all makes the next ones smaller")
}

// TestUnknownOutcomeIsSettledByLookingAgain loses the answer of the second
// batch, whose transaction was committed or not.
func TestUnknownOutcomeIsSettledByLookingAgain(t *testing.T) {
	t.Parallel()
	for name, committed := range map[string]bool{"committed": true, "not committed": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := crm(t, 6)
			update(t, inner, 4, memory.Row{"stale": true})
			require.NoError(t, inner.InsertRows("deals", memory.Row{"id": 1, "contact": 4}))
			st := &scripted{Store: inner}
			st.delete = func(n int, _ store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
				if n != 2 {
					return do()
				}
				if committed {
					_, err := do()
					require.NoError(t, err)
				}
				return store.Outcome{}, classed(store.ErrOutcomeUnknown)
			}
			inferred := []int64{}
			svc := service(t, st, deletion.WithAfterBatch(func(_ context.Context, e deletion.BatchEvent) error {
				if e.Inferred {
					inferred = append(inferred, ids(e.Deleted)...)
				}
				return nil
			}))
			report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchSize(2))
			require.NoError(t, err)
			require.EqualValues(t, 5, report.Deleted, "counted once")
			require.Equal(t, deletion.Skips{Restricted: 1}, report.Skipped)
			require.Equal(t, []int64{4}, left(inner))
			if committed {
				require.EqualValues(t, 1, report.Inferred)
				require.Equal(t, []int64{3}, inferred)
				require.Contains(t, report.String(), "inferred: 1 contact was")
			} else {
				require.Zero(t, report.Inferred)
				require.EqualValues(t, 10, report.Associations[0].Rows)
			}
			require.Zero(t, report.Unsettled)
		})
	}
}

// TestUnknownOutcomeThatTheStoreTellsIsSettledExactly: keys that never were
// there are not deleted, and rows are counted.
func TestUnknownOutcomeThatTheStoreTellsIsSettledExactly(t *testing.T) {
	t.Parallel()
	for committed, inferred := range map[bool]int64{true: 2, false: 0} {
		inner := crm(t, 3)
		st := &scripted{Store: inner}
		st.delete = func(n int, b store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
			if n > 1 {
				return do()
			}
			b.DryRun = !committed
			out, err := inner.Delete(t.Context(), b)
			return out, errors.Join(err, classed(store.ErrOutcomeUnknown))
		}
		report, err := service(t, st).DeleteKeys(t.Context(), []contacts.Key{key(t, 1), key(t, 3), key(t, 998), key(t, 999)})
		require.NoError(t, err)
		require.EqualValues(t, 2, report.Deleted)
		require.Equal(t, inferred, report.Inferred)
		require.Equal(t, deletion.Skips{Gone: 2}, report.Skipped)
		require.EqualValues(t, 4, report.Associations[0].Rows)
		require.Equal(t, []int64{2}, left(inner))
	}
}

func TestUnknownOutcomeOfNothingIsSettledWithoutALook(t *testing.T) {
	t.Parallel()
	failing := storetest.Fail(crm(t, 3), 2, storetest.FailAfter, nil) // Verify is the first call
	report, err := service(t, failing).DeleteKeys(t.Context(), []contacts.Key{key(t, 998)})
	require.NoError(t, err)
	require.Equal(t, deletion.Skips{Gone: 1}, report.Skipped)
	require.Zero(t, report.Deleted+report.Inferred)
	require.Zero(t, failing.CallsTo("Page"))
}

func TestUnknownOutcomeOfADryRunIsNoDeletion(t *testing.T) {
	t.Parallel()
	inner := crm(t, 3)
	st := &scripted{Store: inner}
	st.delete = func(n int, _ store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
		if n == 1 {
			require.NoError(t, inner.Remove(key(t, 2))) // by somebody else
			return store.Outcome{}, classed(store.ErrOutcomeUnknown)
		}
		return do()
	}
	report, err := service(t, st).BulkDelete(t.Context(), stale(), deletion.DryRun())
	require.NoError(t, err)
	require.EqualValues(t, 2, report.Deleted)
	require.Equal(t, deletion.Skips{Gone: 1}, report.Skipped)
	require.Zero(t, report.Inferred)
}

func TestOutcomeThatStaysUnknownIsReportedAndCountsAgainstTheCap(t *testing.T) {
	t.Parallel()
	inner := crm(t, 6)
	st := &scripted{Store: inner}
	st.delete = func(_ int, _ store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
		_, err := do()
		require.NoError(t, err)
		st.page = func(int, store.PageRequest, func() (store.Page, error)) (store.Page, error) {
			return store.Page{}, errors.New("gone away with secret1@example.com")
		}
		return store.Outcome{}, classed(store.ErrOutcomeUnknown)
	}
	svc := service(t, st)
	report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchSize(4), deletion.Cap(6))
	require.ErrorIs(t, err, store.ErrOutcomeUnknown)
	require.NotContains(t, err.Error(), "secret")
	require.Zero(t, report.Deleted)
	require.EqualValues(t, 4, report.Unsettled)
	require.Contains(t, report.String(), "unsettled: 4 contacts")

	for id := -3; id < 0; id++ {
		insertContact(t, inner, id) // 5 match now, but only 2 are left of the cap
	}
	st.delete, st.page = nil, nil
	report, err = svc.BulkDelete(t.Context(), stale(), deletion.From(report.Next))
	require.NoError(t, err)
	require.EqualValues(t, 2, report.Deleted)
	require.Equal(t, deletion.StoppedCap, report.Stopped)
}

func TestOtherErrorsEndTheRunWithItsReport(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]error{
		"read-only": classed(store.ErrReadOnly), "full": classed(store.ErrFull),
		"no class": errors.New("duplicate key (email)=(secret1@example.com)"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := crm(t, 5)
			st := &scripted{Store: inner, delete: func(n int, _ store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
				if n == 2 {
					return store.Outcome{}, failure
				}
				return do()
			}}
			report, err := service(t, st).BulkDelete(t.Context(), stale(), deletion.BatchSize(2))
			require.ErrorIs(t, err, failure)
			require.NotContains(t, err.Error(), "secret")
			require.Equal(t, 2, st.deletes)
			require.EqualValues(t, 2, report.Deleted)
			require.Equal(t, deletion.StoppedFailed, report.Stopped)
			report, err = service(t, st).BulkDelete(t.Context(), stale(), deletion.From(report.Next))
			require.NoError(t, err)
			require.EqualValues(t, 3, report.Deleted)
		})
	}
}

func TestRunWithoutProgressStopsAndSaysSo(t *testing.T) {
	t.Parallel()
	st := &scripted{Store: crm(t, 500), delete: func(int, store.Batch, func() (store.Outcome, error)) (store.Outcome, error) {
		return store.Outcome{}, classed(store.ErrConstraint)
	}}
	report, err := service(t, st).BulkDelete(t.Context(), stale(), deletion.BatchSize(40))
	require.ErrorIs(t, err, deletion.ErrNoProgress)
	require.Equal(t, 3, report.Batches)
	require.EqualValues(t, 120, report.Skipped.Failed)
	require.Equal(t, deletion.StoppedFailed, report.Stopped)
	require.True(t, report.More)
}

func TestAFewFailuresInARowAreNoStandstill(t *testing.T) {
	t.Parallel()
	st := &scripted{Store: crm(t, 20), delete: failing(store.ErrConstraint, 1, 2, 3, 4, 5, 6)}
	report, err := service(t, st).BulkDelete(t.Context(), stale(), deletion.BatchSize(1))
	require.NoError(t, err)
	require.EqualValues(t, 14, report.Deleted)
	require.EqualValues(t, 6, report.Skipped.Failed)
}

func TestPagesMayBeEmpty(t *testing.T) {
	t.Parallel()
	inner := crm(t, 4)
	update(t, inner, 1, memory.Row{"stale": false})
	st := &scripted{Store: inner}
	st.page = func(n int, r store.PageRequest, do func() (store.Page, error)) (store.Page, error) {
		if n > 1 {
			return do()
		}
		r.Condition, r.Limit = where.Everything(), 1 // a store that looks at one contact at a time
		page, err := inner.Page(t.Context(), r)
		page.Keys = nil
		return page, err
	}
	report, err := service(t, st).BulkDelete(t.Context(), stale())
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Deleted)
}

func TestContactsKeptByTheStoreDoNotHoldTheRunUp(t *testing.T) {
	t.Parallel()
	st := &scripted{Store: crm(t, 6), delete: func(_ int, b store.Batch, _ func() (store.Outcome, error)) (store.Outcome, error) {
		var out store.Outcome
		for _, k := range b.Keys {
			out.Skipped = append(out.Skipped, store.Skipped{Key: k, Cause: store.KeptByStore})
		}
		return out, nil
	}}
	report, err := service(t, st).BulkDelete(t.Context(), stale(), deletion.BatchSize(2))
	require.NoError(t, err)
	require.Equal(t, 3, st.deletes)
	require.Equal(t, deletion.Skips{KeptByStore: 6}, report.Skipped)
	require.Equal(t, deletion.StoppedDone, report.Stopped)
}

func TestStoreThatBreaksItsContractIsStopped(t *testing.T) {
	t.Parallel()
	st := &scripted{Store: crm(t, 3), delete: func(int, store.Batch, func() (store.Outcome, error)) (store.Outcome, error) {
		return store.Outcome{}, nil
	}}
	_, err := service(t, st).BulkDelete(t.Context(), stale())
	require.ErrorContains(t, err, "delete batch: 0 of 3 contacts are accounted for: the store broke its contract")

	st = &scripted{Store: crm(t, 3), page: func(_ int, r store.PageRequest, _ func() (store.Page, error)) (store.Page, error) {
		return store.Page{Next: r.After, More: true}, nil
	}}
	_, err = service(t, st).BulkDelete(t.Context(), stale())
	require.ErrorContains(t, err, "the cursor did not move")
}

func TestFatalFindingsRefuseUnlessAccepted(t *testing.T) {
	t.Parallel()
	finding := store.Finding{Code: "no-key", Severity: store.Fatal, Table: "orders", Message: "it has no key", Advice: "add one"}
	warning := store.Finding{Code: "no-index", Severity: store.Warning, Table: "notes", Message: "it has no index", Advice: "add one"}
	st := &scripted{Store: crm(t, 2), verify: func() ([]store.Finding, error) { return []store.Finding{warning, finding}, nil }}

	report, err := service(t, st).BulkDelete(t.Context(), stale())
	require.ErrorIs(t, err, deletion.ErrUnsafe)
	var unsafe *deletion.UnsafeError
	require.ErrorAs(t, err, &unsafe)
	require.Equal(t, []store.Finding{finding}, unsafe.Findings)
	require.Equal(t, deletion.StoppedRefused, report.Stopped)
	require.Zero(t, st.deletes)

	plan, err := service(t, st).Preview(t.Context(), stale())
	require.NoError(t, err)
	require.Equal(t, []store.Finding{warning, finding}, plan.Warnings)

	_, err = service(t, st, deletion.WithAcceptedFindings(finding.Name())).BulkDelete(t.Context(), stale())
	require.NoError(t, err)
	require.Equal(t, 1, st.deletes)
}
