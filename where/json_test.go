package where_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/where"
)

func TestJSONThatIsNotExactlyTheFormIsRefused(t *testing.T) {
	t.Parallel()
	node := func(s string) string { return `{"version":1,"where":` + s + `}` }
	deep := strings.Repeat(`{"op":"not","terms":[`, 300) + `{"op":"nothing"}` + strings.Repeat(`]}`, 300)
	for _, tt := range []struct{ name, data, message string }{
		{"nothing", ``, "unexpected end of JSON input"},
		{"null", `null`, "null is not a part of the form"},
		{"an empty object", `{}`, "version 0 of the JSON form; this library reads version 1"},
		{"a list", `[]`, "wrong type of member"},
		{"a later version", `{"version":2,"where":{"op":"nothing"}}`, "version 2 of the JSON form"},
		{"a version as text", `{"version":"1","where":{"op":"nothing"}}`, `wrong type of member "version"`},
		{"no condition", `{"version":1}`, "the condition is empty"},
		{"a null condition", node(`null`), "null is not a part of the form"},
		{"an empty node", node(`{}`), "no such operator; there are =, <>"},
		{"an unknown operator", node(`{"op":"between","field":"a"}`), "no such operator; there are"},
		{"the text of no operator", node(`{"op":"?","field":"a","value":{"kind":"int64","value":"1"}}`), "no such operator; there are"},
		{"an unknown member", node(`{"op":"null","field":"a","fields":["b"]}`), "a member that this version does not know"},
		{"a member of the wrong place", node(`{"op":"null","field":"a","kind":"int64"}`), "a member that this version does not know"},
		{"a member in capitals", node(`{"op":"null","Field":"a"}`), "a member that this version does not know"},
		{"a member twice", node(`{"op":"null","field":"a","field":"b"}`), `member "field" occurs twice`},
		{"two conditions", `{"version":1,"where":{"op":"everything"},"where":{"op":"nothing"}}`, `member "where" occurs twice`},
		{"a member that does not belong", node(`{"op":"null","field":"a","n":1}`), `operator "null" has a member that does not belong to it`},
		{"rows of no association", node(`{"op":"everything","rows":{"op":"nothing"}}`), "has a member that does not belong to it"},
		{"a field of a count of rows", node(`{"op":"count","association":"a","field":"b","compare":"=","n":1}`), "has a member that does not belong to it"},
		{"null rows", node(`{"op":"exists","association":"a","rows":null}`), "null is not a part of the form"},
		{"a null term", node(`{"op":"or","terms":[{"op":"nothing"},null]}`), "null is not a part of the form"},
		{"and of nothing", node(`{"op":"and","terms":[]}`), `operator "and" with 0 terms`},
		{"or without terms", node(`{"op":"or"}`), `operator "or" with 0 terms`},
		{"and of one term", node(`{"op":"and","terms":[{"op":"nothing"}]}`), `operator "and" with 1 terms`},
		{"not of two terms", node(`{"op":"not","terms":[{"op":"nothing"},{"op":"nothing"}]}`), `operator "not" with 2 terms`},
		{"brackets too deep", node(deep), "brackets deeper"},
		{"a comparison with nothing", node(`{"op":"=","field":"a"}`), `operator "=" without a value`},
		{"a value without a kind", node(`{"op":"=","field":"a","value":{"value":"1"}}`), "a value of no known kind"},
		{"a value of an unknown kind", node(`{"op":"=","field":"a","value":{"kind":"money","value":"1"}}`), "a value of no known kind"},
		{"a missing text", node(`{"op":"=","field":"a","value":{"kind":"text"}}`), `a value of kind "text" is missing`},
		{"a number as a number", node(`{"op":"=","field":"a","value":{"kind":"int64","value":1}}`), "wrong type of member"},
		{"an integer too large", node(`{"op":"=","field":"a","value":{"kind":"int64","value":"9223372036854775808"}}`), "is not in its form"},
		{"NaN", node(`{"op":"=","field":"a","value":{"kind":"float64","value":"NaN"}}`), "is not in its form"},
		{"a bool of 1", node(`{"op":"=","field":"a","value":{"kind":"bool","value":"1"}}`), "is not in its form"},
		{"a time in another zone", node(`{"op":"=","field":"a","value":{"kind":"time","value":"2026-01-01T00:00:00.000000+01:00"}}`), "is not in its form"},
		{"a time out of range", node(`{"op":"=","field":"a","value":{"kind":"time","value":"0000-01-01T00:00:00.000000Z"}}`), "is not in its form"},
		{"a date that does not exist", node(`{"op":"=","field":"a","value":{"kind":"date","value":"2026-02-30"}}`), "is not in its form"},
		{"a negative ago", node(`{"op":"=","field":"a","value":{"kind":"ago","value":"-1h"}}`), "is not in its form"},
		{"a negative date ago", node(`{"op":"=","field":"a","value":{"kind":"dateago","value":"-1"}}`), "is not in its form"},
		{"an unknown value", node(`{"op":"=","field":"a","value":{"kind":"unknown","value":""}}`), "a value of no known kind"},
		{"not in of nothing", node(`{"op":"not-in","field":"a","values":[]}`), "NOT IN of nothing would match everything"},
		{"an empty key", node(`{"op":"id"}`), "no key given"},
		{"an empty search", node(`{"op":"contains","field":"a"}`), "the search text is empty"},
		{"a pattern of anything", node(`{"op":"like","field":"a","text":"%"}`), "the pattern matches every text"},
		{"a count without a number", node(`{"op":"count","association":"a","compare":"="}`), "a count without a number"},
		{"a count of something unknown", node(`{"op":"count","association":"a","by":"days","field":"b","compare":"=","n":1}`), "by something unknown"},
		{"a count by no comparison", node(`{"op":"count","association":"a","n":1}`), "no such comparison"},
		{"a negative count", node(`{"op":"count","association":"a","compare":"=","n":-1}`), "the number is negative"},
		{"a number with a fraction", node(`{"op":"count","association":"a","compare":"=","n":1.5}`), "wrong type of member"},
		{"an empty condition on rows", node(`{"op":"exists","association":"a","rows":{"op":"and"}}`), `operator "and" with 0 terms`},
		{"two values", node(`{"op":"nothing"}`) + ` {}`, "invalid character"},
		{"a text cut short", node(`{"op":"nothing"`), "unexpected end of JSON input"},
		{"bytes that are not UTF-8", node("{\"op\":\"null\",\"field\":\"\xff\"}"), "not valid UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := where.New().WhereNull("kept")
			err := json.Unmarshal([]byte(tt.data), &c)
			require.ErrorContains(t, err, tt.message)
			require.Equal(t, "kept IS NULL", c.String(), "a failed reading changes nothing")
		})
	}
}

func TestJSONIsCheckedWithoutTheStandardDecoderInFront(t *testing.T) {
	t.Parallel()
	for data, message := range map[string]string{
		``:                               "the text ends too early",
		` `:                              "the text ends too early",
		`{"version":1`:                   "the text ends too early",
		`{"version":1}{}`:                "more than one JSON value",
		`{"version":1} x`:                "syntax error at byte 11",
		`{"version":1]`:                  "syntax error at byte",
		`"version"`:                      "wrong type of member",
		`{"version":1,"where":"\uzzzz"}`: "syntax error at byte",
	} {
		var c where.Condition
		err := c.UnmarshalJSON([]byte(data))
		require.ErrorIs(t, err, where.ErrInvalid)
		require.ErrorContains(t, err, message, data)
	}
}

func TestHandWrittenJSONIsRead(t *testing.T) {
	t.Parallel()
	var c where.Condition
	require.NoError(t, json.Unmarshal([]byte(`
		{"where": {"terms": [
			{"op": ">", "field": "decimal", "value": {"kind": "decimal", "value": "012.50"}},
			{"value": {"value": "48h", "kind": "ago"}, "field": "time", "op": "<"},
			{"op": "in", "field": "int", "values": []}
		], "op": "and"}, "version": 1}`), &c))
	require.Equal(t, "(decimal > 12.5m AND time < ago(48h0m0s) AND int IN ())", c.String())
}

func TestValuesRoundTripThroughJSON(t *testing.T) {
	t.Parallel()
	for _, x := range []any{
		"", "a\"\\\u2028<é>", int64(-1 << 63), uint64(1<<64 - 1), 0.1, 1e300, 5e-324, true, false, now(), amount("-123456789012345678901234567890.5"),
		where.Date{Year: 9999, Month: 12, Day: 31},
		[16]byte{1},
		where.Ago(1), where.DateAgo(0),
	} {
		v := value(t, x)
		data, err := json.Marshal(v)
		require.NoError(t, err)
		var back where.Value
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, v, back, string(data))
	}
	var null where.Value
	data, err := json.Marshal(null)
	require.NoError(t, err)
	require.JSONEq(t, "null", string(data))
	v := value(t, 1)
	require.NoError(t, json.Unmarshal(data, &v))
	require.True(t, v.IsNull())
	_, err = json.Marshal(where.Unknown())
	require.Error(t, err)
	require.ErrorContains(t, json.Unmarshal([]byte(`{"kind":"int64","value":"1","scale":2}`), &v), "a member that this version does not know")
	require.ErrorContains(t, json.Unmarshal([]byte(`{"kind":"int64"}`), &v), "is missing")
}

func FuzzJSON(f *testing.F) {
	for _, all := range [][]forms{comparisons(), tests(), groups()} {
		for _, tt := range all {
			f.Add(`{"version":1,"where":` + tt.json + `}`)
		}
	}
	f.Fuzz(func(t *testing.T, data string) {
		var c where.Condition
		if err := c.UnmarshalJSON([]byte(data)); err != nil {
			require.ErrorIs(t, err, where.ErrInvalid)
			return
		}
		require.False(t, c.IsZero())
		written, err := json.Marshal(c)
		require.NoError(t, err)
		var back where.Condition
		require.NoError(t, json.Unmarshal(written, &back))
		require.Equal(t, c.String(), back.String())
		again, err := json.Marshal(back)
		require.NoError(t, err)
		require.Equal(t, string(written), string(again))
		if p, err := c.Freeze(now()).Resolve(crm()); err == nil {
			p.Eval(row{})
		}
	})
}

func TestJSONLeavesComparisonsAsTheyAre(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	require.NoError(t, e.Encode(where.New().WhereLessThan("int", 1)))
	require.Contains(t, b.String(), `"<"`)
}
