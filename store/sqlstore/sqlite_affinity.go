package sqlstore

import (
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// affinity is what SQLite does with values of other classes.
type affinity uint8

const (
	affinityBlob affinity = iota
	affinityText
	affinityNumeric
	affinityInteger
	affinityReal
)

// affinity follows the rules that SQLite documents, in their order.
func (c columnInfo) affinity() affinity {
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(c.declared, p) {
				return true
			}
		}
		return false
	}
	switch {
	case has("INT"):
		return affinityInteger
	case has("CHAR", "CLOB", "TEXT"):
		return affinityText
	case has("BLOB") || c.declared == "":
		return affinityBlob
	case has("REAL", "FLOA", "DOUB"): //nolint:misspell // as SQLite spells it
		return affinityReal
	}
	return affinityNumeric
}

// alike compares affinities, by which SQLite converts what is stored and
// compared. NUMERIC and INTEGER store the same.
func (sqlite) alike(a, b columnInfo) bool {
	numeric := func(c columnInfo) affinity {
		if c.affinity() == affinityInteger {
			return affinityNumeric
		}
		return c.affinity()
	}
	return numeric(a) == numeric(b)
}

// misfit is a warning: the column's affinity converts values of the field when
// they are stored, but not every one.
func (sqlite) misfit(f contacts.Field, c columnInfo) store.Severity {
	a := c.affinity()
	converts := a == affinityText || a == affinityReal
	switch {
	case f.Kind == where.KindText:
		converts = a != affinityText && a != affinityBlob
	case textual(f) || f.Kind == where.KindUUID:
		converts = false // not like a number, so nothing converts it
	case f.Kind == where.KindFloat64 || f.Encoding.Form == contacts.FormReal:
		converts = a == affinityText
	}
	if converts {
		return store.Warning
	}
	return 0
}

// appended is the rowid, where the key is another name for it.
func (sqlite) appended(t tableInfo) []string {
	if name, ok := t.rowidKey(); ok {
		return []string{name}
	}
	return nil
}

// rowidKey returns the column that is another name for the table's rowid.
func (t tableInfo) rowidKey() (string, bool) {
	name := ""
	for _, c := range t.columns {
		switch {
		case c.keyPart == 1 && c.declared == "INTEGER":
			name = c.name
		case c.keyPart > 0:
			return "", false
		}
	}
	return name, name != ""
}
