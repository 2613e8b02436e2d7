//go:build !race

package sqlstate_test

// slotsOfTask is how many slots of each short task are due.
const slotsOfTask = 100
