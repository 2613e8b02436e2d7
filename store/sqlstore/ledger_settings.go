package sqlstore

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/store"
)

// events keeps what the host has not been told yet.
type events struct{ *ledger }

var _ store.Events = events{}

// Undelivered implements [store.Events].
func (l events) Undelivered(ctx context.Context, scope, operation string, limit int) ([]store.Event, error) {
	if err := faulty(store.CheckUndelivered(scope, operation, limit)); err != nil {
		return nil, err
	}
	var out []store.Event
	q := l.sql("SELECT [e].[sequence], [e].[happened], [e].[body] FROM {events} AS [e] WHERE [e].[operation] = ?text AND [e].[scope] = ?text ORDER BY [e].[sequence] LIMIT ?int",
		operation, scope, limit)
	err := l.read(ctx, "read events", q, func(r *sql.Rows) error {
		var e store.Event
		var at int64
		err := r.Scan(&e.Sequence, &at, &e.Document)
		e.At, e.Document = instant(at), blob(e.Document)
		out = append(out, e)
		return err //nolint:wrapcheck // wrapped by each
	})
	return out, err
}

// Acknowledge implements [store.Events].
func (l events) Acknowledge(ctx context.Context, scope, operation string, sequence int64) error {
	if err := faulty(store.CheckID(scope, operation)); err != nil {
		return err
	}
	return l.begin(ctx, "acknowledge event", func(t *tx) error {
		_, err := t.exec("", deleteRows(l.events(),
			l.sql("[operation] = ?text AND [scope] = ?text AND [sequence] = ?int", operation, scope, sequence)))
		return err
	})
}

func (l events) events() string { return l.table("events") }

// settings are what can be changed while services run.
type settings struct{ *ledger }

var _ store.Settings = settings{}

// Get implements [store.Settings].
func (l settings) Get(ctx context.Context, scope string) (store.Setting, error) {
	if err := faulty(store.CheckScope(scope)); err != nil {
		return store.Setting{}, err
	}
	return l.setting(func(q term, scan func(*sql.Rows) error) error { return l.read(ctx, "read settings", q, scan) }, scope)
}

func (l settings) setting(ask func(term, func(*sql.Rows) error) error, scope string) (out store.Setting, err error) {
	q := l.sql("SELECT [period], [stopped], [why] FROM {settings} AS [s] WHERE [s].[scope] = ?text", scope)
	err = ask(q, func(r *sql.Rows) error {
		var period sql.NullInt64
		var stopped int64
		err := r.Scan(&period, &stopped, &out.Why)
		if out.Stopped = stopped != 0; period.Valid {
			d := time.Duration(period.Int64) * time.Microsecond
			out.Period = &d
		}
		return err //nolint:wrapcheck // wrapped by each
	})
	return out, err
}

// Set implements [store.Settings].
func (l settings) Set(ctx context.Context, scope string, change store.SettingChange) (store.Setting, error) {
	if err := faulty(store.CheckScope(scope), change.Check()); err != nil {
		return store.Setting{}, err
	}
	row, set := []any{scope, 0, "", nil}, []string{}
	if change.Stopped != nil {
		row[1], set = flag(*change.Stopped), append(set, "[stopped] = new.stopped")
	}
	if change.Why != nil {
		row[2], set = *change.Why, append(set, "[why] = new.why")
	}
	if change.Period != nil {
		row[3], set = change.Period.Microseconds(), append(set, "[period] = new.period")
	}
	if len(set) == 0 {
		return l.Get(ctx, scope)
	}
	var out store.Setting
	err := l.begin(ctx, "change settings", func(t *tx) error {
		err := l.insert(t, insertion{
			table: "settings", rows: [][]any{row}, columns: []string{"scope text", "stopped int", "why text", "period int"},
			suffix: l.onConflict("settings", "[scope]", strings.Join(set, ", ")),
		})
		if err != nil {
			return err
		}
		out, err = l.setting(func(q term, scan func(*sql.Rows) error) error { return t.query("", q, scan) }, scope)
		return err
	})
	if err != nil {
		return store.Setting{}, err
	}
	return out, nil
}
