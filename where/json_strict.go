package where

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

var errUnknownMember = errors.New("a member that this version does not know")

// strictJSON decodes data into out and refuses what package encoding/json
// would drop or change without a word: unknown, repeated and differently
// spelt members, null, bytes that are not UTF-8, a second value. Its errors
// quote nothing of the data.
func strictJSON(data []byte, out any, members ...string) error {
	if !utf8.Valid(data) {
		return errors.New("the text is not valid UTF-8")
	}
	if err := checkMembers(json.NewDecoder(bytes.NewReader(data)), members); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(out); err != nil {
		return redactJSON(err)
	}
	return nil
}

// checkMembers reads all tokens of one JSON value.
func checkMembers(d *json.Decoder, members []string) error {
	w := memberWalk{members: members}
	for {
		t, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && w.ended:
			return nil
		case err != nil:
			return redactJSON(err)
		case w.ended:
			return errors.New("more than one JSON value")
		}
		if err := w.token(t); err != nil {
			return err
		}
	}
}

// memberWalk is the place in a JSON value after some of its tokens.
type memberWalk struct {
	members []string          // that there may be
	open    []map[string]bool // of each open object the members seen; nil for a list
	named   bool              // a member's name was read, its value comes next
	ended   bool              // the value is complete
}

func (w *memberWalk) token(t json.Token) error {
	last := len(w.open) - 1
	if name, ok := t.(string); ok && !w.named && last >= 0 && w.open[last] != nil {
		w.named = true
		return w.member(w.open[last], name)
	}
	w.named = false
	switch t {
	case nil:
		return errors.New("null is not a part of the form")
	case json.Delim('{'):
		w.open = append(w.open, map[string]bool{})
	case json.Delim('['):
		w.open = append(w.open, nil)
	case json.Delim('}'), json.Delim(']'):
		w.open = w.open[:last]
	}
	w.ended = len(w.open) == 0
	return nil
}

func (w *memberWalk) member(seen map[string]bool, name string) error {
	if !slices.Contains(w.members, name) {
		return errUnknownMember
	}
	if seen[name] {
		return fmt.Errorf("member %q occurs twice", name)
	}
	seen[name] = true
	return nil
}

// redactJSON keeps the place of a decoding error and drops what it quotes.
func redactJSON(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("syntax error at byte %d", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Errorf("wrong type of member %q at byte %d", kind.Field, kind.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the text ends too early")
	}
	return errUnknownMember
}
