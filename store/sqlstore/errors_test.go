package sqlstore_test

import (
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// Errors as the drivers have them: modernc's a method Code that returns an int,
// mattn's two fields, ncruces' two methods that return small types.
type (
	fieldError  struct{ Code, ExtendedCode fieldCode }
	fieldCode   int
	methodError struct{ code uint16 }
	plainCode   uint8
)

func (fieldError) Error() string            { return "boom" }
func (*methodError) Error() string          { return "boom" }
func (e *methodError) Code() plainCode      { return plainCode(e.code) }
func (e *methodError) ExtendedCode() uint16 { return e.code }
func (e *methodError) Codes(int) (a, b int) { return 0, 0 }
func wrappedCode(err error) error           { return fmt.Errorf("outer: %w", errors.Join(errors.New("x"), err)) }
func mattn(code fieldCode) error            { return fieldError{code & 0xff, code} }
func ncruces(code uint16) error             { return &methodError{code} }

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
				"modernc": coded(tt.code), "mattn": mattn(fieldCode(tt.code)), "ncruces": ncruces(uint16(tt.code)),
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
	var none *methodError
	for _, err := range []error{nil, errors.New("database is locked"), none, textCodeError{}} {
		code, certain, class := sqlstore.Class(err)
		require.NoError(t, class)
		require.Empty(t, code)
		require.False(t, certain)
	}
}

type textCodeError struct{ Code string }

func (textCodeError) Error() string { return "boom" }

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
