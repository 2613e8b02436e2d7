package migrate

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/internal/sqltx"
)

// Line is the versions of some tables. Version 1 is the first migration.
type Line struct {
	// Name keeps lines apart that share a database: up to 32 of a to z and _.
	Name string
	// Migrations are never changed once released, only added to.
	Migrations []Migration
}

// Migration makes one version out of the one before it.
type Migration struct {
	// Name says what it does: letters, digits, spaces and commas.
	Name string
	// Statements are executed one by one. Each either makes a table, a column or
	// an index, or may be executed twice without harm. They depend on nothing
	// but the arguments.
	Statements func(dialect.Dialect, dialect.Naming) []string
}

func (l Line) validate() error {
	if !regexp.MustCompile(`^[a-z_]{1,32}$`).MatchString(l.Name) {
		return fmt.Errorf("migrate: the line %q is not a name of a to z and _", l.Name)
	}
	if len(l.Migrations) == 0 {
		return fmt.Errorf("migrate: the line %s has no migrations", l.Name)
	}
	for i, m := range l.Migrations {
		if !regexp.MustCompile(`^[A-Za-z0-9 ,]{1,200}$`).MatchString(m.Name) {
			return fmt.Errorf("migrate: the name of version %d of %s is not made of letters, digits, spaces and commas", i+1, l.Name)
		}
	}
	return nil
}

// checksum is the same for all names of tables, so that a host may say in
// another way where they are.
func (m Migration) checksum(d dialect.Dialect) string {
	sum := sha256.Sum256([]byte(strings.Join(m.Statements(d, dialect.Naming{}), ";\n")))
	return hex.EncodeToString(sum[:])
}

// Migrator knows a line in a database. It is safe for concurrent use.
type Migrator struct {
	db      sqltx.DB
	dialect dialect.Dialect
	naming  dialect.Naming
	line    Line
}

// New returns a migrator. It asks the database nothing.
func New(db sqltx.DB, d dialect.Dialect, n dialect.Naming, line Line) (*Migrator, error) {
	if db == nil {
		return nil, errors.New("migrate: no database")
	}
	if !d.Known() {
		return nil, fmt.Errorf("migrate: there is no %s", d)
	}
	if err := n.Validate(); err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	if err := line.validate(); err != nil {
		return nil, err
	}
	return &Migrator{db, d, n, line}, nil
}
