package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"time"

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
func (l *ledger) table(name string) string {
	return (&builder{engine: l.engine, tables: l.tables}).table(name)
}

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

// blobOrNull is a document that may be missing, which is not the same as empty.
func blobOrNull(b []byte) any {
	if b == nil {
		return nil
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

// class is an error of the ledger itself.
func class(op string, err error, detail string) error {
	return &store.Error{Op: op, Class: err, Detail: detail}
}

// faulty is a request that is wrong, or nil.
func faulty(errs ...error) error {
	if err := errors.Join(errs...); err != nil {
		return invalid(err)
	}
	return nil
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
