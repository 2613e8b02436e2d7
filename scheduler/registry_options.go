package scheduler

import (
	"maps"
	"time"
)

// TaskOption changes how a task is registered.
type TaskOption func(*entry)

// Name sets the name that listings show. The default is the identifier.
func Name(name string) TaskOption {
	return func(e *entry) {
		if name == "" {
			e.fault("Name: the name is empty")
		}
		e.name = name
	}
}

// Parameters sets what the task is told in [Run.Parameters]. The default is
// none.
func Parameters(parameters map[string]string) TaskOption {
	return func(e *entry) { e.parameters = maps.Clone(parameters) }
}

// StartDisabled registers a task that does not run by its schedule until it is
// enabled at run time. The default is enabled.
func StartDisabled() TaskOption {
	return func(e *entry) { e.def.Disabled = true }
}

// MaxRunTime sets how long after its start a run's context ends. The default is
// no limit.
func MaxRunTime(d time.Duration) TaskOption {
	return func(e *entry) {
		if d <= 0 {
			e.fault("MaxRunTime: %s is not positive", d)
		}
		e.maxRunTime = d
	}
}

// What happens to slots that nobody started in time, because no instance was
// there or the task was still running from before. The default is
// RunMissedOnce.

// RunMissedOnce runs the latest of the slots that are due and passes over
// those before it.
func RunMissedOnce() TaskOption { return func(e *entry) { e.missed = 1 } }

// RunMissed runs all slots that are due one after the other, the latest n if
// there are more.
func RunMissed(n int) TaskOption {
	return func(e *entry) {
		if n < 1 || n > maxMissed {
			e.fault("RunMissed: %d slots: 1 to %d are possible", n, maxMissed)
		}
		e.missed = n
	}
}

// SkipMissed runs no slot that could not be started within a minute, or
// [StartWithin].
func SkipMissed() TaskOption {
	return func(e *entry) {
		e.missed = 1
		if e.within == 0 {
			e.within = time.Minute
		}
	}
}

// StartWithin sets how long after its due time a slot may still be started; one
// that is later is recorded as skipped. It keeps a nightly task out of the
// working day. The default is no limit, or a minute with [SkipMissed].
func StartWithin(d time.Duration) TaskOption {
	return func(e *entry) {
		if d <= 0 {
			e.fault("StartWithin: %s is not positive", d)
		}
		e.within = d
	}
}

// Attempts sets how often a run is begun at most, if the instances that run it
// die or lose their lease. A run that fails is not tried again. The default is
// 3; 1 never tries again.
func Attempts(n int) TaskOption {
	return func(e *entry) {
		if n < 1 {
			e.fault("Attempts: %d is less than 1", n)
		}
		e.attempts = int64(n)
	}
}
