package store

import (
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
)

// CodePartlyCovered is the code of the finding that associations cover only
// some of the rows that refer to what is deleted.
const CodePartlyCovered = "partly-covered"

// PartlyCovered is the finding about a gap of the schema. What becomes of the
// rows that no association covers depends on the store, which says so; where
// nothing holds their contact back, that is fatal.
func PartlyCovered(g contacts.Gap, severity Severity, others string) Finding {
	names, verb := "association "+g.Associations[0], " covers"
	if n := len(g.Associations) - 1; n > 0 {
		names, verb = "associations "+strings.Join(g.Associations[:n], ", ")+" and "+g.Associations[n], " cover"
	}
	rows := " only some rows of "
	if g.Constants {
		rows = " only rows with certain constants of "
	}
	rest := "for the rest"
	if g.Below {
		rest += ", below every association that deletes rows of " + g.Above
	}
	return Finding{
		Code: CodePartlyCovered, Severity: severity, Table: g.Table, Column: strings.Join(g.Columns, ","),
		Message: names + verb + rows + g.Table + " that refer to " + g.Above + "; " + others,
		Advice:  "add an association without Where " + rest + ", for example with Delete, or with Keep to leave it as it is",
	}
}

// LeftBehind says that nothing prevents the rows of a gap from being left
// without what they refer to.
const LeftBehind = "the others would be left without what they refer to"
