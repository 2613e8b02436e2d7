package deletion_test

import (
	"bufio"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// killedEngine is a database that several processes can open.
type killedEngine struct {
	dialect sqlstore.Dialect
	create  func(t *testing.T) (name string, db *sql.DB) // with the tables, filled
	open    func(t *testing.T, name string) *sql.DB
}

const killedContacts = 20_000

func killedEngines() map[string]killedEngine {
	out := map[string]killedEngine{"sqlite": {
		dialect: sqlstore.SQLite,
		create: func(t *testing.T) (string, *sql.DB) {
			t.Helper()
			name := filepath.Join(t.TempDir(), "killed.db")
			db := openKilledSQLite(t, name)
			execute(t, db, fillKilledSQLite())
			return name, db
		},
		open: openKilledSQLite,
	}}
	for name, engine := range serverEngines() {
		out[name] = killedEngine{
			dialect: engine.dialect,
			create: func(t *testing.T) (string, *sql.DB) {
				t.Helper()
				database := engine.server.Database(t)
				db := engine.server.Open(t, database)
				engine.fill(t, db, killedContacts)
				return database, db
			},
			open: func(t *testing.T, name string) *sql.DB {
				t.Helper()
				return engine.server.Open(t, name)
			},
		}
	}
	return out
}

func openKilledSQLite(t *testing.T, name string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+name+"?_pragma=busy_timeout(20000)&_pragma=journal_mode(wal)&_pragma=synchronous(normal)&_pragma=foreign_keys(1)")
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func fillKilledSQLite() []string {
	series := func(n int) string {
		return fmt.Sprintf("WITH RECURSIVE x(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM x WHERE i < %d) SELECT ", n)
	}
	n := killedContacts
	return append([]string{
		"CREATE TABLE contacts (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL, name TEXT, created TEXT NOT NULL)",
		"CREATE TABLE activities (id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL REFERENCES contacts (id), type TEXT, created TEXT)",
		"CREATE TABLE recipients (id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL REFERENCES contacts (id), campaign INTEGER)",
		"CREATE TABLE consents (id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL REFERENCES contacts (id), purpose TEXT)",
		"INSERT INTO contacts " + series(n) + "i, CASE WHEN (i * 2654435761) % 1000 < 497 THEN '' ELSE 'person' || i END, 'Person ' || i, datetime('2025-01-01', (i % 300) || ' days') FROM x",
		"INSERT INTO activities " + series(10*n) + fmt.Sprintf("i, 1 + (i * 2654435761) %% %d, 'visit', datetime('2025-01-01', (i %% 600) || ' days') FROM x", n),
		"INSERT INTO recipients " + series(2*n) + fmt.Sprintf("i, 1 + (i * 69069) %% %d, i %% 40 FROM x", n),
		"INSERT INTO consents " + series(n) + fmt.Sprintf("i, 1 + (i * 40503) %% %d, 'newsletter' FROM x", n),
	}, "CREATE INDEX activities_contact ON activities (contact_id)", "CREATE INDEX recipients_contact ON recipients (contact_id)", "CREATE INDEX consents_contact ON consents (contact_id)")
}

// A process that deletes is killed at random instants, and another goes on: at
// the end every table holds what plain SQL leaves, every contact is counted once,
// and the archive has exactly those that are gone. CONTACTSWEEP_KILLS is how
// often, 25 for each engine by default; CONTACTSWEEP_SEED repeats a run.
func TestKilledAtAnyInstant(t *testing.T) {
	t.Parallel()
	for name, engine := range killedEngines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testKilled(t, name, engine)
		})
	}
}

func testKilled(t *testing.T, name string, engine killedEngine) {
	t.Helper()
	database, db := engine.create(t)
	require.NoError(t, sqlstore.Migrate(t.Context(), db, engine.dialect, benchSchema()))
	const gone = "(SELECT id FROM contacts WHERE email = '')"
	want := map[string][]string{
		"contacts": dump(t, db, "SELECT "+killedColumns("contacts")+" FROM contacts WHERE email <> '' ORDER BY id"),
		"archive":  dump(t, db, "SELECT id FROM contacts WHERE email = '' ORDER BY id"),
	}
	var rows []int64
	for _, table := range []string{"activities", "recipients", "consents"} {
		want[table] = dump(t, db, "SELECT "+killedColumns(table)+" FROM "+table+" WHERE contact_id NOT IN "+gone+" ORDER BY id")
		rows = append(rows, int64(len(dump(t, db, "SELECT id FROM "+table+" WHERE contact_id IN "+gone))))
	}
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("CONTACTSWEEP_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
		seed = n
	}
	kills := 25
	if text := os.Getenv("CONTACTSWEEP_KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(t, err)
		kills = n
	}
	t.Logf("CONTACTSWEEP_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	killed := 0
	for ; killed < kills; killed++ {
		if !killOne(t, name, database, time.Duration(random.IntN(120))*time.Millisecond) {
			break
		}
		lapse(t, db)
	}
	t.Logf("killed %d times", killed)
	require.Positive(t, killed)
	svc := killedService(t, engine.dialect, db)
	done, err := svc.Operations().ResumeInterrupted(t.Context())
	require.NoError(t, err)
	for _, d := range done {
		require.NoError(t, d.Err)
	}
	list, err := svc.Operations().List(t.Context(), deletion.OperationFilter{})
	require.NoError(t, err)
	require.Len(t, list.Operations, 1)
	op := list.Operations[0]
	require.Equal(t, deletion.StateCompleted, op.State)
	require.EqualValues(t, len(want["archive"]), op.Deleted)
	require.Zero(t, op.Skipped.Total())
	for i, a := range op.Associations {
		require.Equal(t, rows[i], a.Rows, a.Name)
	}
	for _, table := range []string{"contacts", "activities", "recipients", "consents"} {
		require.Equal(t, want[table], dump(t, db, "SELECT "+killedColumns(table)+" FROM "+table+" ORDER BY id"), table)
	}
	archived := dump(t, db, "SELECT key_1 FROM contactsweep_archive ORDER BY key_1")
	require.Equal(t, want["archive"], archived)
	require.Equal(t, []string{strconv.Itoa(len(archived))}, dump(t, db, "SELECT count(*) FROM contactsweep_archive WHERE times = 1"))
}

func killedColumns(table string) string {
	return map[string]string{
		"contacts": "id, email, name, created", "activities": "id, contact_id, type, created",
		"recipients": "id, contact_id, campaign", "consents": "id, contact_id, purpose",
	}[table]
}

func killedService(t *testing.T, dialect sqlstore.Dialect, db *sql.DB) *deletion.Service {
	t.Helper()
	st, err := sqlstore.Open(t.Context(), db, dialect, benchSchema(), sqlstore.WithLedger())
	require.NoError(t, err)
	svc, err := deletion.New(st, deletion.WithBatchSize(40), deletion.WithPause(0), deletion.WithArchive(deletion.ArchiveConfig{}))
	require.NoError(t, err)
	return svc
}

// lapse lets the time of the dead process's lease pass.
func lapse(t *testing.T, db *sql.DB) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), "UPDATE contactsweep_operations SET expires = 1 WHERE holder <> ''")
	require.NoError(t, err)
}

// killOne starts a process that goes on with the deletion, and kills it after a
// time. It reports false when it had come to the end before.
func killOne(t *testing.T, engine, database string, after time.Duration) bool {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledChild$", "-test.v") //nolint:gosec // this test itself
	child.Env = append(os.Environ(), "CONTACTSWEEP_CHILD="+engine+" "+database)
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	child.Stderr = os.Stderr
	require.NoError(t, child.Start())
	lines, seen := bufio.NewScanner(out), []string{}
	for lines.Scan() && !strings.Contains(lines.Text(), "child begins") {
		seen = append(seen, lines.Text())
	}
	timer := time.NewTimer(after)
	defer timer.Stop()
	<-timer.C
	require.NoError(t, child.Process.Kill())
	ended := false
	for lines.Scan() {
		seen = append(seen, lines.Text())
		ended = ended || strings.Contains(lines.Text(), "child has come to the end")
	}
	_ = child.Wait() // killed
	if ended {
		return false
	}
	require.NotContains(t, strings.Join(seen, "\n"), "FAIL")
	return true
}

// TestKilledChild is the process that is killed.
func TestKilledChild(t *testing.T) {
	engineName, database, ok := strings.Cut(os.Getenv("CONTACTSWEEP_CHILD"), " ")
	if !ok {
		t.Skip("only runs as the child of another test")
	}
	t.Parallel()
	engine := killedEngines()[engineName]
	svc := killedService(t, engine.dialect, engine.open(t, database))
	var options []deletion.Option
	if pause := os.Getenv("CONTACTSWEEP_CHILD_PAUSE"); pause != "" {
		d, err := time.ParseDuration(pause)
		require.NoError(t, err)
		options = append(options, deletion.Pause(d))
	}
	t.Log("child begins")
	list, err := svc.Operations().List(t.Context(), deletion.OperationFilter{})
	require.NoError(t, err)
	if len(list.Operations) == 0 {
		_, err = svc.BulkDelete(t.Context(), where.New().WhereEquals("email", ""), options...)
		require.NoError(t, err)
	} else {
		done, err := svc.Operations().ResumeInterrupted(t.Context())
		require.NoError(t, err)
		for _, d := range done {
			require.NoError(t, d.Err)
		}
		t.Logf("child took up %d operations", len(done))
	}
	t.Log("child has come to the end")
}

// dump reads all rows as texts.
func dump(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	columns, err := rows.Columns()
	require.NoError(t, err)
	out := []string{}
	for rows.Next() {
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		require.NoError(t, rows.Scan(targets...))
		texts := make([]string, len(values))
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			texts[i] = fmt.Sprint(v)
		}
		out = append(out, strings.Join(texts, "|"))
	}
	require.NoError(t, rows.Err())
	return out
}
