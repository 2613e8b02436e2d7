package sqlstore_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// The numbers of TiDB, Galera and MySQL are as documented; they were not
// provoked.
func TestMySQLErrorClasses(t *testing.T) {
	t.Parallel()
	number := func(n uint16) error {
		return fmt.Errorf("wrapped: %w", &mysql.MySQLError{Number: n, Message: "secret"})
	}
	for name, tt := range map[string]struct {
		err     error
		class   error
		certain bool
	}{
		"deadlock":                   {number(1213), store.ErrContention, true},
		"lock time-out":              {number(1205), store.ErrContention, true},
		"Galera does not take part":  {number(1047), store.ErrTransient, true},
		"the server goes":            {number(1053), store.ErrTransient, false},
		"the connection was killed":  {number(1927), store.ErrTransient, false},
		"rolled back by the group":   {number(3101), store.ErrContention, true},
		"TiDB: write conflict":       {number(9007), store.ErrContention, true},
		"TiDB: the placement driver": {number(9001), store.ErrTransient, false},
		"statement time-out":         {number(1969), store.ErrStatementTimeout, false},
		"MySQL's time-out":           {number(3024), store.ErrStatementTimeout, false},
		"too many locks":             {number(1206), store.ErrStatementTimeout, false},
		"a foreign key":              {number(1451), store.ErrConstraint, false},
		"a check":                    {number(4025), store.ErrConstraint, false},
		"a full table":               {number(1114), store.ErrFull, false},
		"a read-only server":         {number(1290), store.ErrReadOnly, true},
		"a syntax error":             {number(1064), nil, false},
		"no connection any more":     {mysql.ErrInvalidConn, store.ErrTransient, false},
		"the end of the line":        {fmt.Errorf("read: %w", io.ErrUnexpectedEOF), store.ErrTransient, false},
		"the network":                {&net.OpError{Op: "read", Err: errors.New("secret")}, store.ErrTransient, false},
		"something else":             {errors.New("no"), nil, false},
		"a signal of its own number": {&mysql.MySQLError{Number: 50000, SQLState: [5]byte{'4', '5', '0', '0', '0'}}, store.ErrConstraint, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, certain, class := sqlstore.MySQLClass(tt.err)
			require.Equal(t, tt.certain, certain)
			if tt.class == nil {
				require.NoError(t, class)
				return
			}
			require.ErrorIs(t, class, tt.class)
		})
	}
}
