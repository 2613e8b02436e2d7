package memory_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// crm is a plain idea of the store: contacts with the id of their manager,
// orders with that of their customer.
type crm struct {
	contacts map[int64]any
	orders   map[int64]int64
}

func (c crm) requireEqual(t require.TestingT, st *memory.Store) {
	managers := map[int64]any{}
	last := int64(-1)
	for _, row := range st.Contacts() {
		id, ok := row["id"].(int64)
		require.True(t, ok)
		require.Greater(t, id, last, "key order")
		managers[id], last = row["manager_id"], id
	}
	require.Equal(t, c.contacts, managers)
	orders := map[int64]int64{}
	for _, row := range st.Rows("orders") {
		orders[row["id"].(int64)] = row["customer_id"].(int64) //nolint:forcetypeassert // a test
	}
	require.Equal(t, c.orders, orders)
}

// delete deletes a contact, if there is one, as the schema demands.
func (c crm) delete(id int64) {
	if _, there := c.contacts[id]; !there {
		return
	}
	delete(c.contacts, id)
	maps.DeleteFunc(c.orders, func(_, customer int64) bool { return customer == id })
	for other, manager := range c.contacts {
		if manager == id {
			c.contacts[other] = nil
		}
	}
}

func TestStoreAgreesWithPlainMaps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		st, err := memory.New(schema())
		require.NoError(r, err)
		c := crm{map[int64]any{}, map[int64]int64{}}
		ids := rapid.Int64Range(0, 20)
		orderID := int64(0)
		r.Repeat(map[string]func(*rapid.T){
			"insert": func(r *rapid.T) {
				id, manager := ids.Draw(r, "id"), ids.Draw(r, "manager")
				_, there := c.contacts[id]
				require.Equal(r, there, st.Insert(memory.Row{"id": id, "manager_id": manager}) != nil)
				if !there {
					c.contacts[id] = manager
				}
			},
			"insert orders": func(r *rapid.T) {
				customer := ids.Draw(r, "customer")
				orderID++
				require.NoError(r, st.InsertRows("orders", memory.Row{"id": orderID, "customer_id": customer}))
				c.orders[orderID] = customer
			},
			"update": func(r *rapid.T) {
				id, manager := ids.Draw(r, "id"), ids.Draw(r, "manager")
				err := st.Update(key(t, id), memory.Row{"manager_id": manager})
				_, there := c.contacts[id]
				require.Equal(r, there, err == nil)
				if there {
					c.contacts[id] = manager
				}
			},
			"delete": func(r *rapid.T) {
				batch := store.Batch{Selection: everything(), DryRun: rapid.Bool().Draw(r, "dry run")}
				for _, id := range rapid.SliceOfN(ids, 0, 5).Draw(r, "ids") {
					batch.Keys = append(batch.Keys, key(t, id))
					if !batch.DryRun {
						c.delete(id)
					}
				}
				_, err := st.Delete(t.Context(), batch)
				require.NoError(r, err)
			},
			"": func(r *rapid.T) { c.requireEqual(r, st) },
		})
	})
}

// TestManyDeletions makes the store tidy up after itself several times.
func TestManyDeletions(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	st := newStore(t)
	c := crm{map[int64]any{}, map[int64]int64{}}
	orderID := int64(0)
	for range 4 {
		for range 1500 {
			id := random.Int64N(20_000)
			if _, there := c.contacts[id]; there {
				continue
			}
			require.NoError(t, st.Insert(memory.Row{"id": id}))
			orderID++
			require.NoError(t, st.InsertRows("orders", memory.Row{"id": orderID, "customer_id": id}))
			c.contacts[id], c.orders[orderID] = nil, id
		}
		batch := store.Batch{Selection: everything()}
		for id := range c.contacts {
			if random.IntN(5) > 0 {
				batch.Keys = append(batch.Keys, key(t, id))
			}
		}
		out, err := st.Delete(t.Context(), batch)
		require.NoError(t, err)
		require.Len(t, out.Deleted, len(batch.Keys))
		for _, k := range batch.Keys {
			c.delete(k.First().Int64())
		}
		c.requireEqual(t, st)
		counts, err := st.Count(t.Context(), countOf(where.New().WhereCount("orders", where.Equal, 1)))
		require.NoError(t, err)
		require.EqualValues(t, len(c.contacts), counts.Contacts)
	}
}

// TestConcurrentUse is for the race detector, and checks that each contact is
// deleted once.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	const n = 400
	st := filled(t, n)
	var wg sync.WaitGroup
	deleted := make([][]int64, 4)
	for worker := range deleted {
		wg.Go(func() {
			for batch := range slices.Chunk(upTo(n), 20) {
				out, err := st.Delete(t.Context(), store.Batch{Selection: everything(), Keys: keys(t, batch...)})
				if err != nil {
					t.Error(err)
				}
				for _, k := range out.Deleted {
					deleted[worker] = append(deleted[worker], k.First().Int64())
				}
			}
		})
	}
	condition := where.New().WhereExists("orders", where.New().WhereExists("lines")).Or().WhereExists("reports")
	for i := range 4 {
		wg.Go(func() {
			for j := range 50 {
				if err := st.Insert(memory.Row{"id": 1_000_000 - 100*i - j}); err != nil {
					t.Error(err)
				}
				until, err := st.Bound(t.Context(), store.BoundRequest{})
				if err != nil {
					t.Error(err)
				}
				request := countOf(condition)
				if _, err = st.Page(t.Context(), store.PageRequest{Selection: request.Selection, Until: until, Limit: 10}); err != nil {
					t.Error(err)
				}
				request.Rows = true
				if _, err = st.Count(t.Context(), request); err != nil {
					t.Error(err)
				}
				st.Contacts()
				st.Rows("lines")
			}
		})
	}
	wg.Wait()
	all := slices.Concat(deleted...)
	slices.Sort(all)
	require.Len(t, slices.Compact(all), n)
	require.Len(t, all, n)
	require.Len(t, st.Contacts(), 200)
	require.Empty(t, st.Rows("lines"))
}
