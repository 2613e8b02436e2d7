package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// quickstart runs the program with the arguments and returns what it printed.
func quickstart(t *testing.T, args ...string) (string, error) {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	runErr := run(t.Context(), args, os.Stdin, out)
	require.NoError(t, out.Close())
	text, err := os.ReadFile(out.Name())
	require.NoError(t, err)
	return string(text), runErr
}

const verified = "\nverified: 0 matching contacts left, 0 orphaned rows\n"

func TestQuickstart(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "crm.db")

	out, err := quickstart(t, "-db", db, "-contacts", "3000")
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(out, verified), out)
	require.NotContains(t, out, "nothing left to delete")
	require.Regexp(t, `deleted 1[45]\d\d contacts in 1 batch,`, out, "about half of the contacts have no email")

	out, err = quickstart(t, "-db", db)
	require.NoError(t, err)
	require.Contains(t, out, "using the database found")
	require.Contains(t, out, "deleted 0 contacts", "the first run has deleted them all")
	require.Contains(t, out, "nothing left to delete; delete "+db+" to start again, or try -empty phone\n")
	require.True(t, strings.HasSuffix(out, verified), out)

	out, err = quickstart(t, "-db", db, "-empty", "phone", "-older", "1h")
	require.NoError(t, err)
	require.Regexp(t, `deleted [45]\d\d contacts`, out, "a third of those left have no phone")
	require.True(t, strings.HasSuffix(out, verified), out)
}

// The README's schema is this one's, and its readers try the ready segments.
func TestReadySegmentsFitTheSchema(t *testing.T) {
	t.Parallel()
	for _, segment := range []where.Condition{contacts.Inactive(30 * 24 * time.Hour), contacts.Contactless(), contacts.Anonymous()} {
		require.NoError(t, segment.Validate(crm().Catalog()))
	}
}

func TestQuickstartRefusesWrongFlags(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-empty", "name"}, {"-older", "-1h"}, {"-contacts", "-1"}, {"-nonsense"}} {
		db := filepath.Join(t.TempDir(), "crm.db")
		_, err := quickstart(t, append(args, "-db", db)...)
		require.Error(t, err, args)
		require.NoFileExists(t, db, "a wrong flag is noticed before anything is made")
	}
}

func TestQuickstartOfNobody(t *testing.T) {
	t.Parallel()
	out, err := quickstart(t, "-db", filepath.Join(t.TempDir(), "crm.db"), "-contacts", "0")
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(out, verified), out)
}
