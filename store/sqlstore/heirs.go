package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// inheritance is whom rows that refer by a reference are handed over to.
type inheritance struct {
	heirs where.Predicate
	// own are the places of the reference's fields that stay as they are, and
	// so choose one of the heirs.
	own []int
}

// inherit looks the heirs of a hand-over up.
func (m *model) inherit(a *association) error {
	for i, r := range a.References {
		heir := m.schema.Heir(a.Placed, r)
		if heir.IsZero() {
			continue
		}
		p, err := heir.Resolve(m.schema.Catalog())
		if err != nil {
			return fmt.Errorf("sqlstore: association %q: %w", a.Name, err)
		}
		ref := &a.refs[i]
		ref.heir = &inheritance{heirs: p}
		for j, f := range ref.from {
			if len(a.changing(f)) == 0 {
				ref.heir.own = append(ref.heir.own, j)
			}
		}
	}
	return nil
}

// heirless are the tests that hold a contact back because a row of it would be
// handed over to a contact that does not exist.
func (b *builder) heirless(c level) (tests []term, named []*association) {
	for _, a := range b.model.all {
		var ways []term
		for _, r := range a.refs {
			if r.heir != nil {
				ways = append(ways, b.heirlessBy(a, r, c))
			}
		}
		if len(ways) > 0 {
			tests, named = append(tests, anyOf(ways...)), append(named, a)
		}
	}
	return tests, named
}

// heirlessBy asks for the heir first where it is the same for all rows: the
// rows need not be looked at when it is there.
func (b *builder) heirlessBy(a *association, r reference, c level) term {
	one := *a
	one.refs = []reference{r}
	row := b.level(a.rows)
	missing := expr("NOT EXISTS (?)", b.heir(r, row))
	if len(r.heir.own) == 0 {
		return all(missing, expr("EXISTS (?)", b.belonging(&one, c, row, nil, nil)))
	}
	return expr("EXISTS (?)", b.belonging(&one, c, row, missing, nil))
}

// heir selects the contact that the row would refer to.
func (b *builder) heir(r reference, row level) term {
	c := b.level(b.model.contacts)
	terms := []term{b.predicate(r.heir.heirs, c)}
	for _, i := range r.heir.own {
		to, from := b.column(c, r.to[i]), b.column(row, r.from[i])
		if err := b.joinable(to, from); err != nil {
			return failed{err}
		}
		above, below := b.joined(to, from)
		terms = append(terms, expr(above+" = "+below))
	}
	return selection{columns: []term{expr("1")}, from: expr(b.source(c)), where: all(terms...)}.term()
}

// sharing is implemented by engines that lock rows.
type sharing interface {
	// share ends a reading statement so that its rows stay as they are until the
	// end of the transaction.
	share() string
}

// lockHeirs makes sure that the contacts to which rows are handed over stay.
// Where the rows choose one, these are all that those of the candidates could.
func (d *deletion) lockHeirs(t *tx, candidates []contacts.Key) error {
	e, ok := d.store.engine.(sharing)
	if !ok {
		return nil
	}
	for _, a := range d.store.model.all {
		for _, r := range a.refs {
			if r.heir == nil {
				continue
			}
			b := d.builder()
			k, err := b.keyList(candidates)
			if err != nil {
				return invalid(err)
			}
			c := b.level(d.store.model.contacts)
			err = t.query(d.table(), selection{
				columns: []term{expr("1")}, from: expr(b.source(c)),
				where: all(b.predicate(r.heir.heirs, c), b.chosen(r, c, k)), order: b.keyOrder(c, ""), suffix: e.share(),
			}.term(), func(rows *sql.Rows) error { return rows.Scan(new(int)) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// chosen is true for a contact that a row of the listed contacts may choose as
// its heir: the row's own fields are those of its contact. It is nil where the
// rows choose none.
func (b *builder) chosen(r reference, c level, k keyList) term {
	if len(r.heir.own) == 0 {
		return nil
	}
	var fields []contacts.Field
	for _, i := range r.heir.own {
		fields = append(fields, r.to[i])
	}
	of, pick := k.fields(b, fields)
	return expr(tuple(sqlOf(b.columns(c, fields)))+" IN (?)", pick(sqlOf(of)))
}

// heirs looks for an heir for every reference of a hand-over. One that the rows
// choose is looked for in each batch.
func (v *verification) heirs(ctx context.Context) error {
	for _, a := range v.store.model.all {
		for i, r := range a.refs {
			if r.heir == nil {
				continue
			}
			b := &builder{engine: v.store.engine, model: v.store.model, tables: v.tables}
			c := b.level(v.store.model.contacts)
			found := false
			err := query(ctx, v.store.engine, v.store.db, "verify", v.store.model.schema.Table, selection{
				columns: []term{expr("1")}, from: expr(b.source(c)), where: b.predicate(r.heir.heirs, c), limit: 1,
			}.term(), func(rows *sql.Rows) error {
				found = true
				return rows.Scan(new(int))
			})
			if err != nil {
				return err
			}
			if !found {
				f := store.HeirMissing(a.Placed, a.References[i])
				v.add(f.Severity, f.Code, f.Table, f.Column, f.Message, f.Advice)
			}
		}
	}
	return nil
}

// settable asks for columns that take what is set in them.
func (v *verification) settable(a *association, r reference) {
	for _, c := range r.changes {
		column := c.field.ColumnName()
		if !c.value.IsNull() || !v.tables[a.Table].column(column).notNull {
			continue
		}
		if containsField(r.from, c.field) {
			v.add(store.Fatal, CodeDetachNotNull, a.Table, column, "the column is NOT NULL and cannot be detached",
				"choose another action, name other fields in SetNull, or allow NULL")
			continue
		}
		v.add(store.Fatal, CodeSetNotNull, a.Table, column, "the column is NOT NULL and cannot be set to NULL",
			"give it another value in Set, or allow NULL")
	}
}
