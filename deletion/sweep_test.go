package deletion_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/store/storetest"
	"github.com/contactsweep/contactsweep/where"
)

// TestEveryCallFails lets every call to the store fail, one at a time, in
// every public operation: after each failure the report and the data must
// agree, and a second run must finish the job.
func TestEveryCallFails(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	stores := map[string]func(*testing.T) func() *sweepStore{"memory": sweepMemory, "sqlite": sweepSQLite}
	failures := map[string]struct {
		mode storetest.FailMode
		err  error
	}{
		"transient":       {storetest.FailBefore, nil},
		"final":           {storetest.FailBefore, boom},
		"constraint":      {storetest.FailBefore, &store.Error{Op: "test", Class: store.ErrConstraint}},
		"time-out":        {storetest.FailBefore, &store.Error{Op: "test", Class: store.ErrStatementTimeout}},
		"outcome unknown": {storetest.FailAfter, nil},
	}
	for operation, run := range sweepOperations() {
		for engine, open := range stores {
			for failure, f := range failures {
				t.Run(operation+"/"+engine+"/"+failure, func(t *testing.T) {
					t.Parallel()
					fresh := open(t)
					counting := storetest.Fail(fresh(), 0, f.mode, f.err)
					report, err := run(t.Context(), counting)
					require.NoError(t, err)
					require.Positive(t, counting.Calls())
					for n := 1; n <= counting.Calls(); n++ {
						sweepOnce(t, fresh(), n, f.mode, f.err, run, report.Deleted)
					}
				})
			}
		}
	}
}

func sweepOnce(t *testing.T, st *sweepStore, n int, mode storetest.FailMode, failure error, run sweepRun, all int64) {
	t.Helper()
	failing := storetest.Fail(st, n, mode, failure)
	first, err := run(t.Context(), failing)
	at := fmt.Sprintf("call %d (%s), error %v", n, failing.Failed(), err)
	require.Equal(t, sweepContacts-first.Deleted, st.left(t), at)
	require.Zero(t, st.orphans(t), at)
	if err == nil {
		require.Equal(t, all, first.Deleted+first.Skipped.Failed, at)
	}
	second, err := run(t.Context(), st)
	require.NoError(t, err, at)
	require.Equal(t, all, first.Deleted+second.Deleted, at)
	require.Equal(t, sweepContacts-all, st.left(t), at)
	require.Zero(t, st.orphans(t), at)
}

type sweepRun func(context.Context, store.Store) (deletion.Report, error)

// sweepOperations are the public operations; those that delete nothing give an
// empty report.
func sweepOperations() map[string]sweepRun {
	even := where.New().WhereTrue("even")
	service := func(do func(context.Context, *deletion.Service) (deletion.Report, error)) sweepRun {
		return func(ctx context.Context, st store.Store) (deletion.Report, error) {
			svc, err := deletion.New(st, deletion.WithBatchSize(2), deletion.WithBackoff(time.Microsecond, time.Microsecond))
			if err != nil {
				return deletion.Report{}, err
			}
			return do(ctx, svc)
		}
	}
	return map[string]sweepRun{
		"Count": service(func(ctx context.Context, s *deletion.Service) (deletion.Report, error) {
			_, err := s.Count(ctx, even)
			return deletion.Report{}, err
		}),
		"Preview": service(func(ctx context.Context, s *deletion.Service) (deletion.Report, error) {
			_, err := s.Preview(ctx, even)
			return deletion.Report{}, err
		}),
		"Compare": service(func(ctx context.Context, s *deletion.Service) (deletion.Report, error) {
			_, err := s.Compare(ctx, even, where.New().WhereID(3))
			return deletion.Report{}, err
		}),
		"BulkDelete": service(func(ctx context.Context, s *deletion.Service) (deletion.Report, error) {
			return s.BulkDelete(ctx, even)
		}),
		"BulkDelete with caps": service(func(ctx context.Context, s *deletion.Service) (deletion.Report, error) {
			return s.BulkDelete(ctx, even, deletion.Cap(8), deletion.CapShare(0.9))
		}),
		"BulkDelete of fixed targets": service(func(ctx context.Context, s *deletion.Service) (deletion.Report, error) {
			return s.BulkDelete(ctx, where.New().WhereTrue("even").WhereNotExists("friends"))
		}),
		"BulkDelete dry": service(func(ctx context.Context, s *deletion.Service) (deletion.Report, error) {
			_, err := s.BulkDelete(ctx, even, deletion.DryRun())
			return deletion.Report{}, err
		}),
		"Batches": service(func(ctx context.Context, s *deletion.Service) (report deletion.Report, err error) {
			for step, stepErr := range s.Batches(ctx, even) {
				report, err = step.Run, stepErr
			}
			return report, err
		}),
		"one batch after the other": service(func(ctx context.Context, s *deletion.Service) (all deletion.Report, err error) {
			report, err := s.BulkDelete(ctx, even, deletion.BatchLimit(3))
			for {
				all.Deleted += report.Deleted
				all.Skipped.Failed += report.Skipped.Failed
				if err != nil || !report.More {
					return all, err
				}
				report, err = s.BulkDelete(ctx, even, deletion.BatchLimit(3), deletion.From(report.Next))
			}
		}),
		"Execute": service(func(ctx context.Context, s *deletion.Service) (deletion.Report, error) {
			plan, err := s.Preview(ctx, even)
			if err != nil {
				return deletion.Report{}, err
			}
			return s.Execute(ctx, plan)
		}),
		"DeleteKeys": service(func(ctx context.Context, s *deletion.Service) (deletion.Report, error) {
			keys, err := contacts.Keys(2, 3, 4, 5, 6)
			if err != nil {
				return deletion.Report{}, err
			}
			return s.DeleteKeys(ctx, keys)
		}),
		"DeleteContact": service(func(ctx context.Context, s *deletion.Service) (deletion.Report, error) {
			return s.DeleteContact(ctx, 4)
		}),
	}
}

const sweepContacts int64 = 12

func sweepSchema() contacts.Schema {
	return contacts.Schema{
		Table: "contacts", Key: []string{"id"},
		Fields: []contacts.Field{contacts.Int64("id"), contacts.Bool("even"), contacts.Int64("friend")},
		Associations: []contacts.Association{
			{
				Name: "notes", Table: "notes", Action: contacts.Delete, Key: []string{"id"},
				References: []contacts.Reference{{Fields: []string{"contact"}}},
				Fields:     []contacts.Field{contacts.Int64("id"), contacts.Int64("contact")},
				Associations: []contacts.Association{{
					Name: "attachments", Table: "attachments", Action: contacts.Delete,
					References: []contacts.Reference{{Fields: []string{"note"}}},
					Fields:     []contacts.Field{contacts.Int64("id"), contacts.Int64("note")},
				}},
			},
			{
				Name: "friends", Table: "contacts", Action: contacts.Detach,
				References: []contacts.Reference{{Fields: []string{"friend"}}},
			},
		},
	}
}

// sweepStore is a store with a way around it to see what is there.
type sweepStore struct {
	store.Store

	left    func(*testing.T) int64
	orphans func(*testing.T) int64
}

func sweepRows(t *testing.T, insert func(table string, row memory.Row)) {
	t.Helper()
	for id := range sweepContacts {
		insert("contacts", memory.Row{"id": id + 1, "even": (id+1)%2 == 0})
		for note := range int64(2) {
			insert("notes", memory.Row{"id": 10*id + note, "contact": id + 1})
			insert("attachments", memory.Row{"id": 10*id + note, "note": 10*id + note})
		}
	}
}

func sweepMemory(t *testing.T) func() *sweepStore {
	t.Helper()
	return func() *sweepStore { return sweepMemoryOnce(t) }
}

func sweepMemoryOnce(t *testing.T) *sweepStore {
	t.Helper()
	st, err := memory.New(sweepSchema())
	require.NoError(t, err)
	sweepRows(t, func(table string, row memory.Row) {
		if table == "contacts" {
			require.NoError(t, st.Insert(row))
			return
		}
		require.NoError(t, st.InsertRows(table, row))
	})
	return &sweepStore{
		Store: st,
		left:  func(*testing.T) int64 { return int64(len(st.Contacts())) },
		orphans: func(*testing.T) int64 {
			n := int64(len(st.Contacts()))
			return int64(len(st.Rows("notes"))) - 2*n + int64(len(st.Rows("attachments"))) - 2*n
		},
	}
}

// sweepSQLite makes the tables once and fills them anew each time: to make
// them takes longer than all the rest.
func sweepSQLite(t *testing.T) func() *sweepStore {
	t.Helper()
	inserts := map[string][]string{}
	sweepRows(t, func(table string, row memory.Row) {
		values := fmt.Sprintf("(%d, %d)", row["id"], row["contact"])
		switch table {
		case "contacts":
			values = fmt.Sprintf("(%d, %t)", row["id"], row["even"])
		case "attachments":
			values = fmt.Sprintf("(%d, %d)", row["id"], row["note"])
		}
		inserts[table] = append(inserts[table], values)
	})
	st, db := sqliteStore(t, sweepSchema())
	fill := `DELETE FROM attachments; DELETE FROM notes; DELETE FROM contacts;
	  INSERT INTO contacts (id, even) VALUES ` + strings.Join(inserts["contacts"], ", ") + `;
	  INSERT INTO notes (id, contact) VALUES ` + strings.Join(inserts["notes"], ", ") + `;
	  INSERT INTO attachments (id, note) VALUES ` + strings.Join(inserts["attachments"], ", ")
	count := func(t *testing.T, query string) (n int64) {
		t.Helper()
		require.NoError(t, db.QueryRowContext(t.Context(), query).Scan(&n))
		return n
	}
	out := &sweepStore{
		Store: st,
		left:  func(t *testing.T) int64 { t.Helper(); return count(t, `SELECT count(*) FROM contacts`) },
		orphans: func(t *testing.T) int64 {
			t.Helper()
			return count(t, `SELECT (SELECT count(*) FROM notes WHERE contact NOT IN (SELECT id FROM contacts))
			  + (SELECT count(*) FROM attachments WHERE note NOT IN (SELECT id FROM notes))`)
		},
	}
	return func() *sweepStore {
		_, err := db.ExecContext(t.Context(), fill)
		require.NoError(t, err)
		return out
	}
}
