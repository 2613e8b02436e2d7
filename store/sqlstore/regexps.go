package sqlstore

import (
	"strings"
)

// The forms of texts that hold other kinds, as regular expressions that
// PostgreSQL, MySQL and MariaDB all understand. They have no backslashes and
// no question marks.

const uuidRegexp = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

// dateRegexp matches the dates that there are in the years 1000 to 9999.
const dateRegexp = "([1-9][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))" +
	"|([1-9][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00)-02-29)"

// timeRegexp matches the times of a layout.
func timeRegexp(layout string) string {
	rest := strings.NewReplacer(".", "[.]", "+", "[+]").Replace(layout[19:])
	if i := strings.Index(rest, "[.]"); i >= 0 { // its zeros are digits, but not those of an offset
		digits := strings.Count(fraction(layout[19:]), "0")
		rest = "[.]" + strings.Repeat("[0-9]", digits) + rest[len("[.]")+digits:]
	}
	return "^" + dateRegexp + layout[10:11] + "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]" + rest + "$"
}

// quoteText doubles the quotes of a literal. It is for names from the schema,
// never for values.
func quoteText(s string) string { return strings.ReplaceAll(s, "'", "''") }
