package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// CodeVolatile is for rows that change with the deletion of contacts in a way
// that the schema does not say, so that a run may have to fix its targets.
const CodeVolatile = "volatile"

// spot is a table of the database, whatever the schema calls it.
type spot struct{ database, name string }

func (t tableInfo) spot() spot  { return spot{t.database, strings.ToLower(t.name)} }
func (k foreignKey) from() spot { return spot{k.database, strings.ToLower(k.table)} }
func (k foreignKey) to() spot   { return spot{k.parentDatabase, strings.ToLower(k.parent)} }

// volatile finds the tables whose rows a deletion may change without the schema
// saying so: views, tables in which foreign keys act on other rows than the
// schema's associations do, and all of them where a trigger runs.
func (v *verification) volatile(ctx context.Context) error {
	for _, r := range v.store.model.sets() {
		switch v.tables[r.table].kind {
		case view:
			v.moves(store.TableVolatile, r.table, "", "a view, which may show other rows after every deletion", "name the table that the rows are in")
		case virtualTable:
			v.moves(store.TableVolatile, r.table, "", "a virtual table, whose module may change rows with every deletion", "name a table instead")
		case plainTable, unsafeTable, missing:
		}
	}
	for i, f := range v.findings {
		if f.Code == CodeForeignKeyEmpty || f.Code == CodeUpdateChanges { // which a host may have accepted
			v.findings[i].Volatile = store.TableVolatile
		}
	}
	loses := v.losing()
	changes := map[spot]bool{}
	for _, name := range v.store.model.changed() {
		changes[v.tables[name].spot()] = true
	}
	for _, k := range v.keys {
		if !loses[k.to()] || !k.deletes() && !k.clears() {
			continue
		}
		changes[k.from()] = true
		if name, ok := v.named(k.from()); ok && !v.covered(k) {
			v.moves(store.TableVolatile, name, strings.Join(k.columns, ","),
				"the database changes or deletes its rows with those to which they refer, and the schema does not say so", register)
		}
	}
	return v.triggersChange(ctx, changes)
}

func (k foreignKey) deletes() bool { return k.onDelete == cascade }
func (k foreignKey) clears() bool  { return k.onDelete == setNull || k.onDelete == setDefault }

// moves notes whose rows may change, on the findings that tell the host of the
// cause already, or else on a new one.
func (v *verification) moves(what store.Volatility, table, column, message, advice string) {
	if !v.noted(what, table, column) {
		v.add(store.Warning, CodeVolatile, table, column, message, advice)
		v.noted(what, table, column)
	}
}

func (v *verification) noted(what store.Volatility, table, column string) bool {
	found := false
	for i := range v.findings {
		f := &v.findings[i]
		if f.Table != table || f.Column != column {
			continue
		}
		switch f.Code {
		case CodeUnregisteredCascade, CodeUnregisteredSetNull, CodeCascadeRemovesKept, CodeForeignKeyChangesKept,
			CodePartlyCovered, CodeNotATable, CodeVirtualTable, CodeTrigger, CodeVolatile:
			f.Volatile, found = max(f.Volatile, what), true
		}
	}
	return found
}

// losing are the tables of which rows are deleted, by a batch or by cascades
// that follow from it.
func (v *verification) losing() map[spot]bool {
	out := map[spot]bool{v.tables[v.store.model.contacts.table].spot(): true}
	for _, a := range v.store.model.all {
		if a.Action == contacts.Delete {
			out[v.tables[a.Table].spot()] = true
		}
	}
	for grown := true; grown; {
		grown = false
		for _, k := range v.keys {
			if out[k.to()] && k.deletes() && !out[k.from()] {
				out[k.from()], grown = true, true
			}
		}
	}
	return out
}

// named returns what the schema calls the table, if it does.
func (v *verification) named(p spot) (string, bool) {
	for _, r := range v.store.model.sets() {
		if v.tables[r.table].spot() == p {
			return r.table, true
		}
	}
	return "", false
}

// covered reports whether a batch leaves nothing for the foreign key to do.
func (v *verification) covered(k foreignKey) bool {
	parent, ok := v.store.model.deletedFrom(v.tables, k)
	return ok && slices.ContainsFunc(v.store.model.registered(v.tables, k, parent), registration.clears)
}

// acting is implemented by engines that know of tables which triggered lists
// although nothing runs there that could change other rows.
type acting interface {
	// acting lists the names of tables with triggers, or anything like them.
	acting(tables tableSet) term
}

// triggersChange looks for triggers that run when a batch changes those tables:
// they may change any table, and so may triggers where it cannot be looked for
// them.
func (v *verification) triggersChange(ctx context.Context, changes map[spot]bool) error {
	list := v.store.triggered(v.tables)
	if e, ok := v.store.engine.(acting); ok {
		list = e.acting(v.tables)
	}
	found := map[string]bool{}
	err := query(ctx, v.store.engine, v.store.db, "verify", "", list, func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		found[strings.ToLower(name)] = true
		return err //nolint:wrapcheck // wrapped by each
	})
	if err != nil {
		return err
	}
	known := v.tables.databases()
	for _, p := range slices.SortedFunc(maps.Keys(changes), func(a, b spot) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.database, b.database)) }) {
		if !found[p.name] && slices.Contains(known, p.database) {
			continue
		}
		name, ok := v.named(p)
		if !ok {
			name = p.name
		}
		v.moves(store.AllVolatile, name, "", "a trigger may run here with every deletion, and change what conditions read in any table",
			"check what it does; runs fix their targets before the first batch, as far as WithPinLimit allows")
	}
	return nil
}
