package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// Suppressed implements [store.Targets].
func (l targets) Suppressed(ctx context.Context, scope string, keys []contacts.Key) ([]store.Suppressed, error) {
	keys, err := l.distinct(keys)
	if err := faulty(store.CheckScope(scope), err); err != nil {
		return nil, err
	}
	found := map[contacts.Key]store.Suppressed{}
	for some := range slices.Chunk(keys, 2*chunk) {
		b, c := l.level("targets")
		k, err := b.keyList(some)
		if err != nil {
			return nil, invalid(err)
		}
		q := l.suppressed(b, c, all(l.sql("[c].[scope] = ?text AND [c].[suppressed] = ?int", scope, 1), b.keyIn(c, k)))
		err = l.read(ctx, "find suppressed", q.term(), func(r *sql.Rows) error {
			s, _, err := l.scanSuppressed(r)
			if other, again := found[s.Key]; !again || earlier(other, s) {
				found[s.Key] = s
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	var out []store.Suppressed
	for _, k := range keys {
		if s, ok := found[k]; ok {
			out = append(out, s)
		}
	}
	return out, nil
}

// earlier reports whether the one says less than the other: it is due before,
// or as early by another operation.
func earlier(one, other store.Suppressed) bool {
	if c := one.Due.Compare(other.Due); c != 0 {
		return c < 0
	}
	return one.Operation > other.Operation
}

// suppressed selects targets with their operations.
func (l *ledger) suppressed(b *builder, c level, where term) selection {
	return selection{
		columns: append(b.keyRead(c), l.sql("[c].[ordinal], [o].[id], [o].[due], [o].[state]")),
		from:    expr(b.source(c) + l.write(" JOIN {operations} AS [o] ON [o].[id] = [c].[operation]")),
		where:   where,
	}
}

// scanSuppressed reads what suppressed selects.
func (l *ledger) scanSuppressed(r *sql.Rows) (s store.Suppressed, ordinal int64, err error) {
	var due int64
	var state string
	s.Key, err = l.scanKey(r, &ordinal, &s.Operation, &due, &state)
	if s.State = store.State(state); s.State == store.StatePending {
		s.Due = instant(due)
	}
	return s, ordinal, err
}

// Suppressions implements [store.Targets].
func (l targets) Suppressions(ctx context.Context, r store.SuppressionsRequest) (store.SuppressionPage, error) {
	if err := faulty(r.Check()); err != nil {
		return store.SuppressionPage{}, err
	}
	b, c := l.level("targets")
	terms := []term{l.sql("[c].[scope] = ?text AND [c].[suppressed] = ?int", r.Scope, 1)}
	var last listed
	if r.After != "" {
		var err error
		if last, err = readListed(r.After); err != nil {
			return store.SuppressionPage{}, invalid(err)
		}
		terms = append(terms, l.sql("[c].[operation] >= ?text AND ([c].[operation] > ?text OR [c].[ordinal] > ?int)", last.ID, last.ID, last.N))
	}
	if r.Restorable {
		terms = append(terms, l.sql("[o].[state] = ?text", string(store.StatePending)))
	}
	q := l.suppressed(b, c, all(terms...))
	q.order, q.limit = []string{l.write("[c].[operation]"), l.write("[c].[ordinal]")}, int64(r.Limit)+1
	out := store.SuppressionPage{Next: r.After}
	err := l.read(ctx, "list suppressions", q.term(), func(rows *sql.Rows) error {
		s, ordinal, err := l.scanSuppressed(rows)
		if len(out.Suppressed) == r.Limit {
			out.More = true
			return err
		}
		out.Suppressed = append(out.Suppressed, s)
		last = listed{s.Operation, ordinal}
		return err
	})
	if err != nil {
		return store.SuppressionPage{}, err
	}
	if len(out.Suppressed) > 0 {
		out.Next, err = last.cursor()
	}
	return out, err
}

// UnsuppressedSQL returns a condition for the host's own statements, with its
// arguments: it is true for contacts that are not suppressed in the scope, which
// is the label of the service that submitted them (deletion.WithScope), "" where it
// has none. Under another label nothing is suppressed, and that is no error. The
// contact table stands in the statement under the alias; on PostgreSQL that is
// as the database knows it, in lower case where it was written without quotes.
// The statement has before arguments before these, because PostgreSQL numbers
// them. It asks an index for each contact, and fails with [store.ErrInvalidRequest]
// where the store has no ledger or there is no alias.
func (s *Store) UnsuppressedSQL(scope, alias string, before int) (fragment string, args []any, err error) {
	l := s.ledger
	if l == nil {
		return "", nil, invalid(errNoLedger)
	}
	if alias == "" {
		return "", nil, invalid(errors.New("the contact table has no alias"))
	}
	if err := faulty(store.CheckScope(scope), store.CheckText("alias", alias)); err != nil {
		return "", nil, err
	}
	b, c := l.level("targets")
	name := "suppressed"
	if strings.EqualFold(alias, name) { // it would hide the host's table
		name += "_"
	}
	c.alias = s.quote(name)
	host := level{rows: s.model.contacts, alias: s.quote(alias), info: s.seen.Load().tables[s.model.contacts.table]}
	own := b.columns(c, c.rows.key)
	terms := []term{expr(c.alias+l.write(".[scope] = ?text AND ")+c.alias+l.write(".[suppressed] = ?int"), scope, 1)}
	for i, k := range b.columns(host, s.model.contacts.key) {
		terms = append(terms, expr(own[i].sql+" = "+s.likeOurs(k, own[i])))
	}
	t := expr("NOT EXISTS (?)", selection{columns: []term{expr("1")}, from: expr(b.source(c)), where: all(terms...)}.term())
	return s.fragment(t, before)
}

// likeOurs is a column of the host's as it compares with ours, which has the
// index: by bytes.
func (s *Store) likeOurs(host, own column) string {
	if host.field.Kind != where.KindText {
		return host.sql
	}
	switch s.dialect() {
	case PostgreSQL:
		return "CAST(" + host.sql + ` AS text) COLLATE "default"`
	case MySQL:
		if host.info.charset != utf8mb4 {
			return "CONVERT(" + host.sql + " USING utf8mb4) COLLATE " + own.info.collate
		}
		return host.sql + " COLLATE " + own.info.collate
	case SQLite:
	}
	return host.sql
}
