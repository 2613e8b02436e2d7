package where_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/where"
)

func TestBranchesOfOneConditionDoNotTouchEachOther(t *testing.T) {
	t.Parallel()
	for length := range 9 { // the spare room of the arrays differs
		prefix := where.New()
		for i := range length {
			prefix = prefix.WhereNull(fmt.Sprintf("p%d", i))
			if i%3 == 2 {
				prefix = prefix.Or().WhereNotNull("q")
			}
		}
		before := prefix.String()
		var wait sync.WaitGroup
		branches := make([]where.Condition, 8)
		for i := range branches {
			wait.Go(func() {
				field := fmt.Sprintf("f%d", i)
				branches[i] = prefix.WhereNull(field)
				if i%2 == 1 {
					branches[i] = prefix.Or().WhereNull(field)
				}
			})
		}
		wait.Wait()
		require.Equal(t, before, prefix.String())
		for i, branch := range branches {
			for other := range branches {
				require.Equal(t, i == other, strings.Contains(branch.String(), fmt.Sprintf("f%d", other)), branch.String())
			}
		}
	}
}

func TestAConditionKeepsItsOwnCopyOfAList(t *testing.T) {
	t.Parallel()
	ids := []int{1, 2}
	values := []any{1, 2}
	a, b := where.New().WhereIn("int", ids), where.New().WhereIn("int", values...)
	ids[0], values[0] = 9, 9
	require.Equal(t, "int IN (1, 2)", a.String())
	require.Equal(t, "int IN (1, 2)", b.String())
}

func TestAConditionIsUsedByManyGoroutinesAtOnce(t *testing.T) {
	t.Parallel()
	c := where.New().WhereIn("int", 1, 2).WhereLessThan("time", where.Ago(time.Hour)).Or().WhereExists("rows", where.New().WhereNull("text"))
	p, err := c.Freeze(now()).Resolve(crm())
	require.NoError(t, err)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			_, err := c.Freeze(now().Add(time.Duration(i))).Resolve(crm())
			_, jsonErr := json.Marshal(c)
			if err != nil || jsonErr != nil || c.WhereNull("int").String() == c.String() {
				t.Errorf("condition %s: %v, %v", c, err, jsonErr)
			}
			p.Eval(row{below: map[string][]row{"rows": {{}}}})
		})
	}
	wait.Wait()
}

const marker = "m4rk3r@example.com"

// marked puts the marker into every place of a condition that takes a value.
func marked() []where.Condition {
	n := where.New()
	return []where.Condition{
		n.WhereEquals("text", marker), n.WhereEqualsOrNull("text", marker), n.WhereBetween("text", marker, marker),
		n.WhereIn("text", marker), n.WhereNotIn("text", "a", marker), n.WhereID(1, marker), n.WhereID(marker),
		n.WhereContains("text", marker), n.WhereLike("text", marker), n.WhereNotLike("text", marker+`\`),
		n.WhereExists("rows", n.WhereEquals("text", marker)), n.WhereCount("rows", where.Less, 2, n.WhereEquals("text", marker)),
		n.WhereNot(n.WhereNull("int").WhereStartsWith("text", marker)),
		n.WhereEquals("int", marker), n.WhereEquals("decimal", marker), n.WhereEquals("uuid", marker), n.WhereEquals("bool", marker),
		n.WhereEquals("time", marker), n.WhereEquals("text", marker+"\x00"), n.WhereEquals("text", &struct{ string }{marker}),
		n.WhereEquals("text", []string{marker}), n.WhereIn("int", marker), n.WhereIn("int", 1, []string{marker}),
		n.WhereContains("text", marker+"\xff"), n.WhereContains("int", marker), n.WhereLike("int", marker),
		n.WhereLike("text", strings.Repeat(marker, 100)), n.WhereEquals("decimal", amount(marker)), n.WhereBetween("decimal", amount("2"), amount(marker)),
		n.WhereNotExists("rows", n.WhereEquals("int", marker)), n.WhereEquals("nothing", marker), n.WhereEquals("text", marker).Or(),
		n.WhereEquals("text", marker).Or().WhereNotEquals("text", marker).Or().WhereNull("text"),
	}
}

func TestErrorsAndLogsHoldNoValues(t *testing.T) {
	t.Parallel()
	for _, c := range marked() {
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("run", "condition", c)
		require.NotContains(t, log.String(), marker)
		require.NotContains(t, c.Redacted(), marker)
		if err := c.Validate(crm()); err != nil {
			for ; err != nil; err = errors.Unwrap(err) {
				require.NotContains(t, err.Error(), marker)
			}
		}
		if data, err := json.Marshal(c); err != nil {
			require.NotContains(t, err.Error(), marker)
		} else {
			damage(t, string(data))
		}
	}
}

// damage reads broken forms of the text, whose errors must not quote it.
func damage(t *testing.T, data string) {
	t.Helper()
	for _, broken := range []string{
		data[:len(data)-1], data + data, strings.Replace(data, `"text"`, `"time"`, 1), strings.Replace(data, `"`+marker, marker, 1),
		strings.Replace(data, `"`+marker+`"`, `["`+marker+`"]`, 1), strings.Replace(data, marker, marker+`\u0000`, 1),
		strings.Replace(data, `"field"`, `"`+marker+`"`, 1), replaceText(data, "op"), replaceText(data, "kind"), replaceText(data, "by"), replaceText(data, "compare"),
	} {
		if err := json.Unmarshal([]byte(broken), new(where.Condition)); err != nil {
			require.NotContains(t, err.Error(), marker, broken)
		}
	}
}

// replaceText puts the marker into the place of a member's text.
func replaceText(data, member string) string {
	return regexp.MustCompile(`"`+member+`":"[^"]*"`).ReplaceAllString(data, `"`+member+`":"`+marker+`"`)
}

func TestJSONErrorsQuoteNothingThatIsNotKnown(t *testing.T) {
	t.Parallel()
	const where1 = `{"version":1,"where":`
	for _, data := range []string{
		where1 + `{"op":"` + marker + `"}}`,
		where1 + `{"op":"` + marker + `","n":1}}`,
		where1 + `{"op":"` + marker + `","field":"a","terms":[]}}`,
		where1 + `{"op":"not","terms":[{"op":"` + marker + `"}]}}`,
		where1 + `{"op":"=","field":"a","value":{"kind":"` + marker + `","value":"1"}}}`,
		where1 + `{"op":"=","field":"a","value":{"kind":"` + marker + `"}}}`,
		where1 + `{"op":"count","association":"a","by":"` + marker + `","compare":"=","n":1}}`,
		where1 + `{"op":"count","association":"a","compare":"` + marker + `","n":1}}`,
	} {
		var c where.Condition
		err := json.Unmarshal([]byte(data), &c)
		require.ErrorIs(t, err, where.ErrInvalid, data)
		require.NotContains(t, err.Error(), marker, data)
	}
	var v where.Value
	err := json.Unmarshal([]byte(`{"kind":"`+marker+`","value":"1"}`), &v)
	require.ErrorContains(t, err, "no known kind")
	require.NotContains(t, err.Error(), marker)
}

func TestFreezing(t *testing.T) {
	t.Parallel()
	old := where.New().
		WhereLessThan("time", where.Ago(90*time.Minute)).
		Or().
		WhereNot(where.New().WhereIn("date", where.DateAgo(15), where.DateAgo(0))).
		WhereNotExists("rows", where.New().WhereCount("lines", where.Less, 2, where.New().WhereGreaterThan("time", where.Ago(0))))
	frozen := old.Freeze(time.Date(2026, 3, 15, 1, 0, 0, 0, time.FixedZone("", 2*3600)))
	require.Equal(t, "(time < 2026-03-14T21:30:00.000000Z OR "+
		"((NOT date IN (2026-02-27, 2026-03-14)) AND NOT EXISTS rows WHERE (COUNT(lines WHERE (time > 2026-03-14T23:00:00.000000Z)) < 2)))", frozen.String())
	require.Contains(t, old.String(), "ago(1h30m0s)", "the condition itself stays as it is")
	require.Equal(t, frozen.String(), frozen.Freeze(now()).String(), "what is frozen does not thaw")

	_, err := old.Resolve(crm())
	require.ErrorContains(t, err, "time < ?: the relative time has not been frozen")
	require.ErrorContains(t, err, "rows: lines: time > ?: the relative time has not been frozen")
	require.NoError(t, old.Validate(crm()))
	_, err = frozen.Resolve(crm())
	require.NoError(t, err)
}

func TestFreezingToAnImpossibleInstantIsAnError(t *testing.T) {
	t.Parallel()
	recent := where.New().WhereGreaterThan("time", where.Ago(time.Hour))
	for _, at := range []time.Time{{}, time.Date(1000, 1, 1, 0, 30, 0, 0, time.UTC), time.Date(10000, 1, 1, 2, 0, 0, 0, time.UTC)} {
		require.ErrorContains(t, recent.Freeze(at).Validate(crm()), "time > ?: year is outside 1000 to 9999", at.String())
	}
	ancient := where.New().WhereLessThan("date", where.DateAgo(400_000))
	require.ErrorContains(t, ancient.Freeze(now()).Validate(crm()), "year is outside 1000 to 9999")
}

func TestFreezingKeepsADanglingOr(t *testing.T) {
	t.Parallel()
	c := where.New().WhereLessThan("time", where.Ago(time.Hour)).Or()
	require.ErrorContains(t, c.Freeze(now()).Validate(crm()), "And or Or without a term on both sides")
	require.Contains(t, c.Freeze(now()).WhereNull("int").String(), " OR int IS NULL")
}
