package scheduler_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

const stamp = "2006-01-02T15:04:05Z07:00"

// The instants around each change of the clocks, worked out by hand from the
// rules of the zones: New York changes by an hour at 02:00 on 8 March and 1
// November 2026, Berlin at 02:00 on 29 March and 03:00 on 25 October, Lord Howe
// by half an hour at 02:00 on 5 April and 4 October; São Paulo went from 00:00
// to 01:00 on 4 November 2018 and from 24:00 to 23:00 on 17 February; Apia left
// out 30 December 2011.
func TestSlotsAroundChangesOfTheClocks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		schedule, after string
		want            []string
	}{
		"New York, gap": {
			"daily at 02:30 in America/New_York", "2026-03-07T00:00:00-05:00",
			[]string{"2026-03-07T02:30:00-05:00", "2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00"},
		},
		"New York, at the gap": {
			"daily at 02:00 in America/New_York", "2026-03-07T12:00:00-05:00",
			[]string{"2026-03-08T03:00:00-04:00", "2026-03-09T02:00:00-04:00"},
		},
		"New York, behind the gap": {
			"daily at 03:00 in America/New_York", "2026-03-07T12:00:00-05:00",
			[]string{"2026-03-08T03:00:00-04:00", "2026-03-09T03:00:00-04:00"},
		},
		"New York, overlap": {
			"daily at 01:30 in America/New_York", "2026-10-31T00:00:00-04:00",
			[]string{"2026-10-31T01:30:00-04:00", "2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"},
		},
		"New York, from between the two": {
			"daily at 01:30 in America/New_York", "2026-11-01T01:15:00-05:00",
			[]string{"2026-11-02T01:30:00-05:00"},
		},
		"New York, fixed hours of cron in the gap": {
			`cron "*/20 2 * * *" in America/New_York`, "2026-03-07T02:30:00-05:00",
			[]string{"2026-03-07T02:40:00-05:00", "2026-03-08T03:00:00-04:00", "2026-03-09T02:00:00-04:00"},
		},
		"New York, fixed hours of cron in the overlap": {
			`cron "0,30 1 * * *" in America/New_York`, "2026-10-31T12:00:00-04:00",
			[]string{"2026-11-01T01:00:00-04:00", "2026-11-01T01:30:00-04:00", "2026-11-02T01:00:00-05:00"},
		},
		"New York, every hour over the gap": {
			`cron "30 * * * *" in America/New_York`, "2026-03-08T00:45:00-05:00",
			[]string{"2026-03-08T01:30:00-05:00", "2026-03-08T03:30:00-04:00", "2026-03-08T04:30:00-04:00"},
		},
		"New York, every hour over the overlap": {
			`cron "30 * * * *" in America/New_York`, "2026-11-01T00:45:00-04:00",
			[]string{"2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00", "2026-11-01T02:30:00-05:00"},
		},
		"New York, every second hour over the gap": {
			`cron "30 */2 * * *" in America/New_York`, "2026-03-08T00:00:00-05:00",
			[]string{"2026-03-08T00:30:00-05:00", "2026-03-08T03:30:00-04:00", "2026-03-08T04:30:00-04:00"},
		},
		"New York, a period over the gap": {
			"every 12h", "2026-03-07T18:00:00-05:00",
			[]string{"2026-03-07T19:00:00-05:00", "2026-03-08T08:00:00-04:00", "2026-03-08T20:00:00-04:00"},
		},
		"New York, a period with a start over the overlap": {
			"every 24h from 2026-10-30T06:00:00Z", "2026-10-31T00:00:00-04:00",
			[]string{"2026-10-31T02:00:00-04:00", "2026-11-01T01:00:00-05:00", "2026-11-02T01:00:00-05:00"},
		},
		"Berlin, gap": {
			"daily at 02:15 in Europe/Berlin", "2026-03-28T00:00:00+01:00",
			[]string{"2026-03-28T02:15:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:15:00+02:00"},
		},
		"Berlin, overlap": {
			"daily at 02:15 in Europe/Berlin", "2026-10-24T00:00:00+02:00",
			[]string{"2026-10-24T02:15:00+02:00", "2026-10-25T02:15:00+02:00", "2026-10-26T02:15:00+01:00"},
		},
		"Berlin, Sundays": {
			"daily at 02:15 in Europe/Berlin on Sun in Europe/Berlin", "2026-03-23T00:00:00+01:00",
			[]string{"2026-03-29T03:00:00+02:00", "2026-04-05T02:15:00+02:00"},
		},
		"Berlin, hours of the night": {
			"every 1h between 23:00 and 03:30 in Europe/Berlin", "2026-10-24T22:30:00+02:00",
			[]string{
				"2026-10-24T23:00:00+02:00", "2026-10-25T00:00:00+02:00", "2026-10-25T01:00:00+02:00", "2026-10-25T02:00:00+02:00",
				"2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00", "2026-10-25T23:00:00+01:00",
			},
		},
		"Berlin, hours that there are not": {
			"every 30m between 02:00 and 03:00 in Europe/Berlin", "2026-03-28T02:10:00+01:00",
			[]string{"2026-03-28T02:30:00+01:00", "2026-03-30T02:00:00+02:00"},
		},
		"Lord Howe, gap of half an hour": {
			"daily at 02:15 in Australia/Lord_Howe", "2026-10-03T00:00:00+10:30",
			[]string{"2026-10-03T02:15:00+10:30", "2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"},
		},
		"Lord Howe, overlap of half an hour": {
			"daily at 01:45 in Australia/Lord_Howe", "2026-04-04T00:00:00+11:00",
			[]string{"2026-04-04T01:45:00+11:00", "2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"},
		},
		"Lord Howe, every quarter of an hour over the gap": {
			`cron "*/15 * * * *" in Australia/Lord_Howe`, "2026-10-04T01:40:00+10:30",
			[]string{"2026-10-04T01:45:00+10:30", "2026-10-04T02:30:00+11:00", "2026-10-04T02:45:00+11:00"},
		},
		"Lord Howe, every quarter of an hour over the overlap": {
			`cron "*/15 * * * *" in Australia/Lord_Howe`, "2026-04-05T01:40:00+11:00",
			[]string{"2026-04-05T01:45:00+11:00", "2026-04-05T01:30:00+10:30", "2026-04-05T01:45:00+10:30"},
		},
		"São Paulo, midnight in a gap": {
			"daily at 00:00 in America/Sao_Paulo", "2018-11-02T12:00:00-03:00",
			[]string{"2018-11-03T00:00:00-03:00", "2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"},
		},
		"São Paulo, before midnight in the overlap": {
			"daily at 23:30 in America/Sao_Paulo", "2018-02-16T12:00:00-02:00",
			[]string{"2018-02-16T23:30:00-02:00", "2018-02-17T23:30:00-02:00", "2018-02-18T23:30:00-03:00"},
		},
		"São Paulo, midnight of cron in a gap": {
			`cron "0 0 * * *" in America/Sao_Paulo`, "2018-11-03T12:00:00-03:00",
			[]string{"2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"},
		},
		"Apia, a day that there is not": {
			"daily at 12:00 in Pacific/Apia", "2011-12-29T00:00:00-10:00",
			[]string{"2011-12-29T12:00:00-10:00", "2011-12-31T12:00:00+14:00", "2012-01-01T12:00:00+14:00"},
		},
		"Apia, midnight": {
			"daily at 00:00 in Pacific/Apia", "2011-12-29T12:00:00-10:00",
			[]string{"2011-12-31T00:00:00+14:00", "2012-01-01T00:00:00+14:00"},
		},
		"Apia, the thirtieth of each month": {
			`cron "0 12 30 * *" in Pacific/Apia`, "2011-11-01T00:00:00-10:00",
			[]string{"2011-11-30T12:00:00-10:00", "2012-01-30T12:00:00+14:00"},
		},
		"Apia, every sixth hour of the thirtieth": {
			`cron "0 */6 30 * *" in Pacific/Apia`, "2011-12-01T00:00:00-10:00",
			[]string{"2012-01-30T00:00:00+14:00"},
		},
		"Apia, every sixth hour": {
			`cron "0 */6 * * *" in Pacific/Apia`, "2011-12-29T17:00:00-10:00",
			[]string{"2011-12-29T18:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T06:00:00+14:00"},
		},
		"Kathmandu": {
			"daily at 02:00 in Asia/Kathmandu", "2026-03-28T00:00:00+05:45",
			[]string{"2026-03-28T02:00:00+05:45", "2026-03-29T02:00:00+05:45"},
		},
		"UTC": {
			"daily at 02:00 in UTC", "2026-03-28T02:00:00Z", []string{"2026-03-29T02:00:00Z", "2026-03-30T02:00:00Z"},
		},
		"UTC, twenty-ninth of February between two leap years": {
			`cron "0 0 29 2 *" in UTC`, "2096-03-01T00:00:00Z", []string{"2104-02-29T00:00:00Z", "2108-02-29T00:00:00Z"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := scheduler.ParseSchedule(c.schedule)
			require.NoError(t, err)
			at, err := time.Parse(stamp, c.after)
			require.NoError(t, err)
			for i, text := range c.want {
				want, err := time.Parse(stamp, text)
				require.NoError(t, err)
				at = s.Next(at)
				require.True(t, at.Equal(want), "slot %d is %s and should be %s", i, at.In(want.Location()).Format(stamp), text)
			}
		})
	}
}
