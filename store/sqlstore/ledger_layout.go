package sqlstore

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/where"
)

// ledgerTable is one of the ledger's tables.
type ledgerTable struct {
	name    string // without the prefix
	columns []ledgerColumn
	key     []contacts.Field // those of the columns that hold a contact's key
	primary []string
	indexes []ledgerIndex
}

type ledgerColumn struct {
	name     string
	kind     ledgerKind
	field    *contacts.Field // of a key
	nullable bool
	fill     bool // others fill the table, and may leave the column out
}

type ledgerIndex struct {
	name    string
	columns []string
	unique  bool
}

// ledgerKind is what a column holds.
type ledgerKind uint8

const (
	number   ledgerKind = iota + 1 // an integer; times are microseconds since 1970, 0 for none
	word                           // what names something: a text of at most maxWord bytes
	prose                          // any text
	digest                         // at most maxDigest bytes
	document                       // any bytes
	keyPart                        // of a contact's key
)

// What the shorter columns hold. Longer values are refused by package store and
// by fits, because a server in a loose mode would cut them off.
const (
	maxWord   = 255
	maxDigest = 64
	maxKey    = 255 // characters of a text in a key, on MySQL
)

// typeOf is the type of a column. Texts compare by bytes. A key's text has the
// database's own collation on PostgreSQL, where all of them compare equal by
// bytes, so that a host's own columns can be joined with it.
func typeOf(e engine, c ledgerColumn) string {
	types := map[ledgerKind][3]string{
		number:   {"INTEGER", "bigint", "BIGINT"},
		word:     {"TEXT", `text COLLATE "C"`, "VARBINARY(" + strconv.Itoa(maxWord) + ")"},
		prose:    {"TEXT", `text COLLATE "C"`, "LONGTEXT" + exactText},
		digest:   {"BLOB", "bytea", "VARBINARY(" + strconv.Itoa(maxDigest) + ")"},
		document: {"BLOB", "bytea", "LONGBLOB"},
	}
	if c.kind == keyPart {
		return e.columnType(*c.field, true)
	}
	return types[c.kind][e.dialect()-1]
}

// ledgerKey are the columns for the contacts' key, in its order. Their names do
// not depend on the host's.
func ledgerKey(key []contacts.Field) []contacts.Field {
	out := make([]contacts.Field, len(key))
	for i, f := range key {
		name := "key_" + strconv.Itoa(i+1)
		out[i] = contacts.Field{Name: name, Column: name, Kind: f.Kind, Encoding: f.Encoding, Required: true}
	}
	return out
}

// layout is what the ledger consists of, in the version ledgerVersion.
func layout(key []contacts.Field) []ledgerTable {
	fields := ledgerKey(key)
	names := columnNames(fields)
	var parts []ledgerColumn
	for i := range fields {
		parts = append(parts, ledgerColumn{name: names[i], kind: keyPart, field: &fields[i]})
	}
	parts = slices.Clip(parts)
	with := func(before []string, after ...string) []string { return append(append(before, names...), after...) }
	return []ledgerTable{
		{
			name: "operations", primary: []string{"id"},
			columns: columnsOf("id word, scope word, format number, state word, left_state word, wanted word, created number, updated number, "+
				"finished number, due number, ready number, holder word, term number, expires number, sequence number, deleted number, "+
				"targets number, ordinal number, request document, progress document", ledgerColumn{name: "request_key", kind: word, nullable: true}),
			indexes: []ledgerIndex{
				{name: "created", columns: []string{"scope", "created", "id", "state", "deleted"}},
				{name: "state", columns: []string{"scope", "state", "created", "id"}},
				{name: "ready", columns: []string{"scope", "ready", "id"}},
				{name: "key", columns: []string{"scope", "request_key"}, unique: true},
			},
		},
		{
			name: "targets", primary: with([]string{"operation"}), key: fields,
			columns: columnsOf("operation word, scope word, ordinal number, suppressed number, doomed number, reason prose", append(parts, ledgerColumn{name: "stamp", kind: document, nullable: true})...),
			indexes: []ledgerIndex{
				{name: "ordinal", columns: []string{"scope", "operation", "ordinal"}},
				{name: "suppressed", columns: with(nil, "scope", "suppressed")},
			},
		},
		{
			name: "archive", primary: with(nil, "scope", "hash_key", "hash"), key: fields,
			columns: columnsOf("scope word, hash_key word, hash digest, rule number, reason prose, operation word, first_at number, last_at number, "+
				"times number, fields document", parts...),
			indexes: []ledgerIndex{
				{name: "hash", columns: []string{"scope", "hash"}},
				{name: "last", columns: []string{"scope", "last_at"}},
			},
		},
		{
			name: "pending", primary: with([]string{"scope"}), key: fields,
			columns: append(parts,
				ledgerColumn{name: "scope", kind: word, fill: true}, ledgerColumn{name: "reason", kind: prose, fill: true},
				ledgerColumn{name: "since", kind: number, fill: true}),
		},
		{name: "events", primary: []string{"operation", "sequence"}, columns: columnsOf("operation word, sequence number, scope word, happened number, body document")},
		{name: "settings", primary: []string{"scope"}, columns: columnsOf("scope word, stopped number, why prose", ledgerColumn{name: "period", kind: number, nullable: true})},
		{name: "layout", primary: []string{"keyed"}, columns: columnsOf("keyed word")},
	}
}

func columnsOf(list string, more ...ledgerColumn) []ledgerColumn {
	kinds := map[string]ledgerKind{"number": number, "word": word, "label": word, "prose": prose, "digest": digest, "document": document}
	var out []ledgerColumn
	for one := range strings.SplitSeq(list, ", ") {
		name, kind, _ := strings.Cut(one, " ")
		out = append(out, ledgerColumn{name: name, kind: kinds[kind]})
	}
	return append(out, more...)
}

// create are the statements that make the table and its indexes.
func (t ledgerTable) create(e engine, n dialect.Naming) []string {
	d := e.dialect()
	list := func(names []string) string {
		quoted := make([]string, len(names))
		for i, name := range names {
			quoted[i] = d.Quote(name)
		}
		return "(" + strings.Join(quoted, ", ") + ")"
	}
	var lines, after []string
	for _, c := range t.columns {
		line := d.Quote(c.name) + " " + typeOf(e, c)
		if !c.nullable {
			line += " NOT NULL"
		}
		if c.fill {
			line += " DEFAULT " + filledWith(d, c)
		}
		lines = append(lines, line)
	}
	lines = append(lines, "PRIMARY KEY "+list(t.primary))
	for _, i := range t.indexes {
		kind, name, on := "INDEX ", d.Quote(n.Name(t.name+"_"+i.name)), n.Table(d, t.name)
		if i.unique {
			kind = "UNIQUE INDEX "
		}
		switch d {
		case dialect.MySQL: // in one statement, because there it cannot be undone
			lines = append(lines, kind+name+" "+list(i.columns))
			continue
		case dialect.SQLite: // the schema belongs to the index
			name, on = strings.TrimSuffix(on, d.Quote(n.Name(t.name)))+name, d.Quote(n.Name(t.name))
		case dialect.PostgreSQL:
		}
		after = append(after, "CREATE "+kind+name+" ON "+on+" "+list(i.columns))
	}
	return append([]string{"CREATE TABLE " + n.Table(d, t.name) + " (\n\t" + strings.Join(lines, ",\n\t") + "\n)" + e.tableOptions()}, after...)
}

// filledWith is what a column has where others leave it out.
func filledWith(d Dialect, c ledgerColumn) string {
	switch now := d.Now(); {
	case c.kind == number && d == PostgreSQL: // no subquery may stand there
		return "(" + strings.TrimPrefix(now, "(SELECT ")
	case c.kind == number:
		return "(" + now + ")"
	case c.kind == prose && d == MySQL:
		return "('')"
	}
	return "''"
}

// keyedBy names the kinds of a key's columns.
func keyedBy(key []contacts.Field) string {
	parts := make([]string, len(key))
	for i, f := range key {
		parts[i] = f.Kind.String()
		if f.Kind == where.KindUUID {
			switch f.Encoding.Form { //nolint:exhaustive // the others are native
			case contacts.FormUUIDText:
				parts[i] += " as text"
			case contacts.FormUUIDBytes:
				parts[i] += " as bytes"
			}
		}
	}
	return strings.Join(parts, ", ")
}

// fits refuses keys that the columns cannot hold.
func (l *ledger) fits(k contacts.Key) error {
	if l.dialect() != MySQL {
		return nil
	}
	for _, v := range k.Values() {
		if v.Kind() == where.KindText && utf8.RuneCountInString(v.Text()) > maxKey {
			return fmt.Errorf("a text in a key has at most %d characters in the ledger", maxKey)
		}
	}
	return nil
}
