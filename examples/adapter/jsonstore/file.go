package jsonstore

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/contactsweep/contactsweep/store"
)

// document is a row as it is stored, with whatever the schema does not know.
type document map[string]json.RawMessage

// line is a line of the file.
type line struct {
	Table string   `json:"table"`
	Row   document `json:"row"`
}

func read(path string, m *model) ([]*row, error) {
	f, err := os.Open(path) //nolint:gosec // the host says where its file is
	if err != nil {
		return nil, fmt.Errorf("jsonstore: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	var out []*row
	for in := json.NewDecoder(bufio.NewReader(f)); ; {
		var l line
		switch err := in.Decode(&l); {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil: // its text may quote the document
			return nil, &store.Error{Op: "open", Detail: fmt.Sprintf("document %d is not one", len(out)+1), Err: err}
		}
		out = append(out, m.row(l.Table, l.Row))
	}
}

// write puts a file with these rows in the place of the old one. When it fails
// the old one is still there, unless the error is store.ErrOutcomeUnknown.
func write(op, path string, rows []*row) (err error) {
	dir, name := filepath.Split(path)
	dir = filepath.Clean(dir)
	tmp, err := os.CreateTemp(dir, name+".*")
	if err != nil {
		return failed(op, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(tmp.Name()) // what is left of it does no harm
		}
	}()
	if err := errors.Join(encode(tmp, rows), tmp.Sync(), tmp.Close()); err != nil {
		return failed(op, err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return failed(op, err)
	}
	if err := syncDir(dir); err != nil {
		return &store.Error{Op: op, Class: store.ErrOutcomeUnknown, Err: err}
	}
	return nil
}

func encode(w io.Writer, rows []*row) error {
	buffer := bufio.NewWriter(w)
	out := json.NewEncoder(buffer)
	out.SetEscapeHTML(false)
	for _, r := range rows {
		if err := out.Encode(line{r.table, r.doc}); err != nil {
			return err
		}
	}
	return buffer.Flush()
}

// syncDir makes the new name durable.
func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the host says where its file is
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// failed returns the error with its class. Its text has no cause in it, and the
// path may be nobody's business.
func failed(op string, err error) error {
	out := &store.Error{Op: op, Err: err}
	switch {
	case errors.Is(err, syscall.ENOSPC):
		out.Class = store.ErrFull
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		out.Class = store.ErrReadOnly
	}
	return out
}
