package contacts

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/contactsweep/contactsweep/where"
)

var errRelative = errors.New("a relative time is not a value that can be stored")

// value returns the value of the field of that name as one of f's kind; nil is
// NULL.
func (v Values) value(name string, f Field) (where.Value, error) {
	x := v[name]
	if x == nil {
		return where.Value{}, nil
	}
	out, err := where.ValueOf(x)
	if err == nil {
		out, err = out.As(f.Kind)
	}
	if err == nil && out.IsRelative() {
		err = errRelative
	}
	if err != nil {
		return where.Unknown(), fmt.Errorf("%q: %w", name, err)
	}
	return out, nil
}

// Change is a field that a batch sets in a row that stays.
type Change struct {
	Field string
	Value where.Value // the zero Value is NULL
}

// Changes returns what a batch sets in a row that refers, by one of the
// association's references, to a contact or row that is deleted. Whichever of
// its references set a field, they set it to the same value. The schema must
// be valid.
func (p Placed) Changes(r Reference) []Change {
	var names []string
	values := Values{}
	switch p.Action {
	case Anonymise:
		if !r.Stays {
			names = append(names, r.Nulled()...)
		}
		names, values = append(names, slices.Sorted(maps.Keys(p.Set))...), p.Set
	case Detach:
		names = r.Nulled()
	case HandOver:
		names, values = p.named(r), p.Heir
	case Delete, Keep, Restrict, ReadOnly:
	}
	out := make([]Change, len(names))
	for i, name := range names {
		f, _ := p.Lookup(name)
		v, err := values.value(name, f)
		if err != nil {
			v = where.Unknown() // which no store takes
		}
		out[i] = Change{Field: name, Value: v}
	}
	return out
}

// named returns those of the reference's fields that Heir names.
func (a Association) named(r Reference) []string {
	return slices.DeleteFunc(slices.Clone(r.Fields), func(name string) bool {
		_, ok := a.Heir[name]
		return !ok
	})
}

// Heir returns the condition that selects the heir of rows that refer by the
// reference: the contact whose fields equal what [Association.Heir] names, or
// several, of which the other fields of the reference choose one. It is the zero
// Condition where nothing is handed over.
func (s Schema) Heir(p Placed, r Reference) where.Condition {
	out := where.New()
	if p.Action != HandOver {
		return out
	}
	target := r.Target(s.Key)
	for i, name := range r.Fields {
		if _, ok := p.Heir[name]; !ok || i >= len(target) {
			continue
		}
		// Never unknown: nobody is protected because of a field that is NULL.
		if f, _ := s.Lookup(target[i]); !f.Required && !slices.Contains(s.Key, f.Name) {
			out = out.WhereKnown(f.Name)
		}
		out = out.WhereEquals(target[i], p.Heir[name])
	}
	return out
}

// Heirs returns the condition that selects the heirs of all hand-overs, which a
// store protects; false where nothing is handed over.
func (s Schema) Heirs() (where.Condition, bool) {
	out := where.New()
	seen := map[string]bool{}
	for _, p := range s.Placed() {
		for _, r := range p.References {
			heir := s.Heir(p, r)
			if heir.IsZero() || seen[heir.String()] {
				continue
			}
			seen[heir.String()] = true
			if !out.IsZero() {
				out = out.Or()
			}
			out = out.Where(heir)
		}
	}
	return out, !out.IsZero()
}
