package main

import (
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store/memory"
)

// crm is a store with a ledger and a thousand contacts. Every tenth cannot be
// reached, and the second is under a legal hold. It is in memory here; a
// database's does the same.
func crm() (*memory.Store, error) {
	st, err := memory.New(contacts.Schema{
		Table: "contacts",
		Key:   []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id"), contacts.Text("email"), contacts.Text("phone"),
			contacts.Bool("legal_hold"), contacts.Time("created").NotNull(),
		},
	}, memory.WithLedger())
	if err != nil {
		return nil, err
	}
	for id := 1; id <= 1000; id++ {
		row := memory.Row{"id": id, "legal_hold": id == 2, "created": time.Date(2020, 1, 1, 0, id, 0, 0, time.UTC)}
		if id%10 != 0 {
			row["email"] = fmt.Sprintf("person%d@example.com", id)
		}
		if err := st.Insert(row); err != nil {
			return nil, err
		}
	}
	return st, nil
}

// keys are those of the contacts from one number to another.
func keys(from, to int) ([]contacts.Key, error) {
	var ids []int
	for id := from; id <= to; id++ {
		ids = append(ids, id)
	}
	return contacts.Keys(ids...)
}
