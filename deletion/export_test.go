package deletion

import (
	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// Volatile shows volatile to the tests.
func Volatile(schema contacts.Schema, sel store.Selection, findings ...store.Finding) (selects, restricts, guards bool, err error) {
	v, err := volatile(schema, sel, findings)
	return v.selects, v.restricts, v.guards, err
}
