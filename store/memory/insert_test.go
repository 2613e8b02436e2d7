package memory_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

func TestInsertRefuses(t *testing.T) {
	t.Parallel()
	const secret = "secret@example.com"
	noText := (*string)(nil)
	tests := map[string]struct {
		row  memory.Row
		want string
	}{
		"an unknown field, naming the known ones": {memory.Row{"id": 2, "mail": secret}, `there is no field "mail"; there are id, email, age`},
		"a value of another kind":                 {memory.Row{"id": 2, "age": secret}, `field "age" holds int64 values`},
		"a typed nil":                             {memory.Row{"id": 2, "email": noText}, `field "email" holds text values`},
		"text that is not UTF-8":                  {memory.Row{"id": 2, "email": secret + "\xff"}, "UTF-8"},
		"a relative time":                         {memory.Row{"id": 2, "created": where.Ago(time.Hour)}, "relative"},
		"a decimal with too many digits":          {memory.Row{"id": 2, "balance": "12.505"}, "digits"},
		"a decimal too large for its units":       {memory.Row{"id": 2, "balance": "123456789012345678"}, "digits"},
		"a decimal too long for a real":           {memory.Row{"id": 2, "score": "0.1234567890123456"}, "digits"},
		"no key":                                  {memory.Row{"email": secret}, `key field "id" has no value`},
		"an unknown key":                          {memory.Row{"id": where.Unknown()}, `key field "id" has no value`},
		"a key that is there":                     {memory.Row{"id": 1}, "the same key"},
		"a key that was just inserted":            {memory.Row{"id": 7}, "the same key"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := newStore(t)
			require.NoError(t, st.Insert(memory.Row{"id": 1}))
			err := st.Insert(memory.Row{"id": 7}, test.row)
			require.ErrorContains(t, err, test.want)
			require.ErrorContains(t, err, "row 2 of 2")
			require.NotContains(t, err.Error(), secret)
			require.Len(t, st.Contacts(), 1, "all rows of a call go in, or none")
			require.NoError(t, st.Insert(memory.Row{"id": 7}), "what was refused leaves nothing behind")
			require.Len(t, st.Contacts(), 2)
		})
	}
}

func TestInsertRowsRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		association string
		good, row   memory.Row
		want        string
	}{
		"an unknown association":  {"order", memory.Row{}, memory.Row{}, `no association "order"; there are orders, lines, sales, reports`},
		"an unknown field":        {"lines", memory.Row{"order_id": 1}, memory.Row{"id": 1}, `no field "id"; there are order_id, item`},
		"NULL where it is not":    {"orders", memory.Row{"id": 2}, memory.Row{"customer_id": 1}, `"id"`},
		"NULL in a shared column": {"sales", memory.Row{"id": 2}, memory.Row{"seller_id": 1}, `"id"`},
		"two names of one column": {"sales", memory.Row{"id": 2}, memory.Row{"id": 1, "status": "open", "state": "paid"}, "another name"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := newStore(t)
			err := st.InsertRows(test.association, test.good, test.row)
			require.ErrorContains(t, err, test.want)
			require.Empty(t, st.Rows(test.association), "all rows of a call go in, or none")
		})
	}
}

func TestInsertKeepsWhatTheEncodingKeeps(t *testing.T) {
	t.Parallel()
	st := newStore(t)
	at := time.Date(1969, 12, 31, 23, 59, 58, 123_456_789, time.UTC)
	external := [16]byte{1, 2, 3}
	require.NoError(t, st.Insert(memory.Row{
		"id": uint8(1), "created": at, "seen": at.In(time.FixedZone("", 3600)), "changed": at,
		"balance": "+012.50", "score": "0.100", "external": external, "email": "",
	}))
	require.Equal(t, []memory.Row{{
		"id": int64(1), "email": "", "age": nil, "external": external,
		"created": time.Date(1969, 12, 31, 23, 59, 58, 0, time.UTC),
		"seen":    time.Date(1969, 12, 31, 23, 59, 58, 123_000_000, time.UTC),
		"changed": time.Date(1969, 12, 31, 23, 59, 58, 123_456_000, time.UTC),
		"balance": "12.5", "score": "0.1", "manager_id": nil,
	}}, st.Contacts())
}

func TestIntegersAreDecimalsToo(t *testing.T) {
	t.Parallel()
	st := newStore(t)
	require.NoError(t, st.Insert(memory.Row{"id": 1, "balance": 12}, memory.Row{"id": 2, "balance": "12.01"}))
	counts, err := st.Count(t.Context(), countOf(where.New().WhereLessOrEquals("balance", 12)))
	require.NoError(t, err)
	require.EqualValues(t, 1, counts.Contacts)
	require.ErrorContains(t, st.Insert(memory.Row{"id": 3, "balance": 12.0}), "the field is decimal and the value is float64")
}

func TestUnknownStandsForAStoredValueOutsideItsKind(t *testing.T) {
	t.Parallel()
	st := newStore(t)
	require.NoError(t, st.Insert(memory.Row{"id": 1, "age": where.Unknown()}, memory.Row{"id": 2}))
	require.Nil(t, st.Contacts()[0]["age"])
	for name, test := range map[string]struct {
		condition where.Condition
		want      int64
	}{
		"unknown":  {where.New().WhereUnknown("age"), 2},
		"null":     {where.New().WhereNull("age"), 1},
		"not null": {where.New().WhereNotNull("age"), 0},
	} {
		counts, err := st.Count(t.Context(), countOf(test.condition))
		require.NoError(t, err)
		require.Equal(t, test.want, counts.Contacts, name)
	}
}

func TestRowsOfASharedTable(t *testing.T) {
	t.Parallel()
	st := newStore(t)
	require.NoError(t, st.InsertRows("sales", memory.Row{"id": 1, "seller_id": 3, "customer_id": 4, "status": "open"}))
	want := []memory.Row{{"id": int64(1), "seller_id": int64(3), "customer_id": int64(4), "status": "open", "state": "open"}}
	require.Equal(t, want, st.Rows("sales"))
	require.Equal(t, want, st.Rows("orders"), "one table, one row")
	require.NoError(t, st.InsertRows("reports", memory.Row{"id": 9, "manager_id": 1}))
	require.Equal(t, st.Contacts(), st.Rows("reports"), "their rows are contacts")
	require.Len(t, st.Contacts(), 1)
	require.Nil(t, st.Rows("nobody"))
}

func TestWhatIsReadBackIsACopy(t *testing.T) {
	t.Parallel()
	st := newStore(t)
	require.NoError(t, st.Insert(memory.Row{"id": 1, "email": "a"}))
	st.Contacts()[0]["email"] = "b"
	require.Equal(t, "a", st.Contacts()[0]["email"])
}

func TestContactsAreInKeyOrder(t *testing.T) {
	t.Parallel()
	s := contacts.Schema{
		Table: "contacts", Key: []string{"tenant", "id"},
		Fields: []contacts.Field{contacts.Uint64("id"), contacts.Text("tenant")},
	}
	st, err := memory.New(s)
	require.NoError(t, err)
	for _, row := range []memory.Row{
		{"tenant": "b", "id": 10}, {"tenant": "a", "id": 9}, {"tenant": "a", "id": 10}, {"tenant": "B", "id": uint64(1) << 63}, {"tenant": "", "id": 0},
	} {
		require.NoError(t, st.Insert(row))
	}
	var got []any
	for _, row := range st.Contacts() {
		got = append(got, row["tenant"], row["id"])
	}
	require.Equal(t, []any{"", uint64(0), "B", uint64(1) << 63, "a", uint64(9), "a", uint64(10), "b", uint64(10)}, got)
}

func countOf(c where.Condition) store.CountRequest {
	s := everything()
	s.Condition = c
	return store.CountRequest{Selection: s}
}
