package scheduler_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
)

// yearly is a schedule, and what its slots are by looking at the clocks of the
// zone in every minute of a year.
type yearly struct {
	schedule func(*time.Location) scheduler.Schedule
	minute   int                                          // of the day, of a daily schedule
	when     func(local time.Time, minutesInUTC int) bool // of any other
}

func dailyAt(hour, minute int) yearly {
	return yearly{
		schedule: func(loc *time.Location) scheduler.Schedule { return scheduler.DailyAt(hour, minute, loc) },
		minute:   60*hour + minute,
	}
}

func yearlySchedules() map[string]yearly {
	return map[string]yearly{
		"midnight": dailyAt(0, 0), "half-past-one": dailyAt(1, 30), "two": dailyAt(2, 0), "quarter-past-two": dailyAt(2, 15),
		"half-past-two": dailyAt(2, 30), "three": dailyAt(3, 0), "half-past-eleven": dailyAt(23, 30),
		"every-hour": {
			schedule: func(loc *time.Location) scheduler.Schedule { return scheduler.Cron("30 * * * *", loc) },
			when:     func(local time.Time, _ int) bool { return local.Minute() == 30 },
		},
		"working-days": {
			schedule: func(loc *time.Location) scheduler.Schedule { return scheduler.Cron("0 12 * * MON-FRI", loc) },
			when: func(local time.Time, _ int) bool {
				return local.Hour() == 12 && local.Minute() == 0 && local.Weekday() != time.Saturday && local.Weekday() != time.Sunday
			},
		},
		"six-hours": {
			schedule: func(*time.Location) scheduler.Schedule { return scheduler.Every(6 * time.Hour) },
			when:     func(_ time.Time, utc int) bool { return utc%360 == 0 },
		},
		"nights": {
			schedule: func(loc *time.Location) scheduler.Schedule {
				return scheduler.Between(scheduler.Every(30*time.Minute), scheduler.At(22, 0), scheduler.At(2, 0), loc)
			},
			when: func(local time.Time, utc int) bool { return utc%30 == 0 && (local.Hour() >= 22 || local.Hour() < 2) },
		},
		"weekends": {
			schedule: func(loc *time.Location) scheduler.Schedule {
				return scheduler.OnWeekdays(scheduler.Every(time.Hour), loc, time.Sunday, time.Saturday)
			},
			when: func(local time.Time, utc int) bool {
				return utc%60 == 0 && (local.Weekday() == time.Saturday || local.Weekday() == time.Sunday)
			},
		},
	}
}

// slots returns the slots of all schedules after from and up to until.
func slots(all map[string]yearly, from, until time.Time, loc *time.Location) map[string][]string {
	out, done := map[string][]string{}, map[string]int{}
	for at := from.Add(time.Minute); !at.After(until); at = at.Add(time.Minute) {
		local := at.In(loc)
		hour, minute, _ := local.Clock()
		text, day := "", local.YearDay()
		for id, y := range all {
			var hit bool
			if y.when == nil {
				// The first minute of the day at which it is that late.
				hit = 60*hour+minute >= y.minute && done[id] != day
			} else {
				hit = y.when(local, int(at.Unix()/60))
			}
			if !hit {
				continue
			}
			if done[id] = day; text == "" {
				text = local.Format(stamp)
			}
			out[id] = append(out[id], text)
		}
	}
	return out
}

// A runner runs every schedule for a year, in a zone and a year with something
// to get wrong.
func TestAYear(t *testing.T) {
	t.Parallel()
	for name, year := range map[string]int{
		"America/New_York": 2026, "Europe/Berlin": 2026, "Australia/Lord_Howe": 2026, "America/Sao_Paulo": 2018,
		"Pacific/Apia": 2011, "Asia/Kathmandu": 2026, "UTC": 2026,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loc := zone(t, name)
			synctest.Test(t, func(t *testing.T) {
				// Just before the local midnight that begins the year; in Apia in
				// February, so that 30 December is not at the end.
				from := time.Date(year, 1, 31, 23, 59, 0, 0, loc).UTC()
				until := from.AddDate(1, 0, 0)
				pass(t, time.Until(from))
				reg, st := scheduler.NewRegistry(), memstate.New()
				tasks, all := map[string]*recorder{}, yearlySchedules()
				for id, y := range all {
					tasks[id] = &recorder{}
					require.NoError(t, reg.Register(id, tasks[id], y.schedule(loc)))
				}
				r := run(t, runner(t, reg, st, scheduler.WithPoll(time.Hour), scheduler.WithHistory(24*time.Hour)))
				pass(t, time.Until(until))
				require.NoError(t, r.stop())
				want := slots(all, from, until, loc)
				for id := range all {
					got := []string{}
					for _, run := range tasks[id].all() {
						require.Zero(t, run.Missed)
						got = append(got, run.Slot.In(loc).Format(stamp))
					}
					require.Equal(t, want[id], got, id)
				}
			})
		})
	}
}
