package contacts

import (
	"errors"
	"fmt"
)

// MarshalText writes the action's name, as String does, so that stored plans
// can be read. The zero Action has none.
func (a Action) MarshalText() ([]byte, error) {
	if a < Delete || a > ReadOnly {
		return nil, fmt.Errorf("contacts: action %d has no name", uint8(a))
	}
	return []byte(a.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (a *Action) UnmarshalText(text []byte) error {
	for known := Delete; known <= ReadOnly; known++ {
		if known.String() == string(text) {
			*a = known
			return nil
		}
	}
	return errors.New("contacts: there is no action of that name")
}
