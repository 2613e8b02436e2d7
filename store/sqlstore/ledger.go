package sqlstore

import (
	"context"
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/store"
)

// Option is an option of [Open].
type Option func(*options)

type options struct {
	ledger *dialect.Naming
}

// WithLedger lets the store keep a ledger, in tables of the library's own beside
// the contacts. They are made by [Migrate] before; Open refuses tables that are
// not there, that are older or newer than this version of the library, and those
// that were made for another key. The options are those of Migrate.
func WithLedger(naming ...LedgerOption) Option {
	return func(o *options) { o.ledger = named(naming) }
}

// LedgerOption says how the ledger's tables are called and where they are.
type LedgerOption func(*dialect.Naming)

// TablePrefix starts the names of the tables and indexes: lower-case ASCII
// letters, digits and underscores, at most 24, no digit first. The default is
// "contactsweep_".
func TablePrefix(prefix string) LedgerOption {
	return func(n *dialect.Naming) { n.Prefix = prefix }
}

// TableSchema is the schema of PostgreSQL, the database of MySQL or the attached
// database of SQLite that has the tables; it must exist, and is the database of
// the contacts as far as transactions are concerned. The default is where the
// connection looks first, in SQLite main.
func TableSchema(name string) LedgerOption {
	return func(n *dialect.Naming) { n.Schema = name }
}

func named(options []LedgerOption) *dialect.Naming {
	out := &dialect.Naming{}
	for _, o := range options {
		o(out)
	}
	return out
}

// ledger is the library's memory in tables beside the contacts. It has no state
// but the names and types of its tables.
type ledger struct {
	*Store
	naming dialect.Naming
	tables tableSet           // by their names without the prefix
	keyed  map[string]*rowSet // the key of each table that has one
}

// Ledger returns the library's memory beside the contacts, or nil where the
// store was opened without [WithLedger].
func (s *Store) Ledger() *store.Ledger {
	l := s.ledger
	if l == nil {
		return nil
	}
	return &store.Ledger{
		Operations: operations{l}, Leases: leases{l}, Targets: targets{l}, Archive: archive{l},
		Pending: pending{l}, Events: events{l}, Settings: settings{l},
	}
}

// openLedger finds the ledger's tables and compares them with the schema's key.
func (s *Store) openLedger(ctx context.Context, naming dialect.Naming) error {
	at := func(n *dialect.Naming) { *n = naming }
	status, err := MigrationStatus(ctx, s.db, s.dialect(), s.model.schema, at)
	if err == nil {
		err = status.Err
	}
	if err != nil {
		return fmt.Errorf("sqlstore: open: %w", err)
	}
	l := &ledger{Store: s, naming: naming, tables: tableSet{}, keyed: map[string]*rowSet{}}
	var names []string
	byName, texts := map[string]ledgerTable{}, map[string][]string{}
	for _, t := range layout(s.model.contacts.key) {
		name := naming.Name(t.name)
		if naming.Schema != "" {
			name = naming.Schema + "." + name
		}
		names, byName[name] = append(names, name), t
		for _, f := range t.key {
			texts[name] = append(texts[name], f.ColumnName())
		}
	}
	found, err := s.inspect(ctx, s.db, names, map[string]string{}, texts)
	if err != nil {
		return failure(ctx, s.engine, "inspect the ledger", "", err)
	}
	for name, t := range byName {
		info := found[name]
		if info.kind != plainTable {
			return fmt.Errorf("sqlstore: open: the ledger has no table %s", name)
		}
		for _, c := range t.columns {
			if !info.has(c.name) {
				return fmt.Errorf("sqlstore: open: the ledger's table %s has no column %s", name, c.name)
			}
		}
		l.tables[t.name] = info
		l.keyed[t.name] = &rowSet{table: t.name, fields: t.key, key: t.key}
	}
	s.ledger = l
	return nil
}

// level enters a table of the ledger in a statement of its own. The keys of
// that statement are those of the table.
func (l *ledger) level(table string) (*builder, level) {
	rows := l.keyed[table]
	b := &builder{engine: l.engine, model: &model{contacts: rows}, tables: l.tables}
	return b, b.level(rows)
}

// checked returns the keys as the schema has them, each once.
func (l *ledger) checked(keys []contacts.Key) ([]contacts.Key, error) {
	out, err := l.distinct(keys)
	if err != nil {
		return nil, invalid(err)
	}
	for i, k := range out {
		if err := l.fits(k); err != nil {
			return nil, invalid(fmt.Errorf("key %d of %d: %w", i+1, len(out), err))
		}
	}
	return out, nil
}
