package contacts

import (
	"errors"
	"time"

	"github.com/contactsweep/contactsweep/where"
)

// MinInactivity is the shortest time that [Inactive] accepts.
const MinInactivity = 7 * 24 * time.Hour

// Inactive selects contacts without any activity for that long, counted back
// from the start of the run. A contact that never had one counts from its
// creation. Less than [MinInactivity] is an error.
//
// It reads the association [Activities] with its field [Created], and the
// contact's [Created]. An activity exactly that long ago still counts, and so
// does one in the future. A contact that has an activity whose time is not
// known (NULL, or not a time) stays, and so does one without activities whose
// creation is not known.
func Inactive(d time.Duration) where.Condition {
	if d < MinInactivity {
		return where.Invalid("inactive contacts", errors.New("a contact cannot be called inactive after less than 7 days"))
	}
	cutoff := where.Ago(d)
	recent := where.New().WhereGreaterOrEquals(Created, cutoff).Or().WhereUnknown(Created)
	old := where.New().WhereLessThan(Created, cutoff).Or().WhereExists(Activities)
	return where.New().WhereNotExists(Activities, recent).Where(old)
}

// Contactless selects contacts that cannot be reached: both [Email] and [Phone]
// are NULL or empty. White space is not empty.
func Contactless() where.Condition {
	return where.New().WhereEmpty(Email).WhereEmpty(Phone)
}

// KeyPrefix selects contacts whose text field, usually a key, starts with the
// prefix; such keys are how a system tells the contacts of one source from
// others. Upper and lower case differ unless the field is case-insensitive.
// An empty prefix is an error.
func KeyPrefix(field, prefix string) where.Condition {
	return where.New().WhereStartsWith(field, prefix)
}

// DeletedUpstream selects contacts that the system they come from does not
// have any more: those whose external id has no row in the association, which
// mirrors the identifiers of that system. Contacts without an external id are
// not selected. The association refers to the external field and is usually
// [ReadOnly]:
//
//	contacts.Association{
//		Name: "upstream", Table: "upstream_ids", Action: contacts.ReadOnly,
//		Fields:     []contacts.Field{contacts.Text("id")},
//		References: []contacts.Reference{{Fields: []string{"id"}, To: []string{contacts.ExternalID}}},
//	}
//
// Danger: when the mirror is empty, or only half loaded, all contacts that it
// lacks look deleted. Run it with a cap by share of all contacts, so that such
// a day refuses instead of deleting.
func DeletedUpstream(externalField, association string) where.Condition {
	return where.New().WhereNotEmpty(externalField).WhereNotExists(association)
}

// Anonymous selects contacts without an [ExternalID].
func Anonymous() where.Condition { return where.New().WhereEmpty(ExternalID) }

// AnonymousOn selects contacts without an [ExternalID] that were first seen on
// that device, by [DeviceID]. An empty device is an error.
func AnonymousOn(device string) where.Condition {
	if device == "" {
		return where.Invalid("anonymous contacts of a device", errors.New("the device is empty"))
	}
	return Anonymous().WhereEquals(DeviceID, device)
}
