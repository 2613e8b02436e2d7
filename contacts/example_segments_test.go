package contacts_test

import (
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

func ExampleSuppressedBySender() {
	fmt.Println(contacts.SuppressedBySender(30 * 24 * time.Hour))
	// Output: sending_stopped < ago(720h0m0s)
}

// A new address that bounces may still be put right by telephone.
func ExampleHardBounced() {
	fmt.Println(contacts.HardBounced(90 * 24 * time.Hour).WhereEmpty(contacts.Phone))
	// Output: (bounced_hard < ago(2160h0m0s) AND phone IS EMPTY)
}

func ExampleZombie() {
	fmt.Println(contacts.Zombie(12, 6))
	fmt.Println(contacts.Zombie(2, 1).Validate(contacts.DefaultSchema().Catalog()))
	// Output:
	// (COUNT(email_recipients WHERE (created <= ago(0s))) >= 12 AND COUNT(MONTHS created OF email_recipients WHERE (created <= ago(0s))) >= 6 AND NOT EXISTS email_recipients WHERE (opened IS NOT NULL OR clicked IS NOT NULL))
	// where: invalid condition: zombies: a contact cannot be called a zombie after less than 6 sends or in less than 3 months
}

func ExampleLapsed() {
	fmt.Println(contacts.Lapsed(365 * 24 * time.Hour))
	// Output:
	// (created < ago(8760h0m0s) AND (last_session < ago(8760h0m0s) OR last_session IS NULL) AND (last_purchase < ago(8760h0m0s) OR last_purchase IS NULL) AND (last_mobile_activity < ago(8760h0m0s) OR last_mobile_activity IS NULL) AND NOT EXISTS email_recipients WHERE (opened >= ago(8760h0m0s) OR clicked >= ago(8760h0m0s)))
}

func ExampleTestRecords() {
	fmt.Println(contacts.TestRecords())
	// Output: test_record = true
}

func ExampleFakeAddresses() {
	rule := contacts.FakeAddresses("mailbox-for-an-hour.example.net")
	fmt.Println(rule.Validate(contacts.DefaultSchema().Catalog()))
	fmt.Println(contacts.FakeAddresses("@home.no").Validate(contacts.DefaultSchema().Catalog()))
	// Output:
	// <nil>
	// where: invalid condition: fake addresses: domain 1 of 1: it has an @ or white space; name the part behind the @ only
}

// Test records and fake addresses, but never a contact with an opportunity.
func ExampleBadQuality() {
	rule := where.New().Where(contacts.BadQuality()).WhereNotExists(contacts.Opportunities)
	fmt.Println(rule.Validate(contacts.DefaultSchema().Catalog()))
	// Output: <nil>
}
