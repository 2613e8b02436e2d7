// Erasuredesk is the erasure desk of a small shop. Requests come in by email and
// wait for two days, suppressed: nothing is sent to those customers, but all of
// their data is there. One of them changes his mind; the others are deleted when
// their time has come. Who asks later finds proof in the archive.
//
//	go run ./examples/erasuredesk
//
// The two days are a second here; see -wait. The database is a SQLite file in a
// temporary directory.
package main

import (
	"context"
	"crypto/rand"
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
	wait := flag.Duration("wait", time.Second, "what stands for the two days")
	flag.Parse()
	err := inTempDir(func(dir string) error { return run(ctx, os.Stdout, dir, *wait) })
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "erasuredesk:", err)
		os.Exit(1)
	}
}

func inTempDir(f func(dir string) error) error {
	dir, err := os.MkdirTemp("", "erasuredesk")
	if err != nil {
		return err
	}
	return errors.Join(f(dir), os.RemoveAll(dir))
}

func run(ctx context.Context, out io.Writer, dir string, wait time.Duration) (err error) {
	db, err := open(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	// With every deployment, before the store is opened.
	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite, schema()); err != nil {
		return err
	}
	st, err := sqlstore.Open(ctx, db, sqlstore.SQLite, schema(), sqlstore.WithLedger())
	if err != nil {
		return err
	}
	secret := make([]byte, 32) // a host's is always the same, and kept apart from the database
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	svc, err := deletion.New(st, deletion.WithArchive(deletion.ArchiveConfig{
		Keys: map[string][]byte{"2026": secret}, KeyID: "2026",
		Fields: []string{"created"},
	}))
	if err != nil {
		return err
	}
	// Two days are the default. This changes it for all processes, until it is
	// changed again.
	if err := svc.Suppressions().SetPeriod(ctx, wait); err != nil {
		return err
	}
	return story(ctx, desk{db: db, st: st, svc: svc, out: out}, wait)
}

// story is what happens at the desk in three days.
func story(ctx context.Context, d desk, wait time.Duration) error {
	for _, chapter := range []struct {
		title string
		steps []func() error
	}{
		{"requests by email", []func() error{
			func() error { return d.request(ctx, "T-101", "Mia", "ann@example.com") },
			func() error { return d.request(ctx, "T-102", "Mia", "bob@example.com") },
			func() error { return d.request(ctx, "T-103", "Leo", "cid@example.com") },
			func() error { return d.request(ctx, "T-104", "Leo", "eve@example.com") },
			func() error { return d.request(ctx, "T-101", "Mia", "ann@example.com") },
		}},
		{"meanwhile", []func() error{
			func() error { return d.newsletter(ctx) },
			func() error { return d.signUp(ctx, "Ann", "ANN@example.com") },
			func() error { return d.optOut(ctx, "ann@example.com") },
		}},
		{"bob changes his mind", []func() error{
			func() error { return d.changedMind(ctx, "T-102") },
			func() error { return d.leaflet(ctx) },
		}},
		{"the time has come", []func() error{
			func() error { return pass(ctx, wait) },
			func() error { return d.purge(ctx) },
			func() error { return d.changedMind(ctx, "T-101") },
		}},
		{"is this address gone?", []func() error{
			func() error { return d.proof(ctx, "Ann@EXAMPLE.com") },
			func() error { return d.proof(ctx, "bob@example.com") },
		}},
		{"all operations", []func() error{func() error { return d.list(ctx) }, func() error { return d.summary(ctx) }}},
		{"what plain SQL finds", []func() error{func() error { return d.books(ctx) }}},
	} {
		fmt.Fprintln(d.out, chapter.title)
		for _, step := range chapter.steps {
			if err := step(); err != nil {
				return fmt.Errorf("%s: %w", chapter.title, err)
			}
		}
	}
	return nil
}

// pass lets the period pass, and a moment more: the database's clock counts.
func pass(ctx context.Context, wait time.Duration) error {
	select {
	case <-time.After(wait + 100*time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
