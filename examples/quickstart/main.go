// Quickstart makes a small CRM in a SQLite file, shows what a rule would
// delete, deletes it in batches with everything that belongs to it, and checks
// the result with plain SQL.
//
//	go run ./examples/quickstart
//
// A second run uses the file that it finds; see -help for the flags.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, in *os.File, out *os.File) (err error) {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	size := flags.Int("contacts", 100_000, "how many contacts to make, with ten activities each")
	path := flags.String("db", "crm.db", "the SQLite file; it is made when it does not exist")
	empty := flags.String("empty", "email", "delete contacts without this: email, phone or external_id")
	older := flags.Duration("older", 7*24*time.Hour, "delete only contacts older than this")
	yes := flags.Bool("yes", false, "do not ask, even on a terminal")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *size < 0 {
		return errors.New("-contacts: a number is not negative")
	}
	r, err := newRule(*empty, *older)
	if err != nil {
		return err
	}
	db, err := open(ctx, out, *path, *size)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	before, err := tableSizes(ctx, db)
	if err != nil {
		return err
	}
	report, err := sweep(ctx, db, r, in, out, *yes)
	if err != nil || report == nil {
		return err
	}
	after, err := tableSizes(ctx, db)
	if err != nil {
		return err
	}
	if err := printReport(out, *report, before, after); err != nil {
		return err
	}
	if report.Deleted == 0 {
		fmt.Fprintf(out, "nothing left to delete; delete %s to start again, or try -empty %s\n", *path, r.other())
	}
	return verify(ctx, db, r, report.At, out)
}

// sweep is all that a host has to write: open the store, make the service,
// look at the preview, execute it. It returns no report when the person at the
// terminal said no.
func sweep(ctx context.Context, db *sql.DB, r rule, in, out *os.File, yes bool) (*deletion.Report, error) {
	st, err := sqlstore.Open(ctx, db, sqlstore.SQLite, crm())
	if err != nil {
		return nil, err
	}
	bar := newBar(out)
	svc, err := deletion.New(st, deletion.WithProgress(bar.show))
	if err != nil {
		return nil, err
	}
	plan, err := svc.Preview(ctx, r.condition(), deletion.SampleFields("email", "created"))
	if err != nil {
		return nil, err
	}
	if err := printPlan(out, plan); err != nil {
		return nil, err
	}
	if !yes && onTerminal(in) && onTerminal(out) && !confirmed(in, out, plan.Deletable) {
		fmt.Fprintln(out, "nothing was deleted")
		return nil, nil //nolint:nilnil // the person said no, which is no error and has no report
	}
	report, err := svc.Execute(ctx, plan)
	bar.finish()
	if err != nil {
		fmt.Fprintln(out, report)
		return nil, err
	}
	return &report, nil
}

// verify counts with plain SQL, not with the library.
func verify(ctx context.Context, db *sql.DB, r rule, at time.Time, out io.Writer) error {
	left, err := r.matching(ctx, db, at)
	if err != nil {
		return err
	}
	lost, err := orphans(ctx, db)
	if err != nil {
		return err
	}
	if left != 0 || lost != 0 {
		return fmt.Errorf("NOT verified: %d matching contacts left, %d orphaned rows", left, lost)
	}
	_, err = fmt.Fprintln(out, "verified: 0 matching contacts left, 0 orphaned rows")
	return err
}
