package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/dialect"
)

// firstVersion are the statements of the layout's version 1.
func firstVersion(e engine, key []contacts.Field, n dialect.Naming) []string {
	var out []string
	for _, t := range layout(key) {
		out = append(out, t.create(e, n)...)
	}
	return append(out, "INSERT INTO "+n.Table(e.dialect(), "layout")+" ("+e.quote("keyed")+") VALUES ('"+keyedBy(key)+"')")
}

func current(context.Context, DB, Dialect, *model, dialect.Naming) error { return nil }

// sameKey refuses tables that were made for another key.
func (l *ledger) sameKey(ctx context.Context) error {
	var keyed string
	err := l.read(ctx, "inspect the ledger", l.sql("SELECT [y].[keyed] FROM {layout} AS [y]"), func(r *sql.Rows) error { return r.Scan(&keyed) })
	if want := keyedBy(l.model.contacts.key); err == nil && keyed != want {
		err = fmt.Errorf("sqlstore: open: the ledger's tables were made for contacts with the key (%s), and the schema's is (%s)", keyed, want)
	}
	return err
}
