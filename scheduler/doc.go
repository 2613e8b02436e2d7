// Package scheduler runs tasks on a schedule: at their time, once, on one of
// however many instances the host has, and also after a restart.
//
// A task is a type of the host with one method ([ScheduledTask]), or a function
// ([TaskFunc]). It is registered under an identifier with a schedule, and a
// [Runner] runs it:
//
//	tasks := scheduler.NewRegistry()
//	err := tasks.Register("Acme.ContactCleaner", cleaner, scheduler.DailyAt(2, 0, berlin),
//		scheduler.MaxRunTime(4*time.Hour))
//
//	runner, err := scheduler.NewRunner(tasks, state, scheduler.WithLogger(logger))
//	err = runner.Run(ctx) // until ctx ends
//
// The state is where plans, leases and history are kept: package sqlstate keeps
// them in the host's database, memstate in memory, for tests and for programs of
// one process.
//
// # What can be relied on
//
//   - A slot of a schedule is claimed once, by a unique row in the state. All
//     instances may run all the time; none needs to be the leader.
//   - What is due, and which lease has expired, the state's clock decides. The
//     clocks of the instances do not matter.
//   - A task never overlaps itself, on any instance. While one runs, its
//     instance holds a lease and renews it. An instance that dies loses it, and
//     another tries the run again, up to the limit of [Attempts]. An instance
//     that was only asleep finds out, cancels its task, and writes nothing.
//   - Slots that nobody could start, because all instances were down or the task
//     was still running, are not forgotten: the latest is run as soon as
//     possible, or what [RunMissed], [SkipMissed] and [StartWithin] say.
//   - On days when the clocks change, see [Schedule].
//
// No scheduler can run a task exactly once where processes die: an attempt may
// have done its work and not have lived to say so. A task must bear being run
// again; one that also must bear being run while an old process of its still
// writes needs a guard of its own in what it writes.
//
// # Changes
//
// [Control], which is part of a runner and can stand alone in an operator's tool,
// lists tasks and history, asks for a run now, disables tasks and sets another
// schedule. What was set there is kept over restarts and wins over the code until
// it is cleared.
//
// In code, a schedule that was changed takes effect when the new version of the
// host registers it, from then on and without catching up. Instances of the old
// version, which may still be there, then leave the task alone.
//
// # Other triggers
//
// A host that has a scheduler already, such as a Kubernetes CronJob or a job queue,
// calls [Runner.RunDue] or [Runner.RunSlot] from it, and what is said above
// holds all the same.
package scheduler
