package sqlstore

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	sq "github.com/Masterminds/squirrel"
)

var errNoLedger = errors.New("the store was opened without a ledger")

// question is an engine that leaves question marks as they are.
type question struct{ engine }

func (question) placeholders() sq.PlaceholderFormat { return sq.Question }

// fragment renders a term for another statement, in which so many arguments
// stand before its own.
func (s *Store) fragment(t term, before int) (string, []any, error) {
	if before < 0 {
		return "", nil, invalid(fmt.Errorf("%d arguments before", before))
	}
	st, err := render(question{s.engine}, t)
	if err != nil {
		return "", nil, invalid(err)
	}
	if s.dialect() != PostgreSQL {
		return st.sql, st.args, nil
	}
	var out strings.Builder
	for i, part := range strings.Split(st.sql, "?") {
		if i > 0 {
			out.WriteString("$" + strconv.Itoa(before+i))
		}
		out.WriteString(part)
	}
	return out.String(), st.args, nil
}
