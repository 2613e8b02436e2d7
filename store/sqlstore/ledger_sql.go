package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// sql is a statement, or a part of one, of the ledger's: [name] is a column,
// {name} a table, {now} the database's clock, and ?int, ?text and ?bytes are
// parameters. A question mark alone is a term's.
func (l *ledger) sql(text string, args ...any) term { return expr(l.write(text), args...) }

func (l *ledger) write(text string) string {
	return regexp.MustCompile(`\[\w+\]|\{\w+\}|\?(int|text|bytes)`).ReplaceAllStringFunc(text, func(part string) string {
		name := part[1 : len(part)-1]
		switch {
		case part[0] == '[':
			return l.quote(name)
		case part == "{now}":
			return l.dialect().Now()
		case part[0] == '{':
			return l.table(name)
		case l.dialect() != PostgreSQL:
			return "?"
		}
		return "?::" + map[string]string{"int": pgBigint, "text": pgText, "bytes": pgBytea}[part[1:]]
	})
}

// table is a table's name with the database where it was found.
func (l *ledger) table(name string) string { return (&builder{engine: l.engine, tables: l.tables}).table(name) }

// begin runs work in a transaction that locks before it reads.
func (l *ledger) begin(ctx context.Context, op string, work func(*tx) error) error {
	return l.transaction(ctx, op, func(t *tx) error {
		if err := l.take(t); err != nil {
			return err
		}
		return work(t)
	})
}

// take locks the whole database where there are no locks of rows, as
// [engine.write] does.
func (l *ledger) take(t *tx) error {
	if all := l.engine.write(l.table("operations"), "id"); all != nil {
		_, err := t.exec("", all)
		return err
	}
	return nil
}

// read asks without a transaction.
func (l *ledger) read(ctx context.Context, op string, q term, scan func(*sql.Rows) error) error {
	return query(ctx, l.engine, l.db, op, "", q, scan)
}

// now is the database's clock.
func (l *ledger) now(t *tx) (now int64, err error) {
	err = t.query("", l.sql("SELECT {now}"), func(r *sql.Rows) error { return r.Scan(&now) })
	return now, err
}

// Times are kept as microseconds, and the zero time as 0.
func instant(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// blob is a document as it is stored: never NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// loaded is a document as it is given: never empty.
func loaded(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}

func flag(on bool) int64 {
	if on {
		return 1
	}
	return 0
}

// text is a text of a request with the length that its column has.
type text struct {
	name, value string
	most        int // characters; 0: any number
	required    bool
}

// legible refuses texts that a column cannot hold on every engine.
func legible(texts ...text) error {
	for _, t := range texts {
		switch {
		case t.required && t.value == "":
			return invalid(fmt.Errorf("%s is missing", t.name))
		case !utf8.ValidString(t.value) || strings.ContainsRune(t.value, 0):
			return invalid(fmt.Errorf("%s must be UTF-8 without NUL", t.name))
		case t.most > 0 && utf8.RuneCountInString(t.value) > t.most:
			return invalid(fmt.Errorf("%s has more than %d characters", t.name, t.most))
		}
	}
	return nil
}

func scoped(scope string) text { return text{name: "the scope", value: scope, most: maxLabel} }

func identified(id string) text {
	return text{name: "the operation's ID", value: id, most: maxWord, required: true}
}

// limited refuses pages of nothing.
func limited(limit int) error {
	if limit < 1 {
		return invalid(fmt.Errorf("a page of %d", limit))
	}
	return nil
}

// class is an error of the ledger itself.
func class(op string, err error, detail string) error {
	return &store.Error{Op: op, Class: err, Detail: detail}
}

// keyValues are the values of a key as parameters.
func (l *ledger) keyValues(k contacts.Key) ([]any, error) {
	key := l.model.contacts.key
	values := k.Values()
	out := make([]any, len(values))
	for i, v := range values {
		x, err := l.encode(key[i], v)
		if err != nil {
			return nil, invalid(err)
		}
		out[i] = x
	}
	return out, nil
}

// chunk is how many keys a statement names, where there may be any number.
const chunk = 5000
