package where

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
)

// String returns the condition's full canonical text, with all brackets and
// with its values: equal texts mean the same condition. It may contain contact
// data; logs should show [Condition.Redacted]. A condition that is too large
// to be used has no text but that.
func (c Condition) String() string { return c.text(fullText) }

// Redacted returns the canonical text with every value replaced by a question
// mark.
func (c Condition) Redacted() string { return c.text(redactedText) }

func (c Condition) text(of func(Node) string) string {
	switch n := c.root(); {
	case n == nil:
		return "(empty)"
	case c.tooLarge():
		return "(" + errTooLarge.Error() + ")"
	default:
		return of(n)
	}
}

// LogValue makes slog show the redacted text.
func (c Condition) LogValue() slog.Value { return slog.StringValue(c.Redacted()) }

func fullText(n Node) string     { return printer{}.node(n) }
func redactedText(n Node) string { return printer{redact: true}.node(n) }

type printer struct{ redact bool }

func (p printer) node(n Node) string {
	switch n := n.(type) {
	case And:
		return p.join(n.Terms, " AND ")
	case Or:
		return p.join(n.Terms, " OR ")
	case Not:
		return "(NOT " + p.node(n.Term) + ")"
	case Constant:
		if n.True {
			return "EVERYTHING"
		}
		return "NOTHING"
	case ID:
		return "ID = (" + p.values(n.Values) + ")"
	case Exists:
		return not(n.Negated) + "EXISTS " + quoteName(n.Association) + p.rows(n.Rows)
	case Count:
		return p.count(n)
	case invalid:
		return "INVALID (" + n.text + ")"
	case Compare, Null, Known, Empty, In, Match, Like:
	}
	return p.leaf(n)
}

func (p printer) leaf(n Node) string {
	switch n := n.(type) {
	case Compare:
		return quoteName(n.Field) + " " + n.Op.String() + " " + p.value(n.Value)
	case Null:
		return quoteName(n.Field) + " IS " + not(n.Negated) + "NULL"
	case Known:
		return quoteName(n.Field) + " IS " + not(n.Negated) + "KNOWN"
	case Empty:
		return quoteName(n.Field) + " IS " + not(n.Negated) + "EMPTY"
	case In:
		return quoteName(n.Field) + " " + not(n.Negated) + "IN (" + p.values(n.Values) + ")"
	case Match:
		return quoteName(n.Field) + " " + not(n.Negated) + modeText(n.Mode) + " " + p.text(n.Text)
	case Like:
		return quoteName(n.Field) + " " + not(n.Negated) + "LIKE " + p.text(n.Pattern)
	case And, Or, Not, Constant, ID, Exists, Count, invalid:
	}
	return fmt.Sprintf("UNKNOWN NODE %T", n)
}

func (p printer) join(terms []Node, by string) string {
	parts := make([]string, len(terms))
	for i, t := range terms {
		parts[i] = p.node(t)
	}
	return "(" + strings.Join(parts, by) + ")"
}

func (p printer) rows(n Node) string {
	if n == nil {
		return ""
	}
	text := p.node(n)
	if text[0] != '(' { // a join or a negation has its brackets
		text = "(" + text + ")"
	}
	return " WHERE " + text
}

func (p printer) count(n Count) string {
	var of string
	switch n.By {
	case CountRows:
		of = quoteName(n.Association)
	case CountValues:
		of = "DISTINCT " + quoteName(n.Field) + " OF " + quoteName(n.Association)
	case CountMonths:
		of = "MONTHS " + quoteName(n.Field) + " OF " + quoteName(n.Association)
	}
	number := "?"
	if !p.redact {
		number = strconv.FormatInt(n.N, 10)
	}
	return "COUNT(" + of + p.rows(n.Rows) + ") " + n.Op.String() + " " + number
}

func (p printer) value(v Value) string {
	if p.redact {
		return "?"
	}
	return v.String()
}

func (p printer) text(s string) string {
	if p.redact {
		return "?"
	}
	return strconv.Quote(s)
}

func (p printer) values(values []Value) string {
	if p.redact {
		return strconv.Itoa(len(values)) + " values"
	}
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = v.String()
	}
	return strings.Join(parts, ", ")
}

func modeText(m MatchMode) string {
	switch m {
	case Contains:
		return "CONTAINS"
	case StartsWith:
		return "STARTS WITH"
	case EndsWith:
		return "ENDS WITH"
	}
	return "?"
}

func not(negated bool) string {
	if negated {
		return "NOT "
	}
	return ""
}

// quoteName leaves plain names as they are and quotes all others, so that a
// name can never be read as more than a name.
func quoteName(name string) string {
	for i, c := range name {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return strconv.Quote(name)
		}
	}
	if name == "" {
		return `""`
	}
	return name
}
