package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// testConcurrency deletes overlapping batches at once, with readers beside:
// each contact and each row is counted exactly once.
func testConcurrency(t *testing.T, h Harness) {
	t.Helper()
	deleteOverlapping(t, h, crmSchema())
}

func deleteOverlapping(t *testing.T, h Harness, schema contacts.Schema) {
	t.Helper()
	const people, workers, batches = 120, 4, 6
	data := Data{}
	for i := 1; i <= people; i++ {
		data["people"] = append(data["people"], Row{"id": i, "boss": (i + 1) / 2})
		data["orders"] = append(data["orders"], Row{"id": i, "buyer": i, "payer": i%people + 1})
		data["lines"] = append(data["lines"], Row{"id": i, "of": i}, Row{"id": people + i, "of": i})
	}
	b := setup(t, h, schema, data)
	c := tally{times: map[contacts.Key]int{}, rows: map[string]int64{}}
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() {
			for n := range batches {
				c.add(b.deleteAndCount(t, overlapping(t, worker, n, people, batches)))
			}
		})
	}
	wg.Wait()
	require.Empty(t, c.failures)
	require.Len(t, c.times, people, "every contact was deleted")
	for _, n := range c.times {
		require.Equal(t, 1, n, "a contact was counted more than once")
	}
	require.Equal(t, int64(people), c.rows["orders"])
	require.Equal(t, int64(2*people), c.rows["lines"])
	left := h.Dump(t, b.st)
	require.Empty(t, left["people"])
	require.Empty(t, left["orders"])
	require.Empty(t, left["lines"])
}

// tally adds up what all workers did.
type tally struct {
	mu       sync.Mutex
	times    map[contacts.Key]int
	rows     map[string]int64
	failures []error
}

func (c *tally) add(out store.Outcome, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range out.Deleted {
		c.times[k]++
	}
	for name, n := range out.Rows {
		c.rows[name] += n
	}
	if err != nil {
		c.failures = append(c.failures, err)
	}
}

// deleteAndCount deletes a batch, and counts beside the others.
func (b *bench) deleteAndCount(t *testing.T, keys []contacts.Key) (store.Outcome, error) {
	t.Helper()
	everyone := selection(where.Everything())
	out, err := b.deleteRetrying(t, store.Batch{Selection: everyone, Keys: keys})
	if err != nil {
		return out, err
	}
	if _, err := b.st.Count(t.Context(), store.CountRequest{Selection: everyone}); err != nil && !errors.Is(err, store.ErrTransient) {
		return out, fmt.Errorf("count beside: %w", err)
	}
	return out, nil
}

// overlapping returns the keys of a worker's n-th batch: every worker deletes
// everybody, in another order, and half of each batch again in the next.
func overlapping(t *testing.T, worker, n, people, batches int) []contacts.Key {
	t.Helper()
	size := people / batches
	var keys []int
	for i := range size + size/2 {
		k := (worker*size/2+n*size+i)%people + 1
		if worker%2 == 1 {
			k = people + 1 - k
		}
		keys = append(keys, k)
	}
	return keysOf(t, keys...)
}

// deleteRetrying repeats a batch that fails for a reason that may pass, as the
// deletion service does.
func (b *bench) deleteRetrying(t *testing.T, batch store.Batch) (store.Outcome, error) {
	t.Helper()
	for attempt := 0; ; attempt++ {
		out, err := b.st.Delete(t.Context(), batch)
		if err == nil || !errors.Is(err, store.ErrTransient) || attempt == 200 {
			return out, err
		}
	}
}
