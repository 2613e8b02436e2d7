package contacts

import "github.com/contactsweep/contactsweep/where"

// DefaultSchema describes the tables of a host that has none yet; the stores
// make them (sqlstore.DDL). Contacts have an integer key and the fields named
// in this package. With a contact go its consents, activities, journey
// conversions, email recipients, conversations with their messages, notes,
// tasks, appointments, opportunities, manual actions, tags and list
// memberships; groups that it owns lose their owner and stay (a host that names
// an heir sets their action to [HandOver]). A contact with an open opportunity
// or an open appointment is left alone and reported.
//
// Each call returns a schema of its own, to which a host may add fields and
// associations.
func DefaultSchema() Schema {
	open := where.New().WhereUnknown(Closed) // in doubt it is open
	appointments := rows(Appointments, Text("title"), Time("starts"), Time(Closed))
	opportunities := rows(Opportunities, Text("title"), Time(Closed))
	tags := rows(Tags, Text("tag").NotNull())
	tags.Table = "contact_tags"
	conversations := rows(Conversations, Time(Created).NotNull())
	conversations.Associations = []Association{messages()}
	return Schema{
		Table: "contacts",
		Key:   []string{ID},
		Fields: []Field{
			Int64(ID).NotNull(),
			Text(ExternalID),
			Text(Email),
			Text(Phone),
			Text(DeviceID),
			Time(Created).NotNull(),
			Bool(TestRecord),
			Time(SendingStopped),
			Time(BouncedHard),
			Time(LastSession),
			Time(LastPurchase),
			Time(LastMobileActivity),
		},
		Associations: []Association{
			rows(Consents, Text("purpose"), Time(Created).NotNull()),
			rows(Activities, Text("type"), Time(Created).NotNull()),
			rows(JourneyConversions, Text("journey"), Time(Created).NotNull()),
			rows(EmailRecipients, Text("email"), Time(Created).NotNull(), Time(Opened), Time(Clicked)),
			conversations,
			rows(Notes, Text("body"), Time(Created).NotNull()),
			rows(Tasks, Text("title"), Time(Closed)),
			appointments,
			opportunities,
			rows(ManualActions, Text("title"), Time(Closed)),
			tags,
			rows(ListMemberships, Int64("list_id").NotNull()),
			ownedGroups(),
			restricting(OpenAppointments, appointments, open),
			restricting(OpenOpportunities, opportunities, open),
		},
	}
}

// rows is a table of rows that are deleted with their contact.
func rows(name string, fields ...Field) Association {
	return Association{
		Name: name, Table: name, Action: Delete, Key: []string{ID},
		Fields:     append([]Field{Int64(ID).NotNull(), Int64(ContactID).NotNull()}, fields...),
		References: []Reference{{Fields: []string{ContactID}}},
	}
}

func messages() Association {
	const conversationID = "conversation_id"
	return Association{
		Name: Messages, Table: Messages, Action: Delete, Key: []string{ID},
		Fields: []Field{
			Int64(ID).NotNull(), Int64(conversationID).NotNull(), Text("body"), Time(Created).NotNull(),
		},
		References: []Reference{{Fields: []string{conversationID}}},
	}
}

func ownedGroups() Association {
	const ownerID = "owner_id"
	return Association{
		Name: OwnedGroups, Table: "contact_groups", Action: Detach, Key: []string{ID},
		Fields:     []Field{Int64(ID).NotNull(), Int64(ownerID), Text("name")},
		References: []Reference{{Fields: []string{ownerID}}},
	}
}

// restricting is the same table once more, for the rows that hold a contact
// back.
func restricting(name string, a Association, which where.Condition) Association {
	a.Name, a.Action, a.Where = name, Restrict, which
	return a
}
