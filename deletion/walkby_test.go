package deletion_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// walkedSchema has a contact table with a field to walk by, and one that no walk
// can go by.
func walkedSchema(more ...contacts.Association) contacts.Schema {
	return contacts.Schema{
		Table: "contacts", Key: []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id").NotNull(), contacts.Int64("boss"), contacts.Text("email"),
			contacts.Time("created").NotNull().NeverChanges(), contacts.Int64("serial").NotNull().NeverChanges(), contacts.Time("seen").NotNull(),
		},
		Associations: more,
	}
}

// since is when the last contact was created; each before it a day earlier,
// two at a time.
func since() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

// walked holds the contacts 1 to n, the first of which was created last.
func walked(tb testing.TB, schema contacts.Schema, n int) *memory.Store {
	tb.Helper()
	st, err := memory.New(schema)
	require.NoError(tb, err)
	for id := 1; id <= n; id++ {
		require.NoError(tb, st.Insert(memory.Row{
			"id": id, "email": "x", "boss": id - 1, "created": since().AddDate(0, 0, -(id / 2)), "serial": id, "seen": since(),
		}))
	}
	return st
}

// recording notes the walks that it is asked for, and the keys of batches.
type recording struct {
	store.Store

	by       []string
	batches  [][]string
	findings []store.Finding
}

func (r *recording) Bound(ctx context.Context, q store.BoundRequest) (store.Cursor, error) {
	r.by = append(r.by, q.By)
	return r.Store.Bound(ctx, q)
}

func (r *recording) Page(ctx context.Context, q store.PageRequest) (store.Page, error) {
	r.by = append(r.by, q.By)
	return r.Store.Page(ctx, q)
}

func (r *recording) Delete(ctx context.Context, b store.Batch) (store.Outcome, error) {
	var keys []string
	for _, k := range b.Keys {
		keys = append(keys, k.String())
	}
	r.batches = append(r.batches, keys)
	return r.Store.Delete(ctx, b)
}

func (r *recording) Verify(context.Context) ([]store.Finding, error) { return r.findings, nil }

// walks are the fields of the walks, each once.
func (r *recording) walks() []string {
	out := slices.Clone(r.by)
	slices.Sort(out)
	return slices.Compact(out)
}

func old() where.Condition { return where.New().WhereLessThan("created", since().AddDate(0, 0, -1)) }

func TestARunWalksByTheField(t *testing.T) {
	t.Parallel()
	st := &recording{Store: walked(t, walkedSchema(), 11)}
	report, err := service(t, st).BulkDelete(t.Context(), old(), deletion.WalkBy("created"), deletion.BatchSize(3))
	require.NoError(t, err)
	require.EqualValues(t, 8, report.Deleted)
	require.Equal(t, [][]string{{"10", "11", "8"}, {"9", "6", "7"}, {"4", "5"}}, st.batches, "the oldest first, those of one day by their key")
	require.Equal(t, []string{"created"}, st.walks())
}

func TestARunByTheFieldGoesOnExactly(t *testing.T) {
	t.Parallel()
	for limit := 1; limit <= 5; limit++ {
		t.Run(strconv.Itoa(limit), func(t *testing.T) {
			t.Parallel()
			st := &recording{Store: walked(t, walkedSchema(), 11)}
			svc := service(t, st)
			report, err := svc.BulkDelete(t.Context(), old(), deletion.WalkBy("created"), deletion.BatchLimit(limit), deletion.Cap(8))
			require.NoError(t, err)
			deleted := report.Deleted
			for step := 0; report.More; step++ {
				options := []deletion.Option{deletion.From(stored(t, report.Next)), deletion.BatchLimit(limit)}
				if step%2 == 0 {
					options = append(options, deletion.WalkBy("created"))
				}
				report, err = svc.BulkDelete(t.Context(), old(), options...)
				require.NoError(t, err)
				deleted += report.Deleted
			}
			require.EqualValues(t, 8, deleted)
			require.Equal(t, []string{"10", "11", "8", "9", "6", "7", "4", "5"}, slices.Concat(st.batches...))
			require.Equal(t, []string{"created"}, st.walks())
		})
	}
}

func TestARunGoesOnByNoOtherField(t *testing.T) {
	t.Parallel()
	st := walked(t, walkedSchema(), 11)
	svc := service(t, st)
	both := old().WhereGreaterThan("serial", 0)
	byKey, err := svc.BulkDelete(t.Context(), both, deletion.BatchLimit(1))
	require.NoError(t, err)
	byField, err := svc.BulkDelete(t.Context(), both, deletion.BatchLimit(1), deletion.WalkBy("created"))
	require.NoError(t, err)
	before := len(st.Contacts())
	for _, c := range []struct {
		next *deletion.Next
		by   string
	}{{byKey.Next, "created"}, {byField.Next, "serial"}} {
		report, err := svc.BulkDelete(t.Context(), both, deletion.From(c.next), deletion.WalkBy(c.by))
		require.ErrorIs(t, err, deletion.ErrDrift)
		require.ErrorContains(t, err, "the walk is not the one that the run or preview began with")
		require.Equal(t, deletion.StoppedRefused, report.Stopped)
	}
	require.Len(t, st.Contacts(), before)
	other := service(t, st, deletion.WithWalkBy("serial"))
	report, err := other.BulkDelete(t.Context(), both, deletion.From(byKey.Next))
	require.NoError(t, err, "what the service prefers is for runs that begin")
	require.False(t, report.More)
	require.Len(t, st.Contacts(), 3)
}

func TestAWalkByAFieldIsRefusedWhereItWouldLeaveContactsOut(t *testing.T) {
	t.Parallel()
	untouched := untouchable{walked(t, walkedSchema(), 3)}
	svc := service(t, untouched)
	for name, c := range map[string]where.Condition{
		"another field":  where.New().WhereEquals("email", "x"),
		"or another":     old().Or().WhereEquals("email", "x"),
		"or has none":    old().Or().WhereUnknown("created"),
		"everything":     where.Everything(),
		"rows that have": where.New().WhereNotExists("reports", old()),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			svc := svc
			if name == "rows that have" {
				svc = service(t, untouchable{walked(t, walkedSchema(reports()), 3)})
			}
			options := []deletion.Option{deletion.WalkBy("created")}
			if c.IsEverything() {
				options = append(options, deletion.ConfirmEverything(3))
			}
			_, err := svc.BulkDelete(t.Context(), c, options...)
			require.ErrorIs(t, err, deletion.ErrInvalidOption)
			require.ErrorContains(t, err, `without a value of "created"`)
			_, err = svc.Preview(t.Context(), c, deletion.WalkBy("created"))
			require.ErrorIs(t, err, deletion.ErrInvalidOption)
		})
	}
	for field, says := range map[string]string{"seen": "NeverChanges", "boss": "NotNull", "email": "is text", "id": "part of the key", "nobody": "no contact field", "": "empty"} {
		t.Run("by "+field, func(t *testing.T) {
			t.Parallel()
			_, err := svc.BulkDelete(t.Context(), old(), deletion.WalkBy(field))
			require.ErrorIs(t, err, deletion.ErrInvalidOption)
			require.ErrorContains(t, err, says)
			_, err = deletion.New(walked(t, walkedSchema(), 1), deletion.WithWalkBy(field))
			require.ErrorIs(t, err, deletion.ErrInvalidOption)
			require.ErrorContains(t, err, says)
		})
	}
	_, err := svc.DeleteKeys(t.Context(), []contacts.Key{key(t, 1)}, deletion.WalkBy("created"))
	require.ErrorContains(t, err, "WalkBy has no effect on")
}

func reports() contacts.Association {
	return contacts.Association{Name: "reports", Table: "contacts", Action: contacts.Detach, References: []contacts.Reference{{Fields: []string{"boss"}}}}
}

func TestAServiceWalksByTheFieldWhereTheConditionReadsIt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		condition where.Condition
		scope     bool
		want      []string
	}{
		"the condition reads it": {old(), false, []string{"created"}},
		"it does not":            {where.New().WhereEquals("email", "x"), false, []string{""}},
		"but the scope does":     {where.New().WhereEquals("email", "x"), true, []string{"created"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := &recording{Store: walked(t, walkedSchema(), 11)}
			options := []deletion.ServiceOption{deletion.WithWalkBy("created")}
			if tt.scope {
				options = append(options, deletion.WithScope("past", where.New().WhereLessOrEquals("created", since())))
			}
			svc := service(t, st, options...)
			plan, err := svc.Preview(t.Context(), tt.condition)
			require.NoError(t, err)
			_, err = svc.Execute(t.Context(), plan, deletion.BatchSize(3))
			require.NoError(t, err)
			require.Equal(t, tt.want, st.walks())
		})
	}
}

func TestAPreviewSamplesInTheOrderOfTheWalk(t *testing.T) {
	t.Parallel()
	svc := service(t, walked(t, walkedSchema(), 11))
	plan, err := svc.Preview(t.Context(), old(), deletion.WalkBy("created"), deletion.SampleSize(3))
	require.NoError(t, err)
	var got []string
	for _, c := range plan.Sample {
		got = append(got, c.Key.String())
	}
	require.Equal(t, []string{"10", "11", "8"}, got)
	report, err := svc.Execute(t.Context(), plan, deletion.WalkBy("created"))
	require.NoError(t, err)
	require.EqualValues(t, 8, report.Deleted)
}

// Who has no reports is deleted, which frees the next one: the targets are
// fixed, in the order of the walk.
func TestFixedTargetsComeInTheOrderOfTheWalk(t *testing.T) {
	t.Parallel()
	st := &recording{Store: walked(t, walkedSchema(reports()), 11)}
	c := old().WhereExists("reports", where.New().WhereLessThan("created", since()))
	report, err := service(t, st).BulkDelete(t.Context(), c, deletion.WalkBy("created"), deletion.BatchSize(100))
	require.NoError(t, err)
	require.True(t, report.Counted, "fixed targets are counted")
	require.Equal(t, [][]string{{"10", "8", "9", "6", "7", "4", "5"}}, st.batches)
}

func TestFindingsOfAWalkOnlyConcernRunsThatWalkSo(t *testing.T) {
	t.Parallel()
	of := func(field string, s store.Severity) store.Finding {
		return store.Finding{Code: "walk-nullable", Severity: s, Table: "contacts", Column: field, Message: "m", Advice: "a", Walk: field}
	}
	st := &recording{Store: walked(t, walkedSchema(), 11), findings: []store.Finding{of("created", store.Fatal), of("serial", store.Warning)}}
	svc := service(t, st)
	both := old().WhereGreaterThan("serial", 0)
	_, err := svc.BulkDelete(t.Context(), both, deletion.WalkBy("created"))
	require.ErrorIs(t, err, deletion.ErrUnsafe)
	require.ErrorContains(t, err, "walk-nullable:contacts.created")
	require.Empty(t, st.batches)

	plan, err := svc.Preview(t.Context(), both, deletion.WalkBy("created"))
	require.NoError(t, err)
	require.Equal(t, st.findings[:1], plan.Warnings)
	report, err := svc.BulkDelete(t.Context(), both, deletion.BatchLimit(1))
	require.NoError(t, err)
	require.Empty(t, report.Warnings)
	report, err = svc.BulkDelete(t.Context(), both, deletion.BatchLimit(1), deletion.WalkBy("serial"))
	require.NoError(t, err)
	require.Equal(t, st.findings[1:], report.Warnings)
	accepting := service(t, st, deletion.WithAcceptedFindings("walk-nullable:contacts.created"))
	_, err = accepting.BulkDelete(t.Context(), both, deletion.WalkBy("created"))
	require.NoError(t, err)
}

// Contacts that come during the run are behind or before the cursor, as it
// happens: none is met twice, none that was there is missed.
func TestContactsThatComeDuringAWalkByAField(t *testing.T) {
	t.Parallel()
	st := walked(t, walkedSchema(), 11)
	id := 100
	var seen []string
	svc := service(t, st, deletion.WithBeforeBatch(func(_ context.Context, b deletion.BatchCandidates) error {
		for _, k := range b.Keys {
			seen = append(seen, k.String())
		}
		for _, days := range []int{-400, -3, 400} {
			id++
			if err := st.Insert(memory.Row{"id": id, "email": "x", "created": since().AddDate(0, 0, days), "serial": id, "seen": since()}); err != nil {
				return fmt.Errorf("insert: %w", err)
			}
		}
		return nil
	}))
	report, err := svc.BulkDelete(t.Context(), old(), deletion.WalkBy("created"), deletion.BatchSize(2))
	require.NoError(t, err)
	require.Equal(t, deletion.StoppedDone, report.Stopped)
	met := slices.Clone(seen)
	slices.Sort(met)
	require.Len(t, slices.Compact(met), len(seen), "none twice")
	for n := 4; n <= 11; n++ {
		require.Contains(t, seen, strconv.Itoa(n))
	}
}
