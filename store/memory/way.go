package memory

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// way is the order of a walk: by the key, or by a field and the key. It numbers
// the contacts from 1, as slots are.
type way struct {
	store  *Store
	field  contacts.Field // none: the walk goes by the key
	column int
	// slots are those of the contacts in which the field has a value, in their
	// order; nil for all contacts in the order of the key. The first is none.
	slots []uint32
}

// station is a place in the order of a walk.
type station struct {
	at  where.Value // of the field
	key contacts.Key
}

// way returns the walk by the field, not yet in order.
func (s *Store) way(by string) (way, error) {
	w := way{store: s}
	if by == "" {
		return w, nil
	}
	var err error
	if w.field, err = s.schema.WalkField(by); err != nil {
		return w, invalid(err)
	}
	w.column = s.root.fields[by]
	return w, nil
}

// lock takes the store's lock for reading when the contacts are in order.
func (w *way) lock() {
	s := w.store
	for {
		s.lockSorted()
		if w.field.Name == "" {
			return
		}
		var ok bool
		if w.slots, ok = s.ways[w.column]; ok {
			return
		}
		s.mu.RUnlock()
		s.mu.Lock()
		if s.order.sorted == s.last() {
			s.ways[w.column] = w.sorted()
		}
		s.mu.Unlock()
	}
}

// sorted is the contacts in order. Those with the same value stay in the order
// of their slots, which is that of their keys.
func (w *way) sorted() []uint32 {
	t := w.store.root.table
	out := make([]uint32, 1, len(t.state))
	for slot := uint32(1); slot <= t.last(); slot++ {
		if t.state[slot] != 0 && t.value(slot, w.column).Kind() != 0 {
			out = append(out, slot)
		}
	}
	slices.SortStableFunc(out[1:], func(a, b uint32) int {
		return where.CompareValues(t.value(a, w.column), t.value(b, w.column))
	})
	return out
}

// last is the number of the last contact.
func (w *way) last() uint32 {
	if w.slots == nil {
		return w.store.last()
	}
	return uint32(len(w.slots) - 1) //nolint:gosec // no more than there are slots
}

func (w *way) slot(number uint32) uint32 {
	if w.slots == nil {
		return number
	}
	return w.slots[number]
}

// after returns the first number behind the station.
func (w *way) after(p station) uint32 {
	key := p.key.Values()
	low, high := uint32(1), w.last()+1
	for low < high {
		middle := low + (high-low)/2
		slot, c := w.slot(middle), 0
		if w.slots != nil {
			c = where.CompareValues(w.store.root.table.value(slot, w.column), p.at)
		}
		if c == 0 {
			c = w.store.compareKey(slot, key)
		}
		if c > 0 {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// beyond reports whether a is behind b or the same.
func (w *way) beyond(a, b station) bool {
	if w.field.Name != "" {
		if c := where.CompareValues(a.at, b.at); c != 0 {
			return c > 0
		}
	}
	return compareKeys(a.key.Values(), b.key.Values()) >= 0
}

// jsonStation is the cursor of a walk by a field; that of a walk by the key is the
// key alone.
type jsonStation struct {
	By  string       `json:"by"`
	At  where.Value  `json:"at"`
	Key contacts.Key `json:"key"`
}

// cursor is the exact text of a contact's place.
func (w *way) cursor(slot uint32) (store.Cursor, error) {
	if w.field.Name == "" {
		return cursor(w.store.keys[slot])
	}
	text, err := json.Marshal(jsonStation{w.field.Name, w.store.root.table.value(slot, w.column), w.store.keys[slot]})
	if err != nil {
		return "", fmt.Errorf("memory: cursor: %w", err)
	}
	return store.Cursor(text), nil
}

// cursor is the exact text of a key.
func cursor(k contacts.Key) (store.Cursor, error) {
	text, err := json.Marshal(k)
	if err != nil {
		return "", fmt.Errorf("memory: cursor: %w", err)
	}
	return store.Cursor(text), nil
}

var errCursor = errors.New("the cursor is not one of this store's, or of another walk")

// read returns the place that the cursor stands for.
func (w *way) read(c store.Cursor) (station, error) {
	var in jsonStation
	var err error
	if w.field.Name == "" {
		err = json.Unmarshal([]byte(c), &in.Key)
	} else {
		if err = json.Unmarshal([]byte(c), &in); err == nil && in.By != w.field.Name {
			err = errCursor
		}
		if err == nil {
			in.At, err = in.At.As(w.field.Kind)
		}
	}
	if err != nil || in.At.IsRelative() {
		return station{}, invalid(errCursor)
	}
	k, err := w.store.schema.CheckKey(in.Key)
	if err != nil {
		return station{}, invalid(errCursor)
	}
	return station{in.At, k}, nil
}
