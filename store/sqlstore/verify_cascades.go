package sqlstore

import (
	"context"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/store"
)

// objection is why the store deletes the rows of a Cascaded association itself.
type objection struct {
	severity        store.Severity
	message, advice string
}

const (
	declareCascade = "declare the one foreign key ON DELETE CASCADE, or leave Cascaded out"
	leaveOut       = "leave Cascaded out"
	deletedItself  = ", so that the store deletes them itself"
)

// objects compares a Cascaded association with what the database declares. The
// rows are deleted in any case: what is fatal is that the host says what is
// not so.
func (s *Store) objects(seen *sighting, a *association) *objection {
	keys := seen.cascadesOf(a)
	e, ok := s.engine.(cascading)
	switch {
	case len(keys) == 0:
		return &objection{store.Fatal, "the rows are to be deleted by the database, but no foreign key is the reference to " + a.aboveTable, declareCascade}
	case len(keys) > 1:
		return &objection{store.Fatal, "the rows are to be deleted by the database, but several foreign keys are the reference to " + a.aboveTable, declareCascade}
	case keys[0].onDelete != cascade:
		return &objection{store.Fatal, "the rows are to be deleted by the database, but the foreign key is ON DELETE " + keys[0].onDelete, declareCascade}
	case seen.acts:
		return &objection{
			store.Fatal, "the rows are to be deleted by the database, but it deletes or changes others too, which the schema does not say; another finding names them",
			"add associations for those, or " + leaveOut,
		}
	case slices.ContainsFunc(s.model.changed(), func(name string) bool { return seen.tables[name].part }):
		return &objection{
			store.Fatal, "the rows are to be deleted by the database, but a table of the schema is a part of another one, or has parts by inheritance, whose rows it does not delete",
			leaveOut,
		}
	case !slices.ContainsFunc(seen.tables[a.Table].indexes, func(i indexInfo) bool { return !i.partial && i.serves(columnNames(a.refs[0].from), nil) }):
		return &objection{store.Warning, "the database would read the whole table for every row that they refer to" + deletedItself, "create an index that begins with the reference"}
	case ok && !e.countsFirst() && !seen.counts:
		return &objection{store.Warning, "the database does not count the rows that it deletes" + deletedItself, "switch track_counts on, or " + leaveOut}
	}
	return nil
}

// cascades says of which Cascaded associations the store deletes the rows
// itself.
func (v *verification) cascades(seen *sighting) {
	if _, ok := v.store.engine.(cascading); !ok {
		return
	}
	for _, a := range v.store.model.all {
		if !a.Cascaded {
			continue
		}
		v.object(a, v.store.objects(seen, a))
	}
}

// cascading asks a connection whether the foreign keys act there.
func (v *verification) cascading(ctx context.Context, seen *sighting) error {
	if len(seen.leaves) == 0 {
		return nil
	}
	on, err := v.store.cascading(ctx, v.store.db, "verify", seen.leaves, func(int, int64) {})
	for _, l := range seen.leaves {
		if err == nil && !on {
			v.object(l.of, &objection{
				store.Fatal, "the rows are to be deleted by the database, but foreign keys, or the counting of rows, are switched off for this connection or for the table",
				"switch them on everywhere, or " + leaveOut,
			})
		}
	}
	return err
}

func (v *verification) object(a *association, o *objection) {
	if o == nil {
		return
	}
	code := CodeCascadeUnused
	if o.severity == store.Fatal {
		code = CodeNotCascaded
	}
	v.add(o.severity, code, a.Table, strings.Join(columnNames(a.refs[0].from), ","), o.message, o.advice)
}

// cascadesBeside says the same of triggers: those of the table itself may keep
// a row, or do not run at all, and others may delete rows of it.
func (v *verification) cascadesBeside(ctx context.Context, triggered map[string]bool) error {
	if _, ok := v.store.engine.(cascading); !ok {
		return nil
	}
	deleting, err := v.store.deleting(ctx, v.store.db, "verify", v.tables)
	if err != nil {
		return err
	}
	for _, a := range v.store.model.all {
		switch {
		case !a.Cascaded:
		case deleting[strings.ToLower(v.tables[a.Table].name)]:
			v.object(a, &objection{
				store.Fatal, "the rows are to be deleted by the database, but the table has a trigger, a rule or row-level security, by which rows may stay, or which does not run then",
				leaveOut,
			})
		case v.store.model.disturbed(v.tables, triggered, deleting):
			v.object(a, &objection{store.Warning, "another table has a trigger, which may delete rows of this one" + deletedItself, leaveOut + ", or remove the trigger"})
		}
	}
	return nil
}
