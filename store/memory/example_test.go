package memory_test

import (
	"context"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

func Example() {
	st, err := memory.New(contacts.Schema{
		Table:  "customers",
		Key:    []string{"id"},
		Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("email"), contacts.Time("created")},
		Associations: []contacts.Association{{
			Name: "orders", Table: "orders", Action: contacts.Delete,
			Fields:     []contacts.Field{contacts.Int64("customer_id"), contacts.Text("state")},
			References: []contacts.Reference{{Fields: []string{"customer_id"}}},
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	may := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	err = st.Insert(
		memory.Row{"id": 1, "email": "ann@example.com", "created": may},
		memory.Row{"id": 2, "created": may}, // no email
		memory.Row{"id": 3, "email": "", "created": may.AddDate(0, 0, 20)},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err = st.InsertRows("orders", memory.Row{"customer_id": 2, "state": "paid"}); err != nil {
		fmt.Println(err)
		return
	}
	counts, err := st.Count(context.Background(), store.CountRequest{
		Selection: store.Selection{
			At:        may.AddDate(0, 0, 21),
			Condition: where.New().WhereEmpty("email").WhereLessThan("created", where.Ago(7*24*time.Hour)),
		},
		Rows: true,
	})
	fmt.Println(counts.Contacts, "contact,", counts.Rows["orders"], "order,", err)

	err = st.Insert(memory.Row{"id": 4, "mail": "bob@example.com"})
	fmt.Println(err)
	// Output:
	// 1 contact, 1 order, <nil>
	// memory: contacts, row 1 of 1: there is no field "mail"; there are id, email, created
}
