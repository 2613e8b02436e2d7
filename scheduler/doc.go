// Package scheduler runs tasks on a schedule, each due slot once, however many
// instances of the host there are.
package scheduler
