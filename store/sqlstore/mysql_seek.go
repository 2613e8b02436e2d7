package sqlstore

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// beyond says for each column what stands behind the value, or is equal and
// decided by the columns after it: two ranges of the index, from whose start
// the rows are read. A comparison of row values would read the whole index,
// and one that begins with >= all rows that have the first value.
func (m mysql) beyond(columns []column, op string, values []any) term {
	strict := strings.TrimSuffix(op, "=")
	last := len(columns) - 1
	out := m.seek(columns[last], op, values[last])
	for i := last - 1; i >= 0; i-- {
		out = anyOf(m.seek(columns[i], strict, values[i]), all(m.seek(columns[i], "=", values[i]), out))
	}
	if mysqlTypeOf(columns[0].info) == mysqlTimestamp {
		return all(m.around(columns[0], strict, values[0]), out)
	}
	return out
}

// seek compares a column with the value of a cursor.
func (m mysql) seek(c column, op string, x any) term {
	sql, mark := c.sql, m.mark(c, x)
	if mysqlTypeOf(c.info) == mysqlTimestamp {
		sql, mark = "UNIX_TIMESTAMP("+c.sql+")", mysqlSeconds
	}
	if op == "=" {
		return mysqlIs(sql, mark, m.cursor(c, x))
	}
	return expr(sql+" "+op+" "+mark, m.cursor(c, x))
}

const mysqlSeconds = "CAST(? AS DECIMAL(20, 6))"

// around is where in an index on a TIMESTAMP the seconds are, for which its
// exact test uses none. The server compares the column in the session's zone,
// where an hour may occur twice: where the zone does not give the seconds back,
// the range begins a day earlier, or ends a day later.
func (m mysql) around(c column, op string, x any) term {
	far := "GREATEST(@ - 86400, 1)"
	if op == "<" {
		far = "LEAST(@ + 86400, 2147483647)"
	}
	sql := strings.ReplaceAll("FROM_UNIXTIME(IF(UNIX_TIMESTAMP(FROM_UNIXTIME(@)) = @, @, "+far+"))", "@", mysqlSeconds)
	seconds := m.cursor(c, x)
	return expr(c.sql+" "+op+"= "+sql, seconds, seconds, seconds, seconds)
}

// cursor is an encoded value as the placeholder expects it.
func (mysql) cursor(c column, x any) any {
	switch x := x.(type) {
	case []byte:
		if mysqlTypeOf(c.info) == mysqlBinary {
			return hex.EncodeToString(x)
		}
	case string:
		if mysqlTypeOf(c.info) != mysqlTimestamp {
			break
		}
		if t, err := time.Parse(mysqlDatetimeLayout, x); err == nil { // as encode wrote it, in UTC
			return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/int(time.Microsecond))
		}
	}
	return x
}
