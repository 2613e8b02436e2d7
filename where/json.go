package where

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// jsonVersion is the version of the JSON form. A reader refuses others.
const jsonVersion = 1

type jsonCondition struct {
	Version int       `json:"version"`
	Where   *jsonNode `json:"where"`
}

// jsonMembers are the names of all members of the form.
var jsonMembers = [...]string{ //nolint:gochecknoglobals // a constant table
	"version", "where", "op", "terms", "field", "value", "values", "text", "association", "rows", "by", "compare", "n", "kind",
}

// jsonNode is one node. Op says which other members there are; a member that
// does not belong to the operator is refused, so that nothing is ignored.
type jsonNode struct {
	Op          string      `json:"op"`
	Terms       []*jsonNode `json:"terms,omitempty"`
	Field       string      `json:"field,omitempty"`
	Value       *jsonValue  `json:"value,omitempty"`
	Values      []jsonValue `json:"values,omitempty"`
	Text        *string     `json:"text,omitempty"`
	Association string      `json:"association,omitempty"`
	Rows        *jsonNode   `json:"rows,omitempty"`
	By          string      `json:"by,omitempty"`
	Compare     string      `json:"compare,omitempty"`
	N           *int64      `json:"n,omitempty"`
}

// MarshalJSON writes the condition in a versioned form in which every value
// carries its kind. It fails for a condition that was built wrongly or is too
// large to be used. Comparisons are < and >, which json.Marshal escapes; an
// Encoder with SetEscapeHTML(false) leaves them as they are.
func (c Condition) MarshalJSON() ([]byte, error) {
	n := c.root()
	if n == nil {
		return nil, &InvalidError{Terms: []TermError{{Err: errEmpty}}}
	}
	if tooLarge(n, 0, new(int)) {
		return nil, &InvalidError{Terms: []TermError{{Err: errTooLarge}}}
	}
	var faults []TermError
	Walk(n, func(n Node) bool {
		if bad, ok := n.(invalid); ok {
			faults = append(faults, TermError{bad.text, bad.err})
		}
		return true
	})
	if len(faults) > 0 {
		return nil, &InvalidError{Terms: faults}
	}
	w, err := toJSON(n)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(jsonCondition{Version: jsonVersion, Where: w}); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

// UnmarshalJSON reads what [Condition.MarshalJSON] writes. Anything that it
// does not know (another version, an operator, a member, a kind) is an error,
// and so are a null, a repeated member and an empty condition; c is unchanged
// then. Values are checked as the builder checks them. Errors quote nothing of
// data but the names of fields and associations.
func (c *Condition) UnmarshalJSON(data []byte) error {
	var in jsonCondition
	if err := strictJSON(data, &in, jsonMembers[:]...); err != nil {
		return jsonError(fmt.Errorf("not a condition: %w", err))
	}
	if in.Version != jsonVersion {
		return jsonError(fmt.Errorf("version %d of the JSON form; this library reads version %d", in.Version, jsonVersion))
	}
	if in.Where == nil {
		return jsonError(errEmpty)
	}
	out, err := in.Where.condition(0)
	if err != nil {
		return jsonError(err)
	}
	if out.tooLarge() {
		return jsonError(errTooLarge)
	}
	*c = out
	return nil
}

func jsonError(err error) error {
	return &InvalidError{Terms: []TermError{{Term: "JSON", Err: err}}}
}
