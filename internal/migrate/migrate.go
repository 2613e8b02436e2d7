package migrate

import (
	"context"
	"errors"

	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/internal/sqlerr"
	"github.com/contactsweep/contactsweep/internal/sqltx"
)

// errLost is a lock that somebody else has taken over.
var errLost = errors.New("migrate: another process has taken over")

// Migrate brings the tables to the version that the program needs, and returns
// at once when they are. It waits for another process that migrates the line. A
// database that is newer, or was made by other statements, is refused with a
// LayoutError, untouched. After an error or a crash it may be called again, and
// goes on where it was.
func (m *Migrator) Migrate(ctx context.Context) error {
	for {
		done, err := m.try(ctx)
		if err == nil && done || err != nil && !errors.Is(err, errLost) && !contended(err) {
			return err
		}
		if err := wait(ctx); err != nil {
			return m.failed(ctx, "wait for others", err)
		}
	}
}

// try migrates if nobody else does; it reports whether there is no more to do.
func (m *Migrator) try(ctx context.Context) (done bool, err error) {
	s, err := m.Status(ctx)
	if err != nil {
		return false, err
	}
	if s.Err() == nil || s.refused() {
		return true, s.Err()
	}
	if err := m.prepare(ctx); err != nil {
		return false, err
	}
	l, got, err := m.acquire(ctx)
	if err != nil || !got {
		return false, err
	}
	return true, m.hold(ctx, l)
}

// contended reports whether the error comes from others who migrate, too.
func contended(err error) bool {
	var e *sqlerr.Error
	return errors.As(err, &e) && e.Class == sqlerr.Contention
}

// hold migrates under the lock.
func (m *Migrator) hold(ctx context.Context, l lock) error {
	defer m.release(ctx, l)
	records, err := m.records(ctx) // again: others may have been here before the lock
	if err != nil {
		return err
	}
	if s := m.status(records); s.refused() {
		return s.Err()
	}
	for i, migration := range m.line.Migrations {
		v := version{m: m, lock: l, number: i + 1, migration: migration}
		if i < len(records) {
			if records[i].applied {
				continue
			}
			v.begun, v.done = records[i].begun, records[i].done
		} else if err := v.insert(ctx); err != nil {
			return err
		}
		if err := v.run(ctx); err != nil {
			return err
		}
	}
	return nil
}

// version is one that is being made.
type version struct {
	m           *Migrator
	lock        lock
	number      int
	migration   Migration
	begun, done int
}

func (v *version) insert(ctx context.Context) error {
	insert, args := v.m.insertion(v.number)
	_, err := sqltx.Exec(ctx, v.m.db, v.m.dialect.Rebind(insert), args...)
	if sqlerr.Diagnose(v.m.dialect, err).Duplicate {
		return errLost
	}
	return v.m.failed(ctx, "begin a version", err)
}

func (v *version) run(ctx context.Context) error {
	statements := v.migration.Statements(v.m.dialect, v.m.naming)
	for v.done < len(statements) {
		step := v.step
		if v.m.dialect == dialect.SQLite {
			step = v.together
		}
		if err := step(ctx, statements[v.done]); err != nil {
			return err
		}
		v.done++
	}
	return v.mark(ctx, v.m.db, "applied_us = "+v.m.dialect.Now())
}

// step records that the statement is begun before it is executed, because a
// server that has executed it may fail to say so. Whoever goes on then finds
// that what it makes is there.
func (v *version) step(ctx context.Context, statement string) error {
	resumed := v.begun > v.done
	if err := v.mark(ctx, v.m.db, "begun = done + 1"); err != nil {
		return err
	}
	if _, err := sqltx.Exec(ctx, v.m.db, statement); err != nil && (!resumed || !sqlerr.Diagnose(v.m.dialect, err).Exists) {
		return v.m.failed(ctx, "make a version", err)
	}
	return v.mark(ctx, v.m.db, "done = begun")
}

// together does the same in a transaction: SQLite has no code for what is there.
func (v *version) together(ctx context.Context, statement string) error {
	runner := sqltx.Runner{DB: v.m.db, Dialect: v.m.dialect, Table: v.m.table(versions())}
	err := runner.Run(ctx, func(t *sqltx.Tx) error {
		if err := v.mark(ctx, t, "begun = done + 1, done = done + 1"); err != nil {
			return err
		}
		_, err := sqltx.Exec(ctx, t, statement)
		return err
	})
	if errors.Is(err, errLost) {
		return err
	}
	return v.m.failed(ctx, "make a version", err)
}

// mark changes the version's row, and extends the lock, if it is still ours and
// nobody else has gone on.
func (v *version) mark(ctx context.Context, e sqltx.Execer, assignments string) error {
	m := v.m
	locks := m.table(locks())
	n, err := sqltx.Exec(ctx, e, m.dialect.Rebind("UPDATE "+locks+" SET until_us = "+m.dialect.Now()+" + ?, changes = changes + 1 WHERE line = ? AND holder = ? AND term = ?"),
		lease.Microseconds(), m.line.Name, v.lock.holder, v.lock.term)
	if err == nil && n == 1 {
		n, err = sqltx.Exec(ctx, e, m.dialect.Rebind("UPDATE "+m.table(versions())+" SET "+assignments+", changes = changes + 1 WHERE line = ? AND version = ? AND done = ?"+
			" AND EXISTS (SELECT 1 FROM "+locks+" WHERE line = ? AND holder = ? AND term = ?)"),
			m.line.Name, v.number, v.done, m.line.Name, v.lock.holder, v.lock.term)
	}
	if err == nil && n == 0 {
		return errLost
	}
	return m.failed(ctx, "record a version", err)
}
