package where

import (
	"cmp"
	"strings"
)

// Eval evaluates the predicate for a row, in three-valued logic.
func (p Predicate) Eval(row Row) Truth { return eval(p.Root(), row) }

func eval(n Node, row Row) Truth {
	switch n := n.(type) {
	case And:
		out := True
		for _, t := range n.Terms {
			if out = min(out, eval(t, row)); out == False {
				break
			}
		}
		return out
	case Or:
		out := False
		for _, t := range n.Terms {
			if out = max(out, eval(t, row)); out == True {
				break
			}
		}
		return out
	case Constant:
		return truth(n.True)
	case Exists:
		return truth(exists(n, row) != n.Negated)
	case Count:
		return truth(n.Op.Holds(cmp.Compare(count(n, row), n.N)))
	case Known:
		v := row.Value(n.Field)
		return truth((!v.IsNull() && !v.IsUnknown()) != n.Negated)
	case Null:
		v := row.Value(n.Field)
		if v.IsUnknown() {
			return Indeterminate
		}
		return truth(v.IsNull() != n.Negated)
	case Not, Empty, ID, Compare, In, Match, Like, invalid:
	}
	return evalLeaf(n, row)
}

func evalLeaf(n Node, row Row) Truth {
	switch n := n.(type) {
	case Compare:
		v := row.Value(n.Field)
		if v.kind != n.Value.kind {
			return Indeterminate
		}
		return truth(n.Op.Holds(CompareValues(folded(v, n.Fold), n.Value)))
	case In:
		v := row.Value(n.Field)
		if v.kind != n.Values[0].kind {
			return Indeterminate
		}
		_, ok := n.set[folded(v, n.Fold)]
		return truth(ok != n.Negated)
	case Match:
		v := row.Value(n.Field)
		if v.kind != KindText {
			return Indeterminate
		}
		return truth(matches(n.Mode, folded(v, n.Fold).str, n.Text) != n.Negated)
	case Like:
		v := row.Value(n.Field)
		if v.kind != KindText {
			return Indeterminate
		}
		return truth(like(folded(v, n.Fold).str, n.Pattern) != n.Negated)
	case And, Or, Not, Constant, Null, Known, Empty, ID, Exists, Count, invalid:
	}
	return Indeterminate // what cannot be evaluated selects nothing
}

func folded(v Value, fold bool) Value {
	if fold {
		v.str = Fold(v.str)
	}
	return v
}

func matches(mode MatchMode, s, text string) bool {
	switch mode {
	case Contains:
		return strings.Contains(s, text)
	case StartsWith:
		return strings.HasPrefix(s, text)
	case EndsWith:
		return strings.HasSuffix(s, text)
	}
	return false
}

func exists(n Exists, row Row) bool {
	for r := range row.Rows(n.Association) {
		if n.Rows == nil || eval(n.Rows, r) == True {
			return true
		}
	}
	return false
}

func count(n Count, row Row) int64 {
	var rows int64
	distinct := map[Value]struct{}{}
	for r := range row.Rows(n.Association) {
		if n.Rows != nil && eval(n.Rows, r) != True {
			continue
		}
		rows++
		if n.By == CountRows {
			continue
		}
		if v := r.Value(n.Field); !v.IsNull() && !v.IsUnknown() {
			distinct[counted(n.By, folded(v, n.Fold))] = struct{}{}
		}
	}
	if n.By == CountRows {
		return rows
	}
	return int64(len(distinct))
}

func counted(by CountBy, v Value) Value {
	if by != CountMonths {
		return v
	}
	d := v.Date()
	if v.kind == KindTime {
		t := v.Time()
		d = Date{Year: t.Year(), Month: int(t.Month())}
	}
	return Value{kind: KindInt64, num: uint64(d.Year*12 + d.Month)} //nolint:gosec // years are positive
}

// like matches s against a pattern that checkPattern has accepted. It goes
// back to the last % on a mismatch, so it takes at most len(s)*len(pattern)
// steps.
func like(s, pattern string) bool {
	text, tokens := []rune(s), likeTokens(pattern)
	t, p := 0, 0
	star, mark := -1, 0
	for t < len(text) {
		switch {
		case p < len(tokens) && tokens[p] == anyText:
			star, mark = p, t
			p++
		case p < len(tokens) && (tokens[p] == anyRune || tokens[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	for p < len(tokens) && tokens[p] == anyText {
		p++
	}
	return p == len(tokens)
}

const (
	anyText rune = -1
	anyRune rune = -2
)

func likeTokens(pattern string) []rune {
	var out []rune
	escaped := false
	for _, c := range pattern {
		switch {
		case escaped:
			out, escaped = append(out, c), false
		case c == '\\':
			escaped = true
		case c == '%':
			out = append(out, anyText)
		case c == '_':
			out = append(out, anyRune)
		default:
			out = append(out, c)
		}
	}
	return out
}
