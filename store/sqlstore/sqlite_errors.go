package sqlstore

import (
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

// class reads the code, never the text. The extended code comes first, because
// some drivers have both.
func (sqlite) diagnose(err error) (d diagnosis) {
	n, ok := codeOf(err, "ExtendedCode", "Code")
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
	d.certain = d.class != nil && n&0xff != sqliteInterrupt && n&0xff != sqliteProtocol
	d.code = strconv.FormatInt(n, 10)
	return d
}
