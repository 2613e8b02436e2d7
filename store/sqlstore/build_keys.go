package sqlstore

import (
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
)

// keyList is the base of a statement about contacts whose keys are known.
type keyList struct{ rows keyRows }

func (k keyList) key(*builder) term {
	return selection{columns: k.rows.columns, from: k.rows.from}.term()
}

func (k keyList) other(b *builder, fields []contacts.Field) term {
	c := b.level(b.model.contacts)
	return b.pick(c, fields, b.keyIn(c, k))
}

// keyIn is true for the contacts of the list.
func (b *builder) keyIn(c level, k keyList) term {
	plain, exact := b.keyColumns(c)
	terms := []term{expr(tuple(plain)+" IN (?)", k.key(b))}
	if exact != nil {
		terms = append(terms, expr(tuple(exact)+" IN (?)", k.key(b)))
	}
	return all(terms...)
}

// keyJoin is true where the contact is that of the list's row.
func (b *builder) keyJoin(c level, k keyList) term {
	plain, exact := b.keyColumns(c)
	var terms []term
	for i := range plain {
		terms = append(terms, expr(plain[i]+" = ?", k.rows.columns[i]))
		if exact != nil {
			terms = append(terms, expr(exact[i]+" = ?", k.rows.columns[i]))
		}
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

// keyOrder is the order of the walk: the columns' own.
func (b *builder) keyOrder(c level, suffix string) []string {
	plain, _ := b.keyColumns(c)
	for i := range plain {
		plain[i] += suffix
	}
	return plain
}

// keyCompared compares the key with values, as a row value where it has
// several columns, so that the key's index gives the rows in their order.
func (b *builder) keyCompared(c level, op string, values []any) term {
	plain, _ := b.keyColumns(c)
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ")
	if len(values) > 1 {
		marks = "(" + marks + ")"
	}
	return expr(tuple(plain)+" "+op+" "+marks, values...)
}

// keyRead are the expressions that the key's values are read from.
func (b *builder) keyRead(c level) []term {
	var out []term
	for _, k := range b.columns(c, c.rows.key) {
		out = append(out, expr(b.read(k)))
	}
	return out
}
