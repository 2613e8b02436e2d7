package deletion

import (
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
)

// freed reports whether the run can free a contact of what holds it back for
// the sake of a guarded contact, one that is protected or out of scope: a row
// that both share, or that the guarded one would be changed. It can when
// guarded contacts change, or when such a row no longer refers to theirs.
func (p places) freed(guardedChange bool) bool {
	for i, d := range p.placed {
		if d.OfContacts && d.Action.Changes() && (guardedChange || p.loosens(i)) {
			return true
		}
		if d.Action != contacts.Delete {
			continue
		}
		for j, g := range p.placed {
			if !same(d.Table, g.Table) || i == j && len(d.References) < 2 {
				continue
			}
			if guardedChange || p.loosens(j) {
				return true
			}
		}
	}
	return false
}

// loosens reports whether the deletion of other contacts can make rows of the
// association refer to their contact no longer.
func (p places) loosens(guard int) bool {
	for at := guard; at >= 0; at = p.placed[at].Above {
		a := p.placed[at]
		if p.moves(at) || p.unsaid(a.Table) {
			return true
		}
		for _, w := range p.placed {
			if !w.Action.Changes() || !same(w.Table, a.Table) {
				continue
			}
			for _, by := range w.References {
				if slices.ContainsFunc(a.References, func(r contacts.Reference) bool { return p.breaks(w, by, a, r) }) {
					return true
				}
			}
		}
	}
	return false
}

// breaks reports whether to change rows by one reference sets what another one
// reads. The reference itself is left out of account: it is changed when its
// own contact goes.
func (p places) breaks(w contacts.Placed, by contacts.Reference, a contacts.Placed, r contacts.Reference) bool {
	if w.Above == a.Above && slices.Equal(columns(w, by.Fields), columns(a, r.Fields)) && slices.Equal(p.target(w, by), p.target(a, r)) {
		return false
	}
	read := slices.Clone(r.Fields)
	for name := range r.Constants {
		read = append(read, name)
	}
	return intersect(setBy(w, by), columns(a, read))
}
