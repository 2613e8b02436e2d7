package deletion_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// crmSchema has one association of every action. Orders have lines.
func crmSchema() contacts.Schema {
	ref := []contacts.Reference{{Fields: []string{"contact"}}}
	fields := []contacts.Field{contacts.Int64("id"), contacts.Int64("contact")}
	return contacts.Schema{
		Table: "contacts",
		Key:   []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id"), contacts.Text("email"), contacts.Bool("stale"), contacts.Bool("hold"),
			contacts.Text("tenant"), contacts.Time("created"),
		},
		Associations: []contacts.Association{
			{
				Name: "orders", Table: "orders", Action: contacts.Delete, Key: []string{"id"}, Fields: fields, References: ref,
				Associations: []contacts.Association{{
					Name: "lines", Table: "lines", Action: contacts.Delete,
					Fields:     []contacts.Field{contacts.Int64("order")},
					References: []contacts.Reference{{Fields: []string{"order"}}},
				}},
			},
			{Name: "notes", Table: "notes", Action: contacts.Detach, Fields: fields, References: ref},
			{Name: "audits", Table: "audits", Action: contacts.Keep, Fields: fields, References: ref},
			{Name: "deals", Table: "deals", Action: contacts.Restrict, Fields: fields, References: ref},
		},
	}
}

// crm fills a store with the contacts 1 to n, all of them stale, each with two
// orders of one line, a note and an audit.
func crm(tb testing.TB, n int) *memory.Store {
	tb.Helper()
	st, err := memory.New(crmSchema())
	require.NoError(tb, err)
	for id := 1; id <= n; id++ {
		insertContact(tb, st, id)
	}
	return st
}

func insertContact(tb testing.TB, st *memory.Store, id int) {
	tb.Helper()
	require.NoError(tb, st.Insert(memory.Row{
		"id": id, "email": fmt.Sprintf("secret%d@example.com", id), "stale": true, "hold": false,
		"tenant": fmt.Sprintf("tenant %d", id%2), "created": time.Date(2020, 1, 1, 0, 0, id, 0, time.UTC),
	}))
	require.NoError(tb, st.InsertRows("orders", memory.Row{"id": 2 * id, "contact": id}, memory.Row{"id": 2*id + 1, "contact": id}))
	require.NoError(tb, st.InsertRows("lines", memory.Row{"order": 2 * id}, memory.Row{"order": 2*id + 1}))
	require.NoError(tb, st.InsertRows("notes", memory.Row{"id": id, "contact": id}))
	require.NoError(tb, st.InsertRows("audits", memory.Row{"id": id, "contact": id}))
}

func stale() where.Condition { return where.New().WhereTrue("stale") }

func key(tb testing.TB, id int) contacts.Key {
	tb.Helper()
	k, err := contacts.NewKey(id)
	require.NoError(tb, err)
	return k
}

func ids(keys []contacts.Key) []int64 {
	out := []int64{}
	for _, k := range keys {
		out = append(out, k.First().Int64())
	}
	return out
}

func left(st *memory.Store) []int64 {
	out := []int64{}
	for _, row := range st.Contacts() {
		out = append(out, row["id"].(int64)) //nolint:forcetypeassert // the schema says so
	}
	return out
}

func service(tb testing.TB, st store.Store, options ...deletion.ServiceOption) *deletion.Service {
	tb.Helper()
	svc, err := deletion.New(st, append([]deletion.ServiceOption{deletion.WithBackoff(time.Microsecond, time.Microsecond)}, options...)...)
	require.NoError(tb, err)
	return svc
}

func update(tb testing.TB, st *memory.Store, id int, changes memory.Row) {
	tb.Helper()
	require.NoError(tb, st.Update(key(tb, id), changes))
}

// scripted is a store whose calls can be changed. Nil functions change
// nothing; n counts the calls of the method from 1.
type scripted struct {
	store.Store
	delete func(n int, b store.Batch, do func() (store.Outcome, error)) (store.Outcome, error)
	page   func(n int, r store.PageRequest, do func() (store.Page, error)) (store.Page, error)
	count  func(n int, do func() (store.Counts, error)) (store.Counts, error)
	verify func() ([]store.Finding, error)

	mu                     sync.Mutex
	deletes, pages, counts int
	batches                []int // sizes
}

func (s *scripted) Delete(ctx context.Context, b store.Batch) (store.Outcome, error) {
	s.mu.Lock()
	s.deletes++
	s.batches = append(s.batches, len(b.Keys))
	n := s.deletes
	s.mu.Unlock()
	do := func() (store.Outcome, error) { return s.Store.Delete(ctx, b) }
	if s.delete == nil {
		return do()
	}
	return s.delete(n, b, do)
}

func (s *scripted) Page(ctx context.Context, r store.PageRequest) (store.Page, error) {
	s.mu.Lock()
	s.pages++
	n := s.pages
	s.mu.Unlock()
	do := func() (store.Page, error) { return s.Store.Page(ctx, r) }
	if s.page == nil {
		return do()
	}
	return s.page(n, r, do)
}

func (s *scripted) Count(ctx context.Context, r store.CountRequest) (store.Counts, error) {
	s.mu.Lock()
	s.counts++
	n := s.counts
	s.mu.Unlock()
	do := func() (store.Counts, error) { return s.Store.Count(ctx, r) }
	if s.count == nil {
		return do()
	}
	return s.count(n, do)
}

func (s *scripted) Verify(ctx context.Context) ([]store.Finding, error) {
	if s.verify == nil {
		return s.Store.Verify(ctx)
	}
	return s.verify()
}

func classed(class error) error {
	return &store.Error{Op: "delete batch", Class: class, Err: errors.New("secret1@example.com")}
}
