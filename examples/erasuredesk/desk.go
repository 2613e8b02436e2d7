package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// desk is the shop's erasure desk.
type desk struct {
	db  *sql.DB
	st  *sqlstore.Store
	svc *deletion.Service
	out io.Writer
}

// customers returns the keys of all customers with the address: the library
// deletes contacts, and which of them a person is, the host knows.
func (d desk) customers(ctx context.Context, address string) (keys []contacts.Key, err error) {
	return d.keys(ctx, `SELECT id FROM customers WHERE lower(email) = lower(?) ORDER BY id`, address)
}

func (d desk) keys(ctx context.Context, query string, args ...any) (keys []contacts.Key, err error) {
	rows, err := d.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return contacts.Keys(ids...)
}

// request turns a ticket into an operation. A ticket that comes twice is the same
// operation: its number is the idempotency key.
func (d desk) request(ctx context.Context, ticket, clerk, address string) error {
	keys, err := d.customers(ctx, address)
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		fmt.Fprintf(d.out, "  %s  %-16s  no customer has this address\n", ticket, address)
		return nil
	}
	op, err := d.svc.Operations().Submit(ctx, deletion.Request{
		Keys: keys, IdempotencyKey: ticket,
		Reason: "erasure request by email", By: clerk, // kept for good, so no address in them
	})
	if err != nil {
		return err
	}
	added, err := d.db.ExecContext(ctx, `INSERT INTO tickets (number, operation) VALUES (?, ?) ON CONFLICT DO NOTHING`, ticket, op.ID)
	if err != nil {
		return err
	}
	if n, err := added.RowsAffected(); err != nil || n == 0 {
		fmt.Fprintf(d.out, "  %s  %-16s  came before, and is %s\n", ticket, address, op.State)
		return err
	}
	fmt.Fprintf(d.out, "  %s  %-16s  suppressed: %d, to be deleted after %s\n", ticket, address, op.Suppressed, op.Period)
	return nil
}

// newsletter asks about all readers in one query before anything is sent.
func (d desk) newsletter(ctx context.Context) error {
	readers, err := d.keys(ctx, `SELECT customer_id FROM readers ORDER BY customer_id`)
	if err != nil {
		return err
	}
	suppressed, err := d.svc.Suppressions().Check(ctx, deletion.Sending, readers...)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "  newsletter: %d readers, %d suppressed, sent to %d\n", len(readers), len(suppressed), len(readers)-len(suppressed))
	return nil
}

// leaflet is for the customers that the shop's own SQL finds; the store has the
// condition that leaves the suppressed ones out.
func (d desk) leaflet(ctx context.Context) error {
	notSuppressed, args, err := d.st.UnsuppressedSQL("", "c", 0)
	if err != nil {
		return err
	}
	keys, err := d.keys(ctx, `SELECT c.id FROM customers c WHERE `+notSuppressed+` ORDER BY c.id`, args...)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "  leaflet: to customers %v\n", keys)
	return nil
}

// signUp makes a customer of a visitor, unless one of the address is about to go.
func (d desk) signUp(ctx context.Context, name, address string) error {
	keys, err := d.customers(ctx, address)
	if err != nil {
		return err
	}
	suppressed, err := d.svc.Suppressions().Check(ctx, deletion.Creating, keys...)
	if err != nil {
		return err
	}
	if len(suppressed) > 0 {
		fmt.Fprintf(d.out, "  sign-up of %s: refused, an erasure is %s\n", address, suppressed[0].State)
		return nil
	}
	if _, err := d.db.ExecContext(ctx, `INSERT INTO customers (name, email) VALUES (?, ?)`, name, address); err != nil {
		return err
	}
	fmt.Fprintf(d.out, "  sign-up of %s: welcome\n", address)
	return nil
}

// optOut takes a reader off the newsletter: that is allowed to everybody, always.
func (d desk) optOut(ctx context.Context, address string) error {
	keys, err := d.customers(ctx, address)
	if err != nil {
		return err
	}
	suppressed, err := d.svc.Suppressions().Check(ctx, deletion.OptingOut, keys...)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "  opting out of %s: allowed: %t\n", address, len(suppressed) == 0)
	return nil
}

// changedMind gives everything back, as long as nothing is deleted.
func (d desk) changedMind(ctx context.Context, ticket string) error {
	var id string
	if err := d.db.QueryRowContext(ctx, `SELECT operation FROM tickets WHERE number = ?`, ticket).Scan(&id); err != nil {
		return err
	}
	op, err := d.svc.Operations().Restore(ctx, id)
	if late, ok := errors.AsType[*deletion.StateError](err); ok {
		fmt.Fprintf(d.out, "  %s: too late: %s\n", ticket, late.Why)
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "  %s: %s, restored: %d\n", ticket, op.State, op.Restored)
	return nil
}

// purge is what a job does every few minutes: it deletes what is due.
func (d desk) purge(ctx context.Context) error {
	done, err := d.svc.Operations().ProcessDue(ctx)
	for _, p := range done {
		fmt.Fprintf(d.out, "  %s: %s, deleted: %d\n", p.Operation.Key, p.Operation.State, p.Report.Deleted)
		for _, s := range p.Report.SkippedContacts {
			fmt.Fprintf(d.out, "    customer %s stays: %s by %s\n", s.Key, s.Cause, s.Association)
		}
		err = errors.Join(err, p.Err)
	}
	return err
}
