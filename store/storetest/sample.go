package storetest

import (
	"time"

	"github.com/contactsweep/contactsweep/contacts"
)

// sampleSchema has a contact table with a field of every kind.
func sampleSchema() contacts.Schema {
	return contacts.Schema{
		Table: "people",
		Key:   []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id").NotNull(),
			contacts.Text("name").In("full_name"),
			contacts.Text("nick").FoldCase(),
			contacts.Int64("score"),
			contacts.Uint64("visits"),
			contacts.Float64("ratio"),
			contacts.Decimal("balance").Encoded(contacts.DecimalUnits(2)),
			contacts.Bool("active"),
			contacts.Time("created").In("created_at"),
			contacts.Time("seen").Encoded(contacts.UnixMillis()),
			contacts.Date("birthday"),
			contacts.UUID("token"),
		},
	}
}

// The contacts of the sample. Contact 5 has nothing but its key.
func sampleData() Data {
	return Data{"people": {
		{
			"id": 1, "name": "Brazil", "nick": "Ann", "score": -5, "visits": 0, "ratio": -1.5, "balance": "-0.05", "active": true,
			"created": utc(2020, time.January, 1, 0, 0, 0), "seen": utc(2020, time.January, 1, 0, 0, 0), "birthday": date(2000, 2, 29), "token": token(1),
		},
		{
			"id": 2, "name": "brazil", "nick": "ANN", "score": 0, "visits": 7, "ratio": 0.0, "balance": "0", "active": false,
			"created": utc(2024, time.June, 30, 23, 59, 59), "seen": utc(2024, time.June, 30, 23, 59, 59).Add(999 * time.Millisecond), "birthday": date(1969, 12, 31), "token": token(2),
		},
		{
			"id": 3, "name": "", "nick": "", "score": 5, "visits": 8, "ratio": 0.1, "balance": "12.5", "active": true,
			"created": utc(2026, time.March, 31, 12, 0, 0), "seen": utc(2026, time.March, 31, 12, 0, 0), "birthday": date(2026, 3, 31), "token": token(3),
		},
		{"id": 4, "name": " ", "nick": "bob ", "score": 5, "active": false},
		{"id": 5},
		{"id": 6, "name": `50%_off\now`, "nick": `A_%\`, "score": 9},
		{"id": 7, "name": "50x off now", "nick": "Köhler", "score": 10},
		{"id": 8, "name": "it's \"quoted\" 😀", "nick": "KÖHLER"},
	}}
}

func token(last byte) [16]byte { return [16]byte{0: 0xab, 6: 0x4f, 8: 0x80, 15: last} }
