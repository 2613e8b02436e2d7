package sqlstate

import (
	"context"
	"errors"
	"fmt"

	"github.com/contactsweep/contactsweep/internal/migrate"
)

// ErrLayout says that the tables are missing, older, newer, or made by other
// statements than this version of the package has. The text names both versions.
var ErrLayout = errors.New("sqlstate: the tables have another layout")

// Migrate makes the tables, or brings them to the version that this package
// needs. It returns at once when there is nothing to do, waits for another process that
// migrates at the same time, and may be called again after a failure. Newer
// tables are refused with [ErrLayout] and left as they are. The account must be
// allowed to create tables and indexes; [Open] needs no more than to read and
// write them.
func Migrate(ctx context.Context, db DB, d Dialect, opts ...Option) error {
	m, err := migrator(db, d, opts)
	if err != nil {
		return err
	}
	return layout(m.Migrate(ctx))
}

// Versions are those of the tables.
type Versions struct {
	Has   int // of the database; 0: there are no tables yet
	Needs int // of this package
}

// Status returns the versions, and no error when they can be told but differ. It
// changes nothing.
func Status(ctx context.Context, db DB, d Dialect, opts ...Option) (Versions, error) {
	m, err := migrator(db, d, opts)
	if err != nil {
		return Versions{}, err
	}
	s, err := m.Status(ctx)
	if err != nil {
		return Versions{}, layout(err)
	}
	return Versions{Has: s.Has, Needs: s.Needs}, nil
}

// SQL returns the statements that make each version out of the one before it,
// the first one for an empty database. A statement is to be executed alone, in
// this order. They record the versions as [Migrate] does, which may go on where
// they end.
func SQL(d Dialect, opts ...Option) ([][]string, error) {
	n, err := naming(d, opts)
	if err != nil {
		return nil, err
	}
	scripts, err := migrate.Scripts(d, n, line())
	if err != nil {
		return nil, fmt.Errorf("sqlstate: %w", err)
	}
	out := make([][]string, len(scripts))
	for i, s := range scripts {
		out[i] = s.Statements
	}
	return out, nil
}

func migrator(db DB, d Dialect, opts []Option) (*migrate.Migrator, error) {
	n, err := place(db, d, opts)
	if err != nil {
		return nil, err
	}
	m, err := migrate.New(db, d, n, line())
	if err != nil {
		return nil, fmt.Errorf("sqlstate: %w", err)
	}
	return m, nil
}

// layout gives the migrator's refusals the package's name.
func layout(err error) error {
	var refused *migrate.LayoutError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		return fmt.Errorf("%w: %w", ErrLayout, err)
	}
	return fmt.Errorf("sqlstate: %w", err)
}
