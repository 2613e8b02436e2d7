package contacts

// The names of fields that everybody shares: [DefaultSchema] has them, and the
// ready conditions of this package read them. A host with other columns gives
// its fields these names and says with [Field.In] where they are.
const (
	// ID is the key of a contact, or of an associated row.
	ID = "id"
	// ExternalID is what the system that a contact comes from calls it; empty
	// for an anonymous contact.
	ExternalID = "external_id"
	// Email is the contact's email address.
	Email = "email"
	// Phone is the contact's telephone number.
	Phone = "phone"
	// DeviceID is the device that a contact was first seen on.
	DeviceID = "device_id"
	// TestRecord says that a contact is not a person but a record made to test
	// something.
	TestRecord = "test_record"
	// SendingStopped is when the system that sends emails stopped sending them
	// to the contact for good, whatever for: unsubscribed, complained, on its
	// list of addresses that it never writes to.
	SendingStopped = "sending_stopped"
	// BouncedHard is when an email to the contact's address was returned for
	// good. A host sets it to NULL when the address works again, or is another.
	BouncedHard = "bounced_hard"
	// LastSession is when the contact last visited the host's site.
	LastSession = "last_session"
	// LastPurchase is when the contact last bought something.
	LastPurchase = "last_purchase"
	// LastMobileActivity is when the contact last used the host's app.
	LastMobileActivity = "last_mobile_activity"
	// Opened is when the contact opened an email; NULL: never.
	Opened = "opened"
	// Clicked is when the contact followed a link in an email; NULL: never.
	Clicked = "clicked"
	// Created is when a contact or a row was made, and an email was sent.
	Created = "created"
	// ContactID is the field by which an associated row refers to its contact.
	ContactID = "contact_id"
	// Closed is when a task, appointment, opportunity or manual action was
	// closed; it is open as long as this is NULL.
	Closed = "closed"
)

// The names of the associations that [DefaultSchema] has. The ready conditions
// read some of them.
const (
	// Consents are what contacts agreed to.
	Consents = "consents"
	// Activities are what contacts did, each with the time [Created].
	Activities = "activities"
	// JourneyConversions are the journeys that contacts completed.
	JourneyConversions = "journey_conversions"
	// EmailRecipients are the emails that were sent to contacts.
	EmailRecipients = "email_recipients"
	// Conversations hold [Messages].
	Conversations = "conversations"
	// Messages are the rows below [Conversations].
	Messages = "messages"
	// Notes are notes about contacts.
	Notes = "notes"
	// Tasks are to-dos about contacts.
	Tasks = "tasks"
	// Appointments are appointments with contacts, open and closed.
	Appointments = "appointments"
	// OpenAppointments are those that are not closed. Contacts that have one
	// are left alone.
	OpenAppointments = "open_appointments"
	// Opportunities are sales opportunities, open and closed.
	Opportunities = "opportunities"
	// OpenOpportunities are those that are not closed. Contacts that have one
	// are left alone.
	OpenOpportunities = "open_opportunities"
	// ManualActions are steps of a workflow that wait for a person.
	ManualActions = "manual_actions"
	// Tags are the tags of contacts.
	Tags = "tags"
	// ListMemberships say which contacts are on which lists.
	ListMemberships = "list_memberships"
	// OwnedGroups are groups that a contact owns. They lose their owner and
	// stay.
	OwnedGroups = "owned_groups"
)
