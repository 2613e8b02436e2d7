package deletion_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
)

// timed is a store of the contacts 1 to n of which nothing is real but the
// time: a Delete takes as long, and fails, as the script says. It stands for an
// engine in a bubble of testing/synctest.
type timed struct {
	store.Store
	n      int
	pacing store.Pacing
	delete func(call, size int) (time.Duration, error)
	page   func(call, limit int) int // how many contacts it has; nil: the limit

	pages int
	sizes []int // of the calls of Delete
}

func newTimed(t *testing.T, n int, script func(call, size int) (time.Duration, error)) *timed {
	t.Helper()
	return &timed{Store: crm(t, 0), n: n, delete: script}
}

// perContact is the script of a store of constant speed.
func perContact(d time.Duration) func(int, int) (time.Duration, error) {
	return func(_, size int) (time.Duration, error) { return time.Duration(size) * d, nil }
}

func (s *timed) Pacing() store.Pacing { return s.pacing }

func (s *timed) Bound(context.Context, store.BoundRequest) (store.Cursor, error) {
	return store.Cursor(strconv.Itoa(s.n)), nil
}

func (s *timed) Page(_ context.Context, r store.PageRequest) (store.Page, error) {
	if r.Keys != nil {
		return store.Page{Keys: r.Keys}, nil // nothing is ever gone
	}
	s.pages++
	limit := r.Limit
	if s.page != nil {
		limit = min(limit, s.page(s.pages, limit))
	}
	last := 0
	if r.After != "" {
		var err error
		if last, err = strconv.Atoi(string(r.After)); err != nil {
			return store.Page{}, err
		}
	}
	var page store.Page
	for ; len(page.Keys) < limit && last < s.n; last++ {
		k, err := contacts.NewKey(last + 1)
		if err != nil {
			return store.Page{}, err
		}
		page.Keys = append(page.Keys, k)
	}
	page.Next, page.More = store.Cursor(strconv.Itoa(last)), last < s.n
	return page, nil
}

func (s *timed) Delete(_ context.Context, b store.Batch) (store.Outcome, error) {
	s.sizes = append(s.sizes, len(b.Keys))
	d, err := s.delete(len(s.sizes), len(b.Keys))
	<-time.After(d)
	if err != nil {
		return store.Outcome{}, err
	}
	return store.Outcome{Deleted: b.Keys}, nil
}

// first returns the sizes of so many first calls of Delete, of more.
func (s *timed) first(t *testing.T, calls int, call ...deletion.Option) []int {
	t.Helper()
	s.run(t, nil, call...)
	require.Greater(t, len(s.sizes), calls, "the last batch may be short")
	return s.sizes[:calls]
}

// run deletes all contacts.
func (s *timed) run(t *testing.T, service []deletion.ServiceOption, call ...deletion.Option) {
	t.Helper()
	report, err := plainService(t, s, service...).BulkDelete(t.Context(), stale(), call...)
	require.NoError(t, err)
	require.EqualValues(t, s.n, report.Deleted)
}
