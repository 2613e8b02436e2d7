package sqlerr

import "github.com/contactsweep/contactsweep/internal/dialect"

// Class is what an error means for the caller. The zero Class is none: the
// error is of no known kind, and trying again is no use.
type Class uint8

// The classes.
const (
	// Transient: nothing was changed, and the same may succeed when repeated.
	Transient Class = iota + 1
	// Contention is the Transient that others cause who use the same rows.
	Contention
	// StatementTimeout: nothing was changed; something smaller may succeed.
	StatementTimeout
	// Constraint: a rule of the database does not allow the change.
	Constraint
	// ReadOnly: the database cannot be written to now.
	ReadOnly
	// Full: there is no room left.
	Full
)

// String returns the class as an error's text has it.
func (c Class) String() string {
	switch c {
	case Transient:
		return "transient failure"
	case Contention:
		return "contention"
	case StatementTimeout:
		return "statement time-out"
	case Constraint:
		return "constraint violation"
	case ReadOnly:
		return "storage is read-only"
	case Full:
		return "storage is full"
	}
	return "failed"
}

// Retry reports whether the same may succeed when repeated as a whole.
func (c Class) Retry() bool { return c == Transient || c == Contention }

// Diagnosis is what an error of a driver means. The zero Diagnosis knows
// nothing.
type Diagnosis struct {
	Code  string
	Class Class
	// Certain says that a commit which failed with the error did nothing.
	Certain bool
	// Duplicate says that a unique index has the value already; the class is
	// Constraint.
	Duplicate bool
	// Exists says that a table, a column or an index is there already. SQLite
	// has no code for it.
	Exists bool
	// Table and Constraint are names, where the error has them.
	Table, Constraint string
}

// Diagnose reads the error of a driver for the dialect's engine.
func Diagnose(d dialect.Dialect, err error) Diagnosis {
	switch {
	case err == nil:
	case d == dialect.SQLite:
		return diagnoseSQLite(err)
	case d == dialect.PostgreSQL:
		return diagnosePostgreSQL(err)
	case d == dialect.MySQL:
		return diagnoseMySQL(err)
	}
	return Diagnosis{}
}
