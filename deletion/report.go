package deletion

import (
	"slices"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// StopReason says why a run stopped.
type StopReason string

// The reasons.
const (
	StoppedNot       StopReason = ""            // it is still running, or the host left the loop
	StoppedDone      StopReason = "done"        // the end of the walk
	StoppedBatch     StopReason = "batch limit" // the one batch that BatchLimit asked for
	StoppedTime      StopReason = "time limit"
	StoppedCap       StopReason = "cap"       // the cap is used up, and there is more
	StoppedCancelled StopReason = "cancelled" // the context ended
	StoppedFailed    StopReason = "failed"
	StoppedRefused   StopReason = "refused"              // before anything was deleted
	StoppedPaused    StopReason = "paused on request"    // by others, before its next batch
	StoppedOnRequest StopReason = "cancelled on request" // as well
	StoppedSwitch    StopReason = "stop switch"
)

// Report says what a run did. It is valid with and without an error: what it
// counts as deleted is gone, or would be after a dry run.
type Report struct {
	// Operation is the ID of the operation that the run is; empty where the store
	// keeps no ledger, and for dry runs. The figures are those of this call.
	Operation string
	// Condition is the condition without its values; empty for keys.
	Condition string
	// At is the instant that relative times refer to.
	At     time.Time
	DryRun bool
	// Counted says that Matched is known: a cap, a plan, CountFirst or fixed
	// targets made the run count first. Matched is the number of contacts
	// that matched, were in scope and not protected; for keys, their number.
	// A run that was refused has counted no further than it had to; AtLeast says
	// that there may be more.
	Counted bool
	Matched int64
	AtLeast bool
	Deleted int64
	Skipped Skips
	// Warnings holds all findings of the store's Verify, as in [Plan.Warnings].
	Warnings []store.Finding
	// SkippedContacts holds the first thousand contacts that were skipped.
	SkippedContacts []SkippedContact
	// Associations holds those that delete or change rows, in the schema's
	// order.
	Associations []AssociationReport
	Batches      int // completed
	// BatchSize is the most contacts that the next batch may have: fixed by the
	// host, or by the time that the last batches took; see [WithBatchTime].
	BatchSize int
	Retries   int // repeated calls and divided batches
	// Inferred is the number of deleted contacts whose batch had an unknown
	// outcome, and which turned out to be gone. Their associated rows are gone
	// too; they are counted if the store could say how many it would delete.
	Inferred int64
	// Unsettled is the number of contacts whose batch had an unknown outcome
	// that could not be found out: they are gone or not, each batch as a
	// whole.
	Unsettled int64
	Duration  time.Duration
	Rate      float64 // deleted contacts per second
	Stopped   StopReason
	// More says that there may be more to delete. Next goes on with it; it is
	// not nil when More is true.
	More bool
	Next *Next
}

// Skips counts the candidates that were not deleted, by cause.
type Skips struct {
	Released, Awaiting, Gone, Changed, Protected, Restricted, KeptByStore, TooManyRows, Failed int64
}

// Total returns the sum.
func (s Skips) Total() int64 {
	return s.Released + s.Awaiting + s.Gone + s.Changed + s.Protected + s.Restricted + s.KeptByStore + s.TooManyRows + s.Failed
}

// SkippedContact is a candidate that was not deleted.
type SkippedContact struct {
	Key   contacts.Key
	Cause store.Cause
	// Association is the one that restricts, where one does and the store
	// named it.
	Association string
	// Reason says why the store refused, for store.Failed and
	// store.TooManyRows. It names tables and constraints and contains no
	// contact data.
	Reason string
}

// AssociationReport is what happened, or would happen, to an association.
type AssociationReport struct {
	Name   string
	Table  string
	Action contacts.Action
	Rows   int64
}

// Step is one step of a run.
type Step struct {
	// Batch is what the step did. Its Number is 0 in a last step that only
	// concludes the run.
	Batch BatchReport
	// Run is the run so far. Run.Stopped is set in the last step, and only
	// there; Run.Next goes on after this step.
	Run Report
}

// BatchReport says what one batch did.
type BatchReport struct {
	Number      int // in the run, from 1
	Candidates  int
	Deleted     int64
	DeletedKeys []contacts.Key
	Skipped     Skips
	// Associations holds those that delete or change rows, in the schema's
	// order.
	Associations []AssociationReport
	Attempts     int   // transactions that were tried
	Inferred     int64 // see Report.Inferred
	Duration     time.Duration
	// StoreTime is the part of Duration that the store took for the
	// transactions: the rest are hooks and waiting for another try.
	StoreTime time.Duration
}

// maxSkipped bounds Report.SkippedContacts.
const maxSkipped = 1000

// tally is what a run and its batches count.
type tally struct {
	deleted  int64
	skipped  Skips
	rows     map[string]int64
	inferred int64
}

func newTally() tally { return tally{rows: map[string]int64{}} }

func (t *tally) add(o tally) {
	t.deleted += o.deleted
	t.inferred += o.inferred
	s, p := &t.skipped, o.skipped
	s.Released += p.Released
	s.Awaiting += p.Awaiting
	s.Gone += p.Gone
	s.Changed += p.Changed
	s.Protected += p.Protected
	s.Restricted += p.Restricted
	s.KeptByStore += p.KeptByStore
	s.TooManyRows += p.TooManyRows
	s.Failed += p.Failed
	for name, n := range o.rows {
		t.rows[name] += n
	}
}

func (t *tally) skip(c store.Cause) {
	s := &t.skipped
	switch c {
	case store.Released:
		s.Released++
	case store.Awaiting:
		s.Awaiting++
	case store.Gone:
		s.Gone++
	case store.Changed:
		s.Changed++
	case store.Protected:
		s.Protected++
	case store.Restricted:
		s.Restricted++
	case store.KeptByStore:
		s.KeptByStore++
	case store.TooManyRows:
		s.TooManyRows++
	case store.Failed:
		s.Failed++
	}
}

// associations returns the rows by association, of those with such an action.
func associations(schema contacts.Schema, rows map[string]int64, which func(contacts.Action) bool) []AssociationReport {
	var out []AssociationReport
	for _, p := range schema.Placed() {
		if which(p.Action) {
			out = append(out, AssociationReport{Name: p.Name, Table: p.Table, Action: p.Action, Rows: rows[p.Name]})
		}
	}
	return out
}

func (r *run) snapshot() Report {
	out := r.report
	out.Deleted, out.Skipped, out.Inferred = r.done.deleted, r.done.skipped, r.done.inferred
	out.Associations = associations(r.s.schema, r.done.rows, contacts.Action.Touches)
	out.SkippedContacts = slices.Clip(r.report.SkippedContacts)
	out.BatchSize = r.pace.size
	out.Retries += r.reader.retried
	out.Duration = time.Since(r.start)
	if seconds := out.Duration.Seconds(); seconds > 0 {
		out.Rate = float64(out.Deleted) / seconds
	}
	out.More = r.more()
	if out.More {
		out.Next = r.next()
	}
	return out
}
