package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// DB is the part of *sql.DB that the store needs; wrappers that have it work
// as well. The store never closes it.
type DB interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	BeginTx(ctx context.Context, opts *sql.TxOptions) (*sql.Tx, error)
}

// Store keeps contacts in an SQL database. It implements [store.Store] and is
// safe for concurrent use; it has no state but what it knows of the tables.
type Store struct {
	engine
	db    DB
	model *model
	homes map[string]string // the databases where Open found the tables
	seen  atomic.Pointer[sighting]
	// miscounts says that the database was found not to count what it deletes.
	miscounts atomic.Bool
	// ledger is nil where the store keeps none.
	ledger *ledger
}

var _ interface {
	store.Store
	store.Pacer
	store.PageSizer
} = (*Store)(nil)

// Open returns a store for the contacts that the schema describes. It checks
// the schema, and that all its tables and columns exist; a missing one is an
// error that names them all. It changes nothing, and the connection pool stays
// the host's. Without [WithLedger] the store keeps no ledger.
func Open(ctx context.Context, db DB, dialect Dialect, schema contacts.Schema, opts ...Option) (*Store, error) {
	if pool, ok := db.(*sql.DB); db == nil || ok && pool == nil {
		return nil, errors.New("sqlstore: open: no database")
	}
	e, err := engineOf(dialect)
	if err != nil {
		return nil, err
	}
	if err := schema.Validate(); err != nil {
		return nil, fmt.Errorf("sqlstore: open: %w", err)
	}
	s := &Store{engine: e, db: db}
	if s.model, err = newModel(schema); err != nil {
		return nil, err
	}
	if err := s.model.storable(e); err != nil {
		return nil, err
	}
	seen, err := s.look(ctx, db)
	if err != nil {
		return nil, err
	}
	if gone := s.model.missing(seen.tables); len(gone) > 0 {
		return nil, fmt.Errorf("sqlstore: open: the database has no %s", strings.Join(gone, ", no "))
	}
	seen.known = seen.fatal
	s.seen.Store(seen)
	var chosen options
	for _, o := range opts {
		o(&chosen)
	}
	if chosen.ledger != nil {
		if err := s.openLedger(ctx, *chosen.ledger); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Schema returns the schema that the store was opened with.
func (s *Store) Schema() contacts.Schema { return s.model.schema }

// Pacing returns the pace that suits the engine.
func (s *Store) Pacing() store.Pacing { return s.pacing() }

// sets are the contacts and the rows of every association.
func (m *model) sets() []*rowSet {
	out := []*rowSet{m.contacts}
	for _, a := range m.all {
		if !a.OfContacts {
			out = append(out, a.rows)
		}
	}
	return out
}

// missing names the tables and columns that the database does not have.
func (m *model) missing(tables tableSet) []string {
	var out []string
	seen := map[string]bool{}
	add := func(what, name string) {
		if !seen[name] {
			seen[name] = true
			out = append(out, what+" "+name)
		}
	}
	for _, r := range m.sets() {
		t := tables[r.table]
		if t.kind == missing {
			add("table", r.table)
			continue
		}
		for _, f := range r.fields {
			if !t.has(f.ColumnName()) {
				add("column", r.table+"."+f.ColumnName())
			}
		}
	}
	return out
}

// builder starts a statement.
func (s *Store) builder(at store.Selection) *builder {
	return &builder{engine: s.engine, model: s.model, tables: s.seen.Load().tables, at: at.At}
}
