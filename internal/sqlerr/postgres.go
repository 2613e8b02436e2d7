package sqlerr

import (
	"reflect"
	"regexp"
	"slices"
)

// diagnosePostgreSQL reads SQLSTATE, which drivers give as a method or in a
// field, and never the text. An error without one is the connection's: no commit was sent
// before it, except where the commit itself failed.
func diagnosePostgreSQL(err error) (d Diagnosis) {
	ours := foundIn(err, func(e error) bool { return pgState(e) != "" })
	if ours == nil {
		return Diagnosis{Class: Transient}
	}
	d.Code = pgState(ours)
	d.Class, d.Certain = pgClass(d.Code)
	d.Duplicate = d.Code == "23505"
	d.Exists = slices.Contains([]string{"42P07", "42701"}, d.Code) // a table or an index, a column
	d.Table, d.Constraint = TextOf(ours, "TableName", "Table"), TextOf(ours, "ConstraintName", "Constraint")
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
func pgClass(code string) (class Class, certain bool) {
	switch code {
	case "40001", "40P01", "55P03": // serialization failure, deadlock, lock not available
		return Contention, true
	case "40003", "08007": // D: the commit's outcome is not known
		return Transient, false
	case "57014": // statement time-out, or cancelled by somebody
		return StatementTimeout, true
	case "57P01", "57P02", "57P03", "57P05", "25P03", "25P04": // the server or a time-out ended the session
		return Transient, false
	case "25006": // a standby, or a server that became one
		return ReadOnly, true
	case "53100": // disk full
		return Full, true
	case "53200", "53300", "53400", "55006": // memory, connections, limits, object in use
		return Transient, true
	case "P0001", "P0004": // raised by a trigger
		return Constraint, true
	}
	switch code[:2] {
	case "08": // connection
		return Transient, false
	case "23", "27", "44": // integrity, triggers, views' checks
		return Constraint, true
	case "40": // transaction rolled back
		return Contention, true
	case "58", "XX": // the system, or the server itself: nothing is certain
		return 0, false
	}
	return 0, true
}
