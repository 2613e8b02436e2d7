package sqlerr

import (
	"reflect"
	"strconv"
)

// The primary result codes of SQLite, the low byte of the extended ones.
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteReadOnly   = 8
	sqliteInterrupt  = 9
	sqliteFull       = 13
	sqliteProtocol   = 15
	sqliteSchema     = 17
	sqliteConstraint = 19

	// Extended ones.
	sqliteUnique     = sqliteConstraint | 8<<8
	sqlitePrimaryKey = sqliteConstraint | 6<<8
)

// diagnoseSQLite reads the code, never the text. The extended code comes first,
// because some drivers have both. Only the code of a driver of SQLite makes
// certain what a failed commit did.
func diagnoseSQLite(err error) (d Diagnosis) {
	const extended, primary = "ExtendedCode", "Code"
	ours := foundIn(err, func(e error) bool {
		_, ok := integer(reflect.ValueOf(e), primary)
		return ok && madeBy(e, "sqlite")
	})
	if ours != nil {
		err = ours
	}
	n, ok := CodeOf(err, extended, primary)
	if !ok {
		return d
	}
	switch n & 0xff {
	case sqliteBusy, sqliteLocked:
		d.Class = Contention
	case sqliteProtocol, sqliteSchema, sqliteInterrupt:
		d.Class = Transient
	case sqliteConstraint:
		d.Class = Constraint
	case sqliteFull:
		d.Class = Full
	case sqliteReadOnly:
		d.Class = ReadOnly
	}
	d.Certain = ours != nil && d.Class != 0 && n&0xff != sqliteInterrupt && n&0xff != sqliteProtocol
	d.Duplicate = n == sqliteUnique || n == sqlitePrimaryKey
	d.Code = strconv.FormatInt(n, 10)
	return d
}
