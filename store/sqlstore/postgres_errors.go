package sqlstore

import (
	"reflect"
	"regexp"

	"github.com/contactsweep/contactsweep/store"
)

// diagnose reads SQLSTATE, which drivers give as a method or in a field, and
// never the text. An error without one is the connection's: no commit was sent
// before it, except where the commit itself failed.
func (postgres) diagnose(err error) (d diagnosis) {
	ours := foundIn(err, func(e error) bool { return pgState(e) != "" })
	if ours == nil {
		return diagnosis{class: store.ErrTransient}
	}
	d.code = pgState(ours)
	d.class, d.certain = pgClass(d.code)
	d.table, d.constraint = textOf(ours, "TableName", "Table"), textOf(ours, "ConstraintName", "Constraint")
	return d
}

// pgState is the error's own SQLSTATE, "" if it has none. The name SQLState is
// the drivers' agreement; what is called Code counts only in their packages.
func pgState(err error) string {
	v := reflect.ValueOf(err)
	state, ok := member(v, "SQLState")
	if !ok && madeBy(err, "pgconn", "pgx", "pgproto", "/pq") {
		state, ok = member(v, "Code")
	}
	if !ok || state.Kind() != reflect.String || !regexp.MustCompile(`^[0-9A-Z]{5}$`).MatchString(state.String()) {
		return ""
	}
	return state.String()
}

// pgClass follows appendix A of PostgreSQL's documentation. The codes marked D
// are documented by CockroachDB or YugabyteDB and were not seen live.
func pgClass(code string) (class error, certain bool) {
	switch code {
	case "40001", "40P01", "55P03": // serialization failure, deadlock, lock not available
		return store.ErrContention, true
	case "40003", "08007": // D: the commit's outcome is not known
		return store.ErrTransient, false
	case "57014": // statement time-out, or cancelled by somebody
		return store.ErrStatementTimeout, true
	case "57P01", "57P02", "57P03", "57P05", "25P03", "25P04": // the server or a time-out ended the session
		return store.ErrTransient, false
	case "25006": // a standby, or a server that became one
		return store.ErrReadOnly, true
	case "53100": // disk full
		return store.ErrFull, true
	case "53200", "53300", "53400", "55006": // memory, connections, limits, object in use
		return store.ErrTransient, true
	case "P0001", "P0004": // raised by a trigger
		return store.ErrConstraint, true
	}
	switch code[:2] {
	case "08": // connection
		return store.ErrTransient, false
	case "23", "27", "44": // integrity, triggers, views' checks
		return store.ErrConstraint, true
	case "40": // transaction rolled back
		return store.ErrContention, true
	case "58", "XX": // the system, or the server itself: nothing is certain
		return nil, false
	}
	return nil, true
}
