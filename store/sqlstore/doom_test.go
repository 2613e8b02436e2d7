package sqlstore_test

import (
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// plainRows is a schema of contacts whose rows have no key in it.
func plainRows(action contacts.Action) contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull()},
		Associations: []contacts.Association{{
			Name: "marks", Table: "marks", Action: action, Fields: []contacts.Field{contacts.Int64("of"), contacts.Text("what")},
			References: []contacts.Reference{{Fields: []string{"of"}}},
		}},
	}
}

const markedTwice = `
INSERT INTO people (id) VALUES (1), (2);
INSERT INTO marks (of, what) VALUES (1, 'a'), (1, 'a'), (1, 'b'), (1, 'c'), (1, NULL), (2, 'a')`

func TestRowsWithoutAKeyGoInBoundedTransactions(t *testing.T) {
	t.Parallel()
	for _, action := range []contacts.Action{contacts.Delete, contacts.Detach} {
		t.Run(action.String(), func(t *testing.T) {
			t.Parallel()
			onEach(t, plainRows(action), markedTwice, func(t *testing.T, b desk) {
				t.Helper()
				if b.dialect == sqlstore.MySQL && action == contacts.Detach {
					_, err := b.doom(t)
					require.ErrorIs(t, err, store.ErrTooManyRows)
					require.ErrorContains(t, err, "no key")
					return
				}
				rounds, err := b.doom(t)
				require.NoError(t, err)
				require.Equal(t, 3, rounds)
				require.Equal(t, int64(1), b.count(t, "SELECT count(*) FROM people"))
				require.Equal(t, int64(1), b.count(t, "SELECT count(*) FROM marks WHERE of IS NOT NULL"))
			})
		})
	}
}

// doom deletes the first contact, two rows at a time.
func (b desk) doom(t *testing.T) (rounds int, err error) {
	t.Helper()
	f := b.start(t, "op")
	for rounds = 1; rounds < 10; rounds++ {
		batch := checkpointed(t, f, func(c *store.Checkpoint) { c.Doom = true }, 1)
		batch.Condition, batch.MaxRows = where.Everything(), 2
		out, err := b.st.Delete(t.Context(), batch)
		if err != nil || len(out.Deleted) > 0 {
			return rounds, err
		}
		require.LessOrEqual(t, out.Rows["marks"], int64(2))
		f.Sequence++
	}
	return rounds, nil
}

// What is counted must not depend on how the driver counts: with clientFoundRows
// a row counts that is found, and not only one that is changed.
func TestMySQLDriversThatCountFoundRows(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*mysql.Config){
		"found rows":                func(c *mysql.Config) { c.ClientFoundRows = true },
		"found rows, interpolated":  func(c *mysql.Config) { c.ClientFoundRows, c.InterpolateParams = true, true },
		"interpolated, with times":  func(c *mysql.Config) { c.InterpolateParams, c.ParseTime = true, true },
		"a session of another zone": func(c *mysql.Config) { c.Params = map[string]string{"time_zone": "'+09:30'", "sql_mode": "''"} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := myPool(t, servertest.MariaDB().Database(t), change)
			schema := keyed(contacts.Text("id"))
			schema.Associations = nil
			b := newDesk(t, sqlstore.MySQL, db, schema, "")
			b.keepsKeys(t, b.insert(t, [][]any{{"a"}, {"A"}, {"a "}, {strings.Repeat("é", 255)}}))
			f := fenceOf(b.get(t, store.Fence{Scope: "eu", ID: "op"}))
			batch := store.Batch{Selection: store.Selection{Condition: where.Everything()}, Keys: []contacts.Key{}, Checkpoint: checkpointed(t, f, nil).Checkpoint}
			_, err := b.st.Delete(t.Context(), batch)
			require.NoError(t, err)
			_, err = b.st.Delete(t.Context(), batch)
			require.ErrorIs(t, err, store.ErrFenced)
		})
	}
}

func TestATextThatDoesNotFitIntoTheLedgerIsRefused(t *testing.T) {
	t.Parallel()
	schema := keyed(contacts.Text("id"))
	b := newDesk(t, sqlstore.MySQL, servertest.MariaDB().New(t), schema, "")
	long, err := contacts.NewKey(strings.Repeat("a", 256))
	require.NoError(t, err)
	require.ErrorIs(t, b.Pending.Put(t.Context(), store.PutRequest{Contacts: []store.PendingContact{{Key: long}}}), store.ErrInvalidRequest)
}
