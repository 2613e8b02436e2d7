package servertest

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// Cut says what happens to a connection that commits.
type Cut int

// The cuts.
const (
	CutNot    Cut = iota
	CutBefore     // the server does not get the COMMIT
	CutAfter      // the client does not get the answer
)

// Through returns the server as it is reached through a proxy that cuts
// connections when they commit: cut is told how many commits there were, from 1.
func (s Server) Through(tb testing.TB, cut func(commit int) Cut) Server {
	tb.Helper()
	s.Available(tb)
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is closed with the test
	require.NoError(tb, err)
	p := &proxy{to: s.address(tb), cut: cut, open: map[net.Conn]bool{}}
	var running sync.WaitGroup
	running.Go(func() { p.accept(listener, &running) })
	tb.Cleanup(func() {
		_ = listener.Close()
		p.closeAll()
		running.Wait()
	})
	s.dsn = strings.Replace(s.DSN(), p.to, listener.Addr().String(), 1)
	if postgres := strings.Contains(s.dsn, "://"); postgres { // the proxy reads what is said
		sign := "?"
		if strings.Contains(s.dsn, "?") {
			sign = "&"
		}
		s.dsn += sign + "sslmode=disable"
	}
	return s
}

// address is the host and port of the data source name.
func (s Server) address(tb testing.TB) string {
	tb.Helper()
	if strings.Contains(s.DSN(), "://") {
		config, err := pgx.ParseConfig(s.DSN())
		require.NoError(tb, err)
		_, host, _ := strings.Cut(s.DSN(), "@")
		host, _, _ = strings.Cut(host, "/")
		require.Contains(tb, host, config.Host, "a data source name with a host and a port")
		return host
	}
	config, err := mysql.ParseDSN(s.DSN())
	require.NoError(tb, err)
	return config.Addr
}

type proxy struct {
	to  string
	cut func(int) Cut

	mu      sync.Mutex
	commits int
	open    map[net.Conn]bool
	closed  bool
}

func (p *proxy) accept(listener net.Listener, running *sync.WaitGroup) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.to) //nolint:noctx // it is closed with the test
		if err != nil {
			_ = client.Close()
			continue
		}
		if !p.keep(client, server) {
			return
		}
		answers := &gate{to: client}
		running.Go(func() { p.forward(client, server, answers) })
		running.Go(func() {
			_, _ = io.Copy(answers, server)
			p.drop(client, server)
		})
	}
}

// forward passes on what the client says, and cuts at commits.
func (p *proxy) forward(client, server net.Conn, answers *gate) {
	defer p.drop(client, server)
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		how := CutNot
		if said := bytes.ToLower(buffer[:n]); bytes.Contains(said, []byte("commit")) && n < 200 {
			p.mu.Lock()
			p.commits++
			how = p.cut(p.commits)
			p.mu.Unlock()
		}
		if how == CutBefore {
			return
		}
		if how == CutAfter {
			answers.cut()
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// gate passes on the server's answers until it is cut, and ends with the first
// that comes then.
type gate struct {
	mu     sync.Mutex
	to     io.Writer
	closed bool
}

func (g *gate) cut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

func (g *gate) Write(b []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return 0, io.ErrClosedPipe
	}
	return g.to.Write(b)
}

func (p *proxy) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		if p.closed {
			_ = c.Close()
		}
		p.open[c] = true
	}
	return !p.closed
}

func (p *proxy) drop(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		_ = c.Close()
		delete(p.open, c)
	}
}

func (p *proxy) closeAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for c := range p.open {
		_ = c.Close()
	}
}
