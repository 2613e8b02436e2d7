package store

import (
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
)

// Severity says how much a finding matters.
type Severity uint8

// The severities.
const (
	// Warning is what would be slow, or what the host should know.
	Warning Severity = iota + 1
	// Fatal is what would lose data, leave orphans, or cannot work. A run
	// refuses to start.
	Fatal
)

// String returns "warning" or "fatal".
func (s Severity) String() string {
	switch s {
	case Warning:
		return "warning"
	case Fatal:
		return "fatal"
	}
	return "no severity"
}

// Finding is something that Verify found out about the storage. It contains no
// contact data. Findings are comparable.
type Finding struct {
	// Code names the kind of finding, for programs: "missing-column".
	Code     string
	Severity Severity
	Table    string // as the schema names it, or with its database where it is not the contacts'
	Column   string // empty: the whole table
	// Message says what was found, and Advice what to do about it.
	Message string
	Advice  string
	// Walk is the contact field that runs must walk by for the finding to
	// concern them; empty: it concerns all runs.
	Walk string
	// Volatile says whose rows the deletion of contacts may change in ways that
	// the schema does not say. A run whose condition, scope, protection or
	// restrictions read such rows would change its own truth, and fixes its
	// targets before the first batch.
	Volatile Volatility
}

// Volatility says whose rows are meant.
type Volatility uint8

// The volatilities.
const (
	// NotVolatile means nobody's.
	NotVolatile Volatility = iota
	// TableVolatile means those of the finding's table, which the finding names
	// as the schema does.
	TableVolatile
	// AllVolatile means those of any table.
	AllVolatile
)

// CodeHeirMissing is the code of the finding that rows are to be handed over to
// a contact that does not exist.
const CodeHeirMissing = "heir-missing"

// CodeNotCascaded is the code of the finding that an association is Cascaded,
// but the storage does not delete its rows, or not only those. If the host
// accepts it, the store deletes them itself.
const CodeNotCascaded = "not-cascaded"

// HeirMissing is the finding about a reference of an association. All stores
// have the same.
func HeirMissing(a contacts.Placed, r contacts.Reference) Finding {
	var columns []string
	for _, c := range a.Changes(r) {
		f, _ := a.Lookup(c.Field)
		columns = append(columns, f.ColumnName())
	}
	return Finding{
		Code: CodeHeirMissing, Severity: Fatal, Table: a.Table, Column: strings.Join(columns, ","),
		Message: "the rows of association " + a.Name + " are to be handed over to a contact that does not exist, so that contacts with such rows cannot be deleted",
		Advice:  "name another contact in the association's Heir, spelt exactly as it is stored, or create it",
	}
}

// Name identifies the finding: its code, table and column.
func (f Finding) Name() string {
	name := f.Code + ":" + f.Table
	if f.Column != "" {
		name += "." + f.Column
	}
	return name
}

// String returns the finding on one line.
func (f Finding) String() string {
	return f.Severity.String() + " " + f.Name() + ": " + f.Message + "; " + f.Advice
}
