package migrate

import (
	"fmt"
	"strings"

	"github.com/contactsweep/contactsweep/internal/dialect"
)

// Script is the SQL of a version, for hosts that migrate with a tool of their
// own. It records itself, so that the library knows the version afterwards.
type Script struct {
	Version    int
	Name       string
	Statements []string // to be executed in this order, each alone
}

// String is the statements as a text.
func (s Script) String() string {
	return fmt.Sprintf("-- version %d: %s\n", s.Version, s.Name) + strings.Join(s.Statements, ";\n") + ";\n"
}

// Scripts are those of all versions. A host that has some of them executes the
// others.
func Scripts(d dialect.Dialect, n dialect.Naming, line Line) ([]Script, error) {
	if !d.Known() {
		return nil, fmt.Errorf("migrate: there is no %s", d)
	}
	if err := n.Validate(); err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	if err := line.validate(); err != nil {
		return nil, err
	}
	m := &Migrator{dialect: d, naming: n, line: line}
	var out []Script
	for i, migration := range line.Migrations {
		s := Script{Version: i + 1, Name: migration.Name}
		if i == 0 {
			s.Statements = []string{versions().CreateMissing(d, n), locks().CreateMissing(d, n)}
		}
		s.Statements = append(s.Statements, migration.Statements(d, n)...)
		out = append(out, Script{s.Version, s.Name, append(s.Statements, m.recorded(s.Version))})
	}
	return out, nil
}

// insertion is the row of a version that begins.
func (m *Migrator) insertion(version int) (query string, args []any) {
	migration := m.line.Migrations[version-1]
	return "INSERT INTO " + m.table(versions()) + " (line, version, name, checksum, begun, done, applied_us, changes) VALUES (?, ?, ?, ?, 0, 0, 0, 0)",
		[]any{m.line.Name, version, migration.Name, migration.checksum(m.dialect)}
}

// recorded is the row of a version that is whole, with its values in the text:
// they are names that validate has checked, numbers and hexadecimal digits.
func (m *Migrator) recorded(version int) string {
	migration := m.line.Migrations[version-1]
	steps := len(migration.Statements(m.dialect, m.naming))
	return fmt.Sprintf("INSERT INTO %s (line, version, name, checksum, begun, done, applied_us, changes) VALUES ('%s', %d, '%s', '%s', %d, %d, %s, 0)",
		m.table(versions()), m.line.Name, version, migration.Name, migration.checksum(m.dialect), steps, steps, m.dialect.Now())
}
