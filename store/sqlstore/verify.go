package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"strings"

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
	// CodeTrigger: a trigger runs with the deletion.
	CodeTrigger = "trigger"
)

// Verify compares the schema with the database: it reads the catalogue, and a
// sample of each table's rows for values that do not belong to their field.
// What could lose data or leave orphans, or cannot work, is fatal.
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
	v := &verification{store: s, tables: seen.tables, keys: seen.keys, enforced: enforced}
	v.existence()
	if len(v.findings) > 0 {
		return v.findings, nil // everything else would follow from that
	}
	v.fields()
	v.contactKey()
	v.references()
	v.foreign()
	if err := v.heirs(ctx); err != nil {
		return nil, err
	}
	if err := v.triggers(ctx); err != nil {
		return nil, err
	}
	if err := v.samples(ctx); err != nil {
		return nil, err
	}
	s.seen.Store(seen)
	return v.findings, nil
}

// verification collects findings.
type verification struct {
	store    *Store
	tables   tableSet
	keys     []foreignKey
	enforced bool // foreign keys, on the connection that was asked
	findings []store.Finding
}

// add adds a finding once: several associations may share a table.
func (v *verification) add(severity store.Severity, code, table, column, message, advice string) {
	f := store.Finding{Code: code, Severity: severity, Table: table, Column: column, Message: message, Advice: advice}
	if !slices.ContainsFunc(v.findings, func(g store.Finding) bool { return g.Name() == f.Name() }) {
		v.findings = append(v.findings, f)
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
	for _, name := range v.store.model.changed() {
		if found[strings.ToLower(v.tables[name].name)] {
			v.add(store.Warning, CodeTrigger, name, "", "the table has a trigger, which may run with every deleted or changed row",
				"check what it does; a contact that it keeps is reported, a row that it keeps fails the batch")
		}
	}
	return nil
}
