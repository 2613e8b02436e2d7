package sqlstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/store"
)

var (
	errNoKeys     = errors.New("sqlstore: a statement about no keys")
	errAlwaysTrue = errors.New("sqlstore: a condition that is always true inside another")
	errAnswer     = errors.New("sqlstore: an unexpected answer of the database")
	// errUndone ends a transaction that is not to be committed, without a failure.
	errUndone = errors.New("sqlstore: undone on purpose")
)

// invalid is an error of the request; nothing was done.
func invalid(err error) error {
	return fmt.Errorf("sqlstore: %w: %w", store.ErrInvalidRequest, err)
}

// failure turns an error of the driver into one of the store. It keeps errors
// that are the store's already.
func failure(ctx context.Context, e operation, op, table string, err error) error {
	var known *store.Error
	switch {
	case err == nil || errors.Is(err, errUndone):
		return err
	case errors.As(err, &known), errors.Is(err, store.ErrInvalidRequest):
		return err
	}
	d := e.diagnose(err)
	out := &store.Error{Op: op, Class: d.class, Code: d.code, Table: table, Constraint: d.constraint, Err: err}
	if d.table != "" {
		out.Table = d.table
	}
	if ended := ctx.Err(); ended != nil {
		out.Class = ended // whatever the driver says of an interrupted statement
	}
	if out.Class == nil && errors.Is(err, driver.ErrBadConn) {
		out.Class = store.ErrTransient
	}
	return out
}

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

// codeOf finds an integer by one of the names, as a method or a field, in the
// chain of errors. Drivers agree on the names Code and ExtendedCode but not on
// their types, and this package knows no driver.
func codeOf(err error, names ...string) (int64, bool) {
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

// textOf finds a text by one of the names, as codeOf finds an integer.
func textOf(err error, names ...string) string {
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
				if text := textOf(e, names...); text != "" {
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
