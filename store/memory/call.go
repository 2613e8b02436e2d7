package memory

import (
	"context"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// call is what one call of the store works with: the selection's predicates,
// the associations' conditions frozen for it, and the views that predicates
// are evaluated through. It is used by one goroutine, under the lock.
type call struct {
	store  *Store
	op     string
	preds  store.Predicates
	wheres []*rowFilter // by association; nil: all rows
	root   *view
	ended  func() error
	steps  uint
	err    error // why the call must stop
}

// rowFilter is the condition on an association's rows.
type rowFilter struct {
	pred   where.Predicate
	unless bool // rows for which it is true do not belong, all others do
	view   view
}

// selection is a store.Selection, or a store.Batch.
type selection interface {
	Resolve(schema contacts.Schema) (store.Predicates, error)
}

func (s *Store) call(ctx context.Context, op string, which selection, at time.Time) (*call, error) {
	c := s.bare(ctx, op)
	var err error
	if c.preds, err = which.Resolve(s.schema); err != nil {
		return nil, invalid(err)
	}
	for i, a := range s.assocs {
		test, unless := a.Belonging()
		if test.IsZero() {
			continue
		}
		f := &rowFilter{unless: unless, view: view{call: c, place: a.rows}}
		if f.pred, err = test.Freeze(at).Resolve(a.catalog); err != nil {
			return nil, invalid(fmt.Errorf("association %q: %w", a.Name, err))
		}
		c.wheres[i] = f
	}
	if c.check(); c.err != nil {
		return nil, c.err
	}
	return c, nil
}

// bare is a call without a selection, and without the associations' conditions.
func (s *Store) bare(ctx context.Context, op string) *call {
	c := &call{store: s, op: op, ended: ctx.Err, wheres: make([]*rowFilter, len(s.assocs))}
	c.root = &view{call: c, place: s.root}
	return c
}

const stepsPerCheck = 512

// stop reports whether the call must end. It is asked for every row, and asks
// the context now and then.
func (c *call) stop() bool {
	if c.steps++; c.steps%stepsPerCheck == 0 {
		c.check()
	}
	return c.err != nil
}

func (c *call) check() {
	if err := c.ended(); err != nil && c.err == nil {
		c.err = fmt.Errorf("memory: %s: %w", c.op, err)
	}
}

// each visits the rows of the association that belong to the row above, each
// once, until visit returns false; then it returns false too. The row that is
// visited may be changed.
func (c *call) each(a *assoc, above uint32, visit func(slot uint32) bool) bool {
	for i := range a.refs {
		from := a.refs[i].from
		id := from.target.to.links[above].id
		if id == 0 {
			continue
		}
		for slot := from.head(id); slot != 0; slot = from.links[slot].next {
			if c.stop() {
				return false
			}
			if c.belongs(a, i, above, slot) && !visit(slot) {
				return false
			}
		}
	}
	return true
}

// belongs reports whether a row in the list of a reference really belongs to
// the row above, and was not found by an earlier reference.
func (c *call) belongs(a *assoc, i int, above, slot uint32) bool {
	if !a.refs[i].constant(slot) {
		return false
	}
	for j := range i {
		if a.refs[j].refers(slot, above) {
			return false
		}
	}
	return c.passes(a, slot)
}

// passes reports whether the row passes the association's own condition.
func (c *call) passes(a *assoc, slot uint32) bool {
	f := c.wheres[a.index]
	if f == nil {
		return true
	}
	f.view.slot = slot
	return (f.pred.Eval(&f.view) == where.True) != f.unless
}

// refers reports whether the row refers to the row above.
func (r *ref) refers(slot, above uint32) bool {
	id := r.from.links[slot].id
	return id != 0 && id == r.from.target.to.links[above].id && r.constant(slot)
}

func (r *ref) constant(slot uint32) bool {
	for _, k := range r.constants {
		if folded(r.from.table.value(slot, k.column), k.fold) != k.value {
			return false
		}
	}
	return true
}

// reach visits the rows at the end of a chain of associations that belong to
// the contact or row above, with the row right above each. A row that is
// reached over two of those is visited twice.
func (c *call) reach(chain []*assoc, above uint32, visit func(above, slot uint32) bool) bool {
	if len(chain) == 1 {
		return c.each(chain[0], above, func(slot uint32) bool { return visit(above, slot) })
	}
	return c.each(chain[0], above, func(slot uint32) bool { return c.reach(chain[1:], slot, visit) })
}

// holds evaluates a predicate for a contact.
func (c *call) holds(p where.Predicate, contact uint32) bool {
	c.root.slot = contact
	return p.Eval(c.root) == where.True
}

// selected reports whether the selection means the contact.
func (c *call) selected(contact uint32) bool {
	return c.holds(c.preds.Condition, contact) && c.allowed(contact)
}

// allowed reports whether the contact is in scope and not protected.
func (c *call) allowed(contact uint32) bool {
	return !c.preds.Guarded || c.holds(c.preds.Scope, contact) && c.holds(c.preds.Unprotected, contact)
}

// newRows returns zeros for those of the associations that may be counted.
func newRows(assocs []*assoc) map[string]int64 {
	out := make(map[string]int64, len(assocs))
	for _, a := range assocs {
		if a.Action != contacts.ReadOnly {
			out[a.Name] = 0
		}
	}
	return out
}
