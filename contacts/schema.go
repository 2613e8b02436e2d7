package contacts

import (
	"slices"

	"github.com/contactsweep/contactsweep/where"
)

// Action is what happens to an association's rows when their contact is
// deleted. The zero Action is none and refused: nothing is done by default.
type Action uint8

// The actions, from the one that takes most. Where associations share rows a
// batch treats them in this order; see [Schema.Order].
const (
	// Delete deletes the rows, and the rows of the associations below them.
	Delete Action = iota + 1
	// Anonymise keeps the row without what tells whose it was: it sets the
	// reference to NULL, as Detach does, and the fields of [Association.Set] to
	// the values given there. A reference with [Reference.Stays] is left as it
	// is. Rows that are contacts cannot be anonymised.
	Anonymise
	// Detach sets the reference to NULL and keeps the row. Where the rows are
	// contacts, one that is protected or out of scope is not changed but
	// restricts.
	Detach
	// HandOver keeps the row and makes it refer to another contact, the heir
	// that [Association.Heir] names. An heir is protected: no deletion takes it,
	// changes it, or deletes a row that also refers to it. A contact with rows
	// whose heir does not exist is left alone and reported. Where the rows are
	// contacts, one that is protected (such as the heir, which would become its
	// own boss) or out of scope is not changed but restricts. Only rows that
	// refer to contacts can be handed over.
	HandOver
	// Keep leaves the rows as they are, reference included. Beside an
	// association that changes only some rows of the same table by the same
	// reference, by Where or by constants, Keep without Where says that the
	// others stay. Any other Keep beside it is refused: rows of both would not
	// be kept. A row that is kept for one reference can still go, or be changed,
	// by another.
	Keep
	// Restrict leaves contacts that have such rows alone; they are reported.
	// Where only some rows hold a contact back, it takes two associations: one
	// with Restrict and [Association.Where] for those, and one without Where
	// that says what happens to the rows of a contact that goes.
	// [DefaultSchema] does so with its appointments:
	//
	//	{Name: "appointments", Table: "appointments", Action: contacts.Delete, …},
	//	{Name: "open_appointments", Table: "appointments", Action: contacts.Restrict,
	//		Where: where.New().WhereUnknown("closed"), …},
	Restrict
	// ReadOnly is for tables that only conditions read: nothing is ever done
	// to them, and their rows are not counted.
	ReadOnly
)

// String returns the action's name in lower case.
func (a Action) String() string {
	if a < Delete || a > ReadOnly {
		return "no action"
	}
	return [...]string{"", "delete", "anonymise", "detach", "hand over", "keep", "restrict", "read-only"}[a]
}

// Touches reports whether the action deletes or changes rows; their number is
// reported.
func (a Action) Touches() bool { return a == Delete || a.Changes() }

// Changes reports whether the action keeps the rows and sets some of their
// fields; see [Placed.Changes].
func (a Action) Changes() bool { return a == Anonymise || a == Detach || a == HandOver }

// Values are values by the names of fields, as [where.ValueOf] accepts them.
// Nil is NULL.
type Values map[string]any

// Schema describes the contact table and everything that belongs to contacts.
// A Schema is passed by value; those who receive one must not change what it
// points to. [Schema.Catalog] is what conditions on contacts are checked by.
type Schema struct {
	Table        string   // may be qualified: "crm.contacts"
	Key          []string // names of the fields that form the key, of kind int64, uint64, text or UUID
	Fields       []Field
	Associations []Association
}

// Association describes rows that belong to a contact or to the rows of
// another association.
//
// Rows of the contact table itself can be associated (the employees that
// report to an employee): then Table is the contact table, and Fields, Key and
// Associations stay empty, because the rows are contacts. Such rows are
// detached, handed over, kept, restrict or are only read, never deleted or
// anonymised: nobody goes who did not match.
type Association struct {
	Name string // what conditions and reports call it; unique in the whole schema
	// Table holds the rows; it may be qualified. Several associations may
	// share a table.
	Table  string
	Fields []Field
	// Key names the fields that identify a row. Associations below refer to
	// it unless they name other fields.
	Key []string
	// References say how a row refers to its contact, or to its row of the
	// association above. A row belongs to it by any of them.
	References []Reference
	// Where selects the rows that belong to the association; the zero
	// Condition means all. It tests the rows' own fields only. To an association
	// with Restrict those belong as well for which it is unknown: in doubt a row
	// holds its contact back. Where NULL is no doubt, say so: WhereNotNull.
	//
	// The other rows need an association of their own, without Where, on the
	// same table and reference, or they would be left without their contact:
	// with Delete they go, and with [Keep] it is said that they stay as they
	// are. Where none is and no foreign key holds their contacts back, a run
	// is refused; see [Schema.Gaps].
	Where  where.Condition
	Action Action
	// Cascaded lets the database delete the rows, by a foreign key with ON
	// DELETE CASCADE, instead of a statement of the store's own. That is faster
	// on some engines, and changes nothing else: the rows are counted, limits
	// hold before the commit, and rows that restrict are looked for as ever.
	// Where a store cannot tell that the database deletes just these rows, or
	// does not know how many, it deletes them itself; Verify says so.
	//
	// It is for [Delete], for all rows of a table that no other association
	// changes, and one reference that the database compares as the schema does.
	Cascaded bool
	// Set holds what [Anonymise] sets, by the names of the row's fields:
	// {"email": nil, "name": "deleted"}. The references are not named here;
	// neither are constants of a reference, nor the row's key.
	Set Values
	// Heir holds what [HandOver] sets, by the names of the row's fields that
	// hold references: {"owner_id": 1} for the contact with the key 1. The heir
	// is the contact that has these values to the letter, whatever the database
	// ignores. Fields of a reference that Heir does not name stay as they are,
	// such as a tenant; then each row's heir is the one of its own tenant, and
	// all contacts that have the named values are protected.
	Heir         Values
	Associations []Association // of the rows
}

// Reference is one way for a row to refer to a contact, or to a row of the
// association above.
type Reference struct {
	// Fields hold the reference.
	Fields []string
	// To names the fields referred to, which must be unique together; empty:
	// the key. NULL never refers to anything. Neither does the empty text,
	// except in a reference to the key of the row above (by default or by its
	// names in To), where it is a value like any other.
	To []string
	// Constants must be equal as well, for tables that refer to rows of
	// different tables: {"entity_type": "contact"}.
	Constants map[string]any
	// SetNull names those of Fields that Detach and Anonymise set to NULL;
	// empty: all. A field that other references of the table need too, such as
	// a tenant, must not be among them.
	SetNull []string
	// Stays lets Anonymise leave this reference as it is, so that the rows of
	// a contact can still be told from those of others, for reports. They then
	// refer to a contact that is gone, which a foreign key would not allow.
	Stays bool
}

func catalogField(fields []Field, name string) (where.Field, bool) {
	f, ok := findField(fields, name)
	return where.Field{Kind: f.Kind, Fold: f.CaseInsensitive, Required: f.Required}, ok
}

func findField(fields []Field, name string) (Field, bool) {
	for _, f := range fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// Lookup returns the contact field of that name.
func (s Schema) Lookup(name string) (Field, bool) { return findField(s.Fields, name) }

// Lookup returns the row field of that name. For an association of the contact
// table itself, ask the schema.
func (a Association) Lookup(name string) (Field, bool) { return findField(a.Fields, name) }

// KeyFields returns the fields of the key, in their order; names without a
// field are left out, which Validate reports.
func (s Schema) KeyFields() []Field {
	var out []Field
	for _, name := range s.Key {
		if f, ok := s.Lookup(name); ok {
			out = append(out, f)
		}
	}
	return out
}

// Catalog returns the schema as conditions see it.
func (s Schema) Catalog() where.Catalog {
	return catalog{schema: &s, fields: s.Fields, key: s.Key, below: s.Associations}
}

// catalog is the contact table, or an association, as conditions see it.
type catalog struct {
	schema *Schema
	fields []Field
	key    []string
	below  []Association
}

func (c catalog) Field(name string) (where.Field, bool) {
	f, ok := catalogField(c.fields, name)
	f.Required = f.Required || slices.Contains(c.key, name)
	return f, ok
}

func (c catalog) Key() []string { return c.key }

func (c catalog) Association(name string) (where.Catalog, bool) {
	i := slices.IndexFunc(c.below, func(a Association) bool { return a.Name == name })
	if i < 0 {
		return nil, false
	}
	return rowCatalog(c.schema, c.below[i]), true
}

func (c catalog) Names() (fields, associations []string) {
	for _, f := range c.fields {
		fields = append(fields, f.Name)
	}
	for _, a := range c.below {
		associations = append(associations, a.Name)
	}
	return fields, associations
}

// Hint implements [where.Hinter]: hosts seldom call their fields what the ready
// conditions call them.
func (c catalog) Hint(name string) string {
	switch name {
	case ExternalID, Email, Phone, DeviceID, Created, TestRecord, SendingStopped, BouncedHard,
		LastSession, LastPurchase, LastMobileActivity, Opened, Clicked:
		return "is a field that ready segments such as contacts.Inactive read; give yours this name, and its column with Field.In"
	case Activities:
		return "is an association that contacts.Inactive reads; give yours this name, its Table may have another"
	case EmailRecipients:
		return "is an association that contacts.Zombie and contacts.Lapsed read; give yours this name, its Table may have another"
	}
	return ""
}

// rowCatalog is the catalog of an association's rows. Rows of the contact
// table are contacts.
func rowCatalog(s *Schema, a Association) where.Catalog {
	if a.Table == s.Table {
		return catalog{schema: s, fields: s.Fields, key: s.Key, below: s.Associations}
	}
	return catalog{schema: s, fields: a.Fields, key: a.Key, below: a.Associations}
}
