package sqlstate

import (
	"database/sql"
	"math"
	"time"

	"github.com/contactsweep/contactsweep/scheduler"
)

// never stands for a task that does not wake by itself.
const never = math.MaxInt64

func wakeOf(t scheduler.TaskState) int64 {
	if wake := t.Wake(); !wake.IsZero() {
		return wake.UnixMicro()
	}
	return never
}

func moment(us int64) time.Time { return time.UnixMicro(us).UTC() }

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// stored is a task as it was read.
type stored struct {
	scheduler.TaskState
	changes int64
}

// taskValues are the values of the columns of tasks, in their order.
func taskValues(t scheduler.TaskState, changes int64) []any {
	current, last := ref(t.Current), ref(t.Last)
	return []any{
		t.Task, t.Schedule, number(t.Disabled), t.Fingerprint, t.Registered.UnixMicro(), t.Confirmed.UnixMicro(),
		string(t.Switch), t.Override, t.Version, t.From.UnixMicro(), number(t.Planned), t.Slot.UnixMicro(), t.Due.UnixMicro(),
		number(t.Waiting), t.Asked.UnixMicro(), t.Term, t.Until.UnixMicro(), t.Runs,
		string(current.Kind), current.Slot.UnixMicro(), string(last.Kind), last.Slot.UnixMicro(), wakeOf(t), changes,
	}
}

func ref(r *scheduler.RunRecord) scheduler.Ref {
	if r == nil {
		return scheduler.Ref{}
	}
	return r.Ref()
}

// taskRow is what a task is scanned into, where there may be none.
type taskRow struct {
	task, schedule, fingerprint, switched, override, currentKind, lastKind  sql.NullString
	disabled, registered, confirmed, version, from, planned, slot, due      sql.NullInt64
	waiting, asked, term, until, runs, currentSlot, lastSlot, wake, changes sql.NullInt64
	current, last                                                           runRow
}

// into has the columns of tasks, then those of runs for the current run and for
// the last one.
func (r *taskRow) into() []any {
	out := []any{
		&r.task, &r.schedule, &r.disabled, &r.fingerprint, &r.registered, &r.confirmed,
		&r.switched, &r.override, &r.version, &r.from, &r.planned, &r.slot, &r.due,
		&r.waiting, &r.asked, &r.term, &r.until, &r.runs,
		&r.currentKind, &r.currentSlot, &r.lastKind, &r.lastSlot, &r.wake, &r.changes,
	}
	return append(append(out, r.current.into()...), r.last.into()...)
}

func (r *taskRow) stored() stored {
	return stored{changes: r.changes.Int64, TaskState: scheduler.TaskState{
		Definition: scheduler.Definition{
			Task: r.task.String, Schedule: r.schedule.String, Disabled: r.disabled.Int64 != 0, Fingerprint: r.fingerprint.String,
		},
		Registered: moment(r.registered.Int64), Confirmed: moment(r.confirmed.Int64),
		Switch: scheduler.Switch(r.switched.String), Override: r.override.String,
		Version: r.version.Int64, From: moment(r.from.Int64),
		Planned: r.planned.Int64 != 0, Slot: moment(r.slot.Int64), Due: moment(r.due.Int64),
		Waiting: r.waiting.Int64 != 0, Asked: moment(r.asked.Int64),
		Term: r.term.Int64, Current: r.current.record(), Until: moment(r.until.Int64),
		Runs: r.runs.Int64, Last: r.last.record(),
	}}
}

// runValues are the values of the columns of runs but the first, in their order.
func runValues(r scheduler.RunRecord) []any {
	return []any{
		r.Task, string(r.Kind), r.Slot.UnixMicro(), r.Missed, r.Attempt, r.Lost, r.Holder, r.Term,
		r.Began.UnixMicro(), r.Started.UnixMicro(), r.Ended.UnixMicro(), string(r.Outcome), r.Message,
	}
}

// runRow is what a run is scanned into, where there may be none.
type runRow struct {
	task, kind, holder, outcome, message                         sql.NullString
	id, slot, missed, attempt, lost, term, began, started, ended sql.NullInt64
}

func (r *runRow) into() []any {
	return []any{
		&r.id, &r.task, &r.kind, &r.slot, &r.missed, &r.attempt, &r.lost, &r.holder, &r.term,
		&r.began, &r.started, &r.ended, &r.outcome, &r.message,
	}
}

func (r *runRow) record() *scheduler.RunRecord {
	if !r.id.Valid {
		return nil
	}
	return &scheduler.RunRecord{
		ID: r.id.Int64, Task: r.task.String, Kind: scheduler.Kind(r.kind.String), Slot: moment(r.slot.Int64),
		Missed: r.missed.Int64, Attempt: r.attempt.Int64, Lost: r.lost.Int64, Holder: r.holder.String, Term: r.term.Int64,
		Began: moment(r.began.Int64), Started: moment(r.started.Int64), Ended: moment(r.ended.Int64),
		Outcome: scheduler.Outcome(r.outcome.String), Message: r.message.String,
	}
}
