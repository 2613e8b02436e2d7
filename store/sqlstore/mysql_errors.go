package sqlstore

import (
	"strings"

	"github.com/contactsweep/contactsweep/internal/sqlerr"
)

// violated finds the foreign key that does not allow a change. Only the text
// of the error names it, so it is looked up among those that are known: a
// trigger can raise the same error with any text.
func (m mysql) violated(err error, keys []foreignKey) (foreignKey, bool) {
	if n, ok := sqlerr.CodeOf(err, "Number"); !ok || n != 1451 && n != 1452 {
		return foreignKey{}, false
	}
	text := sqlerr.TextOf(err, "Message")
	for _, k := range keys {
		if k.name != "" && strings.Contains(text, "("+m.quote(k.database)+"."+m.quote(k.table)+", CONSTRAINT "+m.quote(k.name)+" ") {
			return k, true
		}
	}
	return foreignKey{}, false
}
