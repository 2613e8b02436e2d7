// Package sqlitetest has errors as the drivers of SQLite make them, for tests.
// Stores trust a code only if its type's package is one of SQLite's, which
// this one is by its name.
package sqlitetest

// ModerncError is an error with a method Code that returns an int.
type ModerncError int

// Error returns no more than that something failed.
func (ModerncError) Error() string { return "boom" }

// Code returns the extended result code.
func (e ModerncError) Code() int { return int(e) }

type number int

// MattnError has two fields of a type of their own.
type MattnError struct{ Code, ExtendedCode number }

// Error returns no more than that something failed.
func (MattnError) Error() string { return "boom" }

// Mattn returns an error with the primary and the extended result code.
func Mattn(code int) MattnError {
	const primary = 0xff
	return MattnError{number(code & primary), number(code)}
}

type small uint8

// NcrucesError is an error with two methods that return small types.
type NcrucesError uint16

// Error returns no more than that something failed.
func (NcrucesError) Error() string { return "boom" }

// Code returns the primary result code.
func (e NcrucesError) Code() small { return small(e) } //nolint:gosec // as the driver has it

// ExtendedCode returns the extended result code.
func (e NcrucesError) ExtendedCode() uint16 { return uint16(e) }
