package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// The codes of findings. A host that accepts one names it by code, table and
// column; see store.Finding.Name.
const (
	// CodeMissingTable and CodeMissingColumn: the database does not have what
	// the schema names.
	CodeMissingTable  = "missing-table"
	CodeMissingColumn = "missing-column"
	// CodeNotATable: rows of a view cannot be deleted or changed;
	// CodeVirtualTable: those of a virtual table may not be part of the
	// transaction.
	CodeNotATable    = "not-a-table"
	CodeVirtualTable = "virtual-table"
	// CodeNotTransactional: what is done to the table cannot be undone.
	CodeNotTransactional = "not-transactional"
	// CodeConnection: connections are set up so that values would not be
	// compared as they are.
	CodeConnection = "connection"
	// CodeServer: the server is not one that the dialect is made for.
	CodeServer = "server"
	// CodeHistory: deleted rows stay in a history of the table.
	CodeHistory = "history"
	// CodeEncoding: the engine cannot compare the field in its encoding.
	CodeEncoding = "encoding"
	// CodeColumnType: the column's declared type changes values so that they
	// do not belong to the field any more.
	CodeColumnType = "column-type"
	// CodeRange: the engine cannot store all values of the kind.
	CodeRange = "range"
	// CodeStoredValues: sampled values do not belong to the field.
	CodeStoredValues = "stored-values"
	// CodeWrongEncoding: the sample looks like another encoding than the
	// declared one.
	CodeWrongEncoding = "wrong-encoding"
	// CodeKeyNotUnique, CodeKeyNullable and CodeKeyReuse are about the key of
	// the contacts.
	CodeKeyNotUnique = "key-not-unique"
	CodeKeyNullable  = "key-nullable"
	CodeKeyReuse     = "key-reuse"
	// CodeTargetNotUnique: what a reference refers to is not unique.
	CodeTargetNotUnique = "target-not-unique"
	// CodeDetachNotNull: the column that is to be set to NULL is NOT NULL.
	CodeDetachNotNull = "detach-not-null"
	// CodeSetNotNull: the same, of a field that Anonymise sets.
	CodeSetNotNull = "set-not-null"
	// CodeReferenceUnindexed, CodeReferenceType and CodeReferenceCollation are
	// about columns that refer to others.
	CodeReferenceUnindexed = "reference-unindexed"
	CodeReferenceType      = "reference-type"
	CodeReferenceCollation = "reference-collation"
	// CodeUnregisteredCascade, CodeUnregisteredSetNull and
	// CodeUnregisteredReference are about foreign keys that the schema does
	// not mention.
	CodeUnregisteredCascade   = "unregistered-cascade"
	CodeUnregisteredSetNull   = "unregistered-set-null"
	CodeUnregisteredReference = "unregistered-reference"
	// CodePartlyCovered: associations cover only some of the rows that refer to
	// what is deleted.
	CodePartlyCovered = store.CodePartlyCovered
	// CodeCascadeRemovesKept: the database deletes rows that must stay.
	CodeCascadeRemovesKept = "cascade-removes-kept"
	// CodeCascadeAfterDetach: the database would delete rows that the store
	// detaches before.
	CodeCascadeAfterDetach = "cascade-after-detach"
	// CodeForeignKeyBlocks and CodeForeignKeyChangesKept: a foreign key does
	// not allow, or changes, what the schema keeps. That it does not allow it
	// is fatal for rows that are anonymised.
	CodeForeignKeyBlocks      = "foreign-key-blocks"
	CodeForeignKeyChangesKept = "foreign-key-changes-kept"
	// CodeForeignKeyTarget: a foreign key refers to other columns than the
	// reference.
	CodeForeignKeyTarget = "foreign-key-target"
	// CodeForeignKeyEmpty: the empty text refers to nothing for the schema, but
	// to a row for the database, which acts on it.
	CodeForeignKeyEmpty = "foreign-key-empty"
	// CodeNotCascaded: the database does not delete the rows of an association
	// that is Cascaded, or not only those. CodeCascadeUnused: it does, but the
	// store deletes them itself. It does so after either, if the host accepts it.
	CodeNotCascaded   = store.CodeNotCascaded
	CodeCascadeUnused = "cascade-unused"
	// CodeUpdateChanges and CodeUpdateBlocks are about foreign keys to columns
	// that are set in rows which stay.
	CodeUpdateChanges = "update-changes"
	CodeUpdateBlocks  = "update-blocks"
	// CodeOtherFile: a table is in another database file than the contacts.
	CodeOtherFile = "other-file"
	// CodeCollation: the collation of a key or a reference is none of the
	// engine's own.
	CodeCollation = "collation"
	// CodeTrigger: a trigger runs with the deletion.
	CodeTrigger = "trigger"
	// CodeWalkNullable, CodeWalkCollation and CodeWalkUnindexed are about walks by
	// a field, which [store.Finding.Walk] names: its column can be NULL, compares
	// by a collation of which nothing is known, or has no index that serves the
	// walk.
	CodeWalkNullable  = "walk-nullable"
	CodeWalkCollation = "walk-collation"
	CodeWalkUnindexed = "walk-unindexed"
)

// Verify compares the schema with the database: it reads the catalogue, and a
// sample of each table's rows for values that do not belong to their field.
// What could lose data or leave orphans, or cannot work, is fatal.
//
// Batches look at the catalogue again when it changes. They refuse what is
// fatal in it and was not there when the store was opened, even if a run was
// told of it: a store has many callers, and each Verify is only one's. A host
// that accepts such a finding opens the store again.
func (s *Store) Verify(ctx context.Context) ([]store.Finding, error) {
	const op = "verify"
	if err := ctx.Err(); err != nil {
		return nil, failure(ctx, s.engine, op, "", err)
	}
	seen, err := s.look(ctx, s.db)
	if err != nil {
		return nil, err
	}
	enforced, err := s.enforcing(ctx, s.db)
	if err != nil {
		return nil, failure(ctx, s.engine, op, "", err)
	}
	remarks, err := s.remarks(ctx, s.db, seen.tables)
	if err != nil {
		return nil, failure(ctx, s.engine, op, "", err)
	}
	seen = s.remember(seen)
	v := s.structure(seen, enforced)
	for i, f := range v.findings {
		if slices.Contains(seen.late(), f) {
			v.findings[i].Advice += "; it came after the store was opened, whose batches refuse it until the store is opened again"
		}
	}
	v.findings = append(remarks, v.findings...)
	if v.without {
		for i := range v.findings { // nobody looks any further, should the host accept them
			v.findings[i].Volatile = store.AllVolatile
		}
		return v.findings, nil
	}
	if err := v.heirs(ctx); err != nil {
		return nil, err
	}
	if err := v.triggers(ctx); err != nil {
		return nil, err
	}
	if err := v.cascading(ctx, seen); err != nil {
		return nil, err
	}
	if err := v.volatile(ctx); err != nil {
		return nil, err
	}
	if err := v.samples(ctx); err != nil {
		return nil, err
	}
	return v.findings, nil
}

// structure compares the schema with the tables and what is declared of them.
// enforced says whether foreign keys are.
func (s *Store) structure(seen *sighting, enforced bool) *verification {
	v := &verification{store: s, tables: seen.tables, keys: seen.keys, enforced: enforced}
	v.existence()
	if v.without = len(fatal(v.findings)) > 0; v.without {
		return v
	}
	v.files()
	v.fields()
	v.contactKey()
	v.walks()
	v.references()
	v.foreign()
	v.gaps()
	v.cascades(seen)
	return v
}

// fatal are the findings of that severity.
func fatal(findings []store.Finding) []store.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f store.Finding) bool { return f.Severity != store.Fatal })
}

// verification collects findings.
type verification struct {
	store    *Store
	tables   tableSet
	keys     []foreignKey
	enforced bool // foreign keys, on the connection that was asked
	without  bool // a table that is needed, so that all else would follow from that
	findings []store.Finding
}

func (v *verification) add(severity store.Severity, code, table, column, message, advice string) {
	v.find(store.Finding{Code: code, Severity: severity, Table: table, Column: column, Message: message, Advice: advice})
}

// find adds a finding once, in its most severe form: several associations may
// share a table.
func (v *verification) find(f store.Finding) {
	i := slices.IndexFunc(v.findings, func(g store.Finding) bool { return g.Name() == f.Name() })
	switch {
	case i < 0:
		v.findings = append(v.findings, f)
	case f.Severity > v.findings[i].Severity:
		v.findings[i] = f
	}
}

// files looks for tables in other databases, where a lock on the contacts' does
// not reach: there rows may come that hold a contact back, after that was
// tested, and a crash may separate what is changed in two files.
func (v *verification) files() {
	m := v.store.model
	home := v.tables[m.contacts.table].database
	if v.store.write("", "") == nil {
		return // rows are locked wherever they are
	}
	for _, a := range m.all {
		if v.tables[a.Table].database == home {
			continue
		}
		severity, message := store.Warning, "the table is in another database file than the contacts; it may change after a condition that reads it was tested"
		switch a.Action {
		case contacts.Delete, contacts.Anonymise, contacts.Detach, contacts.HandOver:
			severity, message = store.Fatal, "the table is in another database file than the contacts; a crash may leave only one of them changed"
		case contacts.Restrict:
			severity, message = store.Fatal, "the table is in another database file than the contacts; a row may come after it was looked for, and would not hold its contact back"
		case contacts.Keep, contacts.ReadOnly:
		}
		v.add(severity, CodeOtherFile, a.Table, "", message, "keep it in the contacts' database file")
	}
}

// changed are the tables whose rows a batch deletes or changes.
func (m *model) changed() []string {
	out := []string{m.contacts.table}
	for _, a := range m.all {
		if a.Action.Touches() && !slices.Contains(out, a.Table) {
			out = append(out, a.Table)
		}
	}
	return out
}

func (v *verification) existence() {
	for _, r := range v.store.model.sets() {
		t := v.tables[r.table]
		if t.kind == missing {
			v.add(store.Fatal, CodeMissingTable, r.table, "", "there is no such table", "create it, or correct the schema")
			continue
		}
		for _, f := range r.fields {
			if !t.has(f.ColumnName()) {
				v.add(store.Fatal, CodeMissingColumn, r.table, f.ColumnName(), "there is no such column",
					"create it, or correct the schema; Field.In names a field's column")
			}
		}
	}
	for _, name := range v.store.model.changed() {
		switch v.tables[name].kind {
		case view:
			v.add(store.Fatal, CodeNotATable, name, "", "a view, whose rows cannot be deleted or changed", "name the table")
		case virtualTable:
			v.add(store.Warning, CodeVirtualTable, name, "", "a virtual table",
				"make sure that its module takes part in transactions")
		case unsafeTable:
			v.add(store.Fatal, CodeNotTransactional, name, "", "what is done to the table cannot be undone with its transaction",
				"convert it to a transactional engine, such as InnoDB")
		case plainTable, missing:
		}
	}
}

func (v *verification) triggers(ctx context.Context) error {
	found := map[string]bool{}
	err := query(ctx, v.store.engine, v.store.db, "verify", "", v.store.triggered(v.tables), func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		found[strings.ToLower(name)] = true // as the trigger was written
		return err                          //nolint:wrapcheck // wrapped by each
	})
	if err != nil {
		return err
	}
	if err := v.cascadesBeside(ctx, found); err != nil {
		return err
	}
	for _, name := range v.store.model.changed() {
		if found[strings.ToLower(v.tables[name].name)] {
			v.add(store.Warning, CodeTrigger, name, "", "the table has a trigger, which may run with every deleted or changed row",
				"check what it does; a contact that it keeps is reported, a row that it keeps fails the batch")
		}
	}
	return nil
}
