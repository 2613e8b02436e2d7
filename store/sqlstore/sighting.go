package sqlstore

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// sighting is what the database was like when it was last looked at. It is
// never changed, only replaced.
type sighting struct {
	tables tableSet
	keys   []foreignKey
	// outside are the foreign keys by which rows that no association covers
	// refer to rows that are deleted; only enforced foreign keys protect them.
	outside []foreignKey
	// exposed are the gaps of the schema that no foreign key protects.
	exposed []contacts.Gap
	// restrictsSelf says that a contact that refers to another cannot even be
	// deleted in one statement with it.
	restrictsSelf bool
	versions      map[string]int64 // of the databases' schemas
}

const (
	newReference   = "rows that no association covers have come to refer to rows that would be deleted; verify the store"
	lostProtection = "the foreign key is gone that held contacts with rows back which no association covers; verify the store"
)

// look inspects the schema's tables. After the first time it looks for them
// where they were: a table of the same name in another database, such as a
// temporary one, is not theirs.
func (s *Store) look(ctx context.Context, q queryer) (*sighting, error) {
	seen := &sighting{versions: map[string]int64{}}
	err := s.inspectAll(ctx, q, seen)
	if err == nil && s.homes == nil {
		s.homes = map[string]string{}
		for name, t := range seen.tables {
			s.homes[name] = t.database
		}
		err = s.inspectAll(ctx, q, seen) // now that it is known whose version to ask for first
	}
	if err != nil {
		return nil, failure(ctx, s.engine, "inspect tables", "", err)
	}
	seen.outside = s.model.unregistered(seen.tables, seen.keys)
	for _, g := range s.model.gaps {
		keys := seen.of(g)
		seen.outside = append(seen.outside, keys...)
		if len(keys) == 0 && !g.Constants {
			seen.exposed = append(seen.exposed, g)
		}
	}
	seen.restrictsSelf = slices.ContainsFunc(seen.keys, func(k foreignKey) bool {
		t := seen.tables[s.model.contacts.table]
		return s.immediate(k.onDelete) && k.database == t.database && k.parentDatabase == t.database &&
			strings.EqualFold(k.table, t.name) && strings.EqualFold(k.parent, t.name)
	})
	return seen, nil
}

// inspectAll asks for the versions first, so that a change while it looks is
// noticed later.
func (s *Store) inspectAll(ctx context.Context, q queryer, seen *sighting) (err error) {
	for _, database := range s.homes {
		if database == "" {
			continue
		}
		if seen.versions[database], err = s.version(ctx, q, database); err != nil {
			return err //nolint:wrapcheck // by the only caller
		}
	}
	text := map[string][]string{}
	for _, r := range s.model.sets() {
		if _, ok := text[r.table]; !ok {
			text[r.table] = nil // a table without texts is looked at too
		}
		for _, f := range r.fields {
			if f.Kind == where.KindText || f.Kind == where.KindUUID || f.Kind == where.KindTime || f.Kind == where.KindDate {
				text[r.table] = append(text[r.table], f.ColumnName())
			}
		}
	}
	if seen.tables, err = s.inspect(ctx, q, slices.Sorted(maps.Keys(text)), s.homes, text); err == nil {
		seen.keys, err = s.foreignKeys(ctx, q, seen.tables)
	}
	return err //nolint:wrapcheck // by the only caller
}

// current returns what is known of the database, for a transaction that holds
// its lock. When a table was created or changed since, it looks again, and
// fails when rows outside of the schema could now be lost or left behind that
// the host was not told about.
func (s *Store) current(t *tx) (*sighting, error) {
	seen := s.seen.Load()
	altered := false
	for database, version := range seen.versions {
		now, err := s.version(t.ctx, t, database)
		if err != nil {
			return nil, failure(t.ctx, t.engine, t.op, "", err)
		}
		altered = altered || now != version
	}
	if !altered {
		return seen, nil
	}
	fresh, err := s.look(t.ctx, t)
	if err != nil {
		return nil, err
	}
	on, err := s.enforcing(t.ctx, t)
	if err != nil {
		return nil, failure(t.ctx, t.engine, t.op, "", err)
	}
	for _, k := range fresh.outside {
		if !slices.ContainsFunc(seen.outside, k.same) && (!on || k.onDelete == cascade) {
			return nil, &store.Error{Op: t.op, Class: store.ErrUnsafe, Table: k.table, Detail: newReference}
		}
	}
	for _, g := range fresh.exposed {
		if !slices.ContainsFunc(seen.exposed, func(o contacts.Gap) bool { return o.Table == g.Table && slices.Equal(o.Columns, g.Columns) }) {
			return nil, &store.Error{Op: t.op, Class: store.ErrUnsafe, Table: g.Table, Detail: lostProtection}
		}
	}
	s.seen.CompareAndSwap(seen, fresh)
	return fresh, nil
}

func (k foreignKey) same(other foreignKey) bool {
	return k.database == other.database && k.table == other.table && k.parentDatabase == other.parentDatabase && k.parent == other.parent &&
		k.onDelete == other.onDelete && slices.Equal(k.columns, other.columns) && slices.Equal(k.target, other.target)
}
