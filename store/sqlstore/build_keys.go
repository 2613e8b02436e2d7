package sqlstore

import (
	"github.com/contactsweep/contactsweep/contacts"
)

// keyList is the base of a statement about contacts whose keys are known.
type keyList struct{ keys boundKeys }

// keyList makes the list of keys that the statements of a batch share.
func (b *builder) keyList(keys []contacts.Key) (keyList, error) {
	if len(keys) == 0 {
		return keyList{}, errNoKeys
	}
	c := level{rows: b.model.contacts, info: b.tables[b.model.contacts.table]}
	bound, err := b.bind(b.columns(c, c.rows.key), keys)
	return keyList{bound}, err
}

func (k keyList) equalsKey(b *builder, columns []string) term {
	return b.isOneOf(columns, false, k.keys)
}

func (k keyList) fields(b *builder, fields []contacts.Field) ([]column, func([]string) term) {
	c := b.level(b.model.contacts)
	return b.columns(c, fields), func(expressions []string) term { return b.pick(c, expressions, b.keyIn(c, k)) }
}

// keyIn is true for the contacts of the list.
func (b *builder) keyIn(c level, k keyList) term {
	plain, exact := b.keyColumns(c)
	terms := []term{b.isOneOf(plain, false, k.keys)}
	if exact != nil {
		terms = append(terms, b.isOneOf(exact, true, k.keys))
	}
	return all(terms...)
}

// keyColumns are the columns of the contacts' key, and again as they are
// compared exactly, nil where that is the same. Both are needed then: the
// first uses the key's index, the second tells keys apart that its collation
// does not.
func (b *builder) keyColumns(c level) (plain, exact []string) {
	differ := false
	for _, k := range b.columns(c, c.rows.key) {
		plain = append(plain, k.sql)
		e := b.exactly(k)
		if e == "" {
			e = k.sql
		} else {
			differ = true
		}
		exact = append(exact, e)
	}
	if !differ {
		exact = nil
	}
	return plain, exact
}

// keyKnown is true for contacts whose key has values of its fields' kinds.
// Others cannot be named and are never selected.
func (b *builder) keyKnown(c level) term {
	var terms []term
	for _, k := range b.columns(c, c.rows.key) {
		terms = append(terms, b.known(k))
	}
	return all(terms...)
}

// keyOrder is the order of the key: the columns' own.
func (b *builder) keyOrder(c level, suffix string) []string {
	plain, _ := b.keyColumns(c)
	for i := range plain {
		plain[i] += suffix
	}
	return plain
}

// keyRead are the expressions that the key's values are read from.
func (b *builder) keyRead(c level) []term {
	var out []term
	for _, k := range b.columns(c, c.rows.key) {
		out = append(out, expr(b.read(k)))
	}
	return out
}
