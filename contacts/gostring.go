package contacts

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/contactsweep/contactsweep/where"
)

// GoString returns the schema as Go source, formatted as gofmt does, for a host
// that keeps what sqlstore.Discover proposed: fmt.Printf("%#v") prints it.
//
// The condition of an association is not written as source. In its place
// stands a name that does not compile, with the condition's text without its
// values, so that it cannot get lost.
func (s Schema) GoString() string {
	p := &printer{}
	p.open("contacts.Schema{")
	p.line("Table: %s,", strconv.Quote(s.Table))
	p.line("Key:   %s,", stringList(s.Key))
	p.fields(s.Fields)
	p.associations(s.Associations)
	p.close("}")
	return strings.TrimSuffix(p.b.String(), "\n")
}

// GoString returns the field as Go source: the function that makes it, with the
// methods that change it.
func (f Field) GoString() string {
	out := "contacts." + identifier(f.Kind.String()) + "(" + strconv.Quote(f.Name) + ")"
	if !f.Kind.Valid() {
		out = fmt.Sprintf("contacts.Field{Name: %q, Kind: %d}", f.Name, f.Kind)
	}
	if f.Column != "" && f.Column != f.Name {
		out += ".In(" + strconv.Quote(f.Column) + ")"
	}
	if f.Encoding != (Encoding{}) {
		out += ".Encoded(" + f.Encoding.GoString() + ")"
	}
	if f.CaseInsensitive {
		out += ".FoldCase()"
	}
	if f.Required {
		out += ".NotNull()"
	}
	if f.Immutable {
		out += ".NeverChanges()"
	}
	return out
}

// GoString returns the encoding as Go source.
func (e Encoding) GoString() string {
	switch e {
	case TimeText(SQLiteTime):
		return "contacts.TimeText(contacts.SQLiteTime)"
	case TimeText(e.Layout):
		return "contacts.TimeText(" + strconv.Quote(e.Layout) + ")"
	case UnixSeconds():
		return "contacts.UnixSeconds()"
	case UnixMillis():
		return "contacts.UnixMillis()"
	case UnixMicros():
		return "contacts.UnixMicros()"
	case NaiveTime(e.Zone):
		return "contacts.NaiveTime(" + strconv.Quote(e.Zone) + ")"
	case DecimalUnits(e.Scale):
		return "contacts.DecimalUnits(" + strconv.Itoa(e.Scale) + ")"
	case DecimalReal():
		return "contacts.DecimalReal()"
	case UUIDText():
		return "contacts.UUIDText()"
	case UUIDBytes():
		return "contacts.UUIDBytes()"
	}
	return fmt.Sprintf("contacts.Encoding{Form: %d, Layout: %q, Scale: %d, Zone: %q}", e.Form, e.Layout, e.Scale, e.Zone)
}

// GoString returns the action as Go source.
func (a Action) GoString() string {
	if name := a.String(); name != Action(0).String() {
		return "contacts." + identifier(name)
	}
	return fmt.Sprintf("contacts.Action(%d)", uint8(a))
}

// identifier makes an exported name of words: "read-only" is ReadOnly.
func identifier(words string) string {
	if words == "uuid" {
		return "UUID"
	}
	var b strings.Builder
	start := true
	for _, r := range words {
		letter := unicode.IsLetter(r) || unicode.IsDigit(r)
		switch {
		case letter && start:
			b.WriteRune(unicode.ToUpper(r))
		case letter:
			b.WriteRune(r)
		}
		start = !letter
	}
	return b.String()
}

type printer struct {
	b     strings.Builder
	depth int
}

func (p *printer) line(format string, args ...any) {
	p.b.WriteString(strings.Repeat("\t", p.depth))
	fmt.Fprintf(&p.b, format+"\n", args...)
}

func (p *printer) open(text string) {
	p.line("%s", text)
	p.depth++
}

func (p *printer) close(text string) {
	p.depth--
	p.line("%s", text)
}

func (p *printer) fields(fields []Field) {
	if len(fields) == 0 {
		return
	}
	p.open("Fields: []contacts.Field{")
	for _, f := range fields {
		p.line("%s,", f.GoString())
	}
	p.close("},")
}

func (p *printer) associations(list []Association) {
	if len(list) == 0 {
		return
	}
	p.open("Associations: []contacts.Association{")
	for _, a := range list {
		p.open("{")
		p.association(a)
		p.close("},")
	}
	p.close("},")
}

func (p *printer) association(a Association) {
	head := fmt.Sprintf("Name: %q, Table: %q, Action: %s,", a.Name, a.Table, a.Action.GoString())
	if len(a.Key) > 0 {
		head += " Key: " + stringList(a.Key) + ","
	}
	if a.Cascaded {
		head += " Cascaded: true,"
	}
	if len(a.Set) > 0 {
		head += " Set: " + valuesSource("contacts.Values", a.Set) + ","
	}
	if len(a.Heir) > 0 {
		head += " Heir: " + valuesSource("contacts.Values", a.Heir) + ","
	}
	if !a.Where.IsZero() {
		head += " Where: WRITE_THIS_CONDITION, /* " + strings.ReplaceAll(a.Where.Redacted(), "*/", "* /") + " */"
	}
	p.line("%s", head)
	switch len(a.References) {
	case 0:
	case 1:
		p.line("References: []contacts.Reference{{%s}},", referenceSource(a.References[0]))
	default:
		p.open("References: []contacts.Reference{")
		for _, r := range a.References {
			p.line("{%s},", referenceSource(r))
		}
		p.close("},")
	}
	p.fields(a.Fields)
	p.associations(a.Associations)
}

func valuesSource(kind string, values map[string]any) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		parts = append(parts, strconv.Quote(name)+": "+literal(values[name]))
	}
	return kind + "{" + strings.Join(parts, ", ") + "}"
}

func referenceSource(r Reference) string {
	out := "Fields: " + stringList(r.Fields)
	if len(r.To) > 0 {
		out += ", To: " + stringList(r.To)
	}
	if len(r.Constants) > 0 {
		out += ", Constants: " + valuesSource("map[string]any", r.Constants)
	}
	if len(r.SetNull) > 0 {
		out += ", SetNull: " + stringList(r.SetNull)
	}
	if r.Stays {
		out += ", Stays: true"
	}
	return out
}

// literal writes a value as Go source.
func literal(x any) string {
	switch x := x.(type) {
	case nil:
		return "nil"
	case uint, uint8, uint16, uint32, uint64:
		return fmt.Sprintf("%T(%d)", x, x)
	case int, string, bool:
		return fmt.Sprintf("%#v", x)
	case where.Date:
		return fmt.Sprintf("where.Date{Year: %d, Month: %d, Day: %d}", x.Year, x.Month, x.Day)
	case int8, int16, int32, int64, float32, float64:
		return fmt.Sprintf("%T(%#v)", x, x)
	}
	return fmt.Sprintf("%#v", x)
}

func stringList(names []string) string {
	if names == nil {
		return "nil"
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = strconv.Quote(name)
	}
	return "[]string{" + strings.Join(quoted, ", ") + "}"
}
