package sqlstore_test

import (
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/sqlitetest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

func wrappedCode(err error) error { return fmt.Errorf("outer: %w", errors.Join(errors.New("x"), err)) }

func TestCodesAreReadFromAnyDriver(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		code    int
		class   error
		certain bool
	}{
		"busy":                {5, store.ErrContention, true},
		"busy snapshot":       {517, store.ErrContention, true},
		"locked":              {6, store.ErrContention, true},
		"locked shared cache": {262, store.ErrContention, true},
		"schema changed":      {17, store.ErrTransient, true},
		"interrupted":         {9, store.ErrTransient, false},
		"constraint":          {19, store.ErrConstraint, true},
		"foreign key":         {787, store.ErrConstraint, true},
		"trigger":             {1811, store.ErrConstraint, true},
		"full":                {13, store.ErrFull, true},
		"read-only":           {8, store.ErrReadOnly, true},
		"read-only directory": {1544, store.ErrReadOnly, true},
		"I/O":                 {10, nil, false},
		"corrupt":             {11, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for driver, err := range map[string]error{
				"modernc": sqlitetest.ModerncError(tt.code), "mattn": sqlitetest.Mattn(tt.code), "ncruces": sqlitetest.NcrucesError(tt.code),
			} {
				for _, e := range []error{err, wrappedCode(err)} {
					code, certain, class := sqlstore.Class(e)
					require.Equal(t, tt.class, class, driver)
					require.Equal(t, tt.certain, certain, driver)
					require.Equal(t, strconv.Itoa(tt.code), code, driver)
				}
			}
		})
	}
}

func TestErrorsWithoutACodeHaveNoClass(t *testing.T) {
	t.Parallel()
	var none *sqlitetest.NcrucesError
	for _, err := range []error{nil, errors.New("database is locked"), none, textCodeError{}} {
		code, certain, class := sqlstore.Class(err)
		require.NoError(t, class)
		require.Empty(t, code)
		require.False(t, certain)
	}
}

type textCodeError struct{ Code string }

func (textCodeError) Error() string { return "boom" }

// codeError is of something that is no database.
type codeError struct{ Code int }

func (codeError) Error() string { return "boom" }

// Whatever fails between the host and its database may have codes, too.
func TestOnlyADriversCodeMakesACommitCertain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err     error
		certain bool
	}{
		"a driver's":                   {sqlitetest.ModerncError(13), true},
		"another's":                    {codeError{13}, false},
		"another's in a pointer":       {&codeError{13}, false},
		"a driver's inside of another": {errors.Join(codeError{10}, sqlitetest.ModerncError(13)), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, certain, class := sqlstore.Class(tt.err)
			require.Equal(t, "13", code)
			require.Equal(t, store.ErrFull, class)
			require.Equal(t, tt.certain, certain)
		})
	}
}

type (
	stateError struct{ state string }
	fieldError struct{ Code string }
)

func (stateError) Error() string      { return "boom" }
func (e stateError) SQLState() string { return e.state }
func (fieldError) Error() string      { return "boom" }

func TestOnlyADriversSQLStateMakesACommitCertain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err     error
		code    string
		certain bool
	}{
		"pgx":                      {&pgconn.PgError{Code: "40001"}, "40001", true},
		"a method":                 {wrappedCode(stateError{"40001"}), "40001", true},
		"a method of another kind": {stateError{"aborted"}, "", false},
		"five other characters":    {stateError{"Reset"}, "", false},
		"a field of another":       {fieldError{"RESET"}, "", false},
		"pgx inside of another":    {errors.Join(fieldError{"RESET"}, &pgconn.PgError{Code: "40001"}), "40001", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, certain, class := sqlstore.PostgresClass(tt.err)
			require.Equal(t, tt.code, code)
			require.Equal(t, tt.certain, certain)
			require.ErrorIs(t, class, store.ErrTransient)
		})
	}
}

// The host chooses the driver; a library package must not bring one.
func TestNoLibraryPackageImportsADriver(t *testing.T) {
	t.Parallel()
	const module = "github.com/contactsweep/contactsweep"
	list := func(args ...string) []string {
		out, err := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...).Output() //nolint:gosec // package names of this module
		require.NoError(t, err)
		return strings.Fields(string(out))
	}
	var library []string
	for _, p := range list(module + "/...") {
		if !strings.HasPrefix(p, module+"/examples") && p != module+"/internal/servertest" { // for tests alone
			library = append(library, p)
		}
	}
	require.Contains(t, library, module+"/store/sqlstore")
	for _, p := range list(append([]string{"-deps"}, library...)...) {
		for _, driver := range []string{"modernc.org/", "mattn/go-sqlite3", "ncruces/", "jackc/pgx", "lib/pq", "go-sql-driver/"} {
			require.NotContains(t, p, driver)
		}
	}
}
