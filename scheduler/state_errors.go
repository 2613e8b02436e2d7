package scheduler

import "errors"

// What a call can answer, by its own rules, apart from failures of the storage.
var (
	// ErrInvalidRequest: the request itself is wrong, and nothing was done.
	ErrInvalidRequest = errors.New("scheduler: invalid request")
	// ErrUnknownTask: no task with that identifier was ever registered.
	ErrUnknownTask = errors.New("scheduler: unknown task")
	// ErrRefused: a claim is not possible now, because of what others did since
	// the task was read, or because it is not time yet.
	ErrRefused = errors.New("scheduler: claim refused")
	// ErrTaken: the slot was claimed before.
	ErrTaken = errors.New("scheduler: slot taken")
	// ErrLeaseLost: the lease is not the caller's any more: another instance
	// has taken over or given up the run.
	ErrLeaseLost = errors.New("scheduler: lease lost")
)
