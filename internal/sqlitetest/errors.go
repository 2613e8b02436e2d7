// Package sqlitetest has errors as the drivers of SQLite make them, for tests.
// Stores trust a code only if its type's package is one of SQLite's, which
// this one is by its name.
package sqlitetest

// Modernc is an error with a method Code that returns an int.
type Modernc int

// Error returns no more than that something failed.
func (Modernc) Error() string { return "boom" }

// Code returns the extended result code.
func (e Modernc) Code() int { return int(e) }

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

// Ncruces is an error with two methods that return small types.
type Ncruces uint16

// Error returns no more than that something failed.
func (Ncruces) Error() string { return "boom" }

// Code returns the primary result code.
func (e Ncruces) Code() small { return small(e) } //nolint:revive,gosec // as the driver has it

// ExtendedCode returns the extended result code.
func (e Ncruces) ExtendedCode() uint16 { return uint16(e) }
