//go:build race

package sqlstate_test

// slotsOfTask is smaller for the race detector, with which SQLite, which is Go
// here, takes ten times as long.
const slotsOfTask = 10
