package memory_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

func TestUpdate(t *testing.T) {
	t.Parallel()
	st := newStore(t)
	require.NoError(t, st.Insert(memory.Row{"id": 1, "email": "a", "age": 3}, memory.Row{"id": 2, "manager_id": 1}))
	require.NoError(t, st.Update(key(t, uint(1)), memory.Row{"email": "b", "age": nil}))
	require.Equal(t, "b", st.Contacts()[0]["email"])
	require.Nil(t, st.Contacts()[0]["age"])

	managers := countOf(where.New().WhereExists("reports"))
	for _, manager := range []any{1, 2, nil} { // 2: his own
		require.NoError(t, st.Update(key(t, 2), memory.Row{"manager_id": manager}))
		counts, err := st.Count(t.Context(), managers)
		require.NoError(t, err)
		require.Equal(t, manager != nil, counts.Contacts == 1, "associations follow")
	}
}

func TestUpdateRefuses(t *testing.T) {
	t.Parallel()
	st := newStore(t)
	require.NoError(t, st.Insert(memory.Row{"id": 1, "email": "a"}))
	require.ErrorContains(t, st.Update(key(t, 2), memory.Row{"email": "b"}), "no contact with that key")
	require.ErrorIs(t, st.Update(key(t, "one"), memory.Row{"email": "b"}), store.ErrInvalidRequest)
	require.ErrorContains(t, st.Update(key(t, 1), memory.Row{"email": "b", "id": 2}), "part of the key")
	require.ErrorContains(t, st.Update(key(t, 1), memory.Row{"email": "b", "mail": ""}), `no field "mail"`)
	require.ErrorContains(t, st.Update(key(t, 1), memory.Row{"email": "b", "age": "old"}), `field "age" holds int64 values`)
	require.Equal(t, "a", st.Contacts()[0]["email"])
}

func TestRemoveLeavesTheRows(t *testing.T) {
	t.Parallel()
	st := newStore(t)
	require.NoError(t, st.Insert(memory.Row{"id": 1}, memory.Row{"id": 2, "manager_id": 1}))
	require.NoError(t, st.InsertRows("orders", memory.Row{"id": 5, "customer_id": 1}))
	require.NoError(t, st.Remove(key(t, 1)))
	require.ErrorContains(t, st.Remove(key(t, 1)), "no contact")
	require.Len(t, st.Rows("orders"), 1)
	require.Equal(t, int64(1), st.Contacts()[0]["manager_id"])

	out, err := st.Delete(t.Context(), store.Batch{Selection: everything(), Keys: keys(t, 1)})
	require.NoError(t, err)
	require.Equal(t, []store.Skipped{{Key: key(t, 1), Cause: store.Gone}}, out.Skipped)

	require.NoError(t, st.Insert(memory.Row{"id": 1}))
	counts, err := st.Count(t.Context(), countOf(where.New().WhereExists("orders")))
	require.NoError(t, err)
	require.EqualValues(t, 1, counts.Contacts, "rows that refer to nothing find a contact that comes later")
}
