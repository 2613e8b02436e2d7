package deletion

import (
	"fmt"
	"slices"
	"time"
)

// Option changes one call. The call checks all of them first and reports every
// fault at once, those that have no effect on the call included.
type Option func(*callOptions)

type callOptions struct {
	batchSize   int           // 0: by time
	batchTime   time.Duration // 0: what the store prefers
	batchLimit  int
	from        *Next
	pause       *time.Duration // nil: what the store prefers
	timeLimit   time.Duration  // 0: none
	cap         int64          // 0: none
	share       float64        // 0: none
	newCap      bool           // the call itself sets a cap
	atMost      int64          // of Everything; 0: not confirmed
	dryRun      bool
	countFirst  bool
	tolerance   int64
	exempt      bool
	walkBy      string // "": what the service prefers
	sampleSize  int
	sampleNames []string

	used   []string
	faults []error
}

// resumed reports whether the call goes on with a run that had begun.
func (o *callOptions) resumed() bool { return o.from != nil && !o.from.fresh }

func (o *callOptions) use(name string, ok bool, format string, args ...any) {
	if slices.Contains(o.used, name) {
		o.faults = append(o.faults, fmt.Errorf("%s is given twice", name))
	}
	o.used = append(o.used, name)
	if !ok {
		o.faults = append(o.faults, fmt.Errorf(name+": "+format, args...))
	}
}

// BatchSize fixes the number of contacts in a batch, at least 1; see
// [WithBatchSize]. Contacts that match because of each other should fit into one
// batch: what an earlier batch changed may no longer match in a later one, and
// is then skipped as changed.
func BatchSize(n int) Option {
	return func(o *callOptions) {
		o.use("BatchSize", n >= 1, "%d is less than 1", n)
		o.batchSize = n
	}
}

// BatchTime sets how long the store should take for a batch, and sizes the
// batches by that instead of a size that the service fixed; see
// [WithBatchTime]. It must be positive.
func BatchTime(d time.Duration) Option {
	return func(o *callOptions) {
		o.use("BatchTime", d > 0, "%s is not positive", d)
		o.batchTime = d
	}
}

// BatchLimit asks for a single batch, of at most n contacts, instead of all: the
// host drives the loop. It takes the place of [BatchSize]. [Report.More] tells
// whether there may be more, and [Report.Next] goes on with them. For a limit of
// a whole run see [Cap].
func BatchLimit(n int) Option {
	return func(o *callOptions) {
		o.use("BatchLimit", n >= 1, "%d is less than 1", n)
		o.batchLimit = n
	}
}

// From goes on where an earlier run stopped, with its instant, its bound and
// what is left of its cap. The kind of call, the plan, the condition, the
// schema, the protection and the scope must be the same, or the call is refused
// with [ErrDrift].
//
// The service's own caps hold as well: where they are lower than what the run
// began with, what is left is counted and refused like a new run. A call that
// goes on with a run for which [Cap] or [CapShare] raised them must raise them
// again.
//
// To use a Next a second time is to delete as much a second time, as far as so
// much matches: what is left of the cap is remembered only in the newest Next.
func From(next *Next) Option {
	return func(o *callOptions) {
		empty := next == nil || next.fingerprint == ""
		o.use("From", !empty, "there is nothing to go on with: Next is nil or empty")
		if !empty {
			o.from = next
		}
	}
}

// Pause sets the pause between batches, 0 for none; see [WithPause].
func Pause(d time.Duration) Option {
	return func(o *callOptions) {
		o.use("Pause", d >= 0, "%s is negative", d)
		o.pause = &d
	}
}

// TimeLimit stops the run between two batches once it has taken that long, or
// would after the pause.
func TimeLimit(d time.Duration) Option {
	return func(o *callOptions) {
		o.use("TimeLimit", d > 0, "%s is not positive", d)
		o.timeLimit = d
	}
}

// Cap refuses the call when more contacts match than n, at least 1. It takes
// the place of the service's caps. A run that goes on gets this as its new
// cap.
func Cap(n int64) Option {
	return func(o *callOptions) {
		o.use("Cap", n >= 1, "%d is less than 1", n)
		o.cap, o.newCap = n, true
	}
}

// CapShare refuses the call when more than this share of all contacts in scope
// matches, above 0 and at most 1. It takes the place of the service's caps.
// With [Cap] both apply.
func CapShare(share float64) Option {
	return func(o *callOptions) {
		o.use("CapShare", validShare(share), "%g is not above 0 and at most 1", share)
		o.share, o.newCap = share, true
	}
}

// ConfirmEverything confirms that [where.Everything] is meant. The call is
// refused when there are more contacts in scope than atMost, and never deletes
// more. A call that goes on with a run confirms it again; it deletes no more
// than atMost, nor than what is left of the earlier number.
func ConfirmEverything(atMost int64) Option {
	return func(o *callOptions) {
		o.use("ConfirmEverything", atMost >= 1, "%d is less than 1", atMost)
		o.atMost = atMost
	}
}

// DryRun does everything and undoes it, batch by batch: the report is what
// would have been. Before- and after-batch hooks are not called. Nothing is
// committed, so constraints that the database checks only then, such as
// deferred foreign keys, are not seen.
func DryRun() Option {
	return func(o *callOptions) {
		o.use("DryRun", true, "")
		o.dryRun = true
	}
}

// CountFirst counts what matches before the first batch, so that the report
// and the progress know it.
func CountFirst() Option {
	return func(o *callOptions) {
		o.use("CountFirst", true, "")
		o.countFirst = true
	}
}

// Tolerance is how many more contacts than were previewed may match, and be
// deleted. The default is 0.
func Tolerance(n int64) Option {
	return func(o *callOptions) {
		o.use("Tolerance", n >= 0, "%d is negative", n)
		o.tolerance = n
	}
}

// ExemptFromCaps lets a deletion by key pass the service's caps: for erasures
// that a person has asked for.
func ExemptFromCaps() Option {
	return func(o *callOptions) {
		o.use("ExemptFromCaps", true, "")
		o.exempt = true
	}
}

// WalkBy makes the run go through the contacts in the order of a field, and of
// the key where its values are equal, instead of in the order of the key alone.
// A preview takes its sample in that order.
//
// It is for conditions that few contacts match, on large tables, such as
// "created before a day" where most are younger: the run then reads an index
// that starts with the field, and leaves the rest of the table alone. Where most
// contacts match, the order of the key is as good or better.
//
// The field must be declared NOT NULL and immutable; see
// [contacts.Schema.WalkField]. The condition must be one that is true only for
// contacts in which the field has a value, because the walk meets no others:
// one that compares the field is, and [where.Condition.WhereKnown] makes others
// so. Contacts that come during the run are met if their value lies ahead, and
// match. On PostgreSQL the index should be on the field and the key; in MySQL,
// MariaDB and SQLite every index ends with an integer primary key anyway.
// Without an index every page reads the whole table, of which the report warns.
//
// A run that goes on, see [From], goes on by the same field, and need not be
// told; another one is refused with [ErrDrift].
func WalkBy(field string) Option {
	return func(o *callOptions) {
		o.use("WalkBy", field != "", "the name of the field is empty")
		o.walkBy = field
	}
}

const maxSample = 1000

// SampleSize sets the number of contacts in a preview's sample, 0 to 1000. The
// default is 10.
func SampleSize(n int) Option {
	return func(o *callOptions) {
		o.use("SampleSize", n >= 0 && n <= maxSample, "%d is outside 0 to %d", n, maxSample)
		o.sampleSize = n
	}
}

// SampleFields names the fields whose values a preview's sample holds. The
// default is none: the sample holds keys.
func SampleFields(names ...string) Option {
	return func(o *callOptions) {
		o.use("SampleFields", len(names) > 0, "no names")
		o.sampleNames = slices.Clone(names)
	}
}
