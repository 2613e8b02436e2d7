package deletion_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

var errHost = errors.New("the host says no")

func refuseBatch(context.Context, deletion.BatchCandidates) error { return errHost }
func refuseEvent(context.Context, deletion.BatchEvent) error      { return errHost }

// untouchable fails the test by failing every call.
type untouchable struct{ store.Store }

var errTouched = errors.New("the store was touched")

func (untouchable) Verify(context.Context) ([]store.Finding, error) { return nil, errTouched }

func (untouchable) Count(context.Context, store.CountRequest) (store.Counts, error) {
	return store.Counts{}, errTouched
}

func (untouchable) Bound(context.Context, store.BoundRequest) (store.Cursor, error) {
	return "", errTouched
}

func (untouchable) Page(context.Context, store.PageRequest) (store.Page, error) {
	return store.Page{}, errTouched
}

func (untouchable) Delete(context.Context, store.Batch) (store.Outcome, error) {
	return store.Outcome{}, errTouched
}

func TestAuthorizerDeniesByErrorPanicAndEndedContext(t *testing.T) {
	t.Parallel()
	for name, authorizer := range map[string]func(context.CancelFunc) error{
		"error":         func(context.CancelFunc) error { return errHost },
		"panic":         func(context.CancelFunc) error { panic("secret1@example.com") },
		"ended context": func(cancel context.CancelFunc) error { cancel(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for action, call := range everyCall() {
				ctx, cancel := context.WithCancel(t.Context())
				asked := 0
				svc := service(t, untouchable{crm(t, 1)}, deletion.WithAuthorizer(func(_ context.Context, a deletion.Action) error {
					asked++
					require.Equal(t, action, a.Kind)
					return authorizer(cancel)
				}))
				err := call(ctx, svc)
				cancel()
				require.ErrorIs(t, err, deletion.ErrDenied, action)
				require.NotErrorIs(t, err, errTouched)
				require.NotContains(t, err.Error(), "secret")
				require.Equal(t, 1, asked)
			}
		})
	}
}

func everyCall() map[deletion.ActionKind]func(context.Context, *deletion.Service) error {
	return map[deletion.ActionKind]func(context.Context, *deletion.Service) error{
		deletion.ActionCount: func(ctx context.Context, s *deletion.Service) error {
			_, err := s.Count(ctx, stale())
			return err
		},
		deletion.ActionPreview: func(ctx context.Context, s *deletion.Service) error {
			_, err := s.Preview(ctx, stale())
			return err
		},
		deletion.ActionCompare: func(ctx context.Context, s *deletion.Service) error {
			_, err := s.Compare(ctx, stale(), where.NoResults())
			return err
		},
		deletion.ActionBulkDelete: func(ctx context.Context, s *deletion.Service) error {
			_, err := s.BulkDelete(ctx, stale())
			return err
		},
		deletion.ActionDeleteKeys: func(ctx context.Context, s *deletion.Service) error {
			_, err := s.DeleteContact(ctx, 1)
			return err
		},
	}
}

func TestAuthorizerIsToldTheActionAndAskedAgainToGoOn(t *testing.T) {
	t.Parallel()
	var asked []deletion.Action
	svc := service(t, crm(t, 4),
		deletion.WithScope("all tenants", where.New().WhereNotNull("tenant")),
		deletion.WithAuthorizer(func(_ context.Context, a deletion.Action) error {
			asked = append(asked, a)
			if a.Resumed {
				return errHost
			}
			return nil
		}))
	report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchLimit(1))
	require.NoError(t, err)
	_, err = svc.BulkDelete(t.Context(), stale(), deletion.From(report.Next))
	require.ErrorIs(t, err, deletion.ErrDenied)
	require.ErrorIs(t, err, errHost)
	_, err = svc.DeleteKeys(t.Context(), []contacts.Key{key(t, 3)}, deletion.DryRun())
	require.NoError(t, err)

	require.Equal(t, []deletion.Action{
		{Kind: deletion.ActionBulkDelete, Conditions: []where.Condition{stale()}, Scope: "all tenants"},
		{Kind: deletion.ActionBulkDelete, Conditions: []where.Condition{stale()}, Scope: "all tenants", Resumed: true},
		{Kind: deletion.ActionDeleteKeys, Keys: []contacts.Key{key(t, 3)}, Scope: "all tenants", DryRun: true},
	}, asked)
}

func TestAuthorizerCannotChangeTheKeys(t *testing.T) {
	t.Parallel()
	st := crm(t, 2)
	svc := service(t, st, deletion.WithAuthorizer(func(_ context.Context, a deletion.Action) error {
		a.Keys[0] = key(t, 2)
		return nil
	}))
	keys := []contacts.Key{key(t, 1)}
	_, err := svc.DeleteKeys(t.Context(), keys)
	require.NoError(t, err)
	require.Equal(t, []int64{2}, left(st))
	require.Equal(t, []contacts.Key{key(t, 1)}, keys)
}

func TestBatchHooksAreToldCandidatesAndSurvivors(t *testing.T) {
	t.Parallel()
	st := crm(t, 3)
	require.NoError(t, st.InsertRows("deals", memory.Row{"id": 1, "contact": 2}))
	var candidates [][]int64
	var deleted [][]int64
	var survived []store.Skipped
	svc := service(t, st,
		deletion.WithBeforeBatch(func(_ context.Context, c deletion.BatchCandidates) error {
			require.Equal(t, len(candidates)+1, c.Batch)
			require.Equal(t, 1, c.Attempt)
			require.Len(t, left(st), 3-c.Batch+1, "nothing of the batch has begun")
			candidates = append(candidates, ids(c.Keys))
			clear(c.Keys) // the host's copy
			return nil
		}),
		deletion.WithAfterBatch(func(_ context.Context, e deletion.BatchEvent) error {
			deleted = append(deleted, ids(e.Deleted))
			survived = append(survived, e.Survived...)
			return nil
		}))
	report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchSize(2))
	require.NoError(t, err)
	require.EqualValues(t, 2, report.Deleted)
	require.Equal(t, [][]int64{{1, 2}, {3}}, candidates)
	require.Equal(t, [][]int64{{1}, {3}}, deleted)
	require.Equal(t, []store.Skipped{{Key: key(t, 2), Cause: store.Restricted, Association: "deals"}}, survived)
}

func TestHooksThatFailStopTheRun(t *testing.T) {
	t.Parallel()
	second := func(n *int, fail func() error) error {
		if *n++; *n == 2 {
			return fail()
		}
		return nil
	}
	fails := map[string]func() error{
		"error": func() error { return errHost },
		"panic": func() error { panic(errHost) },
	}
	hooks := map[string]struct {
		option  func(n *int, fail func() error) deletion.ServiceOption
		deleted int64
		rows    int64 // lines
	}{
		"before batch": {func(n *int, fail func() error) deletion.ServiceOption {
			return deletion.WithBeforeBatch(func(context.Context, deletion.BatchCandidates) error { return second(n, fail) })
		}, 2, 4},
		"after batch": {func(n *int, fail func() error) deletion.ServiceOption {
			return deletion.WithAfterBatch(func(context.Context, deletion.BatchEvent) error { return second(n, fail) })
		}, 4, 8},
	}
	for name, hook := range hooks {
		for how, fail := range fails {
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				st := crm(t, 6)
				calls := 0
				svc := service(t, st, hook.option(&calls, fail))
				report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchSize(2))
				require.ErrorIs(t, err, errHost)
				var failed *deletion.HookError
				require.ErrorAs(t, err, &failed)
				require.Equal(t, name, failed.Hook)
				require.Equal(t, how == "panic", failed.Panicked)
				require.Equal(t, deletion.StoppedFailed, report.Stopped)
				require.Equal(t, hook.deleted, report.Deleted)
				require.Equal(t, hook.rows, report.Associations[1].Rows)
				require.Len(t, left(st), 6-int(hook.deleted))
				require.True(t, report.More)

				report, err = svc.BulkDelete(t.Context(), stale(), deletion.From(report.Next))
				require.NoError(t, err)
				require.Equal(t, 6-hook.deleted, report.Deleted)
			})
		}
	}
}

func TestHookErrorsAreNotMistakenForTheStores(t *testing.T) {
	t.Parallel()
	calls := 0
	svc := service(t, crm(t, 2), deletion.WithBeforeBatch(func(context.Context, deletion.BatchCandidates) error {
		calls++
		return classed(store.ErrTransient)
	}))
	_, err := svc.BulkDelete(t.Context(), stale())
	require.ErrorIs(t, err, store.ErrTransient)
	require.Equal(t, 1, calls, "it is not tried again")
}

func TestProgressThatPanicsStopsTheRun(t *testing.T) {
	t.Parallel()
	st := crm(t, 4)
	svc := service(t, st, deletion.WithProgress(func(p deletion.Progress) {
		if p.Done > 0 {
			panic("bar")
		}
	}))
	report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchSize(2))
	var failed *deletion.HookError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "bar", failed.Value)
	require.EqualValues(t, 2, report.Deleted)
	require.Len(t, left(st), 2)
}

func TestProgressCountsUpToTheTotal(t *testing.T) {
	t.Parallel()
	st := crm(t, 5)
	require.NoError(t, st.InsertRows("deals", memory.Row{"id": 1, "contact": 2}))
	var done, totals []int64
	svc := service(t, st, deletion.WithProgress(func(p deletion.Progress) {
		done, totals = append(done, p.Done), append(totals, p.Total)
		if p.Done == p.Total {
			require.Zero(t, p.Remaining)
		}
		if p.Done > 0 && p.Done < p.Total {
			require.Positive(t, p.Remaining)
		}
	}))
	_, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchSize(2), deletion.CountFirst())
	require.NoError(t, err)
	require.Equal(t, []int64{0, 2, 4, 5}, done)
	require.Equal(t, []int64{5, 5, 5, 5}, totals)
}
