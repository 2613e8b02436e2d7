package sqlstore

import (
	"database/sql"
	"fmt"
	"slices"
	"strconv"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// verdict is what the store found out about a candidate under the lock.
type verdict struct {
	cause       store.Cause // 0: it goes
	association string
}

// The numbers that the statement gives; from restrictedFrom on it is the
// number of what restricts.
const (
	goes = iota
	gone
	changed
	protected
	restrictedFrom
)

// classification selects, in the order of the keys, the key of each contact of
// the list that exists, the first cause that keeps it, and values. Without
// predicates none is kept.
func (b *builder) classification(p *store.Predicates, k keyList, values fieldValues) (term, []*association) {
	b.few = true
	c := b.level(b.model.contacts)
	sql, args := "CASE", []any{}
	when := func(test term, code int) {
		sql += fmt.Sprintf(" WHEN ? THEN %d", code)
		args = append(args, test)
	}
	var named []*association
	if p != nil {
		for _, part := range [...]struct {
			test term
			code int
		}{{b.predicate(p.Scope, c), gone}, {b.predicate(p.Condition, c), changed}, {b.predicate(p.Unprotected, c), protected}} {
			if part.test != nil {
				when(expr("(?) IS NOT TRUE", part.test), part.code)
			}
		}
		var tests []term
		tests, named = b.restrictions(*p, c)
		for i, t := range tests {
			when(t, restrictedFrom+i)
		}
	}
	code := expr(strconv.Itoa(goes))
	if len(args) > 0 {
		code = expr(sql+fmt.Sprintf(" ELSE %d END", goes), args...)
	}
	return selection{
		columns: append(append(b.keyRead(c), code), values.columns(b, c)...),
		from:    expr(b.source(c)),
		where:   all(b.keyIn(c, k), b.keyKnown(c)),
		order:   b.keyOrder(c, ""),
	}.term(), named
}

// restrictions are the tests that hold a contact back, with the association
// that each is for: those that restrict, then those whose rows have no heir,
// and then those whose rows also refer to a contact that nothing may touch, or
// are such a contact and would be changed.
func (b *builder) restrictions(p store.Predicates, c level) ([]term, []*association) {
	var tests []term
	var named []*association
	for _, a := range b.model.all {
		if a.Action == contacts.Restrict {
			tests, named = append(tests, b.chain(a.path(), c, func(level) term { return nil })), append(named, a)
		}
	}
	heirless, by := b.heirless(c)
	tests, named = append(tests, heirless...), append(named, by...)
	if !p.Guarded {
		return tests, named
	}
	for _, a := range b.model.all {
		switch {
		case len(a.guards) > 0:
			tests, named = append(tests, b.chain(a.path(), c, func(row level) term {
				return b.guarded(a, row, p)
			})), append(named, a)
		case a.OfContacts && a.Action.Changes():
			tests, named = append(tests, b.chain(a.path(), c, func(row level) term {
				return b.untouchable(row, p)
			})), append(named, a)
		}
	}
	return tests, named
}

// chain is true when a row at the end of the path, reached from the contact,
// fulfils the test.
func (b *builder) chain(path []*association, up level, test func(row level) term) term {
	row := b.level(path[0].rows)
	var inner term
	if len(path) > 1 {
		inner = b.chain(path[1:], row, test)
	} else {
		inner = test(row)
	}
	return expr("EXISTS (?)", b.belonging(path[0], up, row, inner, nil))
}

// guarded is true when the row refers to a contact that is protected or out of
// scope, or may be.
func (b *builder) guarded(a *association, row level, p store.Predicates) term {
	var ways []term
	for _, r := range a.guards {
		other := b.level(b.model.contacts)
		ways = append(ways, expr("EXISTS (?)", selection{
			columns: []term{expr("1")}, from: expr(b.source(other)),
			where: all(b.refersBy(r, other, row), b.untouchable(other, p)),
		}.term()))
	}
	return anyOf(ways...)
}

// untouchable is true for a contact that is protected or out of scope, or may
// be.
func (b *builder) untouchable(c level, p store.Predicates) term {
	return expr("(?) IS NOT TRUE", all(b.predicate(p.Scope, c), b.predicate(p.Unprotected, c)))
}

// classify asks for the candidates that exist. Those that go come in the order
// of the walk, the others with their cause.
func (d *deletion) classify(t *tx, keys []contacts.Key) (going []int, verdicts []verdict, err error) {
	s := d.store
	verdicts = make([]verdict, len(d.places))
	for i := range verdicts {
		verdicts[i].cause = store.Gone
	}
	d.ties.judge(d.places, verdicts)
	if len(keys) == 0 {
		return nil, verdicts, nil
	}
	b := d.builder()
	k, err := b.keyList(keys)
	if err != nil {
		return nil, nil, invalid(err)
	}
	p := &d.predicates
	if d.ties.doomed() {
		p = nil
	}
	values := s.valuesOf(d.ties.reads())
	q, named := b.classification(p, k, values)
	err = t.query(s.model.schema.Table, q, func(r *sql.Rows) error {
		var code int
		key, err := s.scanKey(r, append([]any{&code}, values.into...)...)
		if err != nil {
			return err
		}
		place, ok := d.places[key]
		if !ok || code >= restrictedFrom+len(named) {
			return errAnswer
		}
		if !d.ties.same(key, slices.Clone(values.decoded())) {
			return nil // another contact has the key now
		}
		switch v := &verdicts[place]; code {
		case goes:
			v.cause = 0
			going = append(going, place)
		case gone:
		case changed:
			v.cause = store.Changed
		case protected:
			v.cause = store.Protected
		default:
			v.cause, v.association = store.Restricted, named[code-restrictedFrom].Name
		}
		return nil
	})
	return going, verdicts, err
}
