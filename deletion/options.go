package deletion

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/contactsweep/contactsweep/where"
)

const (
	defaultRetries  = 5
	defaultPinLimit = 1_000_000
)

// ServiceOption changes a Service that [New] makes. New checks all of them and
// reports every fault at once.
type ServiceOption func(*serviceOptions)

type serviceOptions struct {
	logger      *slog.Logger
	protected   where.Condition
	scope       where.Condition
	scopeLabel  string
	authorizer  func(context.Context, Action) error
	beforeBatch func(context.Context, BatchCandidates) error
	afterBatch  func(context.Context, BatchEvent) error
	progress    func(Progress)
	batchSize   int            // 0: by time
	batchTime   time.Duration  // 0: what the store prefers
	pause       *time.Duration // nil: what the store prefers
	retries     int
	delays      delays
	maxRows     int64
	cap         int64
	share       float64
	accepted    map[string]bool
	pinLimit    int
	instance    string
	lease       time.Duration
	archive     *archiver
	identity    []string
	period      *time.Duration
	walkBy      string // "": the key

	protects, scoped bool
	faults           []error
}

func (o *serviceOptions) fault(format string, args ...any) {
	o.faults = append(o.faults, fmt.Errorf(format, args...))
}

// WithLogger sets the logger. Records contain no contact data. The default
// discards them.
func WithLogger(logger *slog.Logger) ServiceOption {
	return func(o *serviceOptions) {
		if logger == nil {
			o.fault("WithLogger: the logger is nil")
		}
		o.logger = logger
	}
}

// WithProtected sets the condition for contacts that no deletion ever passes,
// such as those under a legal hold. The default protects none but the heirs of
// the schema, which are always protected; see [contacts.HandOver].
//
// A contact for which the condition is unknown is protected too. Where a flag
// may be NULL and NULL means no, say so:
//
//	where.New().WhereNotNull("legal_hold").WhereTrue("legal_hold")
func WithProtected(condition where.Condition) ServiceOption {
	return func(o *serviceOptions) { o.protected, o.protects = condition, true }
}

// WithScope limits the service to the contacts for which the condition is
// true, such as those of one tenant. Nothing else is seen or touched. The
// label names the scope for the authorizer and in logs. The default is all
// contacts, under the label "".
//
// Where the store keeps a ledger, everything in it belongs to a label: operations,
// suppressions, the archive, the pending table, the period and the stop switch. A
// service with another label, or with none, sees nothing of it, even where its
// contacts are the same: what sends mail must ask with the label by which
// erasures are submitted, and a label is not to be renamed while operations wait.
func WithScope(label string, condition where.Condition) ServiceOption {
	return func(o *serviceOptions) {
		if label == "" {
			o.fault("WithScope: the label is empty")
		}
		o.scopeLabel, o.scope, o.scoped = label, condition, true
	}
}

// WithAuthorizer sets the function that is asked before every action, counts
// and previews included, and again when a run goes on. An error, a panic or an
// ended context denies. The default allows everything.
func WithAuthorizer(authorize func(context.Context, Action) error) ServiceOption {
	return func(o *serviceOptions) {
		if authorize == nil {
			o.fault("WithAuthorizer: the function is nil")
		}
		o.authorizer = authorize
	}
}

// WithBeforeBatch sets a hook that is told the candidates before each attempt
// to delete them, outside any transaction: the place to stop campaigns or to
// export contacts. An error or a panic stops the run, and the batch is not
// begun. Dry runs do not call it.
//
// It is called again, with the same contacts or a part of them, when the batch
// is tried again or divided: what it does for a contact must do no harm when it
// is done twice.
func WithBeforeBatch(hook func(context.Context, BatchCandidates) error) ServiceOption {
	return func(o *serviceOptions) {
		if hook == nil {
			o.fault("WithBeforeBatch: the function is nil")
		}
		o.beforeBatch = hook
	}
}

// WithAfterBatch sets a hook that is told, after each commit, which contacts
// are gone and which survived. Without a ledger it is called at most once for a
// contact that is gone: not when the process dies between the commit and the
// call. With one it is called at least once: what it was told is kept until it has
// returned without an error, and told again to who takes the operation up, as
// [BatchEvent].Again says. An error or a panic stops the run; the batch stays
// deleted and counted. The context may have ended. Dry runs do not call it.
func WithAfterBatch(hook func(context.Context, BatchEvent) error) ServiceOption {
	return func(o *serviceOptions) {
		if hook == nil {
			o.fault("WithAfterBatch: the function is nil")
		}
		o.afterBatch = hook
	}
}

// WithProgress sets a function that is called in the run's own goroutine when
// the run starts and after each batch. A panic stops the run.
func WithProgress(show func(Progress)) ServiceOption {
	return func(o *serviceOptions) {
		if show == nil {
			o.fault("WithProgress: the function is nil")
		}
		o.progress = show
	}
}

// WithBatchSize fixes the number of contacts in a batch, at least 1. Batches
// become smaller only when the store cannot manage so many: after a statement
// time-out, or because of [WithMaxRows]. The default is no fixed size; see
// [WithBatchTime].
func WithBatchSize(n int) ServiceOption {
	return func(o *serviceOptions) {
		if n < 1 {
			o.fault("WithBatchSize: %d is less than 1", n)
		}
		o.batchSize = n
	}
}

// WithBatchTime sets how long the store should take for a batch: for its
// transaction, without hooks and pauses. It must be positive. The default is
// what the store prefers, or 250 ms.
//
// The size of the batches follows from it. The first batch has as many contacts
// as the store prefers, or 500, and each further one as many as fit into the
// time at the speed of the slower of the last two: at most twice and at least
// half as many as before, and between 100 and 10,000 or the store's own bounds,
// of which the lower one gives way to a time that the host sets. Contention, see
// [store.ErrContention], halves the next batch. What the store could not manage,
// because of a statement time-out or [WithMaxRows], is not tried again in the
// run. Every call starts anew.
//
// A size that [WithBatchSize], [BatchSize] or [BatchLimit] fixes does not
// follow.
func WithBatchTime(d time.Duration) ServiceOption {
	return func(o *serviceOptions) {
		if d <= 0 {
			o.fault("WithBatchTime: %s is not positive", d)
		}
		o.batchTime = d
	}
}

// WithPause sets the pause between batches, 0 for none. The default is what the
// store prefers: on SQLite a tenth of the time that the batch took, so that
// others get their turn, and elsewhere none.
func WithPause(d time.Duration) ServiceOption {
	return func(o *serviceOptions) {
		if d < 0 {
			o.fault("WithPause: %s is negative", d)
		}
		o.pause = &d
	}
}

// WithWalkBy names the field that runs go by instead of the key, as [WalkBy]
// does for one call, where the condition is true only for contacts in which the
// field has a value. Runs with other conditions go by the key. The default is
// the key for all.
func WithWalkBy(field string) ServiceOption {
	return func(o *serviceOptions) {
		if field == "" {
			o.fault("WithWalkBy: the name of the field is empty")
		}
		o.walkBy = field
	}
}

// WithRetries sets how often a batch, or a read, is tried again after a
// transient failure, with growing delays. The default is 5.
func WithRetries(n int) ServiceOption {
	return func(o *serviceOptions) {
		if n < 0 {
			o.fault("WithRetries: %d is negative", n)
		}
		o.retries = n
	}
}

// WithBackoff sets the delay before the first of the retries, and the longest
// one; each gives or takes a half at random. The defaults are 100 ms and 10 s.
func WithBackoff(first, longest time.Duration) ServiceOption {
	return func(o *serviceOptions) {
		if first <= 0 || longest < first {
			o.fault("WithBackoff: %s and %s are not two positive durations, the longer one last", first, longest)
		}
		o.delays = delays{first: first, longest: longest}
	}
}

// WithMaxRows sets how many associated rows a transaction may delete or change
// at most. Batches with more are divided, and a contact with more is skipped
// and reported. The default is no limit.
func WithMaxRows(n int64) ServiceOption {
	return func(o *serviceOptions) {
		if n < 1 {
			o.fault("WithMaxRows: %d is less than 1", n)
		}
		o.maxRows = n
	}
}

// WithCap refuses every run that matches more contacts than n, at least 1. The
// default is no cap. The call option [Cap] replaces it for one call.
func WithCap(n int64) ServiceOption {
	return func(o *serviceOptions) {
		if n < 1 {
			o.fault("WithCap: %d is less than 1", n)
		}
		o.cap = n
	}
}

// WithCapShare refuses every run that matches more than this share of all
// contacts in scope, above 0 and at most 1. The default is no cap. The call
// option [CapShare] replaces it for one call. With [WithCap] both apply.
func WithCapShare(share float64) ServiceOption {
	return func(o *serviceOptions) {
		if !validShare(share) {
			o.fault("WithCapShare: %g is not above 0 and at most 1", share)
		}
		o.share = share
	}
}

func validShare(share float64) bool { return !math.IsNaN(share) && share > 0 && share <= 1 }

// WithAcceptedFindings lets runs start in spite of these fatal findings of the
// store's Verify, named as [store.Finding.Name] does.
func WithAcceptedFindings(names ...string) ServiceOption {
	return func(o *serviceOptions) {
		if len(names) == 0 {
			o.fault("WithAcceptedFindings: no names")
		}
		for _, name := range names {
			if name == "" {
				o.fault("WithAcceptedFindings: a name is empty")
			}
			o.accepted[name] = true
		}
	}
}

// WithPinLimit sets how many keys a run may keep in memory when it must fix
// its targets before the first batch. A run with more is refused. The default
// is 1,000,000. Fixed targets are tested again in their batch, and those that
// an earlier batch changed are skipped.
func WithPinLimit(n int) ServiceOption {
	return func(o *serviceOptions) {
		if n < 1 {
			o.fault("WithPinLimit: %d is less than 1", n)
		}
		o.pinLimit = n
	}
}
