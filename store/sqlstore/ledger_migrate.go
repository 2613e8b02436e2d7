package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/internal/migrate"
	"github.com/contactsweep/contactsweep/where"
)

// Migrate makes the ledger's tables, or brings those of an older version of the
// library up to date. Hosts call it on purpose, before [Open]: with every
// deployment, for example. It does nothing where nothing is to be done, waits
// for another process that migrates, and goes on where one has stopped. Tables
// that are newer, or that were made for another key, are refused, untouched.
func Migrate(ctx context.Context, db DB, d Dialect, schema contacts.Schema, naming ...LedgerOption) error {
	m, key, err := migrator(db, d, schema, naming)
	if err != nil {
		return err
	}
	if err := m.sameKey(ctx, db, d, key); err != nil {
		return fmt.Errorf("sqlstore: migrate: %w", err)
	}
	if err := m.Migrate(ctx); err != nil {
		return fmt.Errorf("sqlstore: migrate: %w", err)
	}
	return nil
}

// LedgerStatus is which version of the ledger's tables a database has.
type LedgerStatus struct {
	Has   int // 0: none
	Needs int // what this version of the library works with
	// Err is nil where Open takes them, and else says why it does not.
	Err error
}

// MigrationStatus reads which version of the ledger's tables there is. It
// changes nothing.
func MigrationStatus(ctx context.Context, db DB, d Dialect, schema contacts.Schema, naming ...LedgerOption) (LedgerStatus, error) {
	m, key, err := migrator(db, d, schema, naming)
	if err != nil {
		return LedgerStatus{}, err
	}
	s, err := m.Status(ctx)
	if err != nil {
		return LedgerStatus{}, fmt.Errorf("sqlstore: migration status: %w", err)
	}
	out := LedgerStatus{Has: s.Has, Needs: s.Needs, Err: s.Err()}
	if err := m.sameKey(ctx, db, d, key); err != nil {
		out.Err = err
	}
	return out, nil
}

// MigrationSQL returns the statements of Migrate, for hosts that have a tool of
// their own for migrations: a list for each version, of which those that the
// database does not have are to be executed in their order, each statement
// alone. They record themselves, so that Open finds them.
func MigrationSQL(d Dialect, schema contacts.Schema, naming ...LedgerOption) ([][]string, error) {
	line, _, err := ledgerLine(d, schema)
	if err != nil {
		return nil, err
	}
	scripts, err := migrate.Scripts(d, *named(naming), line)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: migration: %w", err)
	}
	out := make([][]string, len(scripts))
	for i, s := range scripts {
		out[i] = s.Statements
	}
	return out, nil
}

// ledgerMigrator also knows for which key the tables are.
type ledgerMigrator struct {
	*migrate.Migrator
	naming dialect.Naming
}

func migrator(db DB, d Dialect, schema contacts.Schema, naming []LedgerOption) (ledgerMigrator, []contacts.Field, error) {
	if pool, ok := db.(*sql.DB); db == nil || ok && pool == nil {
		return ledgerMigrator{}, nil, errors.New("sqlstore: migrate: no database")
	}
	line, key, err := ledgerLine(d, schema)
	if err != nil {
		return ledgerMigrator{}, nil, err
	}
	n := *named(naming)
	m, err := migrate.New(db, d, n, line)
	if err != nil {
		return ledgerMigrator{}, nil, fmt.Errorf("sqlstore: migrate: %w", err)
	}
	return ledgerMigrator{m, n}, key, nil
}

// ledgerLine are the versions of the ledger's tables for the schema's key.
func ledgerLine(d Dialect, schema contacts.Schema) (migrate.Line, []contacts.Field, error) {
	e, err := engineOf(d)
	if err != nil {
		return migrate.Line{}, nil, err
	}
	if err := schema.Validate(); err != nil {
		return migrate.Line{}, nil, fmt.Errorf("sqlstore: %w", err)
	}
	key := schema.KeyFields()
	texts := 0
	for _, f := range key {
		if err := e.unsupported(f); err != nil {
			return migrate.Line{}, nil, err
		}
		if f.Kind == where.KindText {
			texts++
		}
	}
	if texts > maxTexts && d == MySQL {
		return migrate.Line{}, nil, fmt.Errorf("sqlstore: a key of %d texts is longer than an index of the ledger on MySQL can hold; at most %d", texts, maxTexts)
	}
	return migrate.Line{Name: "ledger", Migrations: []migrate.Migration{{
		Name: "the tables", Statements: func(_ dialect.Dialect, n dialect.Naming) []string { return firstVersion(e, key, n) },
	}}}, key, nil
}

// maxTexts is how many texts of maxKey characters fit into 3072 bytes.
const maxTexts = 2

// firstVersion are the statements of the layout's version 1. Each can be
// executed again where it was before.
func firstVersion(e engine, key []contacts.Field, n dialect.Naming) []string {
	var out []string
	for _, t := range layout(key) {
		out = append(out, t.create(e, n)...)
	}
	table, from := n.Table(e.dialect(), "layout"), ""
	if e.dialect() == MySQL {
		from = " FROM DUAL"
	}
	return append(out, "INSERT INTO "+table+" ("+e.quote("keyed")+") SELECT '"+keyedBy(key)+"'"+from+" WHERE NOT EXISTS (SELECT 1 FROM "+table+" AS "+e.quote("y")+")")
}

// sameKey refuses tables that were made for another key.
func (m ledgerMigrator) sameKey(ctx context.Context, db DB, d Dialect, key []contacts.Field) error {
	there := false
	query, args := m.naming.Exists(d, "layout")
	err := each(ctx, db, func(r *sql.Rows) error {
		there = true
		return r.Scan(new(int))
	}, query, args...)
	if err != nil || !there {
		return inspecting(ctx, d, err)
	}
	keyed := ""
	err = each(ctx, db, func(r *sql.Rows) error { return r.Scan(&keyed) }, "SELECT keyed FROM "+m.naming.Table(d, "layout"))
	if want := keyedBy(key); err == nil && keyed != "" && keyed != want {
		return fmt.Errorf("the ledger's tables were made for contacts with the key (%s), and the schema's is (%s)", keyed, want)
	}
	return inspecting(ctx, d, err)
}

func inspecting(ctx context.Context, d Dialect, err error) error {
	e, unknown := engineOf(d)
	if unknown != nil {
		return unknown
	}
	return failure(ctx, e, "inspect the ledger", "", err)
}
