package deletion_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// club has members, groups that are handed over to member 1 when their owner
// goes, and visits that stay without a name.
func club() *memory.Store {
	id := contacts.Int64("id").NotNull()
	st, err := memory.New(contacts.Schema{
		Table: "members", Key: []string{"id"}, Fields: []contacts.Field{id, contacts.Text("email")},
		Associations: []contacts.Association{
			{
				Name: "groups", Table: "groups", Action: contacts.HandOver, Heir: contacts.Values{"owner_id": 1},
				Fields:     []contacts.Field{contacts.Text("name"), contacts.Int64("owner_id")},
				References: []contacts.Reference{{Fields: []string{"owner_id"}}},
			},
			{
				Name: "visits", Table: "visits", Action: contacts.Anonymise, Set: contacts.Values{"name": "deleted"},
				Fields:     []contacts.Field{contacts.Int64("member_id"), contacts.Text("name"), contacts.Date("day")},
				References: []contacts.Reference{{Fields: []string{"member_id"}}},
			},
		},
	})
	if err == nil {
		day := where.Date{Year: 2026, Month: 3, Day: 31}
		err = errors.Join(
			st.Insert(memory.Row{"id": 1}, memory.Row{"id": 2}, memory.Row{"id": 3, "email": "ada@example.com"}),
			st.InsertRows("groups", memory.Row{"name": "rowing", "owner_id": 2}, memory.Row{"name": "chess", "owner_id": 3}),
			st.InsertRows("visits", memory.Row{"member_id": 2, "name": "Bob", "day": day}),
		)
	}
	if err != nil {
		panic(err)
	}
	return st
}

// Rows that must not go with their contact are handed over or anonymised. The
// heir stays, although it matches too.
func Example_handOverAndAnonymise() {
	ctx := context.Background()
	st := club()
	svc, err := deletion.New(st)
	if err != nil {
		fmt.Println(err)
		return
	}
	noEmail := where.New().WhereEmpty("email")
	plan, err := svc.Preview(ctx, noEmail)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plan)
	report, err := svc.Execute(ctx, plan)
	fmt.Println("deleted", report.Deleted, err)
	for _, group := range st.Rows("groups") {
		fmt.Println("group", group["name"], "of", group["owner_id"])
	}
	for _, visit := range st.Rows("visits") {
		fmt.Println("visit of", visit["name"], visit["member_id"], "on", visit["day"])
	}
	// Output:
	// email IS EMPTY
	//   contacts    3
	//   matched     2  66.7 %
	//   protected   1
	//   restricted  0
	//   deletable   1
	// rows
	//   groups  hand over  1
	//   visits  anonymise  1
	// deleted 1 <nil>
	// group rowing of 1
	// group chess of 3
	// visit of deleted <nil> on 2026-03-31
}
