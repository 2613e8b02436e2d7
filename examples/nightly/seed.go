package main

import (
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/memory"
)

// service is over a thousand contacts, of whom 700 have not been active for a year.
func service() (*deletion.Service, error) {
	st, err := memory.New(contacts.DefaultSchema(), memory.WithLedger())
	if err != nil {
		return nil, err
	}
	for id := 1; id <= 1000; id++ {
		last := time.Now().AddDate(-1, 0, 0)
		if id > 700 {
			last = time.Now().AddDate(0, 0, -1)
		}
		if err := st.Insert(memory.Row{"id": id, "created": last, "email": fmt.Sprintf("person%d@home.no", id)}); err != nil {
			return nil, err
		}
		if err := st.InsertRows(contacts.Activities, memory.Row{"id": id, "contact_id": id, "created": last}); err != nil {
			return nil, err
		}
	}
	return deletion.New(st)
}

// numbered are the keys of some contacts.
func numbered(from, to int) []contacts.Key {
	var ids []any
	for id := from; id <= to; id++ {
		ids = append(ids, id)
	}
	keys, _ := contacts.Keys(ids...) // integers are always keys
	return keys
}
