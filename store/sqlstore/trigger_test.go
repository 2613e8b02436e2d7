package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/store"
)

func TestAContactKeptByATriggerLosesNothing(t *testing.T) {
	t.Parallel()
	for _, fk := range []string{"foreign_keys(0)", "foreign_keys(1)"} {
		for _, dry := range []bool{false, true} {
			t.Run(fk, func(t *testing.T) {
				t.Parallel()
				db := file(t, fk)
				st := openCRM(t, db)
				script(t, db, `CREATE TRIGGER keep BEFORE DELETE ON people WHEN old.id = 2 BEGIN SELECT RAISE(IGNORE); END`)
				before := dump(t, db)
				batch := noEmail(t, 1, 2, 3)
				batch.DryRun = dry
				out, err := st.Delete(t.Context(), batch)
				require.NoError(t, err)
				require.Equal(t, []int64{1, 3}, deletedIDs(out))
				require.Len(t, out.Skipped, 1)
				require.Equal(t, store.KeptByStore, out.Skipped[0].Cause)
				require.Equal(t, map[string]int64{"orders": 2, "lines": 4, "groups": 2, "reports": 2}, out.Rows)
				if dry {
					require.Equal(t, before, dump(t, db))
					return
				}
				require.Equal(t, 1, count(t, db, "SELECT count(*) FROM orders WHERE buyer = 2"))
				require.Equal(t, 2, count(t, db, "SELECT count(*) FROM lines WHERE of = 20"))
				require.Equal(t, 1, count(t, db, "SELECT count(*) FROM teams WHERE owner = 2"))
			})
		}
	}
}

func TestAContactThatATriggerPutsBackIsKept(t *testing.T) {
	t.Parallel()
	db := file(t)
	st := openCRM(t, db)
	script(t, db, `CREATE TRIGGER again AFTER DELETE ON people WHEN old.id = 3 BEGIN INSERT INTO people (id, email) VALUES (old.id, old.email); END`)
	out, err := st.Delete(t.Context(), noEmail(t, 1, 3))
	require.NoError(t, err)
	require.Equal(t, []int64{1}, deletedIDs(out))
	require.Equal(t, 1, count(t, db, "SELECT count(*) FROM orders WHERE buyer = 3"))
}

func TestRowsThatATriggerLeavesFailTheBatch(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ trigger, table string }{
		"a row is kept": {
			`CREATE TRIGGER keep BEFORE DELETE ON orders WHEN old.buyer = 2 BEGIN SELECT RAISE(IGNORE); END`, "orders",
		},
		"a row below is kept": {
			`CREATE TRIGGER keep BEFORE DELETE ON lines WHEN old.of = 20 BEGIN SELECT RAISE(IGNORE); END`, "lines",
		},
		"a row is made when another goes": {
			`CREATE TRIGGER more AFTER DELETE ON lines WHEN old.of = 20 BEGIN INSERT INTO teams (id, owner) VALUES (900 + old.id, 2); END`, "",
		},
		"a row is made when the contact goes": {
			`CREATE TRIGGER more AFTER DELETE ON people WHEN old.id = 2 BEGIN INSERT INTO orders (id, buyer) VALUES (900, old.id); END`, "orders",
		},
		"a reference is set again": {
			`CREATE TRIGGER again AFTER UPDATE ON teams WHEN old.owner = 2 BEGIN UPDATE teams SET owner = 2 WHERE id = old.id; END`, "teams",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := file(t, "foreign_keys(0)")
			st := openCRM(t, db)
			script(t, db, tt.trigger)
			before := dump(t, db)
			_, err := st.Delete(t.Context(), noEmail(t, 1, 2, 3))
			if tt.table == "" { // detached later, so nothing is left
				require.NoError(t, err)
				require.Equal(t, 0, count(t, db, "SELECT count(*) FROM teams WHERE owner = 2"))
				return
			}
			require.ErrorIs(t, err, store.ErrConstraint)
			require.ErrorContains(t, err, "table "+tt.table)
			require.Equal(t, before, dump(t, db))
			out, err := st.Delete(t.Context(), noEmail(t, 1, 3))
			require.NoError(t, err, "the others can go")
			require.Len(t, out.Deleted, 2)
		})
	}
}
