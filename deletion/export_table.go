package deletion

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/contactsweep/contactsweep/where"
)

// table is a CSV that is being written.
type table struct {
	name    string // for errors
	fields  []string
	w       *bufio.Writer
	written int64 // bytes
}

const tableBuffer = 64 << 10

func newTable(name string, w io.Writer, fields []string) *table {
	return &table{name: name, fields: fields, w: bufio.NewWriterSize(w, tableBuffer)}
}

func (t *table) header() error {
	line := make([]string, len(t.fields))
	for i, name := range t.fields {
		line[i] = quoted(guarded(name))
	}
	return t.write(line)
}

// row writes the values of a contact or row, as many as there are fields.
func (t *table) row(values []where.Value) error {
	if len(values) != len(t.fields) {
		return errValues
	}
	line := make([]string, len(values))
	for i, v := range values {
		text, quote := cell(v)
		if quote {
			text = quoted(text)
		}
		line[i] = text
	}
	return t.write(line)
}

func (t *table) write(cells []string) error {
	line := strings.Join(cells, ",")
	if line == "" {
		line = `""` // readers pass over empty lines
	}
	n, err := t.w.WriteString(line + "\n")
	t.written += int64(n)
	return t.failed(err)
}

func (t *table) flush() error { return t.failed(t.w.Flush()) }

func (t *table) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("deletion: export: writing %s: %w", t.name, err)
}

func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }
