// Discover prints, as Go source, the schema that a database's foreign keys
// propose for its contact table, and what Verify finds about it.
//
//	go run ./examples/discover -table Customer -delete Invoice,InvoiceLine crm.db
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	_ "modernc.org/sqlite"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

func main() {
	if err := run(context.Background(), os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, args []string) (err error) {
	flags := flag.NewFlagSet("discover", flag.ContinueOnError)
	table := flags.String("table", "contacts", "the table of the contacts")
	var options []sqlstore.DiscoverOption
	for _, action := range []contacts.Action{contacts.Delete, contacts.Detach, contacts.Keep, contacts.Restrict} {
		flags.Func(action.String(), "what happens to the rows of these `tables`, separated by commas", func(tables string) error {
			for t := range strings.SplitSeq(tables, ",") {
				options = append(options, sqlstore.WithAction(t, action))
			}
			return nil
		})
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("name the file of an SQLite database")
	}
	db, err := sql.Open("sqlite", "file:"+flags.Arg(0)+"?mode=ro&_pragma=foreign_keys(1)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	proposal, err := sqlstore.Discover(ctx, db, sqlstore.SQLite, *table, options...)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, proposal)

	st, err := sqlstore.Open(ctx, db, sqlstore.SQLite, proposal.Schema)
	if err != nil {
		return err
	}
	findings, err := st.Verify(ctx)
	for _, f := range findings {
		fmt.Fprintln(out, "//", f)
	}
	return err
}
