package deletion

import (
	"encoding/json"
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// identify chooses the fields of stamps.
func (o *serviceOptions) identify(schema contacts.Schema) {
	if o.identity == nil {
		if _, ok := schema.Lookup(contacts.Created); ok {
			o.identity = []string{contacts.Created}
		}
		return
	}
	for _, name := range o.identity {
		if _, ok := schema.Lookup(name); !ok {
			o.fault("WithIdentity: there is no field %q", name)
		}
	}
}

// stamp is the exact text of the values that tell a contact from another one with
// the same key. What is unknown has no text, and is equal to nothing.
func stamp(values []where.Value) []byte {
	for _, v := range values {
		if v.IsUnknown() {
			return nil
		}
	}
	text, err := json.Marshal(values)
	if err != nil {
		return nil
	}
	return text
}

var errValues error = &failure{op: "read a page: the values are missing", err: errContract}

// unknownStamp is kept of a contact whose fields are unknown: no contact has it.
const unknownStamp = "unknown"

// stampOf is the stamp that is kept of a contact.
func stampOf(values []where.Value) []byte {
	if text := stamp(values); text != nil {
		return text
	}
	return []byte(unknownStamp)
}

// checkedKeys returns the keys as the schema has them.
func (s *Service) checkedKeys(keys []contacts.Key) ([]contacts.Key, error) {
	out := make([]contacts.Key, len(keys))
	var faults []error
	for i, k := range keys {
		var err error
		if out[i], err = s.schema.CheckKey(k); err != nil {
			faults = append(faults, fmt.Errorf("key %d of %d: %w", i+1, len(keys), err))
		}
	}
	if len(faults) > 0 {
		return nil, &KeysError{Faults: faults}
	}
	return out, nil
}
