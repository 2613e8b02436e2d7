package sqlstore

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// archive remembers who was deleted.
type archive struct{ *ledger }

var _ store.Archive = archive{}

const entryColumns = "[c].[hash_key], [c].[hash], [c].[rule], [c].[reason], [c].[operation], [c].[first_at], [c].[last_at], [c].[times], [c].[fields]"

// Lookup implements [store.Archive].
func (l archive) Lookup(ctx context.Context, r store.LookupRequest) ([]store.ArchiveEntry, error) {
	keys, err := l.distinct(r.Keys)
	if err := faulty(r.Check(), err); err != nil {
		return nil, err
	}
	var out []store.ArchiveEntry
	ask := func(test func(*builder, level) (term, error)) error {
		b, c := l.level("archive")
		which, err := test(b, c)
		if err != nil {
			return invalid(err)
		}
		return l.read(ctx, "look up archive", selection{
			columns: append(b.keyRead(c), l.sql(entryColumns)), from: expr(b.source(c)), where: all(l.sql("[c].[scope] = ?text", r.Scope), which),
		}.term(), func(rows *sql.Rows) error {
			e, err := l.scanEntry(rows)
			if !slices.ContainsFunc(out, func(o store.ArchiveEntry) bool { return sameEntry(o, e) }) {
				out = append(out, e)
			}
			return err
		})
	}
	for some := range slices.Chunk(keys, chunk) {
		err := ask(func(b *builder, c level) (term, error) {
			k, err := b.keyList(some)
			return b.keyIn(c, k), err
		})
		if err != nil {
			return nil, err
		}
	}
	for some := range slices.Chunk(r.Hashes, chunk) {
		err := ask(func(*builder, level) (term, error) { return l.hashed(some), nil })
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(out, func(a, b store.ArchiveEntry) int { return b.Last.Compare(a.Last) })
	return out, nil
}

func sameEntry(a, b store.ArchiveEntry) bool {
	return a.Key == b.Key && a.HashKeyID == b.HashKeyID && bytes.Equal(a.Hash, b.Hash)
}

// hashed is true for entries with one of the hashes.
func (l *ledger) hashed(hashes []store.Hash) term {
	var sums []any
	var marks []string
	var each []term
	for _, h := range hashes {
		marks, sums = append(marks, "?bytes"), append(sums, h.Sum)
		each = append(each, l.sql("[c].[hash] = ?bytes AND [c].[hash_key] = ?text", h.Sum, h.KeyID))
	}
	return all(l.sql("[c].[hash] IN ("+strings.Join(marks, ", ")+")", sums...), anyOf(each...)) // the list is what the index is for
}

func (l *ledger) scanEntry(r *sql.Rows) (e store.ArchiveEntry, err error) {
	var first, last int64
	e.Key, err = l.scanKey(r, &e.HashKeyID, &e.Hash, &e.Rule, &e.Reason, &e.Operation, &first, &last, &e.Times, &e.Fields)
	e.Hash, e.Fields, e.First, e.Last = loaded(e.Hash), loaded(e.Fields), instant(first), instant(last)
	return e, err
}

// Prune implements [store.Archive].
func (l archive) Prune(ctx context.Context, r store.PruneRequest) (int64, error) {
	if err := faulty(r.Check()); err != nil {
		return 0, err
	}
	var n int64
	err := l.begin(ctx, "prune archive", func(t *tx) error {
		where := l.sql("[last_at] < ?int AND [scope] = ?text", ceiling(r.Before), r.Scope)
		order := l.write("[last_at]")
		var q term
		switch l.dialect() {
		case MySQL:
			q = expr("DELETE FROM "+l.table("archive")+" WHERE ? ORDER BY "+order+" LIMIT ?", where, r.Limit)
		case PostgreSQL:
			q = deleteRows(l.table("archive"), l.sql("ctid = ANY (ARRAY(?))", selection{
				columns: []term{expr("ctid")}, from: l.sql("{archive}"), where: where, order: []string{order}, limit: int64(r.Limit),
			}.term()))
		case SQLite:
			q = deleteRows(l.table("archive"), expr("rowid IN (?)", selection{
				columns: []term{expr("rowid")}, from: l.sql("{archive}"), where: where, order: []string{order}, limit: int64(r.Limit),
			}.term()))
		}
		var err error
		n, err = t.exec("", q)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// archive adds entries of deleted contacts, or another deletion to those that
// are there. An entry that occurs again counts as well, and the last one stays.
func (l *ledger) archive(t *tx, scope string, now int64, entries []store.ArchiveEntry, deleted []contacts.Key) error {
	if len(entries) == 0 {
		return nil
	}
	gone := make(map[contacts.Key]bool, len(deleted))
	for _, k := range deleted {
		gone[k] = true
	}
	rows := make([][]any, 0, len(entries))
	seen := map[string]int{}
	for i, e := range entries {
		k, err := l.model.schema.CheckKey(e.Key)
		switch {
		case err != nil:
		case !gone[k]:
			err = errors.New("it is of a contact that is not deleted")
		default:
			err = l.fits(k)
		}
		if err != nil {
			return invalid(fmt.Errorf("archive entry %d of %d: %w", i+1, len(entries), err))
		}
		values, err := l.keyValues(k)
		if err != nil {
			return err
		}
		n := len(values) + 8 // the place of times
		row := slices.Concat(values, []any{scope, e.HashKeyID, blob(e.Hash), e.Rule, e.Reason, e.Operation, now, now, 1, blob(e.Fields)})
		id := fmt.Sprintf("%q %q %q", k, e.HashKeyID, e.Hash)
		if at, again := seen[id]; again { // a statement cannot add one twice
			if before, ok := rows[at][n].(int); ok {
				row[n] = before + 1
			}
			rows[at] = row
			continue
		}
		seen[id] = len(rows)
		rows = append(rows, row)
	}
	key := strings.Join(quotedBy(l.engine, columnNames(l.keyed["archive"].key)), ", ")
	return l.insert(t, insertion{
		table: "archive", rows: rows,
		columns: []string{
			"scope text", "hash_key text", "hash bytes", "rule int", "reason text", "operation text", "first_at int", "last_at int", "times int", "fields bytes",
		},
		suffix: l.onConflict("archive", key+", [scope], [hash_key], [hash]",
			"[rule] = new.rule, [reason] = new.reason, [operation] = new.operation, [last_at] = new.last_at, [times] = old.times + new.times, [fields] = new.fields"),
	})
}

func quotedBy(e syntax, names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = e.quote(name)
	}
	return out
}
