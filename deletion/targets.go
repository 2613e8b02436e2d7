package deletion

import (
	"context"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// targets is where a run takes its candidates from: first the keys that are
// fixed, then the pages between cursor and bound. It is a value: a copy is the
// place to go back to.
type targets struct {
	pending       []contacts.Key
	cursor, bound store.Cursor
	walking       bool
	// ahead is how many contacts are read at a time, where the store prefers
	// more of them than a batch needs; the others wait in pending.
	ahead int
}

func (t *targets) more() bool { return len(t.pending) > 0 || t.walking }

// take returns the next candidates, at most that many, and none at the end.
func (t *targets) take(ctx context.Context, reader *reader, sel store.Selection, limit int) ([]contacts.Key, error) {
	n := min(limit, len(t.pending))
	keys := t.pending[:n:n]
	t.pending = t.pending[n:]
	// A page may have fewer keys than it was asked for, or none, and not be the
	// last one; only after none is it worth asking again.
	for asked := false; t.walking && len(keys) < limit && (!asked || len(keys) == 0); asked = true {
		want := limit - len(keys)
		page, err := reader.page(ctx, store.PageRequest{Selection: sel, After: t.cursor, Until: t.bound, Limit: max(want, t.ahead)})
		if err != nil {
			return nil, err
		}
		t.cursor, t.walking = page.Next, page.More
		found := page.Keys[:min(want, len(page.Keys))]
		if rest := page.Keys[len(found):]; len(rest) > 0 {
			t.pending = rest
		}
		if len(keys) == 0 {
			keys = slices.Clip(found)
		} else {
			keys = append(keys, found...)
		}
	}
	return keys, nil
}

// putBack returns what is left of a batch that could not be finished.
func (t *targets) putBack(rest []contacts.Key) {
	if len(rest) > 0 {
		t.pending = append(slices.Clip(rest), t.pending...)
	}
}
