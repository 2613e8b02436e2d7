package sqlstore

import (
	"reflect"
	"strconv"

	"github.com/contactsweep/contactsweep/store"
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
)

// diagnose reads the code, never the text. The extended code comes first,
// because some drivers have both. Only the code of a driver of SQLite makes
// certain what a failed commit did.
func (sqlite) diagnose(err error) (d diagnosis) {
	const extended, primary = "ExtendedCode", "Code"
	ours := foundIn(err, func(e error) bool {
		_, ok := integer(reflect.ValueOf(e), primary)
		return ok && madeBy(e, "sqlite")
	})
	if ours != nil {
		err = ours
	}
	n, ok := codeOf(err, extended, primary)
	if !ok {
		return d
	}
	switch n & 0xff {
	case sqliteBusy, sqliteLocked:
		d.class = store.ErrContention
	case sqliteProtocol, sqliteSchema, sqliteInterrupt:
		d.class = store.ErrTransient
	case sqliteConstraint:
		d.class = store.ErrConstraint
	case sqliteFull:
		d.class = store.ErrFull
	case sqliteReadOnly:
		d.class = store.ErrReadOnly
	}
	d.certain = ours != nil && d.class != nil && n&0xff != sqliteInterrupt && n&0xff != sqliteProtocol
	d.code = strconv.FormatInt(n, 10)
	return d
}
