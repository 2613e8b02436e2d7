package memory

import (
	"fmt"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// unique refuses new rows that have the same values as another row, or as each
// other, in fields that references refer to. NULL, unknown values and empty
// texts are never the same.
func (t *table) unique(what string, rows [][]where.Value) error {
	for _, target := range t.targets {
		if target.unique == nil {
			continue
		}
		added := make(map[contacts.Key]struct{}, len(rows))
		for i, row := range rows {
			k, ok := target.key(row)
			if !ok {
				continue
			}
			if _, twice := added[k]; twice || target.first(k) != 0 {
				return fmt.Errorf("memory: %s, row %d of %d: %w", what, i+1, len(rows), target.twice())
			}
			added[k] = struct{}{}
		}
	}
	return nil
}

// uniqueBut is the same for one row that replaces the row in a slot.
func (t *table) uniqueBut(slot uint32, row []where.Value) error {
	for _, target := range t.targets {
		if target.unique == nil {
			continue
		}
		k, ok := target.key(row)
		if !ok {
			continue
		}
		if other := target.first(k); other != 0 && other != slot {
			return target.twice()
		}
	}
	return nil
}

// key returns what the row has in the target's columns, as comparisons see it,
// or false where nothing can refer to it.
func (t *target) key(row []where.Value) (contacts.Key, bool) {
	values := make([]where.Value, len(t.to.columns))
	for i, column := range t.to.columns {
		v := row[column]
		if v.Kind() == 0 || emptyText(v) {
			return contacts.Key{}, false
		}
		values[i] = folded(v, t.fold[i])
	}
	k, err := contacts.KeyOf(values...)
	return k, err == nil
}

func (t *target) twice() error {
	return fmt.Errorf("another row has the same %s, to which references refer; they must be unique", strings.Join(t.unique, ", "))
}
