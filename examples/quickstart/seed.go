package main

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	_ "modernc.org/sqlite" // the host chooses the driver; this one needs no cgo
)

//go:embed schema.sql
var tables string

//go:embed indexes.sql
var indexes string

// open opens the database file and, when there is none yet, makes it and fills
// it.
func open(ctx context.Context, w io.Writer, path string, size int) (*sql.DB, error) {
	_, err := os.Stat(path)
	isNew := errors.Is(err, os.ErrNotExist)
	if err != nil && !isNew {
		return nil, err
	}
	if isNew {
		start := time.Now()
		fmt.Fprintf(w, "making a CRM of %d contacts in %s … ", size, path)
		if err := seed(ctx, path, size); err != nil {
			return nil, errors.Join(err, os.Remove(path))
		}
		fmt.Fprintf(w, "done in %.1f s\n", time.Since(start).Seconds())
	} else {
		fmt.Fprintf(w, "using the database found in %s\n", path)
	}
	return sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)")
}

// seed fills the tables. SQLite makes the rows itself, from the numbers of a
// series stirred by a multiplication, so that every run has the same data, and
// a contact's rows lie scattered as they do in real life. The file is thrown
// away when something fails, so it is written without the care that a database
// deserves.
func seed(ctx context.Context, path string, size int) (err error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)"+
		"&_pragma=cache_size(-200000)&_pragma=temp_store(MEMORY)&_pragma=locking_mode(EXCLUSIVE)")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, tables); err != nil {
		return fmt.Errorf("tables: %w", err)
	}
	for _, f := range fillings() {
		if size == 0 {
			break
		}
		if _, err := db.ExecContext(ctx, f.sql, sql.Named("contacts", size), sql.Named("rows", f.rows(size))); err != nil {
			return fmt.Errorf("%s: %w", f.table, err)
		}
	}
	if _, err := db.ExecContext(ctx, indexes); err != nil {
		return fmt.Errorf("indexes: %w", err)
	}
	return nil
}

type filling struct {
	table string
	rows  func(contacts int) int
	sql   string
}

func fillings() []filling {
	return []filling{
		{"contacts", func(n int) int { return n }, `
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @rows),
     c(i, h) AS (SELECT i, (i * 2654435761) % 1000003 FROM n)
INSERT INTO contacts (external_id, first_name, last_name, email, phone, created_at)
SELECT CASE WHEN h % 10 < 8 THEN printf('C-%08d', i) END,
       json_extract('["Ada","Bela","Chloé","Dmitri","Eun-ji","Fatima","Göran","Hiro"]', printf('$[%d]', h % 8)),
       json_extract('["Okafor","Nagy","Dubois","Ivanov","Kim","Haddad","Åberg","Tanaka","O''Neil"]', printf('$[%d]', h % 9)),
       CASE h % 4 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE printf('person%d@example.com', i) END,
       CASE WHEN h % 3 > 0 THEN printf('+1 555 %07d', i) END,
       datetime('now', printf('-%d minutes', (h * 7) % 1051200))
FROM c`},
		{"activities", func(n int) int { return 10 * n }, `
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @rows)
INSERT INTO activities (contact_id, type, happened_at)
SELECT 1 + (i * 2654435761) % @contacts,
       CASE i % 3 WHEN 0 THEN 'visit' WHEN 1 THEN 'click' ELSE 'call' END,
       datetime('now', printf('-%d minutes', (i * 7919) % 1051200))
FROM n`},
		{"consents", func(n int) int { return n }, `
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @rows)
INSERT INTO consents (contact_id, purpose)
SELECT 1 + (i * 40503) % @contacts, CASE i % 2 WHEN 0 THEN 'newsletter' ELSE 'profiling' END
FROM n`},
		{"email recipients", func(n int) int { return 2 * n }, `
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @rows)
INSERT INTO email_recipients (contact_id, campaign, sent_at)
SELECT 1 + (i * 69069) % @contacts, i % 40, datetime('now', printf('-%d minutes', (i * 104729) % 1051200))
FROM n`},
		{"groups", func(n int) int { return max(1, n/100) }, `
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @rows)
INSERT INTO contact_groups (name, owner_id)
SELECT printf('group %d', i), 1 + (i * 7817) % @contacts
FROM n`},
	}
}
