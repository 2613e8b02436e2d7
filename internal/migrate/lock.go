package migrate

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/contactsweep/contactsweep/internal/sqlerr"
	"github.com/contactsweep/contactsweep/internal/sqltx"
)

const (
	// lease is how long a process that died keeps others waiting. A statement
	// may take longer: a second process that begins it as well is refused by the
	// engine, because what the statement makes is there, and goes on with the
	// next one, while the first finds that the lock is lost.
	lease = time.Minute
	// pause is between two looks at a lock that somebody else has.
	pause = 50 * time.Millisecond
)

// lock is what a holder knows of its lock.
type lock struct {
	holder string
	term   int64
}

// acquire takes the lock if nobody has it.
func (m *Migrator) acquire(ctx context.Context) (l lock, got bool, err error) {
	l.holder = rand.Text()
	table := m.table(locks())
	taken, err := sqltx.Exec(ctx, m.db, m.dialect.Rebind(
		"UPDATE "+table+" SET holder = ?, term = term + 1, until_us = "+m.dialect.Now()+" + ? WHERE line = ? AND until_us < "+m.dialect.Now(),
	), l.holder, lease.Microseconds(), m.line.Name)
	if err == nil && taken == 0 {
		err = m.insertLock(ctx)
		return l, false, err
	}
	if err == nil {
		got, err = sqltx.One(ctx, m.db, []any{&l.term}, m.dialect.Rebind("SELECT term FROM "+table+" WHERE line = ? AND holder = ?"), m.line.Name, l.holder)
	}
	return l, got, m.failed(ctx, "take the lock", err)
}

// insertLock makes the line's row, where it is missing.
func (m *Migrator) insertLock(ctx context.Context) error {
	var one int64
	table := m.table(locks())
	found, err := sqltx.One(ctx, m.db, []any{&one}, m.dialect.Rebind("SELECT 1 FROM "+table+" WHERE line = ?"), m.line.Name)
	if err == nil && !found {
		_, err = sqltx.Exec(ctx, m.db, m.dialect.Rebind("INSERT INTO "+table+" (line, holder, term, until_us, changes) VALUES (?, '', 0, 0, 0)"), m.line.Name)
		if sqlerr.Diagnose(m.dialect, err).Duplicate {
			return nil
		}
	}
	return m.failed(ctx, "make the lock", err)
}

// release lets others begin at once. If it fails they wait for the lease.
func (m *Migrator) release(ctx context.Context, l lock) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	for {
		_, err := sqltx.Exec(ctx, m.db, m.dialect.Rebind("UPDATE "+m.table(locks())+" SET until_us = 0, term = term + 1 WHERE line = ? AND holder = ? AND term = ?"),
			m.line.Name, l.holder, l.term)
		if sqlerr.Diagnose(m.dialect, err).Class != sqlerr.Contention || wait(ctx) != nil {
			return
		}
	}
}

// wait is until the next look.
func wait(ctx context.Context) error {
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
