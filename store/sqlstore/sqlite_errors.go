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
func (sqlite) class(err error) (code string, certain bool, class error) {
	n, ok := codeOf(err, "ExtendedCode", "Code")
	if !ok {
		return "", false, nil
	}
	switch n & 0xff {
	case sqliteBusy, sqliteLocked:
		class = store.ErrContention
	case sqliteProtocol, sqliteSchema, sqliteInterrupt:
		class = store.ErrTransient
	case sqliteConstraint:
		class = store.ErrConstraint
	case sqliteFull:
		class = store.ErrFull
	case sqliteReadOnly:
		class = store.ErrReadOnly
	}
	certain = class != nil && n&0xff != sqliteInterrupt && n&0xff != sqliteProtocol
	return strconv.FormatInt(n, 10), certain, class
}
