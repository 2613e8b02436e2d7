package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// Count counts in one statement, so that all its numbers are of one moment.
func (s *Store) Count(ctx context.Context, r store.CountRequest) (store.Counts, error) {
	const op = "count"
	p, err := r.Resolve(s.model.schema)
	if err != nil {
		return store.Counts{}, invalid(err)
	}
	if r.AtMost < 0 {
		return store.Counts{}, invalid(fmt.Errorf("a count of at most %d contacts", r.AtMost))
	}
	if err := ctx.Err(); err != nil {
		return store.Counts{}, failure(ctx, s.engine, op, "", err)
	}
	b := s.builder(r.Selection)
	t, counted := b.counts(p, r)
	numbers := make([]int64, 1+len(counted))
	targets := make([]any, len(numbers))
	for i := range numbers {
		targets[i] = &numbers[i]
	}
	err = query(ctx, s.engine, s.db, op, "", t, func(rows *sql.Rows) error {
		return rows.Scan(targets...)
	})
	if err != nil {
		return store.Counts{}, err
	}
	out := store.Counts{Contacts: numbers[0]}
	if r.Rows {
		out.Rows = make(map[string]int64, len(counted))
		for i, a := range counted {
			out.Rows[a.Name] = numbers[i+1]
		}
	}
	return out, nil
}

// selected is the base of a statement about contacts that a condition
// selects; it is computed once.
type selected struct {
	name   string // of the common table expression, quoted
	prefix string // of its columns' names
}

func (f selected) equalsKey(b *builder, columns []string) term {
	key, pick := f.fields(b, b.model.contacts.key)
	return expr(tuple(columns)+" IN (?)", pick(sqlOf(key)))
}

func (f selected) fields(b *builder, fields []contacts.Field) ([]column, func([]string) term) {
	c := level{rows: b.model.contacts, alias: f.name, info: b.tables[b.model.contacts.table]}
	out := b.columns(c, fields)
	for i, field := range fields {
		out[i].sql = f.name + "." + b.quote(f.prefix+field.Name)
	}
	return out, func(expressions []string) term {
		var picked []term
		for _, e := range expressions {
			picked = append(picked, expr(e))
		}
		return selection{columns: picked, from: expr(f.name)}.term()
	}
}

// counts is the statement, and the associations whose rows it counts.
func (b *builder) counts(p store.Predicates, r store.CountRequest) (term, []*association) {
	c := b.level(b.model.contacts)
	from := selected{name: b.quote("selected"), prefix: "f "}
	base := selection{
		from: expr(b.source(c)),
		where: all(b.keyKnown(c), b.predicate(p.Condition, c), b.predicate(p.Scope, c),
			b.predicate(p.Unprotected, c)),
	}
	if !r.Rows {
		base.columns, base.limit = []term{expr("1")}, r.AtMost
		return selection{columns: []term{expr("(SELECT count(*) FROM (?) AS "+b.quote("n")+")", base.term())}}.term(), nil
	}
	var counted []*association
	for _, a := range b.model.all {
		if a.Action != contacts.ReadOnly {
			counted = append(counted, a)
		}
	}
	for _, f := range b.model.referredTo(counted) {
		base.columns = append(base.columns, expr(b.column(c, f).sql+" AS "+b.quote(from.prefix+f.Name)))
	}
	limited := selection{columns: []term{expr("1")}, from: expr(from.name), limit: r.AtMost}
	columns := []term{expr("(SELECT count(*) FROM (?) AS "+b.quote("n")+")", limited.term())}
	for _, a := range counted {
		columns = append(columns, expr("(?)", b.rowsOf(a, from)))
	}
	return selection{with: expr("WITH "+from.name+" "+b.once()+" (?)", base.term()), columns: columns}.term(), counted
}

// rowsOf counts the rows of an association that belong to the contacts.
func (b *builder) rowsOf(a *association, from selected) term {
	row := b.level(a.rows)
	test := b.reached(a, row, from)
	if a.OfContacts {
		plain, _ := b.keyColumns(row)
		test = all(test, expr("(?) IS NOT TRUE", from.equalsKey(b, plain)))
	}
	return selection{columns: []term{expr("count(*)")}, from: expr(b.source(row)), where: test}.term()
}

// referredTo are the contact fields that the associations' rows refer to, the
// key first.
func (m *model) referredTo(associations []*association) []contacts.Field {
	out := append([]contacts.Field{}, m.contacts.key...)
	for _, a := range associations {
		for _, r := range a.refs {
			if a.above != nil {
				continue
			}
			for _, f := range r.to {
				if !containsField(out, f) {
					out = append(out, f)
				}
			}
		}
	}
	return out
}

func containsField(fields []contacts.Field, f contacts.Field) bool {
	for _, g := range fields {
		if g.Name == f.Name {
			return true
		}
	}
	return false
}
