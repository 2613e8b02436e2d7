package sqlstore

import (
	"context"
	"maps"
	"slices"
	"strings"

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
	// among says that contacts which refer to each other must be detached
	// before they are deleted in one statement.
	among bool
	// counts says that the database counts what a transaction changes, and
	// acts that it changes more by itself than the store does, as the host
	// knows from the findings.
	counts, acts bool
	// leaves are the associations whose rows may be left to foreign keys.
	leaves []leaving
	// fatal are the fatal findings about what there is here, and known those
	// of them that there were when the store was opened, and ever since.
	fatal, known []store.Finding
	versions     map[string]int64 // of the databases' schemas
}

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
	if seen.counts, err = s.counts(ctx, q); err != nil {
		return nil, failure(ctx, s.engine, "inspect tables", "", err)
	}
	seen.outside = s.model.unregistered(seen.tables, seen.keys)
	for _, g := range s.model.gaps {
		seen.outside = append(seen.outside, seen.of(g)...)
	}
	seen.among = slices.ContainsFunc(seen.keys, func(k foreignKey) bool {
		t := seen.tables[s.model.contacts.table]
		return s.immediate(k.onDelete) && k.database == t.database && k.parentDatabase == t.database &&
			strings.EqualFold(k.table, t.name) && strings.EqualFold(k.parent, t.name)
	})
	seen.acts = s.model.actedOn(seen)
	seen.leaves = s.leavable(seen)
	seen.fatal = fatal(s.structure(seen, true).findings)
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

// remember makes a sighting the last one. What it is known to be dangerous by
// only ever becomes less: a danger that came after the store was opened, or
// came back, is not known, whoever asks Verify meanwhile. Otherwise a run that
// never heard of it would go on, because another caller did.
func (s *Store) remember(fresh *sighting) *sighting {
	for {
		last := s.seen.Load()
		next := *fresh
		next.known = slices.DeleteFunc(slices.Clone(fresh.fatal), func(f store.Finding) bool { return !slices.Contains(last.known, f) })
		if s.seen.CompareAndSwap(last, &next) {
			return &next
		}
	}
}

// late returns the fatal findings that are not known.
func (s *sighting) late() []store.Finding {
	return slices.DeleteFunc(slices.Clone(s.fatal), func(f store.Finding) bool { return slices.Contains(s.known, f) })
}

const cameLater = "the database has changed since the store was opened; verify it, and open the store again: "

// current returns what is known of the database, for a transaction that holds
// its lock. When a table was created or changed since, it looks again. It fails
// when there is a fatal finding that the store was not opened with.
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
	if altered {
		fresh, err := s.look(t.ctx, t)
		if err != nil {
			return nil, err
		}
		seen = s.remember(fresh)
	}
	if late := seen.late(); len(late) > 0 {
		return nil, &store.Error{Op: t.op, Class: store.ErrUnsafe, Table: late[0].Table, Detail: cameLater + late[0].Name()}
	}
	return seen, nil
}

func (k foreignKey) same(other foreignKey) bool {
	return k.database == other.database && k.table == other.table && k.parentDatabase == other.parentDatabase && k.parent == other.parent &&
		k.onDelete == other.onDelete && slices.Equal(k.columns, other.columns) && slices.Equal(k.target, other.target)
}
