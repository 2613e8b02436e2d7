package sqlstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// myPool opens a pool on a MariaDB database, with changes to how it connects.
func myPool(t *testing.T, database string, change func(*mysql.Config)) *sql.DB {
	t.Helper()
	db, _ := myRecorded(t, database, change)
	return db
}

// myLoose is a pool that stores anything: references to nobody, dates of zeros.
func myLoose(t *testing.T, database string) *sql.DB {
	t.Helper()
	return myPool(t, database, func(c *mysql.Config) {
		c.Params = map[string]string{"foreign_key_checks": "0", "sql_mode": "'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'"}
	})
}

// myRecorded also keeps the statements that are sent.
func myRecorded(t *testing.T, database string, change func(*mysql.Config)) (*sql.DB, *myRecorder) {
	t.Helper()
	config, err := mysql.ParseDSN(servertest.MariaDB().DSN())
	require.NoError(t, err)
	config.DBName, config.Logger = database, &mysql.NopLogger{}
	if change != nil {
		change(config)
	}
	connector, err := mysql.NewConnector(config)
	require.NoError(t, err)
	r := &myRecorder{Connector: connector}
	db := sql.OpenDB(r)
	t.Cleanup(func() { _ = db.Close() })
	return db, r
}

// myRecorder is a connector whose connections keep what they execute.
type myRecorder struct {
	driver.Connector

	mu     sync.Mutex
	kept   []seen
	before func(query string)
}

// Connect implements driver.Connector.
func (r *myRecorder) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := r.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	inner, ok := c.(myInner)
	if !ok {
		return nil, errors.New("the driver has changed")
	}
	return &myConn{inner, r}, nil
}

// take returns what was kept, and forgets it.
func (r *myRecorder) take() []seen {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.kept
	r.kept = nil
	return out
}

// set has a function called before every statement is executed.
func (r *myRecorder) set(before func(query string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.before = before
}

func (r *myRecorder) keep(query string, args []driver.NamedValue) {
	r.mu.Lock()
	before := r.before
	r.mu.Unlock()
	if before != nil {
		before(query)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.kept) == 0 || r.kept[len(r.kept)-1].query != query { // asked again as a prepared statement
		r.kept = append(r.kept, seen{query, args})
	}
}

type myInner interface {
	innerConn
	driver.NamedValueChecker
	driver.SessionResetter
	driver.Validator
}

type myConn struct {
	myInner

	recorder *myRecorder
}

func (c *myConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.recorder.keep(query, args)
	return c.myInner.ExecContext(ctx, query, args)
}

func (c *myConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.recorder.keep(query, args)
	return c.myInner.QueryContext(ctx, query, args)
}

// myScript executes statements that are divided by lines that end with a
// semicolon.
func myScript(t *testing.T, db *sql.DB, script string) {
	t.Helper()
	for statement := range strings.SplitSeq(script, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
	}
}

func myCreate(t *testing.T, db *sql.DB, schema contacts.Schema) {
	t.Helper()
	statements, err := sqlstore.DDL(sqlstore.MySQL, schema)
	require.NoError(t, err)
	for _, s := range statements {
		_, err := db.ExecContext(t.Context(), s)
		require.NoError(t, err, s)
	}
}

// myStep is a line of a plan.
type myStep struct{ table, access, key, rows, extra string }

// myPlan returns the steps by which a statement is executed.
func myPlan(t *testing.T, db *sql.DB, s seen) []myStep {
	t.Helper()
	args := make([]any, len(s.args))
	for i, a := range s.args {
		args[i] = a.Value
	}
	rows, err := db.QueryContext(t.Context(), "EXPLAIN "+s.query, args...)
	require.NoError(t, err, s.query)
	defer func() { require.NoError(t, rows.Close()) }()
	var out []myStep
	for rows.Next() {
		var v [10]sql.NullString
		require.NoError(t, rows.Scan(&v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7], &v[8], &v[9]))
		out = append(out, myStep{table: v[2].String, access: v[3].String, key: v[5].String, rows: v[8].String, extra: v[9].String})
	}
	require.NoError(t, rows.Err())
	return out
}
