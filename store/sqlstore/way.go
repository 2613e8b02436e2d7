package sqlstore

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// way is the order of a walk: by the key, or by a field and the key.
type way struct {
	store *Store
	by    *contacts.Field // nil: by the key
}

// station is a contact's place in the order of a walk.
type station struct {
	at  where.Value // of the field
	key contacts.Key
}

// way returns the walk by the field of that name, or by the key.
func (s *Store) way(by string) (way, error) {
	w := way{store: s}
	if by == "" {
		return w, nil
	}
	f, err := s.model.schema.WalkField(by)
	if err == nil {
		err = s.unsupported(f)
	}
	w.by = &f
	return w, err
}

// columns are those that the walk goes by.
func (w way) columns(b *builder, c level) []column {
	key := b.columns(c, c.rows.key)
	if w.by == nil {
		return key
	}
	return append([]column{b.column(c, *w.by)}, key...)
}

// order is the columns' own.
func (w way) order(b *builder, c level, suffix string) []string {
	key := b.keyOrder(c, suffix)
	if w.by == nil {
		return key
	}
	return append([]string{b.column(c, *w.by).sql + suffix}, key...)
}

// known is true for the contacts that the walk meets: those that have a key,
// and a value of the field.
func (w way) known(b *builder, c level) term {
	if w.by == nil {
		return b.keyKnown(c)
	}
	return all(b.known(b.column(c, *w.by)), b.keyKnown(c))
}

// read are the expressions that a station is read from.
func (w way) read(b *builder, c level) []term {
	key := b.keyRead(c)
	if w.by == nil {
		return key
	}
	return append([]term{expr(b.read(b.column(c, *w.by)))}, key...)
}

// scan reads a station, and what stands behind it in the row.
func (w way) scan(r *sql.Rows, more ...any) (station, error) {
	if w.by == nil {
		k, err := w.store.scanKey(r, more...)
		return station{key: k}, err
	}
	raw := make([]any, 1+len(w.store.model.contacts.key))
	targets := make([]any, 0, len(raw)+len(more))
	for i := range raw {
		targets = append(targets, &raw[i])
	}
	if err := r.Scan(append(targets, more...)...); err != nil {
		return station{}, fmt.Errorf("%w", err)
	}
	k, err := w.store.keyOf(raw[1:])
	if err != nil {
		return station{}, err
	}
	at := w.store.decode(*w.by, raw[0])
	if at.Kind() == 0 {
		return station{}, errAnswer // it was known to the statement
	}
	return station{at: at, key: k}, nil
}

// A cursor starts with what tells it from anything else.
const (
	keyCursor   = "1" // and the key
	fieldCursor = "2" // and a jsonStation
)

type jsonStation struct {
	By  string       `json:"by"`
	At  where.Value  `json:"at"`
	Key contacts.Key `json:"key"`
}

func (w way) cursor(p station) (store.Cursor, error) {
	version, what := keyCursor, any(p.key)
	if w.by != nil {
		version, what = fieldCursor, jsonStation{w.by.Name, p.at, p.key}
	}
	text, err := json.Marshal(what)
	if err != nil {
		return "", fmt.Errorf("sqlstore: cursor: %w", err)
	}
	return store.Cursor(version + string(text)), nil
}

// station reads a cursor of this walk.
func (w way) station(c store.Cursor) (station, error) {
	in, err := w.parse(string(c))
	if err != nil {
		return station{}, errCursor
	}
	out := station{}
	if out.key, err = w.store.model.schema.CheckKey(in.Key); err != nil {
		return station{}, errCursor
	}
	if w.by != nil {
		if out.at, err = in.At.As(w.by.Kind); err != nil || out.at.IsRelative() || in.By != w.by.Name {
			return station{}, errCursor
		}
	}
	if _, err := w.values(out); err != nil {
		return station{}, errCursor
	}
	return out, nil
}

func (w way) parse(c string) (in jsonStation, err error) {
	if w.by == nil {
		text, ok := strings.CutPrefix(c, keyCursor)
		if !ok {
			return in, errCursor
		}
		err = json.Unmarshal([]byte(text), &in.Key)
		return in, err
	}
	text, ok := strings.CutPrefix(c, fieldCursor)
	if !ok {
		return in, errCursor
	}
	err = json.Unmarshal([]byte(text), &in)
	return in, err
}

// values are the station's as the columns store them.
func (w way) values(p station) ([]any, error) {
	var out []any
	if w.by != nil {
		x, err := w.store.encode(*w.by, p.at)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	for i, v := range p.key.Values() {
		x, err := w.store.encode(w.store.model.contacts.key[i], v)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}
