package sqlstate

import (
	"context"
	"time"

	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/internal/sqlerr"
	"github.com/contactsweep/contactsweep/internal/sqltx"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/internal/rules"
)

// State is a [scheduler.State] in an SQL database. Make one with [Open]. It
// keeps nothing in memory.
//
// A call reads a task together with the clock, decides, and writes only if the
// task is still as it was read; otherwise it begins again.
type State struct {
	db      DB
	dialect Dialect
	naming  dialect.Naming
	// Quoted names of the tables.
	tasks, runs string
}

var _ scheduler.State = (*State)(nil)

// Open returns a state over tables that [Migrate] has made, or [SQL]; other ones,
// or none, are refused with [ErrLayout]. It changes nothing, and the connection
// pool stays the host's.
func Open(ctx context.Context, db DB, d Dialect, opts ...Option) (*State, error) {
	m, err := migrator(db, d, opts)
	if err != nil {
		return nil, err
	}
	if err := m.Check(ctx); err != nil {
		return nil, layout(err)
	}
	n, err := naming(d, opts)
	if err != nil {
		return nil, err
	}
	return &State{db: db, dialect: d, naming: n, tasks: n.Table(d, tasks().Name), runs: n.Table(d, runs().Name)}, nil
}

// Change implements [scheduler.State].
func (s *State) Change(ctx context.Context, r scheduler.ChangeRequest) (scheduler.Changed, error) {
	if err := r.Validate(); err != nil {
		return scheduler.Changed{}, err
	}
	t, now, err := s.apply(ctx, "change a task", r.Task, func(t scheduler.TaskState, now time.Time) (rules.Step, error) {
		return rules.Change(t, r, now), nil
	})
	return scheduler.Changed{Now: now, Task: t}, err
}

// Claim implements [scheduler.State].
func (s *State) Claim(ctx context.Context, r scheduler.ClaimRequest) (scheduler.Claim, error) {
	if err := r.Validate(); err != nil {
		return scheduler.Claim{}, err
	}
	t, now, err := s.apply(ctx, "claim a slot", r.Task, func(t scheduler.TaskState, now time.Time) (rules.Step, error) {
		return rules.Claim(t, r, now)
	})
	return scheduler.Claim{Now: now, Task: t}, err
}

// Report implements [scheduler.State].
func (s *State) Report(ctx context.Context, r scheduler.ReportRequest) (scheduler.Reported, error) {
	if err := r.Validate(); err != nil {
		return scheduler.Reported{}, err
	}
	t, now, err := s.apply(ctx, "report on a run", r.Task, func(t scheduler.TaskState, now time.Time) (rules.Step, error) {
		return rules.Report(t, r, now)
	})
	return scheduler.Reported{Now: now, Until: t.Until}, err
}

// transaction runs work in one; its first statement is a write.
func (s *State) transaction(ctx context.Context, work func(*sqltx.Tx) error) error {
	return sqltx.Runner{DB: s.db, Dialect: s.dialect}.Run(ctx, work)
}

// failed says what was tried, and hides what the driver says.
func (s *State) failed(ctx context.Context, op string, err error) error {
	return sqlerr.Wrap(ctx, s.dialect, "sqlstate: "+op, err)
}
