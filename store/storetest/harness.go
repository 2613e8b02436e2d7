package storetest

import (
	"testing"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// Row is a row of a table: values by the names of fields, as [where.ValueOf]
// accepts them, or [Foreign]. A field that is nil or absent is NULL.
type Row map[string]any

// Data holds rows by table. Associations that share a table use the same names
// for the same columns, and a row has the fields of all of them.
type Data map[string][]Row

// foreign reports whether there are foreign values in the data.
func (d Data) foreign() bool {
	for _, rows := range d {
		for _, row := range rows {
			for _, x := range row {
				if _, ok := x.(Foreign); ok {
					return true
				}
			}
		}
	}
	return false
}

// Harness connects the suite with a store. Its methods are called from
// parallel subtests and fail the test when they cannot do their work.
type Harness interface {
	// Open returns a store over fresh storage that holds exactly the data. It
	// registers what has to be cleaned up with tb.Cleanup. Rows may refer to
	// rows that do not exist, and tables may have no rows. Fields are stored in
	// the columns that [contacts.Field.ColumnName] names; a value becomes the
	// field's by where.ValueOf and As. Times are never finer than the encoding
	// of their field; those in the engine's own type are whole seconds.
	Open(tb testing.TB, schema contacts.Schema, data Data) store.Store
	// Dump returns all rows of every table of the schema, in any order, with
	// the values that [where.Value.Any] gives, and nil or nothing for NULL and
	// for a value outside its field's kind. A row has the fields of all
	// associations of its table and nothing else. Dump reads what is durable,
	// and should not use the store's own code.
	Dump(tb testing.TB, st store.Store) Data
}

// Foreign in a [Row] stands for a stored value that does not belong to its
// field's kind: a text in an integer column, a date of zeros. The number
// selects one of the ways in which the harness can store such values, see
// [ForeignHarness]; the suite never exceeds their number.
type Foreign int

// ForeignHarness is implemented by harnesses that can store values outside a
// field's kind. Without it the cases of such values are left out, and so are
// some of them where there is no way for some of the fields.
type ForeignHarness interface {
	// Foreigns returns the number of ways that there are for the field.
	Foreigns(f contacts.Field) int
}

// LimitedHarness is implemented by harnesses whose storage cannot hold every
// value of every kind. The suite leaves out what it cannot hold.
type LimitedHarness interface {
	// Holds reports whether the storage can keep the value in the field.
	Holds(f contacts.Field, v where.Value) bool
}

// LedgerHarness is implemented by harnesses for which a store with a ledger
// takes longer to open than one without. Then only the cases of the ledger have
// one; without it they have what Open returns, and are skipped where that keeps
// no ledger.
type LedgerHarness interface {
	// OpenLedger is Open for a store that keeps a ledger, which is empty.
	OpenLedger(tb testing.TB, schema contacts.Schema, data Data) store.Store
}

// RefillHarness is implemented by harnesses that can replace the data of a
// store faster than they can open another. [Agree] makes use of it.
type RefillHarness interface {
	// Refill removes all rows and stores the data.
	Refill(tb testing.TB, st store.Store, data Data)
}

// StrictHarness is implemented by harnesses whose storage enforces references,
// so that changing a row may fail because of another reference in it to
// nobody. [Agree] gives them no data with such rows.
type StrictHarness interface {
	// Strict reports whether it does.
	Strict() bool
}

func strict(h Harness) bool {
	sh, ok := h.(StrictHarness)
	return ok && sh.Strict()
}

func foreigns(h Harness, f contacts.Field) int {
	if fh, ok := h.(ForeignHarness); ok {
		return fh.Foreigns(f)
	}
	return 0
}

func holds(h Harness, f contacts.Field, x any) bool {
	lh, ok := h.(LimitedHarness)
	if !ok || x == nil {
		return true
	}
	v, err := where.ValueOf(x)
	if err != nil {
		return true
	}
	if v, err = v.As(f.Kind); err != nil {
		return true
	}
	return lh.Holds(f, v)
}
