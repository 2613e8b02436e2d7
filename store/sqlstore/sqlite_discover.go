package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
)

// SQLite's declared types say little, so that the sampled values decide.

// profile is what is stored in a column, in the sample.
type profile struct {
	integers, reals, texts, blobs int
	smallest, largest             int64    // of the integers
	layouts                       []string // of the texts that are times or dates, each once
	others                        int      // texts that are none
	halves                        bool     // a blob is not of 16 bytes
}

func (p *profile) total() int { return p.integers + p.reals + p.texts + p.blobs }

// only reports whether the sample has values, and all are of the class.
func (p *profile) only(n int) bool { return n > 0 && n == p.total() }

func (s sqlite) guesses(ctx context.Context, q queryer, t tableInfo, plain map[string]bool, _ string) ([]guess, error) {
	profiles, err := s.profiles(ctx, q, t)
	if err != nil {
		return nil, err
	}
	out := make([]guess, len(t.columns))
	for i, c := range t.columns {
		out[i] = sqliteGuess(c, &profiles[i], plain[c.name])
		for n := range out[i].fields {
			out[i].fields[n].Name = c.name
		}
	}
	return out, nil
}

func (sqlite) caveats(context.Context, queryer, tableInfo) ([]string, error) { return nil, nil }

// profiles read as many rows as Verify looks at. Texts are read only as long as
// a time may be.
func (s sqlite) profiles(ctx context.Context, q queryer, t tableInfo) ([]profile, error) {
	const most = 100 // columns in one statement
	out := make([]profile, len(t.columns))
	for start := 0; start < len(out); start += most {
		part := out[start:min(start+most, len(out))]
		var columns []string
		classes, values := make([]string, len(part)), make([]any, len(part))
		var targets []any
		for i := range part {
			columns = append(columns, strings.ReplaceAll(
				`typeof(X), CASE typeof(X) WHEN 'integer' THEN X WHEN 'text' THEN CAST(substr(X, 1, 40) AS BLOB) WHEN 'blob' THEN length(X) END`,
				"X", `"t".`+s.quote(t.columns[start+i].name)))
			targets = append(targets, &classes[i], &values[i])
		}
		err := each(ctx, q, func(r *sql.Rows) error {
			if err := r.Scan(targets...); err != nil {
				return err //nolint:wrapcheck // wrapped by each
			}
			for i := range part {
				part[i].add(classes[i], values[i])
			}
			return nil
		}, fmt.Sprintf(`SELECT %s FROM %s.%s AS "t" LIMIT %d`, strings.Join(columns, ", "), s.quote(t.database), s.quote(t.name), sampleSize))
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (p *profile) add(class string, value any) {
	n, _ := value.(int64)
	switch class {
	case "integer":
		if p.integers == 0 {
			p.smallest, p.largest = n, n
		}
		p.smallest, p.largest = min(p.smallest, n), max(p.largest, n)
		p.integers++
	case "real":
		p.reals++
	case "blob":
		p.blobs++
		p.halves = p.halves || n != 16
	case "text":
		p.texts++
		text, _ := value.([]byte)
		layout := layoutOf(string(text))
		switch {
		case layout == "":
			p.others++
		case !slices.Contains(p.layouts, layout):
			p.layouts = append(p.layouts, layout)
		}
	}
}

// layoutOf returns the layout of a time or a date, "" for other texts.
func layoutOf(text string) string {
	m := regexp.MustCompile(`^\d{4}-\d\d-\d\d(?:([ T])\d\d:\d\d:\d\d(\.\d{1,6})?(Z|\+00:00)?)?$`).FindStringSubmatch(text)
	switch {
	case m == nil:
		return ""
	case m[1] == "":
		return time.DateOnly
	case m[2] != "":
		m[2] = "." + strings.Repeat("0", len(m[2])-1)
	}
	return "2006-01-02" + m[1] + "15:04:05" + m[2] + m[3]
}

// sqliteGuess follows the names of types that people use on SQLite before its
// affinities.
func sqliteGuess(c columnInfo, p *profile, plain bool) guess {
	base, _, _ := strings.Cut(c.declared, "(")
	base = strings.TrimSpace(base)
	starts := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(base, name) })
	}
	switch {
	case plain && p.only(p.integers):
		return guess{fields: []contacts.Field{contacts.Int64("")}}
	case starts("BOOL"):
		return guess{fields: []contacts.Field{contacts.Bool("")}}
	case starts("DATE", "TIMESTAMP"):
		return sqliteTimes(base, p)
	case starts("UUID", "GUID", "UNIQUEIDENTIFIER"):
		if p.only(p.blobs) {
			return guess{fields: []contacts.Field{contacts.UUID("").Encoded(contacts.UUIDBytes())}}
		}
		return guess{fields: []contacts.Field{contacts.UUID(""), contacts.Text("")}}
	case starts("DEC", "NUMERIC", "NUMBER", "MONEY", "CURRENCY"):
		return sqliteDecimal(c, p)
	}
	switch c.affinity() {
	case affinityInteger:
		return guess{fields: []contacts.Field{contacts.Int64(""), contacts.Float64("")}, note: integerTimes(c.name, p)}
	case affinityReal:
		return guess{fields: []contacts.Field{contacts.Float64("")}}
	case affinityText:
		return sqliteText(p, plain)
	case affinityBlob, affinityNumeric:
	}
	return sqliteUntyped(c, p, plain)
}

// sqliteTimes is for columns that are declared as dates or times.
func sqliteTimes(base string, p *profile) guess {
	day := contacts.Date("")
	switch {
	case p.total() == 0 && base == "DATE":
		return guess{fields: []contacts.Field{day}, note: "no values to look at: dates are expected as text, 2006-01-02"}
	case p.total() == 0:
		return guess{fields: []contacts.Field{contacts.Time("")}, note: "no values to look at: times are expected as CURRENT_TIMESTAMP writes them"}
	case p.only(p.texts) && p.others == 0 && len(p.layouts) == 1:
		return guess{fields: []contacts.Field{textTime(p.layouts[0])}}
	case p.only(p.integers):
		if e, unit := integerEncoding(p); unit != "" {
			return guess{
				fields: []contacts.Field{contacts.Time("").Encoded(e)},
				note:   "integers, by their magnitude " + unit + " since 1970; make sure that this is so",
			}
		}
		return unmapped("integers of no unit since 1970 that a field can have")
	case p.only(p.texts) && p.others == 0:
		slices.Sort(p.layouts)
		return unmapped(fmt.Sprintf("times in several forms (%q), and a field reads one", p.layouts))
	case p.only(p.texts):
		return unmapped("texts that are no times of a fixed form in UTC")
	}
	return unmapped("not all sampled values are texts, and not all are integers")
}

func textTime(layout string) contacts.Field {
	switch layout {
	case time.DateOnly:
		return contacts.Date("")
	case contacts.SQLiteTime:
		return contacts.Time("")
	}
	return contacts.Time("").Encoded(contacts.TimeText(layout))
}

// integerEncoding takes the coarsest unit that makes all values times of some
// centuries around now; no unit is known for others.
func integerEncoding(p *profile) (contacts.Encoding, string) {
	const centuries = 100_000_000_000 // seconds
	largest := max(p.largest, -max(p.smallest, -1<<62))
	switch {
	case largest < centuries:
		return contacts.UnixSeconds(), "seconds"
	case largest < centuries*1000:
		return contacts.UnixMillis(), "milliseconds"
	case largest < centuries*1000*1000:
		return contacts.UnixMicros(), "microseconds"
	}
	return contacts.Encoding{}, ""
}

// integerTimes is a hint for columns of integers that look like times.
func integerTimes(name string, p *profile) string {
	named := regexp.MustCompile(`(?i)(_at|_on|[a-z]At|[a-z]On|date|time|timestamp|created|updated|modified)$`).MatchString(name)
	if _, unit := integerEncoding(p); named && unit != "" && p.only(p.integers) && p.smallest > 100_000_000 {
		return "integers; if they are " + unit + " since 1970, declare a contacts.Time with that encoding"
	}
	return ""
}

// sqliteDecimal reads numbers as they stand. Whether integers are units of a
// fraction nobody can know.
func sqliteDecimal(c columnInfo, p *profile) guess {
	g := guess{fields: []contacts.Field{contacts.Decimal("").Encoded(contacts.DecimalReal())}}
	_, scale, _ := strings.Cut(c.declared, ",")
	fraction := strings.Trim(scale, " )0") != ""
	switch {
	case p.total() == 0:
		g.note = "no values to look at: numbers are expected as they stand; contacts.DecimalUnits is for integers that are units of a fraction"
	case p.only(p.integers) && fraction:
		g.note = "all sampled values are integers, read as they stand; if they are units of a fraction, use contacts.DecimalUnits"
	}
	return g
}

// sqliteText looks for times: SQLite has no other type for those that it writes
// itself.
func sqliteText(p *profile, plain bool) guess {
	text := guess{fields: []contacts.Field{contacts.Text("")}}
	if plain || !p.only(p.texts) || p.others > 0 || len(p.layouts) != 1 {
		return text
	}
	return guess{
		fields: []contacts.Field{textTime(p.layouts[0]), contacts.Text("")},
		note:   "declared as text, but all sampled values have the form " + p.layouts[0],
	}
}

// sqliteUntyped is for columns without a type, or of a type that SQLite does
// not know.
func sqliteUntyped(c columnInfo, p *profile, plain bool) guess {
	var g guess
	switch {
	case p.only(p.blobs) && !p.halves:
		g = guess{fields: []contacts.Field{contacts.UUID("").Encoded(contacts.UUIDBytes())}}
	case c.affinity() == affinityBlob && c.declared != "":
		return unmapped("blobs cannot be compared")
	case p.only(p.texts):
		g = sqliteText(p, plain)
	case p.only(p.integers):
		g = guess{fields: []contacts.Field{contacts.Int64("")}}
	case p.only(p.integers + p.reals):
		g = guess{fields: []contacts.Field{contacts.Float64("")}}
	case p.total() == 0:
		return unmapped(fmt.Sprintf("the type %q says nothing, and there are no values to look at", c.declared))
	default:
		return unmapped(fmt.Sprintf("the type %q says nothing, and values are of several classes", c.declared))
	}
	if g.note == "" {
		g.note = fmt.Sprintf("chosen by the sampled values; the type %q says nothing", c.declared)
	}
	return g
}
