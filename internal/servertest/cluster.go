package servertest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Cluster is a server of the test's own, which it may stop and kill. Such tests
// run when CONTACTSWEEP_CLUSTERS is set, because they need the server's
// programs.
type Cluster struct {
	Server

	start, kill func(tb testing.TB)
}

// Restart ends the server at once, without any farewell to its clients, and
// starts it again.
func (c Cluster) Restart(tb testing.TB) {
	tb.Helper()
	c.kill(tb)
	c.start(tb)
}

func clusterWanted(tb testing.TB) {
	tb.Helper()
	if os.Getenv("CONTACTSWEEP_CLUSTERS") == "" {
		tb.Skip("CONTACTSWEEP_CLUSTERS is not set: no server of one's own to kill")
	}
}

// program finds a program that need not be on the path.
func program(tb testing.TB, name string, patterns ...string) string {
	tb.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, p := range patterns {
		if found, err := filepath.Glob(p); err == nil && len(found) > 0 {
			slices.Sort(found)
			return found[len(found)-1]
		}
	}
	tb.Fatalf("%s is not installed", name)
	return ""
}

// own makes a directory for a server, and returns how to run its programs:
// servers refuse to run as root.
func own(tb testing.TB, account string) (dir string, run func(name string, args ...string) *exec.Cmd) {
	tb.Helper()
	dir, err := os.MkdirTemp("", "contactsweep-")
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	ctx := context.WithoutCancel(tb.Context()) // the server ends with the test's cleanup
	if os.Geteuid() != 0 {
		return dir, func(name string, args ...string) *exec.Cmd {
			return within(dir, exec.CommandContext(ctx, name, args...))
		}
	}
	u, err := user.Lookup(account)
	require.NoError(tb, err)
	uid, err := strconv.Atoi(u.Uid)
	require.NoError(tb, err)
	require.NoError(tb, os.Chown(dir, uid, -1))
	return dir, func(name string, args ...string) *exec.Cmd {
		return within(dir, exec.CommandContext(ctx, "runuser", append([]string{"-u", account, "--", name}, args...)...))
	}
}

// within gives the command a folder of its own for temporary files: a MariaDB
// server that starts deletes the temporary tables that it finds in its folder,
// those of another server that is running included.
func within(dir string, c *exec.Cmd) *exec.Cmd {
	c.Env = append(os.Environ(), "TMPDIR="+dir)
	return c
}

func freePort(tb testing.TB) int {
	tb.Helper()
	l, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	defer func() { require.NoError(tb, l.Close()) }()
	at, ok := l.Addr().(*net.TCPAddr)
	require.True(tb, ok)
	return at.Port
}

// PostgresCluster starts a PostgreSQL server.
func PostgresCluster(tb testing.TB) Cluster {
	tb.Helper()
	clusterWanted(tb)
	const programs = "/usr/lib/postgresql/*/bin/"
	initdb, ctl := program(tb, "initdb", programs+"initdb"), program(tb, "pg_ctl", programs+"pg_ctl")
	dir, run := own(tb, "postgres")
	port := freePort(tb)
	do := func(tb testing.TB, name string, args ...string) {
		tb.Helper()
		out, err := run(name, args...).CombinedOutput()
		require.NoError(tb, err, "%s: %s", name, out)
	}
	do(tb, initdb, "-D", dir+"/data", "-U", "postgres", "-A", "trust", "--no-sync")
	log := []string{"-D", dir + "/data", "-w", "-l", dir + "/log"}
	c := Cluster{Server: Postgres()}
	c.dsn = fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres", port)
	c.start = func(tb testing.TB) {
		tb.Helper()
		do(tb, ctl, append(log, "-o", fmt.Sprintf("-p %d -k %s -c listen_addresses=127.0.0.1", port, dir), "start")...)
	}
	c.kill = func(tb testing.TB) {
		tb.Helper()
		do(tb, ctl, append(log, "-m", "immediate", "stop")...)
	}
	c.start(tb)
	tb.Cleanup(func() { c.kill(tb) })
	return c
}

// MariaDBCluster starts a MariaDB server.
func MariaDBCluster(tb testing.TB) Cluster {
	tb.Helper()
	clusterWanted(tb)
	install, daemon := program(tb, "mariadb-install-db"), program(tb, "mariadbd", "/usr/sbin/mariadbd")
	dir, run := own(tb, "mysql")
	port := freePort(tb)
	tmp := "--tmpdir=" + dir
	out, err := run(install, "--no-defaults", "--datadir="+dir+"/data", tmp, "--auth-root-authentication-method=normal", "--skip-test-db").CombinedOutput()
	require.NoError(tb, err, "%s", out)
	c := Cluster{Server: MariaDB()}
	c.dsn = fmt.Sprintf("root@tcp(127.0.0.1:%d)/", port)
	var process *exec.Cmd
	c.start = func(tb testing.TB) {
		tb.Helper()
		process = run(daemon, "--no-defaults", "--datadir="+dir+"/data", tmp, fmt.Sprintf("--port=%d", port), "--bind-address=127.0.0.1",
			"--socket="+dir+"/sock", "--pid-file="+dir+"/pid", "--log-error="+dir+"/log", "--innodb-buffer-pool-size=64M")
		require.NoError(tb, process.Start())
		require.Eventually(tb, func() bool {
			db, err := c.open(c.dsn, "")
			if err != nil {
				return false
			}
			defer func() { _ = db.Close() }()
			ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), time.Second)
			defer cancel()
			return db.PingContext(ctx) == nil
		}, time.Minute, 50*time.Millisecond, "the server does not start")
	}
	c.kill = func(tb testing.TB) {
		tb.Helper()
		pid, err := os.ReadFile(filepath.Join(dir, "pid"))
		require.NoError(tb, err)
		n, err := strconv.Atoi(string(pid[:max(0, len(pid)-1)]))
		require.NoError(tb, err)
		p, err := os.FindProcess(n)
		require.NoError(tb, err)
		require.NoError(tb, p.Kill())
		_ = process.Wait() // it was killed
	}
	c.start(tb)
	tb.Cleanup(func() { c.kill(tb) })
	return c
}
