package retention

import (
	"time"

	"github.com/contactsweep/contactsweep/scheduler"
)

// Register registers a task for the night: daily at 02:00 in the server's zone, not if it
// could not be started within an hour of that, and with a quarter of an hour more than the
// task's time limit, or than that of [DeleteInactive] where it has none, before it is
// cancelled. The options come after these and may change them. For another schedule call the registry itself.
func Register(tasks *scheduler.Registry, identifier string, task scheduler.ScheduledTask, options ...scheduler.TaskOption) error {
	limit := inactiveLimit
	if d, ok := task.(*Deletion); ok && d != nil && d.s.timeLimit > 0 {
		limit = d.s.timeLimit
	}
	profile := []scheduler.TaskOption{scheduler.StartWithin(time.Hour), scheduler.MaxRunTime(limit + 15*time.Minute)}
	return tasks.Register(identifier, task, scheduler.DailyAt(2, 0, time.Local), append(profile, options...)...) //nolint:gosmopolitan // the server's zone is the profile's
}
