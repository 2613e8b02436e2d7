package deletion

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/contactsweep/contactsweep/where"
)

// Cells of an export. A text that a spreadsheet could take for a formula is
// guarded: it begins with an apostrophe, and has another one behind everything
// that a spreadsheet may take for the end of a cell.
const (
	guard = '\''
	// unknownCell is no text's cell: a guarded text goes on with nothing, with
	// another apostrophe, or with what the guard is for.
	unknownCell = "'?"
	timeCell    = "2006-01-02T15:04:05.999999Z07:00"
)

// cell is the value as it stands in a CSV, and whether it is to be quoted there.
func cell(v where.Value) (text string, quoted bool) {
	if v.IsUnknown() {
		return unknownCell, true
	}
	switch v.Kind() {
	case where.KindText:
		return guarded(v.Text()), true
	case where.KindInt64:
		return strconv.FormatInt(v.Int64(), 10), false
	case where.KindUint64:
		return strconv.FormatUint(v.Uint64(), 10), false
	case where.KindFloat64:
		return strconv.FormatFloat(v.Float64(), 'g', -1, 64), false
	case where.KindDecimal:
		return v.Decimal(), false
	case where.KindBool:
		return strconv.FormatBool(v.Bool()), false
	case where.KindTime:
		return v.Time().UTC().Format(timeCell), false
	case where.KindDate:
		return v.Date().String(), false
	case where.KindUUID:
		return v.String(), false
	}
	return "", false // NULL
}

// guarded is the text as it stands in a cell.
func guarded(text string) string {
	if !needsGuard(text) {
		return text
	}
	var b strings.Builder
	b.WriteRune(guard)
	for _, r := range text {
		b.WriteRune(r)
		if separates(r) {
			b.WriteRune(guard)
		}
	}
	return b.String()
}

// needsGuard reports whether the text, or what follows a separator in it, could
// be taken for a formula. An empty text is guarded to tell it from NULL, and one
// that begins as a guarded one does to tell it from that. A carriage return is
// guarded wherever it is, because readers of CSV change it.
func needsGuard(text string) bool {
	if text == "" || text[0] == guard || strings.ContainsRune(text, '\r') {
		return true
	}
	for first := true; ; first = false {
		end := strings.IndexAny(text, separators)
		begin := text
		if end >= 0 {
			begin = text[:end]
		}
		begin = strings.TrimLeftFunc(begin, skipped)
		r, _ := utf8.DecodeRuneInString(begin)
		switch {
		case begin != "" && strings.ContainsRune(formulas, r):
			return true
		case end < 0:
			return false
		case first && begin == "" && unicode.IsSpace(rune(text[end])):
			return true
		}
		text = text[end+1:]
	}
}

const (
	// formulas is what a formula can begin with, in the forms of all widths.
	formulas = "=+-@＝＋－＠﹦﹢﹣﹫"
	// separators is what a spreadsheet may take for the end of a cell, whatever
	// the quotes around it say: with the settings of another country, or when the
	// file is pasted.
	separators = ",;|\t\r\n"
)

func separates(r rune) bool { return strings.ContainsRune(separators, r) }

// skipped reports whether a formula can begin behind the rune.
func skipped(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Pi, unicode.Pf) || strings.ContainsRune("\"'`", r)
}

var errCell = errors.New("not a cell of an export")

// ParseExported returns the value that a cell of an export stands for, as a
// reader of CSV such as that of encoding/csv gives it: exactly the one that was
// stored, NULL and [where.Unknown] included. The kind is that of the column's
// field. An error does not contain the cell.
func ParseExported(kind where.Kind, text string) (where.Value, error) {
	switch text {
	case "":
		return where.Value{}, nil
	case unknownCell:
		return where.Unknown(), nil
	}
	x, err := parseCell(kind, text)
	if err == nil {
		var v where.Value
		if v, err = where.ValueOf(x); err == nil {
			v, err = v.As(kind)
		}
		if err == nil {
			return v, nil
		}
	}
	return where.Unknown(), fmt.Errorf("deletion: the cell is not one that an export writes for %s", kind) // the cause may quote it
}

func parseCell(kind where.Kind, text string) (any, error) {
	switch kind {
	case where.KindText:
		return unguarded(text)
	case where.KindInt64:
		return strconv.ParseInt(text, 10, 64)
	case where.KindUint64:
		return strconv.ParseUint(text, 10, 64)
	case where.KindFloat64:
		return strconv.ParseFloat(text, 64)
	case where.KindBool:
		return strconv.ParseBool(text)
	case where.KindTime:
		return time.Parse(timeCell, text)
	case where.KindDate:
		d, err := time.Parse(time.DateOnly, text)
		return where.Date{Year: d.Year(), Month: int(d.Month()), Day: d.Day()}, err
	case where.KindDecimal, where.KindUUID:
		return text, nil
	}
	return nil, errCell
}

// unguarded is the opposite of guarded.
func unguarded(text string) (string, error) {
	rest, ok := strings.CutPrefix(text, string(guard))
	if !ok {
		if needsGuard(text) {
			return "", errCell
		}
		return text, nil
	}
	var b strings.Builder
	skip := false
	for _, r := range rest {
		if !skip {
			b.WriteRune(r)
		}
		skip = !skip && separates(r)
	}
	if guarded(b.String()) != text {
		return "", errCell
	}
	return b.String(), nil
}
