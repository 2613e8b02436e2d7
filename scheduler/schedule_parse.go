package scheduler

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ParseSchedule reads the text of a schedule, as String returns it:
//
//	manual
//	daily at 02:00 in Europe/Berlin
//	every 15m
//	every 36h from 2026-01-01T02:00:00Z
//	cron "0 2 * * MON" in America/New_York
//	once at 2026-01-01T02:00:00Z
//
// and behind it, as often as wanted, what narrows it down:
//
//	starting 2026-01-01T00:00:00Z
//	until 2026-12-31T00:00:00Z
//	between 22:00 and 06:00 in Europe/Berlin
//	on Mon,Tue,Wed in Europe/Berlin
//	jitter 5m
//
// Zones are names of the time zone database, or Local or UTC; one that the host
// does not have is an error.
func ParseSchedule(text string) (Schedule, error) {
	s, err := parseSchedule(text)
	if err != nil {
		return nil, fmt.Errorf("scheduler: schedule %q: %w", text, err)
	}
	return s, nil
}

func parseSchedule(text string) (Schedule, error) {
	words, err := splitWords(text)
	if err != nil {
		return nil, err
	}
	p := &parser{words: words}
	s := p.base()
	for p.err == nil && len(p.words) > 0 {
		s = p.narrow(s)
	}
	if p.err != nil {
		return nil, p.err
	}
	return s, validate(s)
}

// splitWords splits at spaces; what is in quotation marks is one word.
func splitWords(text string) ([]string, error) {
	var words []string
	for {
		text = strings.TrimLeft(text, " \t\r\n")
		if text == "" {
			return words, nil
		}
		if !strings.HasPrefix(text, `"`) {
			end := strings.IndexAny(text+" ", " \t\r\n")
			words, text = append(words, text[:end]), text[end:]
			continue
		}
		word, rest, closed := strings.Cut(text[1:], `"`)
		if !closed {
			return nil, errors.New("a quotation mark is missing at the end")
		}
		words, text = append(words, word), rest
	}
}

// parser reads words and keeps the first fault.
type parser struct {
	words []string
	err   error
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

// word returns the next word, which should be what is said.
func (p *parser) word(what string) string {
	if len(p.words) == 0 {
		p.fail("it ends where %s should be", what)
		return ""
	}
	w := p.words[0]
	p.words = p.words[1:]
	return w
}

func (p *parser) keyword(want string) {
	if got := p.word(`"` + want + `"`); p.err == nil && got != want {
		p.fail("%q where %q should be", got, want)
	}
}

func (p *parser) base() Schedule {
	switch kind := p.word("the kind of schedule"); kind {
	case "manual":
		return Manual()
	case "daily":
		p.keyword("at")
		return daily{at: p.timeOfDay(), loc: p.zone()}
	case "every":
		period := p.duration("a period")
		if len(p.words) > 0 && p.words[0] == "from" {
			p.keyword("from")
			return EveryFrom(period, p.instant())
		}
		return Every(period)
	case "cron":
		expr := p.word("a cron expression")
		return Cron(expr, p.zone())
	case "once":
		p.keyword("at")
		return Once(p.instant())
	default:
		p.fail(`%q where manual, daily, every, cron or once should be`, kind)
		return Manual()
	}
}

func (p *parser) narrow(s Schedule) Schedule {
	switch w := p.word("a word"); w {
	case "starting":
		return Starting(s, p.instant())
	case "until":
		return Until(s, p.instant())
	case "jitter":
		return WithJitter(s, p.duration("a jitter"))
	case "between":
		from := p.timeOfDay()
		p.keyword("and")
		to := p.timeOfDay()
		return Between(s, from, to, p.zone())
	case "on":
		days := p.weekdays()
		return OnWeekdays(s, p.zone(), days...)
	default:
		p.fail(`%q where starting, until, between, on or jitter should be`, w)
		return s
	}
}

func (p *parser) timeOfDay() TimeOfDay {
	w := p.word("a time of day such as 02:00")
	t, err := time.Parse("15:04", w)
	if err != nil {
		p.fail("%q where a time of day such as 02:00 should be", w)
	}
	return At(t.Hour(), t.Minute())
}

func (p *parser) instant() time.Time {
	w := p.word("an instant such as 2026-01-01T02:00:00Z")
	t, err := time.Parse(time.RFC3339Nano, w)
	if err != nil {
		p.fail("%q where an instant such as 2026-01-01T02:00:00Z should be", w)
	}
	return t.UTC()
}

func (p *parser) duration(what string) time.Duration {
	w := p.word(what)
	d, err := time.ParseDuration(w)
	if err != nil {
		p.fail("%q where %s such as 15m should be", w, what)
	}
	return d
}

func (p *parser) zone() *time.Location {
	p.keyword("in")
	name := p.word("a time zone")
	loc, err := time.LoadLocation(name)
	if p.err == nil && (err != nil || name == "") {
		p.fail("time zone %q is not in this host's time zone database", name)
	}
	return loc
}

func (p *parser) weekdays() []time.Weekday {
	var days []time.Weekday
	for name := range strings.SplitSeq(p.word("days of the week such as Mon,Tue"), ",") {
		found := false
		for day := range time.Saturday + 1 {
			if strings.EqualFold(name, day.String()[:3]) {
				days, found = append(days, day), true
			}
		}
		if !found {
			p.fail("%q where a day of the week such as Mon should be", name)
		}
	}
	return days
}
