package sqlstore

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
)

// postgresKeys are keys as one array for each column, in the text form that
// every driver can pass. Statements have the same text for any number of keys.
type postgresKeys struct {
	arrays []string
	types  []string // as the columns compare
	exact  []string // as texts
}

func (s postgres) bind(columns []column, keys []contacts.Key) (boundKeys, error) {
	out := postgresKeys{}
	for i, c := range columns {
		elements := make([]any, len(keys))
		for n, k := range keys {
			values := k.Values()
			if len(values) != len(columns) {
				return nil, fmt.Errorf("sqlstore: a key of %d values for %d columns", len(values), len(columns))
			}
			x, at, err := pgOperand(c, values[i])
			if err != nil {
				return nil, err
			}
			if at == exact { // else NULL, which no contact has
				elements[n] = x
			}
		}
		out.arrays = append(out.arrays, pgArray(elements))
		own, text := pgCast(c), pgCast(c)
		switch t := pgType(c); t {
		case pgCitext, pgChar:
			own, text = pgOwn(t), pgText
		}
		out.types, out.exact = append(out.types, own), append(out.exact, text)
	}
	return out, nil
}

// pgOwn is the name of a type for a cast; "character" alone would be one byte.
func pgOwn(t string) string {
	if t == pgChar {
		return "bpchar"
	}
	return t
}

// isOneOf hides the length of the lists from the planner, which would otherwise
// read all of a table of middling size, or of one without statistics.
func (s postgres) isOneOf(columns []string, exact bool, keys boundKeys) term {
	k, ok := keys.(postgresKeys)
	if !ok {
		return failed{errNoKeys}
	}
	types := k.types
	if exact {
		types = k.exact
	}
	if len(columns) == 1 {
		return expr(columns[0]+" = ANY ("+pgList(types[0])+")", k.arrays[0])
	}
	var lists, names, picked []string
	var args []any
	for i, t := range types {
		name := `"k` + strconv.Itoa(i) + `"`
		lists = append(lists, "(SELECT ?::text::"+t+"[])")
		names, picked = append(names, name), append(picked, `"k".`+name)
		args = append(args, k.arrays[i])
	}
	return expr(tuple(columns)+" IN (SELECT "+strings.Join(picked, ", ")+" FROM unnest("+strings.Join(lists, ", ")+`) AS "k"(`+strings.Join(names, ", ")+"))", args...)
}

// beyond compares row values, for which the key's index is used.
func (s postgres) beyond(columns []column, op string, values []any) term {
	marks := make([]string, len(columns))
	for i, c := range columns {
		t := pgCast(c)
		if own := pgType(c); own == pgCitext || own == pgChar {
			t = pgOwn(own)
		}
		marks[i] = "?::" + t
	}
	return expr(tuple(sqlOf(columns))+" "+op+" "+tuple(marks), values...)
}

// pgList is a list as an operand. Without the SELECT its text would be read anew
// for every row that it is compared with: the cast is not immutable.
func pgList(cast string) string { return "(SELECT ?::text::" + cast + "[])::" + cast + "[]" }

// pgArray is the text form of an array.
func pgArray(elements []any) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, x := range elements {
		if i > 0 {
			b.WriteByte(',')
		}
		switch x := x.(type) {
		case nil:
			b.WriteString("NULL")
		case int64:
			b.WriteString(strconv.FormatInt(x, 10))
		case float64:
			b.WriteString(strconv.FormatFloat(x, 'g', -1, 64))
		case bool:
			b.WriteString(strconv.FormatBool(x))
		case []byte:
			b.WriteString(`"\\x` + hex.EncodeToString(x) + `"`)
		default:
			b.WriteString(pgQuoteElement(fmt.Sprint(x)))
		}
	}
	b.WriteByte('}')
	return b.String()
}

func pgQuoteElement(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// pgInList is true for an expression that is equal to a value of the list, or
// negated to none.
func pgInList(sql, cast string, elements []any, negated bool) term {
	if slices.Contains(elements, nil) {
		return failed{errStored}
	}
	if negated {
		return expr(sql+" <> ALL ("+pgList(cast)+")", pgArray(elements))
	}
	return expr(sql+" = ANY ("+pgList(cast)+")", pgArray(elements))
}
