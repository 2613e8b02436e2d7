package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/store"
)

// cascading is implemented by engines on which a cascade of the database costs
// less than the store's own statement. On others associations that are Cascaded
// are treated as any.
type cascading interface {
	// cascades selects whether on this connection, now, each of the foreign keys
	// deletes, and is counted where countsFirst is false; and then for each key
	// how many rows of its table have been deleted in this transaction so far.
	// Only the difference of two such numbers means something. Where countsFirst
	// is true they are zeros.
	cascades(keys []foreignKey) term
	// countsFirst reports whether the rows must be locked and counted before
	// they are deleted, because nothing says afterwards how many there were.
	countsFirst() bool
	// deleting lists the names of tables on which something runs when rows are
	// deleted that may keep them, or change others.
	deleting(tables tableSet) term
}

// leaving is an association whose rows are left to a foreign key.
type leaving struct {
	of     *association
	key    foreignKey
	before int64 // rows of its table that were deleted before the batch's
}

// leavable are the associations whose rows can be left to the database, by all
// that is known of its tables.
func (s *Store) leavable(seen *sighting) []leaving {
	if _, ok := s.engine.(cascading); !ok {
		return nil
	}
	var out []leaving
	for _, a := range s.model.order {
		if !a.Cascaded || s.objects(seen, a) != nil {
			continue
		}
		out = append(out, leaving{of: a, key: seen.cascadesOf(a)[0]})
	}
	return out
}

// cascadesOf are the foreign keys that are the reference of a Cascaded
// association, which has only one, whatever they do.
func (s *sighting) cascadesOf(a *association) []foreignKey {
	t, up := s.tables[a.Table], s.tables[a.aboveTable]
	return slices.DeleteFunc(slices.Clone(s.keys), func(k foreignKey) bool {
		return k.database != t.database || !t.named(k.table) || k.parentDatabase != up.database || !up.named(k.parent) || !a.refs[0].refersAs(k, up)
	})
}

// named compares names as the database does.
func (t tableInfo) named(name string) bool {
	return t.name == name || !t.exactNames && strings.EqualFold(t.name, name)
}

// leave decides what the batch leaves to the database. Where a trigger runs,
// what it deletes could not be told from the rest.
func (d *deletion) leave(t *tx) error {
	d.left = nil
	if len(d.seen.leaves) == 0 || d.store.miscounts.Load() || d.ties.dooms() {
		return nil
	}
	if d.triggers() { // most only run when rows are changed
		deleting, err := d.store.deleting(t.ctx, t, t.op, d.seen.tables)
		if err != nil || d.store.model.disturbed(d.seen.tables, d.triggered, deleting) {
			return err
		}
	}
	left := slices.Clone(d.seen.leaves)
	on, err := d.store.cascading(t.ctx, t, t.op, left, func(i int, n int64) { left[i].before = n })
	if err == nil && on {
		d.left = left
	}
	return err
}

// deleting asks for the tables with a trigger that runs when rows are deleted.
func (s *Store) deleting(ctx context.Context, q queryer, op string, tables tableSet) (map[string]bool, error) {
	e, ok := s.engine.(cascading)
	if !ok {
		return map[string]bool{}, nil
	}
	out := map[string]bool{}
	return out, query(ctx, s.engine, q, op, "", e.deleting(tables), func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		out[strings.ToLower(name)] = true
		return err //nolint:wrapcheck // wrapped by each
	})
}

// disturbed reports whether a trigger runs with a batch: one of any sort where
// rows are changed, or one of those that run when rows are deleted.
func (m *model) disturbed(tables tableSet, triggered, deleting map[string]bool) bool {
	name := func(table string) string { return strings.ToLower(tables[table].name) }
	return deleting[name(m.contacts.table)] || slices.ContainsFunc(m.order, func(a *association) bool {
		return a.Action.Changes() && triggered[name(a.Table)] || deleting[name(a.Table)]
	})
}

// cascading asks whether the foreign keys act, and how much is deleted so far.
func (s *Store) cascading(ctx context.Context, q queryer, op string, left []leaving, each func(i int, n int64)) (on bool, err error) {
	e, ok := s.engine.(cascading)
	if !ok {
		return false, nil
	}
	keys, numbers := make([]foreignKey, len(left)), make([]int64, len(left))
	targets := []any{&on}
	for i, l := range left {
		keys[i] = l.key
		targets = append(targets, &numbers[i])
	}
	err = query(ctx, s.engine, q, op, "", e.cascades(keys), func(r *sql.Rows) error { return r.Scan(targets...) })
	for i, n := range numbers {
		each(i, n)
	}
	return on, err
}

// leaves reports whether the rows of the association are left to the database.
func (d *deletion) leaves(a *association) bool {
	return slices.ContainsFunc(d.left, func(l leaving) bool { return l.of == a })
}

// foresee counts rows that are left to the database, and locks them, so that
// nobody else deletes one before the database does. A shared lock is enough, and
// the index has all that it takes. Where rows are counted afterwards there is
// nothing to do.
func (d *deletion) foresee(t *tx, a *association, k keyList) (n int64, err error) {
	if e, ok := d.store.engine.(cascading); !ok || !e.countsFirst() {
		return 0, nil
	}
	lock := ""
	if e, ok := d.store.engine.(sharing); ok {
		lock = e.share()
	}
	b := d.builder()
	row := b.led(a, b.level(a.rows))
	err = t.query(a.Table, selection{
		columns: []term{expr("count(*)")}, from: expr(b.source(row)), where: b.affected(a, row, k), suffix: lock,
	}.term(), func(r *sql.Rows) error { return r.Scan(&n) })
	return n, err
}

const stoppedCascading = "a foreign key has stopped to delete rows, or the database to count them, since the batch began"

// reckon counts what the database has deleted, once all is deleted. It fails when
// that was not certain all the time.
func (d *deletion) reckon(t *tx) error {
	if len(d.left) == 0 {
		return nil
	}
	rows := make([]int64, len(d.left))
	on, err := d.store.cascading(t.ctx, t, t.op, d.left, func(i int, n int64) { rows[i] = n - d.left[i].before })
	if err != nil {
		return err
	}
	if !on {
		return &store.Error{Op: t.op, Class: store.ErrTransient, Table: d.left[0].of.Table, Detail: stoppedCascading}
	}
	for i, l := range d.left {
		t.done += rows[i]
		if err := d.add(t, l.of, rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// add counts rows of an association, up to what the batch may have.
func (d *deletion) add(t *tx, a *association, n int64) error {
	d.outcome.Rows[a.Name] += n
	if d.total += n; d.batch.MaxRows > 0 && d.total > d.batch.MaxRows {
		return &store.Error{Op: t.op, Class: store.ErrTooManyRows}
	}
	return nil
}
