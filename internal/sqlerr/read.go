package sqlerr

import (
	"reflect"
	"slices"
	"strings"
)

// foundIn returns the first error in the chain that the test accepts, nil for
// none.
func foundIn(err error, test func(error) bool) error {
	if err == nil || test(err) {
		return err
	}
	switch wrapper := err.(type) { //nolint:errorlint // walks the chain itself
	case interface{ Unwrap() error }:
		return foundIn(wrapper.Unwrap(), test)
	case interface{ Unwrap() []error }:
		for _, e := range wrapper.Unwrap() {
			if found := foundIn(e, test); found != nil {
				return found
			}
		}
	}
	return nil
}

// madeBy reports whether the error's type is from a package that has one of the
// names in its path. What other packages call a code is none of the database:
// after a commit it must not be taken for an answer.
func madeBy(err error, names ...string) bool {
	t := reflect.TypeOf(err)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	path := strings.ToLower(t.PkgPath())
	return slices.ContainsFunc(names, func(name string) bool { return strings.Contains(path, name) })
}

// CodeOf finds an integer by one of the names, as a method or a field, in the
// chain of errors. Drivers agree on the names Code and ExtendedCode but not on
// their types, and this package knows no driver.
func CodeOf(err error, names ...string) (int64, bool) {
	for _, name := range names {
		if code, ok := findCode(err, name); ok {
			return code, true
		}
	}
	return 0, false
}

func findCode(err error, name string) (int64, bool) {
	if err == nil {
		return 0, false
	}
	if code, ok := integer(reflect.ValueOf(err), name); ok {
		return code, true
	}
	switch wrapper := err.(type) { //nolint:errorlint // walks the chain itself
	case interface{ Unwrap() error }:
		return findCode(wrapper.Unwrap(), name)
	case interface{ Unwrap() []error }:
		for _, e := range wrapper.Unwrap() {
			if code, ok := findCode(e, name); ok {
				return code, true
			}
		}
	}
	return 0, false
}

// TextOf finds a text by one of the names, as CodeOf finds an integer.
func TextOf(err error, names ...string) string {
	for err != nil {
		for _, name := range names {
			if x, ok := member(reflect.ValueOf(err), name); ok && x.Kind() == reflect.String && x.String() != "" {
				return x.String()
			}
		}
		switch wrapper := err.(type) { //nolint:errorlint // walks the chain itself
		case interface{ Unwrap() error }:
			err = wrapper.Unwrap()
		case interface{ Unwrap() []error }:
			for _, e := range wrapper.Unwrap() {
				if text := TextOf(e, names...); text != "" {
					return text
				}
			}
			return ""
		default:
			return ""
		}
	}
	return ""
}

func integer(v reflect.Value, name string) (int64, bool) {
	if x, ok := member(v, name); ok {
		return toInt(x)
	}
	return 0, false
}

// member returns the result of a method without arguments, or a field.
func member(v reflect.Value, name string) (reflect.Value, bool) {
	if m := v.MethodByName(name); m.IsValid() && m.Type().NumIn() == 0 && m.Type().NumOut() == 1 {
		if v.Kind() == reflect.Pointer && v.IsNil() {
			return reflect.Value{}, false
		}
		return m.Call(nil)[0], true
	}
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		if f := v.FieldByName(name); f.IsValid() {
			return f, true
		}
	}
	return reflect.Value{}, false
}

func toInt(v reflect.Value) (int64, bool) {
	switch {
	case v.CanInt():
		return v.Int(), true
	case v.CanUint():
		return int64(v.Uint()), true //nolint:gosec // codes are small
	}
	return 0, false
}
