package migrate

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/contactsweep/contactsweep/internal/sqlerr"
	"github.com/contactsweep/contactsweep/internal/sqltx"
)

// Status is what a database has of a line.
type Status struct {
	Line  string
	Has   int // the version of the tables; 0: none yet
	Needs int // the version that this program needs
	// Begun is a version that was begun and is not whole, 0 for none.
	Begun int
	// Altered is a version that was made by other statements than this program
	// has for it, 0 for none.
	Altered int
}

// Err is nil when the tables are what the program needs, otherwise a
// LayoutError.
func (s Status) Err() error {
	if s.Has == s.Needs && s.Begun == 0 && s.Altered == 0 {
		return nil
	}
	return &LayoutError{s}
}

// LayoutError says that tables are older or newer than the program needs, or
// that they were made by another program.
type LayoutError struct{ Status }

// Error names both versions.
func (e *LayoutError) Error() string {
	text := fmt.Sprintf("the %s tables are at version %d and this program needs version %d: ", e.Line, e.Has, e.Needs)
	switch {
	case e.Altered > 0:
		return text + fmt.Sprintf("version %d was made by other statements than this program has for it", e.Altered)
	case e.Has > e.Needs || e.Begun > e.Needs:
		return text + "use a newer version of the program"
	case e.Begun > 0:
		return text + fmt.Sprintf("the migration to version %d was begun and has not ended", e.Begun)
	}
	return text + "run the migration"
}

// refused reports whether a migration cannot mend it.
func (s Status) refused() bool { return s.Altered > 0 || max(s.Has, s.Begun) > s.Needs }

// record is a row of the versions.
type record struct {
	version, begun, done int
	checksum             string
	applied              bool
}

// Status reads the versions. It changes nothing.
func (m *Migrator) Status(ctx context.Context) (Status, error) {
	there, err := m.exists(ctx, versions())
	if err != nil || !there {
		return Status{Line: m.line.Name, Needs: len(m.line.Migrations)}, err
	}
	records, err := m.records(ctx)
	return m.status(records), err
}

// Check returns the Status's Err.
func (m *Migrator) Check(ctx context.Context) error {
	s, err := m.Status(ctx)
	if err != nil {
		return err
	}
	return s.Err()
}

func (m *Migrator) status(records []record) Status {
	s := Status{Line: m.line.Name, Needs: len(m.line.Migrations)}
	for _, r := range records {
		switch {
		case r.applied:
			s.Has = r.version
		case s.Begun == 0:
			s.Begun = r.version
		}
		if r.version <= s.Needs && s.Altered == 0 && r.checksum != m.line.Migrations[r.version-1].checksum(m.dialect) {
			s.Altered = r.version
		}
	}
	return s
}

// records are the rows in the order of their versions, which have no gap.
func (m *Migrator) records(ctx context.Context) ([]record, error) {
	var out []record
	err := sqltx.Each(ctx, m.db, func(rows *sql.Rows) error {
		var r record
		var at int64
		if err := rows.Scan(&r.version, &r.begun, &r.done, &at, &r.checksum); err != nil {
			return err
		}
		r.applied = at != 0
		out = append(out, r)
		if r.version != len(out) {
			return fmt.Errorf("migrate: the table %s has version %d of %s and not version %d", m.naming.Name(versions().Name), r.version, m.line.Name, len(out))
		}
		return nil
	}, m.dialect.Rebind("SELECT version, begun, done, applied_us, checksum FROM "+m.table(versions())+" WHERE line = ? ORDER BY version"), m.line.Name)
	return out, m.failed(ctx, "read the versions", err)
}

// failed names the line and what was tried.
func (m *Migrator) failed(ctx context.Context, what string, err error) error {
	return sqlerr.Wrap(ctx, m.dialect, "migrate "+m.line.Name+": "+what, err)
}
