// Package ruletest is how a host keeps a deletion rule and tests it without a
// database: the rule in one file, its test over the in-memory store beside it.
package ruletest

import (
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// Schema maps the shop's customers and their orders.
func Schema() contacts.Schema {
	return contacts.Schema{
		Table: "customers",
		Key:   []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id"),
			contacts.Text("email"),
			contacts.Time("registered").In("registered_at").NotNull(),
			contacts.Bool("newsletter"),
		},
		Associations: []contacts.Association{
			{
				Name: "orders", Table: "orders", Action: contacts.Delete,
				References: []contacts.Reference{{Fields: []string{"customer_id"}}},
				Fields:     []contacts.Field{contacts.Int64("customer_id"), contacts.Time("placed").In("placed_at")},
			},
			claims("open claims", contacts.Restrict, where.New().WhereEquals("state", "open")),
			claims("claims", contacts.Delete, where.Condition{}), // of the customers who have no open one
		},
	}
}

// claims is the table of claims, or some of it.
func claims(name string, action contacts.Action, which where.Condition) contacts.Association {
	return contacts.Association{
		Name: name, Table: "claims", Action: action, Where: which,
		References: []contacts.Reference{{Fields: []string{"customer_id"}}},
		Fields:     []contacts.Field{contacts.Int64("customer_id"), contacts.Text("state")},
	}
}

const year = 365 * 24 * time.Hour

// Dormant is the shop's privacy rule: customers who registered more than three
// years ago, have not ordered for three years and do not read the newsletter.
// An order of unknown date may be a recent one, so its customer stays.
func Dormant() where.Condition {
	cutoff := where.Ago(3 * year)
	recent := where.New().WhereGreaterOrEquals("placed", cutoff).Or().WhereUnknown("placed")
	return where.New().
		WhereLessThan("registered", cutoff).
		And().WhereNotExists("orders", recent).
		And().WhereFalse("newsletter")
}
