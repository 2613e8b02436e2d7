package sqlstate

import "github.com/contactsweep/contactsweep/scheduler"

// Statement is one as it is executed.
type Statement struct {
	SQL  string
	Args []any
}

// Statements are those of all calls that must not read whole tables, for a task
// with a current run that others have, too.
func (s *State) Statements(t scheduler.TaskState, others []scheduler.TaskState) map[string]Statement {
	out := map[string]Statement{}
	add := func(name string) func(string, []any) {
		return func(query string, args []any) { out[name] = Statement{query, args} }
	}
	var names []string
	var some []stored
	for _, o := range others {
		names, some = append(names, o.Task), append(some, stored{TaskState: o, changes: 1})
	}
	was := stored{TaskState: t, changes: 1}
	add("read a task")(s.tasksQuery(scheduler.TasksRequest{Tasks: []string{t.Task}}))
	add("poll all tasks")(s.tasksQuery(scheduler.TasksRequest{Due: true}))
	add("poll some tasks")(s.tasksQuery(scheduler.TasksRequest{Tasks: names, Due: true}))
	add("write a task")(s.updateQuery(was, t))
	add("confirm tasks")(s.confirmQuery(some, t.Confirmed))
	add("write a run")(s.updateRunQuery(*t.Current))
	add("find a run")(s.findRunQuery(t.Current.Ref()))
	add("a page of all runs")(s.pageQuery(scheduler.RunsRequest{Before: t.Current.ID, Limit: 100}))
	add("a page of a task")(s.pageQuery(scheduler.RunsRequest{Task: t.Task, Before: t.Current.ID, Limit: 100}))
	add("one run")(s.pageQuery(scheduler.RunsRequest{Task: t.Task, Kind: t.Current.Kind, Slot: t.Current.Slot, Limit: 1}))
	add("prune all")(s.pruneQuery(scheduler.PruneRequest{Age: 1 << 50, Limit: 1000}))
	add("prune a task")(s.pruneQuery(scheduler.PruneRequest{Task: t.Task, Age: 1 << 50, Limit: 1000}))
	return out
}
