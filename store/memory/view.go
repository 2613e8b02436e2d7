package memory

import (
	"iter"

	"github.com/contactsweep/contactsweep/where"
)

// view is a row as conditions see it. One view serves for all rows of its
// place, one after the other: conditions never keep a row.
type view struct {
	call  *call
	place *place
	slot  uint32
	below []*rowsView // by the place's associations, made when first asked for
}

// rowsView goes over the rows of an association that belong to a view's row.
type rowsView struct {
	view
	rows iter.Seq[where.Row]
}

// Value returns the stored value of a field.
func (v *view) Value(field string) where.Value {
	column, ok := v.place.fields[field]
	if !ok {
		return where.Unknown()
	}
	return v.place.table.value(v.slot, column)
}

// Rows returns the rows of an association that belong to the row.
func (v *view) Rows(association string) iter.Seq[where.Row] {
	i, ok := v.place.byName[association]
	if !ok {
		return func(func(where.Row) bool) {}
	}
	if v.below == nil {
		v.below = make([]*rowsView, len(v.place.below))
	}
	if v.below[i] == nil {
		v.below[i] = v.newRows(v.place.below[i])
	}
	return v.below[i].rows
}

func (v *view) newRows(a *assoc) *rowsView {
	r := &rowsView{view: view{call: v.call, place: a.rows}}
	r.rows = func(yield func(where.Row) bool) {
		v.call.each(a, v.slot, func(slot uint32) bool {
			r.slot = slot
			return yield(&r.view)
		})
	}
	return r
}
