package main

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const want = `requests by email
  T-101  ann@example.com   suppressed: 1, to be deleted after 1s
  T-102  bob@example.com   suppressed: 2, to be deleted after 1s
  T-103  cid@example.com   suppressed: 1, to be deleted after 1s
  T-104  eve@example.com   no customer has this address
  T-101  ann@example.com   came before, and is pending
meanwhile
  newsletter: 4 readers, 3 suppressed, sent to 1
  sign-up of ANN@example.com: refused, an erasure is pending
  opting out of ann@example.com: allowed: true
bob changes his mind
  T-102: cancelled, restored: 2
  leaflet: to customers [2 3 5]
the time has come
  T-101: completed, deleted: 1
  T-103: completed, deleted: 0
    customer 4 stays: restricted by unpaid invoices
  T-101: too late: its contacts are deleted for good
is this address gone?
  Ann@EXAMPLE.com: deleted DAY, erasure request by email, T-101 handled by Mia; customer since 2019-03-02
  bob@example.com: never deleted
all operations
  ticket  state      clerk  suppressed  restored  deleted  held back  orders  invoices
  T-101   completed  Mia    1           0         1        0          2       1
  T-102   cancelled  Mia    2           2         0        0          0       0
  T-103   completed  Leo    1           0         0        1          0       0
  in a month: 3 operations, 1 customers deleted
  pending    0
  completed  2
  cancelled  1
  failed     0
what plain SQL finds
  customers: 2 Bob, 3 Bob, 4 Cid, 5 Dee
  invoices: erased 120, Bob 450, Cid 300, Dee 800
`

func TestTheDesk(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, run(t.Context(), &out, t.TempDir(), time.Second))
	require.Equal(t, want, regexp.MustCompile(`deleted \d{4}-\d\d-\d\d`).ReplaceAllString(out.String(), "deleted DAY"))
}

// The erased address is nowhere in the database file, the ledger's tables among
// it: what is left of it is a keyed hash.
func TestTheAddressIsGoneFromTheLedger(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, run(t.Context(), new(strings.Builder), dir, time.Second))
	db, err := attach(dir)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), `VACUUM`) // deleted rows stay in free pages until they are overwritten
	require.NoError(t, errors.Join(err, db.Close()))
	file, err := os.ReadFile(path(dir))
	require.NoError(t, err)
	require.Contains(t, string(file), "dee@example.com", "a customer who stays")
	require.NotContains(t, string(file), "ann@example.com")
}

func TestAnInterruptEndsTheWaiting(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	require.ErrorIs(t, run(ctx, interrupting{cancel}, t.TempDir(), time.Hour), context.Canceled)
}

// interrupting is a person who does not want to wait.
type interrupting struct{ interrupt func() }

func (i interrupting) Write(line []byte) (int, error) {
	if strings.Contains(string(line), "the time has come") {
		i.interrupt()
	}
	return len(line), nil
}
