package scheduler_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/contactsweep/contactsweep/scheduler"
)

func TestTextsOfSchedules(t *testing.T) {
	t.Parallel()
	berlin := zone(t, "Europe/Berlin")
	from := time.Date(2026, 1, 1, 2, 0, 0, 0, berlin)
	for want, s := range map[string]scheduler.Schedule{
		"manual":                                           scheduler.Manual(),
		"daily at 02:00 in Europe/Berlin":                  scheduler.DailyAt(2, 0, berlin),
		"daily at 02:00 in Local":                          scheduler.DailyAt(2, 0, time.Local),
		"every 15m":                                        scheduler.Every(15 * time.Minute),
		"every 24h":                                        scheduler.Every(24 * time.Hour),
		"every 1h30m":                                      scheduler.Every(90 * time.Minute),
		"every 1m30s":                                      scheduler.Every(90 * time.Second),
		"every 1h0m10s":                                    scheduler.Every(time.Hour + 10*time.Second),
		"every 1.5ms":                                      scheduler.Every(1500 * time.Microsecond),
		"every 36h from 2026-01-01T01:00:00Z":              scheduler.EveryFrom(36*time.Hour, from),
		`cron "0 2 * * MON" in Europe/Berlin`:              scheduler.Cron(" 0 2  * * MON ", berlin),
		`cron "@hourly" in UTC`:                            scheduler.Cron("@hourly", time.UTC),
		"once at 2026-01-01T01:00:00.5Z":                   scheduler.Once(from.Add(time.Second / 2)),
		"every 1h starting 2026-01-01T01:00:00Z":           scheduler.Starting(scheduler.Every(time.Hour), from),
		"every 1h until 2026-01-01T01:00:00Z":              scheduler.Until(scheduler.Every(time.Hour), from),
		"every 1h between 22:00 and 06:30 in UTC":          scheduler.Between(scheduler.Every(time.Hour), scheduler.At(22, 0), scheduler.At(6, 30), time.UTC),
		"every 1h on Mon,Sat,Sun in UTC":                   scheduler.OnWeekdays(scheduler.Every(time.Hour), time.UTC, time.Sunday, time.Monday, time.Saturday, time.Sunday),
		"every 1h jitter 5m":                               scheduler.WithJitter(scheduler.Every(time.Hour), 5*time.Minute),
		"every 1h jitter 5m starting 2026-01-01T01:00:00Z": scheduler.Starting(scheduler.WithJitter(scheduler.Every(time.Hour), 5*time.Minute), from),
	} {
		require.Equal(t, want, s.String())
		parsed, err := scheduler.ParseSchedule(want)
		require.NoError(t, err, want)
		require.Equal(t, want, parsed.String())
		at, other := from, from
		for range 50 {
			at, other = s.Next(at), parsed.Next(other)
			require.True(t, at.Equal(other), "%s: %s and %s", want, at, other)
		}
	}
}

func TestTextsThatAreNoSchedules(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		" ":                                       "it ends where the kind of schedule should be",
		"weekly":                                  `"weekly" where manual, daily, every, cron or once should be`,
		"daily":                                   `it ends where "at" should be`,
		"daily 02:00 in UTC":                      `"02:00" where "at" should be`,
		"daily at 2pm in UTC":                     `"2pm" where a time of day such as 02:00 should be`,
		"daily at 24:00 in UTC":                   `"24:00" where a time of day such as 02:00 should be`,
		"daily at 02:00":                          `it ends where "in" should be`,
		"daily at 02:00 in Mars/Olympus":          `time zone "Mars/Olympus" is not in this host's time zone database`,
		"daily at 02:00 in ../etc/passwd":         "is not in this host's time zone database",
		"daily at 02:15 on Sun in UTC":            `"on" where "in" should be`,
		"every day":                               `"day" where a period such as 15m should be`,
		"every 0s":                                "a period of 0s: at least 1ms, in whole microseconds, is needed",
		"every -1h":                               "a period of -1h0m0s",
		"every 1h from yesterday":                 `"yesterday" where an instant such as 2026-01-01T02:00:00Z should be`,
		"every 1h from 1969-01-01T00:00:00Z":      "years from 1970 to 9999 are possible",
		`cron "0 2 * * *`:                         "a quotation mark is missing at the end",
		`cron "0 25 * * *" in UTC`:                `cron expression "0 25 * * *"`,
		`cron "0 2 * *" in UTC`:                   `cron expression "0 2 * *"`,
		`cron "0 2 31 2 *" in UTC`:                `cron expression "0 2 31 2 *" never comes true`,
		"once at noon":                            `"noon" where an instant`,
		"every 1h sometimes":                      `"sometimes" where starting, until, between, on or jitter should be`,
		"every 1h between 02:00 and 02:00 in UTC": "between 02:00 and 02:00 there is no time",
		"every 1h on Someday in UTC":              `"Someday" where a day of the week such as Mon should be`,
		"every 1m jitter 2m":                      "a jitter of 2m is longer than the period of 1m",
		"every 1m jitter -2m":                     "a jitter of -2m0s",
	} {
		_, err := scheduler.ParseSchedule(text)
		require.ErrorContains(t, err, want, text)
	}
}

func TestFaultsAreReportedAtRegistration(t *testing.T) {
	t.Parallel()
	hourly := scheduler.Every(time.Hour)
	for want, s := range map[string]scheduler.Schedule{
		"the schedule is nil":                     nil,
		"the time zone is nil":                    scheduler.DailyAt(2, 0, nil),
		"time of day 24:00: 00:00 to 23:59":       scheduler.DailyAt(24, 0, time.UTC),
		"time of day 02:60":                       scheduler.DailyAt(2, 60, time.UTC),
		`time zone "CET+9" is not in this host's`: scheduler.DailyAt(2, 0, time.FixedZone("CET+9", 9*3600)),
		`time zone "UTC" is another one than`:     scheduler.DailyAt(2, 0, time.FixedZone("UTC", 3600)),
		"a period of 1ns":                         scheduler.Every(1),
		"is not in whole microseconds":            scheduler.EveryFrom(time.Hour, time.Unix(0, 1)),
		"once at 0001-01-01T00:00:00Z":            scheduler.Once(time.Time{}),
		`cron expression "every day"`:             scheduler.Cron("every day", time.UTC),
		"no day of the week":                      scheduler.OnWeekdays(hourly, time.UTC),
		"day 7 of the week":                       scheduler.OnWeekdays(hourly, time.UTC, 7),
		"time of day -1:00":                       scheduler.Between(hourly, scheduler.At(-1, 0), scheduler.At(2, 0), time.UTC),
		"starting 0001-01-01T00:00:00Z":           scheduler.Starting(hourly, time.Time{}),
		"until 0001-01-01T00:00:00Z":              scheduler.Until(hourly, time.Time{}),
		"a period of 0s: at least":                scheduler.WithJitter(scheduler.Until(scheduler.Every(0), time.Unix(0, 0)), time.Second),
	} {
		err := scheduler.NewRegistry().Register("task", &recorder{}, s)
		require.ErrorContains(t, err, want)
	}
}

// Whatever a schedule is made of: it moves on, and its text says it all.
func TestSchedulesMoveOn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		loc := drawZone(t)
		s := drawSchedule(t, loc)
		at := time.Unix(rapid.Int64Range(1_200_000_000, 1_900_000_000).Draw(t, "from"), 0)
		parsed, err := scheduler.ParseSchedule(s.String())
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		for range 20 {
			next := s.Next(at)
			if !next.Equal(parsed.Next(at)) {
				t.Fatalf("%s: %s after %s, and by its text %s", s, next, at, parsed.Next(at))
			}
			if next.IsZero() {
				return
			}
			if !next.After(at) {
				t.Fatalf("%s: %s is not after %s", s, next, at)
			}
			// There is no slot between: from just before it, the same is next.
			if again := s.Next(next.Add(-time.Microsecond)); !again.Equal(next) {
				t.Fatalf("%s: %s is next, but just before it %s", s, next, again)
			}
			at = next
		}
	})
}

func drawZone(t *rapid.T) *time.Location {
	name := rapid.SampledFrom([]string{
		"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu",
		"UTC", "Africa/Casablanca", "America/Havana", "Antarctica/Troll",
	}).Draw(t, "zone")
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func drawSchedule(t *rapid.T, loc *time.Location) scheduler.Schedule {
	hour, minute := rapid.IntRange(0, 23), rapid.IntRange(0, 59)
	var s scheduler.Schedule
	switch rapid.IntRange(0, 2).Draw(t, "base") {
	case 0:
		s = scheduler.DailyAt(hour.Draw(t, "hour"), minute.Draw(t, "minute"), loc)
	case 1:
		s = scheduler.Every(time.Duration(rapid.IntRange(60, 100_000).Draw(t, "period")) * time.Second)
	default:
		s = scheduler.Cron(rapid.SampledFrom([]string{
			"*/20 * * * *", "30 */2 * * *", "0 2 * * *", "*/30 1,2 * * *", "15 0 1,30 * *", "45 23 * * SUN", "0 0 L * *", "@hourly",
		}).Draw(t, "cron"), loc)
	}
	if rapid.Bool().Draw(t, "between") {
		from := scheduler.At(hour.Draw(t, "from"), 0)
		s = scheduler.Between(s, from, scheduler.At(hour.Draw(t, "to"), 30), loc)
	}
	if rapid.Bool().Draw(t, "on") {
		s = scheduler.OnWeekdays(s, loc, time.Weekday(rapid.IntRange(0, 6).Draw(t, "day")), time.Wednesday)
	}
	if rapid.Bool().Draw(t, "until") {
		s = scheduler.Until(s, time.Unix(1_800_000_000, 0))
	}
	return s
}

func TestJitter(t *testing.T) {
	t.Parallel()
	s := scheduler.WithJitter(scheduler.Every(time.Hour), 10*time.Minute)
	d, ok := s.(scheduler.Delayer)
	require.True(t, ok)
	slot := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	seen := map[time.Duration]bool{}
	var least, most time.Duration = time.Hour, 0
	for i := range 200 {
		delay := d.Delay("task", slot.Add(time.Duration(i)*time.Hour))
		require.Equal(t, delay, d.Delay("task", slot.Add(time.Duration(i)*time.Hour).In(time.Local)), "the same everywhere")
		least, most, seen[delay] = min(least, delay), max(most, delay), true
	}
	require.GreaterOrEqual(t, least, time.Duration(0))
	require.Less(t, least, time.Minute)
	require.Less(t, most, 10*time.Minute)
	require.Greater(t, most, 9*time.Minute)
	require.Greater(t, len(seen), 190)
	require.NotEqual(t, d.Delay("task", slot), d.Delay("other", slot), "tasks spread")
	require.Equal(t, d.Delay("task", slot), scheduler.Until(s, slot).(scheduler.Delayer).Delay("task", slot)) //nolint:forcetypeassert // it is one
}
