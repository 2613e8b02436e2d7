package deletion

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// targets is where a run takes its candidates from: first the keys that are
// fixed, then the pages between cursor and bound. It is a value: a copy is the
// place to go back to.
type targets struct {
	pending       []contacts.Key
	by            string // the field that the walk goes by; "": the key
	cursor, bound store.Cursor
	walking       bool
	// ahead is how many contacts are read at a time, where the store prefers
	// more of them than a batch needs; the others wait in pending.
	ahead int
	// slow is how long a page may take. After one that took longer, because few
	// contacts are selected, the walk goes on in steps of so many contacts,
	// selected or not. 0: pages take as long as they take.
	slow time.Duration
	step int
	// recorded asks for the place behind each candidate: behind holds those of
	// the last that were taken, and waiting those of the pending ones.
	recorded bool
	behind   map[contacts.Key]position
	waiting  []store.Cursor
	// fixed says that the targets are in the ledger, those after the ordinal.
	fixed bool
	after int64
}

// position is a place between two candidates.
type position struct {
	cursor  store.Cursor
	ordinal int64
}

func (t *targets) position() position { return position{cursor: t.cursor, ordinal: t.after} }

func (t *targets) more() bool { return len(t.pending) > 0 || t.walking }

// take returns the next candidates, at most that many, and none at the end. In
// steps it may return none before the end, so that the run can stop there.
func (t *targets) take(ctx context.Context, reader *reader, sel store.Selection, limit int) ([]contacts.Key, error) {
	if t.fixed {
		return t.takeFixed(ctx, reader, limit)
	}
	n := min(limit, len(t.pending))
	keys := t.pending[:n:n]
	t.pending = t.pending[n:]
	if t.behind = nil; t.recorded {
		t.behind = make(map[contacts.Key]position, limit)
		t.waiting = t.took(keys, t.waiting)
	}
	// A page may have fewer keys than it was asked for, or none, and not be the
	// last one; only after none is it worth asking again.
	start := time.Now()
	again := func(asked bool) bool {
		switch {
		case !t.walking || len(keys) == limit:
			return false
		case asked && t.step > 0:
			return time.Since(start) < stepsPerBatch*t.slow // to fill the batch, but not for ever
		}
		return !asked || len(keys) == 0
	}
	for asked := false; again(asked); asked = true {
		want := limit - len(keys)
		asking := time.Now()
		page, err := reader.page(ctx, store.PageRequest{
			Selection: sel, By: t.by, After: t.cursor, Until: t.bound, Limit: max(want, t.ahead), Scan: t.step, Cursors: t.recorded,
		})
		if err != nil {
			return nil, err
		}
		t.cursor, t.walking = page.Next, page.More
		t.timed(time.Since(asking), limit, len(page.Keys) == want)
		found := page.Keys[:min(want, len(page.Keys))]
		if t.recorded {
			if len(page.Cursors) != len(page.Keys) {
				return nil, &failure{op: "read a page: the cursors are missing", err: errContract}
			}
			t.waiting = t.took(found, page.Cursors)
		}
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

const (
	stepsPerBatch = 4  // how many slow pages a batch is worth
	firstStep     = 10 // times the batch
)

// takeFixed returns the next targets of the ledger.
func (t *targets) takeFixed(ctx context.Context, reader *reader, limit int) ([]contacts.Key, error) {
	t.behind = make(map[contacts.Key]position, limit)
	if !t.walking {
		return nil, nil
	}
	page, err := reader.targets(ctx, t.after, limit)
	if err != nil {
		return nil, err
	}
	keys := make([]contacts.Key, len(page.Targets))
	for i, target := range page.Targets {
		keys[i], t.after = target.Key, target.Ordinal
		t.behind[target.Key] = position{ordinal: target.Ordinal}
	}
	t.walking = page.More
	return keys, nil
}

// took remembers the places behind candidates, and returns the other cursors.
func (t *targets) took(keys []contacts.Key, behind []store.Cursor) []store.Cursor {
	for i, k := range keys {
		t.behind[k] = position{cursor: behind[i]}
	}
	return behind[len(keys):]
}

// timed sizes the steps by what a page took. Where pages are full again in good
// time there is no need for steps.
func (t *targets) timed(d time.Duration, limit int, full bool) {
	switch {
	case t.slow == 0 || t.ahead > limit: // a long page costs as much as a short one
	case d > t.slow && t.step == 0:
		t.step = firstStep * limit
	case d > t.slow:
		t.step = max(t.step/2, limit)
	case full && d < t.slow/2:
		t.step = 0
	case d < t.slow/2 && t.step > 0 && t.step < math.MaxInt32/2:
		t.step *= 2
	}
}

// putBack returns what is left of a batch that could not be finished.
func (t *targets) putBack(rest []contacts.Key) {
	if len(rest) > 0 {
		t.pending = append(slices.Clip(rest), t.pending...)
	}
}
