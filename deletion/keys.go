package deletion

import (
	"context"
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// DeleteKeys deletes the contacts with those keys, each once, in batches.
// Contacts that are protected or held back stay and are reported; keys without
// a contact in scope are reported as gone. Wrong keys are all reported before
// the store is touched, as a [*KeysError]. Caps apply to the number of keys
// unless the call is exempt. Without keys nothing is done.
//
// The error is nil when contacts were skipped: look at Report.Deleted and
// Report.Skipped.
//
// [contacts.Keys] makes keys of ids. To go on with an earlier call, pass no
// keys and its Next.
func (s *Service) DeleteKeys(ctx context.Context, keys []contacts.Key, options ...Option) (Report, error) {
	return collect(s.steps(ctx, request{kind: ActionDeleteKeys, condition: where.Everything(), keys: keys, options: options}))
}

// DeleteContact deletes one contact by the values of its key, one for each
// column: an erasure that a person asked for. No cap applies; protection and
// what holds contacts back do. When the contact is protected, held back or not
// there, the error is nil and Report.Deleted is 0; Report.SkippedContacts says
// why.
//
// The value has the meaning of its field: a UUID field takes a text in upper
// case for the UUID that it is, and deletes the contact that is stored under it
// in the field's encoding. A contact whose stored key is in another form, which
// Verify warns of, is not there.
func (s *Service) DeleteContact(ctx context.Context, id ...any) (Report, error) {
	key, err := contacts.NewKey(id...)
	if err != nil {
		return Report{Stopped: StoppedRefused}, &KeysError{Faults: []error{fmt.Errorf("key: %w", err)}}
	}
	return s.DeleteKeys(ctx, []contacts.Key{key}, ExemptFromCaps())
}
