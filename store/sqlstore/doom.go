package sqlstore

import (
	"database/sql"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// treatSome treats as many of one contact's rows as the batch allows, those that
// nothing refers to first, and reports whether none are left. Rows that stay
// as they are referred to (see [contacts.Reference.Stays]) would be found again
// and again: a contact that has such rows goes in one transaction or not at all.
func (d *deletion) treatSome(t *tx, k keyList) (finished bool, err error) {
	switch stay, err := d.referred(t, k); {
	case err != nil:
		return false, err
	case stay:
		return d.treatAll(t, k)
	}
	left := d.batch.MaxRows
	for _, a := range d.store.model.order {
		if left > 0 {
			n, err := d.treatUpTo(t, a, k, left)
			if err != nil {
				return false, err
			}
			d.outcome.Rows[a.Name] = n
			left -= n
		}
		if left <= 0 {
			if there, err := d.any(t, a, k); err != nil || there {
				return false, err
			}
		}
	}
	return true, nil
}

// referred reports whether there are rows that stay as they are referred to.
func (d *deletion) referred(t *tx, k keyList) (bool, error) {
	for _, a := range d.store.model.order {
		if !slices.ContainsFunc(a.refs, func(r reference) bool { return r.stays }) {
			continue
		}
		if there, err := d.any(t, a, k); err != nil || there {
			return there, err
		}
	}
	return false, nil
}

// any reports whether there are rows of the association to treat.
func (d *deletion) any(t *tx, a *association, k keyList) (found bool, err error) {
	b := d.builder()
	row := b.led(a, b.level(a.rows))
	err = t.query(a.Table, selection{
		columns: []term{expr("1")}, from: expr(b.source(row)), where: b.affected(a, row, k), limit: 1,
	}.term(), func(r *sql.Rows) error {
		found = true
		return r.Scan(new(int))
	})
	return found, err
}

// treatUpTo deletes or changes a number of rows at most.
func (d *deletion) treatUpTo(t *tx, a *association, k keyList, most int64) (int64, error) {
	if a.OfContacts && d.seen.among {
		if _, err := t.exec(a.Table, d.builder().among(a, k)); err != nil {
			return 0, err
		}
	}
	b := d.builder()
	row := b.led(a, b.change(a.rows))
	some := b.some(a, row, k, most)
	if some == nil { // MySQL, without any key
		if a.Action != contacts.Delete {
			return 0, &store.Error{Op: t.op, Class: store.ErrTooManyRows, Table: a.Table, Detail: "the table has no key by which to change some of its rows"}
		}
		return t.exec(a.Table, expr("DELETE FROM "+b.table(a.Table)+" WHERE ? LIMIT ?", b.affected(a, row, k), most))
	}
	if a.Action == contacts.Delete {
		return t.exec(a.Table, b.delete(row, some))
	}
	return t.exec(a.Table, b.update(row, b.assignments(a, row, k), some))
}

// some is true for some of the rows that are deleted or changed, nil where there
// is nothing to tell one row of the table from another.
func (b *builder) some(a *association, row level, k keyList, most int64) term {
	inner := b.led(a, b.level(a.rows))
	pick := func(columns []string) term {
		s := selection{from: expr(b.source(inner)), where: b.affected(a, inner, k), limit: most}
		for _, c := range columns {
			s.columns = append(s.columns, expr(c))
		}
		return s.term()
	}
	key, inside := b.identity(a, row), b.identity(a, inner)
	switch {
	case len(key) > 0 && !b.rereads():
		return all(b.affected(a, row, k), expr(tuple(key)+" IN (?)", selection{
			columns: []term{expr("*")}, from: expr("(?) AS "+b.quote("some"), pick(inside)),
		}.term()))
	case len(key) > 0:
		return all(b.affected(a, row, k), expr(tuple(key)+" IN (?)", pick(inside)))
	}
	switch b.dialect() {
	case PostgreSQL: // partitions have places of their own, and all of these rows are to go anyway
		return all(b.affected(a, row, k), expr(row.alias+".ctid = ANY (ARRAY(?))", pick([]string{inner.alias + ".ctid"})))
	case SQLite:
		return all(b.affected(a, row, k), expr(row.alias+".rowid IN (?)", pick([]string{inner.alias + ".rowid"})))
	case MySQL:
	}
	return nil
}

// identity are columns that tell rows apart and are never NULL: the key that the
// schema names, or the table's own.
func (b *builder) identity(a *association, row level) []string {
	for _, names := range [...][]string{columnNames(a.rows.key), row.info.primary()} {
		usable := len(names) > 0
		for _, name := range names {
			usable = usable && row.info.column(name).notNull
		}
		if usable {
			out := make([]string, len(names))
			for i, name := range names {
				out[i] = row.alias + "." + b.quote(name)
			}
			return out
		}
	}
	return nil
}

// primary are the columns of the primary key.
func (t tableInfo) primary() []string {
	var out []string
	for _, c := range t.columns {
		if c.keyPart > 0 {
			out = append(out, c.name)
		}
	}
	return out
}
