package sqlstore

import (
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// telling is how many values a sample must have to tell a wrong encoding from
// some odd data.
const telling = 20

// most reports whether nine tenths of enough values are of some sort: odd
// values, such as a date that stands for never, do not hide a wrong encoding.
func most(n, of int64) bool { return of >= telling && 10*n >= 9*of }

// sampled says what the sample tells about one field.
func (v *verification) sampled(s *sampling, r *rowSet, f contacts.Field, i int) {
	if most(s.unknown[i], s.present[i]) {
		v.add(store.Fatal, CodeWrongEncoding, r.table, f.ColumnName(),
			fmt.Sprintf("%d of %d sampled values are not stored as a %s field's values are: this looks like another encoding, and tests of rows would overlook them", s.unknown[i], s.present[i], f.Kind),
			"declare how the column stores its values, see contacts.Encoding"+otherForms(f))
		return
	}
	v.unit(s, r, f, i)
	switch {
	case s.stray[i] > 0:
		v.add(store.Fatal, CodeStoredValues, r.table, f.ColumnName(),
			fmt.Sprintf("%d of %d sampled references are not stored as a %s field's values are; their rows may not be found, and be left without their contact", s.stray[i], s.total, f.Kind),
			"correct the field's kind or encoding, or the data; WhereUnknown finds them")
	case s.unknown[i] > 0 && r == v.store.model.contacts && containsField(r.key, f):
		advice := "correct the data, or the field's kind or encoding"
		if f.Kind == where.KindUUID && f.Encoding.Form != contacts.FormUUIDBytes {
			advice = "correct the data, or declare the field as contacts.Text, which takes every form as it is"
		}
		v.add(store.Warning, CodeStoredValues, r.table, f.ColumnName(),
			fmt.Sprintf("the keys of %d of %d sampled contacts are not stored as a %s field's values are; no condition finds these contacts, and they cannot be deleted, by their key neither", s.unknown[i], s.total, f.Kind),
			advice)
	case s.unknown[i] > 0:
		v.add(store.Warning, CodeStoredValues, r.table, f.ColumnName(),
			fmt.Sprintf("%d of %d sampled values do not belong to a %s field in its encoding; they are unknown to conditions", s.unknown[i], s.total, f.Kind),
			"correct the field's kind or encoding, or the data; WhereUnknown finds them, unless they are texts that are not UTF-8")
	}
}

// otherForms names the forms that a column of the kind often has.
func otherForms(f contacts.Field) string {
	switch {
	case f.Kind == where.KindTime:
		return "; times that a driver wrote as Go prints them cannot be mapped, store them as CURRENT_TIMESTAMP does or as integers"
	case f.Kind == where.KindUUID && f.Encoding.Form == contacts.FormUUIDBytes:
		return "; UUIDs as text in lower case are contacts.UUIDText, in any other form a contacts.Text field"
	case f.Kind == where.KindUUID:
		return "; UUIDs of 16 bytes are contacts.UUIDBytes, texts in upper case or without hyphens a contacts.Text field"
	}
	return ""
}

// unit looks for times that were counted in a coarser unit than the declared
// one. Zero is not among them: it stands for never as often as for 1970.
func (v *verification) unit(s *sampling, r *rowSet, f contacts.Field, i int) {
	early, dated := s.early[i], s.present[i]-s.zero[i]
	what := fmt.Sprintf("%d of %d sampled times lie in the first weeks of 1970: ", early, dated)
	const units = "declare the unit that the column counts in (contacts.UnixSeconds, UnixMillis or UnixMicros)"
	switch {
	case early == 0:
	case most(early, dated):
		v.add(store.Fatal, CodeWrongEncoding, r.table, f.ColumnName(),
			what+"this looks like a coarser unit than the declared one, and everything would be old", units)
	case dated < telling || 100*early >= dated:
		v.add(store.Warning, CodeWrongEncoding, r.table, f.ColumnName(),
			what+"if they are in a coarser unit than the declared one, they only look old", units+", or correct the data")
	}
}
