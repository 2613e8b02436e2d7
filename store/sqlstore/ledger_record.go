package sqlstore

import (
	"database/sql"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/store"
)

// record is an operation as it is kept.
type record struct {
	store.Operation
	ordinal int64 // of the last target
}

// small are the columns of a record that are not documents, in the order of
// fields.
const small = "[id], [scope], [request_key], [format], [state], [left_state], [wanted], [created], [updated], [finished], [due], [ready], " +
	"[holder], [term], [expires], [sequence], [deleted], [targets], [ordinal]"

// recordColumns are the columns of a record, under an alias.
func (l *ledger) recordColumns(documents bool) term {
	columns := strings.ReplaceAll(small, "[", "[o].[")
	if documents {
		return l.sql(columns + ", [o].[request], [o].[progress]")
	}
	return l.sql(columns)
}

// scanRecord reads what recordColumns names.
func scanRecord(r *sql.Rows, documents bool) (record, error) {
	var o record
	var key sql.NullString
	var state, left, wanted string
	var created, updated, finished, due, ready, expires int64
	into := []any{
		&o.ID, &o.Scope, &key, &o.Format, &state, &left, &wanted, &created, &updated, &finished, &due, &ready,
		&o.Lease.Holder, &o.Lease.Term, &expires, &o.Sequence, &o.Deleted, &o.Targets, &o.ordinal,
	}
	if documents {
		into = append(into, &o.Request, &o.Progress)
	}
	if err := r.Scan(into...); err != nil {
		return record{}, err //nolint:wrapcheck // wrapped by each
	}
	o.Key, o.State, o.Left, o.Wanted = key.String, store.State(state), store.State(left), store.Wanted(wanted)
	o.Created, o.Updated, o.Finished = instant(created), instant(updated), instant(finished)
	o.Due, o.Ready, o.Lease.Expires = instant(due), instant(ready), instant(expires)
	o.Request, o.Progress = loaded(o.Request), loaded(o.Progress)
	return o, nil
}

// values are what small names.
func (o *record) values() []any {
	var key any
	if o.Key != "" {
		key = o.Key
	}
	return []any{
		o.ID, o.Scope, key, o.Format, string(o.State), string(o.Left), string(o.Wanted), micros(o.Created), micros(o.Updated), micros(o.Finished),
		micros(o.Due), micros(o.Ready), o.Lease.Holder, o.Lease.Term, micros(o.Lease.Expires), o.Sequence, o.Deleted, o.Targets, o.ordinal,
	}
}

// records selects operations.
func (l *ledger) records(documents bool, where term) selection {
	return selection{columns: []term{l.recordColumns(documents)}, from: l.sql("{operations} AS [o]"), where: where}
}

// lock reads a record and locks it until the transaction ends. The time is what
// the clock says after that.
func (l *ledger) lock(t *tx, scope, id string) (o record, now time.Time, err error) {
	s := l.records(true, l.sql("[o].[id] = ?text AND [o].[scope] = ?text", id, scope))
	s.lock = l.locksRows()
	found := false
	err = t.query("", s.term(), func(r *sql.Rows) error {
		found = true
		o, err = scanRecord(r, true)
		return err
	})
	if err == nil && !found {
		err = class(t.op, store.ErrNotFound, "")
	}
	if err != nil {
		return record{}, time.Time{}, err
	}
	at, err := l.now(t)
	return o, instant(at), err
}

// locksRows reports whether statements can lock rows.
func (l *ledger) locksRows() bool { return l.dialect() != SQLite }

// save writes a record that lock has read and locked, and says what it was.
func (l *ledger) save(t *tx, was, o record) error {
	set := []assignment{}
	add := func(name string, value term) { set = append(set, assignment{l.quote(name), value}) }
	for _, c := range [...]struct {
		name     string
		old, now string
	}{
		{"state", string(was.State), string(o.State)},
		{"left_state", string(was.Left), string(o.Left)},
		{"wanted", string(was.Wanted), string(o.Wanted)},
		{"holder", was.Lease.Holder, o.Lease.Holder},
	} {
		if c.old != c.now {
			add(c.name, l.sql("?text", c.now))
		}
	}
	for _, c := range [...]struct {
		name     string
		old, now int64
	}{
		{"finished", micros(was.Finished), micros(o.Finished)},
		{"due", micros(was.Due), micros(o.Due)},
		{"ready", micros(was.Ready), micros(o.Ready)},
		{"term", was.Lease.Term, o.Lease.Term},
		{"expires", micros(was.Lease.Expires), micros(o.Lease.Expires)},
		{"sequence", was.Sequence, o.Sequence},
		{"deleted", was.Deleted, o.Deleted},
		{"targets", was.Targets, o.Targets},
		{"ordinal", was.ordinal, o.ordinal},
	} {
		if c.old != c.now {
			add(c.name, l.sql("?int", c.now))
		}
	}
	if string(was.Request) != string(o.Request) {
		add("request", l.sql("?bytes", blob(o.Request)))
	}
	if string(was.Progress) != string(o.Progress) {
		add("progress", l.sql("?bytes", blob(o.Progress)))
	}
	if len(set) == 0 && o.Updated.Equal(was.Updated) {
		return nil
	}
	add("updated", l.sql("?int", micros(o.Updated)))
	_, err := t.exec("", updateRows(l.table("operations"), set,
		l.sql("[id] = ?text AND [scope] = ?text AND [term] = ?int AND [sequence] = ?int", o.ID, o.Scope, was.Lease.Term, was.Sequence)))
	return err
}
