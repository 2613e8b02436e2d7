package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/where"
)

// rule is what the flags ask for: contacts whose field is empty and that are
// older than an age.
type rule struct {
	field string
	age   time.Duration
}

func newRule(field string, age time.Duration) (rule, error) {
	switch field {
	case "email", "phone", "external_id":
	default:
		return rule{}, fmt.Errorf("-empty %q: choose email, phone or external_id", field)
	}
	if age < 0 {
		return rule{}, fmt.Errorf("-older %s: an age is not negative", age)
	}
	return rule{field: field, age: age}, nil
}

// other is another field to try.
func (r rule) other() string {
	if r.field == "phone" {
		return "external_id"
	}
	return "phone"
}

// condition is the rule as a host writes it for the library.
func (r rule) condition() where.Condition {
	return where.New().
		WhereLessThan("created", where.Ago(r.age)).
		And().
		WhereEmpty(r.field)
}

// matching is the same rule by hand, to check the library's work with plain
// SQL. The field comes from the list in newRule.
func (r rule) matching(ctx context.Context, db *sql.DB, at time.Time) (int64, error) {
	query := map[string]string{
		"email":       `SELECT count(*) FROM contacts WHERE created_at < ? AND (email IS NULL OR email = '')`,
		"phone":       `SELECT count(*) FROM contacts WHERE created_at < ? AND (phone IS NULL OR phone = '')`,
		"external_id": `SELECT count(*) FROM contacts WHERE created_at < ? AND (external_id IS NULL OR external_id = '')`,
	}[r.field]
	return number(ctx, db, query, at.Add(-r.age).UTC().Format(time.DateTime))
}

// orphans counts, with plain SQL, the rows that refer to contacts that are not
// there.
func orphans(ctx context.Context, db *sql.DB) (int64, error) {
	var all int64
	for _, query := range []string{
		`SELECT count(*) FROM activities a WHERE NOT EXISTS (SELECT 1 FROM contacts c WHERE c.id = a.contact_id)`,
		`SELECT count(*) FROM consents a WHERE NOT EXISTS (SELECT 1 FROM contacts c WHERE c.id = a.contact_id)`,
		`SELECT count(*) FROM email_recipients a WHERE NOT EXISTS (SELECT 1 FROM contacts c WHERE c.id = a.contact_id)`,
		`SELECT count(*) FROM contact_groups a WHERE a.owner_id IS NOT NULL
		   AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.id = a.owner_id)`,
	} {
		n, err := number(ctx, db, query)
		if err != nil {
			return 0, err
		}
		all += n
	}
	return all, nil
}

// tableSizes counts the rows of every table, in the order that the report
// shows them.
func tableSizes(ctx context.Context, db *sql.DB) (map[string]int64, error) {
	sizes := map[string]int64{}
	for table, query := range map[string]string{
		"contacts":         `SELECT count(*) FROM contacts`,
		"activities":       `SELECT count(*) FROM activities`,
		"consents":         `SELECT count(*) FROM consents`,
		"email_recipients": `SELECT count(*) FROM email_recipients`,
		"contact_groups":   `SELECT count(*) FROM contact_groups`,
	} {
		n, err := number(ctx, db, query)
		if err != nil {
			return nil, err
		}
		sizes[table] = n
	}
	return sizes, nil
}

func number(ctx context.Context, db *sql.DB, query string, args ...any) (n int64, err error) {
	return n, db.QueryRowContext(ctx, query, args...).Scan(&n)
}
