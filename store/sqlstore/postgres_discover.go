package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
)

func (postgres) guesses(_ context.Context, _ queryer, t tableInfo, plain map[string]bool, zone string) ([]guess, error) { //nolint:unparam // SQLite asks the database
	out := make([]guess, len(t.columns))
	for i, c := range t.columns {
		out[i] = pgGuess(c, plain[c.name], zone)
		for n := range out[i].fields {
			out[i].fields[n].Name = c.name
		}
	}
	return out, nil
}

// pgGuess follows the type, which leaves no doubt; only a number as a key is no
// decimal.
func pgGuess(c columnInfo, plain bool, zone string) guess {
	exactly := func(f contacts.Field) guess { return guess{fields: []contacts.Field{f}, typed: true} }
	switch c.declared {
	case pgText, pgVarchar, pgChar, pgCitext, pgEnum:
		return exactly(contacts.Text(""))
	case pgSmallint, pgInteger, pgBigint:
		return exactly(contacts.Int64(""))
	case pgNumeric:
		if plain {
			return guess{fields: []contacts.Field{contacts.Uint64(""), contacts.Decimal("")}}
		}
		return exactly(contacts.Decimal(""))
	case pgReal, pgDouble:
		return exactly(contacts.Float64(""))
	case pgBoolean:
		return exactly(contacts.Bool(""))
	case pgTimestamptz:
		return exactly(contacts.Time(""))
	case pgTimestamp:
		g := exactly(contacts.Time(""))
		if zone != "" {
			g.fields[0] = g.fields[0].Encoded(contacts.NaiveTime(zone))
		} else {
			g.note = naiveNote
		}
		return g
	case pgDate:
		return exactly(contacts.Date(""))
	case pgUUID:
		return exactly(contacts.UUID(""))
	case pgBytea:
		if plain {
			return guess{fields: []contacts.Field{contacts.UUID("").Encoded(contacts.UUIDBytes())}}
		}
	}
	return unmapped(fmt.Sprintf("values of type %s cannot be compared", c.declared))
}

// caveats are about inheritance, which foreign keys do not follow.
func (postgres) caveats(ctx context.Context, q queryer, t tableInfo) ([]string, error) {
	var out []string
	err := each(ctx, q, func(r *sql.Rows) error {
		var name, referring string
		var partition bool
		if err := r.Scan(&name, &partition, &referring); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		if !partition && referring == "" {
			out = append(out, "its rows in "+name+", which inherits from it, are treated as its own, but no foreign key of it holds for them")
		}
		if referring != "" {
			out = append(out, "a foreign key of "+referring+" refers to "+name+", a part of it, and is in no schema; make it refer to the whole table")
		}
		return nil
	}, `WITH RECURSIVE below(oid, partition) AS (
			SELECT i.inhrelid, p.relispartition FROM pg_catalog.pg_inherits i
			JOIN pg_catalog.pg_class p ON p.oid = i.inhrelid
			JOIN pg_catalog.pg_class c ON c.oid = i.inhparent JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = $1::name AND c.relname = $2::name
			UNION SELECT i.inhrelid, p.relispartition FROM below b
			JOIN pg_catalog.pg_inherits i ON i.inhparent = b.oid JOIN pg_catalog.pg_class p ON p.oid = i.inhrelid)
		SELECT b.oid::regclass::text, b.partition, '' FROM below b
		UNION ALL SELECT b.oid::regclass::text, b.partition, k.conrelid::regclass::text FROM below b
			JOIN pg_catalog.pg_constraint k ON k.confrelid = b.oid AND k.contype = 'f' AND k.conparentid = 0
		ORDER BY 1, 3`, t.database, t.name)
	return out, err
}
