package contacts

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"
)

// Fingerprint returns a text that changes with everything in the schema that
// can change what a deletion does.
func (s Schema) Fingerprint() string {
	h := sha256.New()
	fmt.Fprintf(h, "3 %q %q\n", s.Table, s.Key)
	for _, f := range s.Fields {
		fmt.Fprint(h, f.fingerprint())
	}
	for _, p := range s.Placed() {
		fmt.Fprintf(h, "association %d %q %q %q %d %q\n", p.Above, p.Name, p.Table, p.Key, p.Action, p.Where)
		if p.Cascaded {
			fmt.Fprint(h, "cascaded\n")
		}
		for _, f := range p.Fields {
			fmt.Fprint(h, f.fingerprint())
		}
		for _, r := range p.References {
			fmt.Fprintf(h, "reference %q %q %q %t\n", r.Fields, r.To, r.SetNull, r.Stays)
			for _, name := range slices.Sorted(maps.Keys(r.Constants)) {
				f, _ := p.Lookup(name)
				v, err := r.Constant(name, f)
				fmt.Fprintf(h, "constant %q %s %t\n", name, v, err == nil)
			}
		}
		p.values(h, "set", p.Set)
		p.values(h, "heir", p.Heir)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (p Placed) values(h hash.Hash, what string, values Values) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		f, _ := p.Lookup(name)
		v, err := values.value(name, f)
		fmt.Fprintf(h, "%s %q %s %t\n", what, name, v, err == nil)
	}
}

func (f Field) fingerprint() string {
	e := f.Encoding
	return fmt.Sprintf("field %q %q %d %d %q %d %q %t %t %t\n",
		f.Name, f.Column, f.Kind, e.Form, e.Layout, e.Scale, e.Zone, f.CaseInsensitive, f.Required, f.Immutable)
}
