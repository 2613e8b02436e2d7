package deletion

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"
)

var errNotTheForm = errors.New("it is not what was written")

// strictJSON decodes an object into the struct that out points to, and refuses
// what package encoding/json would drop or change without a word: members that
// are unknown, repeated, spelt in another case or null, and a second value.
// Members that are lists may be null. Its errors quote nothing of the data.
func strictJSON(data []byte, out any) error {
	known := memberKinds(reflect.TypeOf(out).Elem())
	if !utf8.Valid(data) {
		return errors.New("it is not valid UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errNotTheForm
	}
	for d.More() {
		t, err := d.Token()
		name, isName := t.(string)
		if err != nil || !isName {
			return errNotTheForm
		}
		kind, ok := known[name]
		if !ok {
			return errors.New("a member is unknown or occurs twice")
		}
		delete(known, name)
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return errNotTheForm
		}
		if kind != reflect.Slice && string(value) == "null" {
			return errors.New("a member is null")
		}
	}
	if _, err := d.Token(); err != nil {
		return errNotTheForm
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("it is more than one JSON value")
	}
	d = json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(out); err != nil {
		return errNotTheForm
	}
	return nil
}

// memberKinds returns the kinds of a struct's fields by their names in JSON.
func memberKinds(t reflect.Type) map[string]reflect.Kind {
	out := map[string]reflect.Kind{}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		out[name] = f.Type.Kind()
	}
	return out
}
