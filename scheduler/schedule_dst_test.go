package scheduler_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

func TestX(t *testing.T) {
	for _, c := range []struct{text, at string}{
		{"daily at 02:30 in America/New_York", "2026-03-07"},
		{"daily at 01:30 in America/New_York", "2026-10-31"},
		{"daily at 02:15 in Australia/Lord_Howe", "2026-10-03"},
		{"daily at 01:45 in Australia/Lord_Howe", "2026-04-03"},
		{"daily at 00:00 in America/Sao_Paulo", "2018-11-02"},
		{"daily at 12:00 in Pacific/Apia", "2011-12-28"},
		{`cron "0 12 30 * *" in Pacific/Apia`, "2011-12-28"},
		{`cron "0 * * * *" in America/New_York`, "2026-03-08"},
		{`cron "0 */2 * * *" in America/New_York`, "2026-03-08"},
		{`cron "30 * * * *" in America/New_York`, "2026-11-01"},
		{`cron "0 * * * *" in Australia/Lord_Howe`, "2026-10-03T12:00"},
		{`cron "0 * * * *" in Australia/Lord_Howe`, "2026-04-04T12:00"},
		{`cron "0 */6 * * *" in Pacific/Apia`, "2011-12-29T20:00"},
		{`cron "*/20 2 * * *" in America/New_York`, "2026-03-07"},
		{`cron "0 0 29 2 *" in UTC`, "2096-03-07"},
	} {
		s, err := scheduler.ParseSchedule(c.text)
		require.NoError(t, err)
		at, err := time.Parse("2006-01-02T15:04", (c.at+"T00:00")[:16])
		require.NoError(t, err)
		t.Log(c.text)
		for range 7 { at = s.Next(at); 
		z := c.text[len(c.text)-0:]; _ = z
		f := len(c.text); for c.text[f-1] != ' ' { f-- }
		loc, _ := time.LoadLocation(c.text[f:])
		t.Log("   ", at.In(loc).Format(time.RFC3339), at.UTC().Format("02T15:04")) }
	}
}
