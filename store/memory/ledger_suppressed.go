package memory

import (
	"context"
	"encoding/json"
	"iter"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// Suppressed returns those of the keys that are suppressed.
func (t targets) Suppressed(ctx context.Context, scope string, keys []contacts.Key) ([]store.Suppressed, error) {
	fault := store.CheckScope(scope)
	if fault == nil {
		keys, fault = t.checkKeys(keys)
	}
	done, err := t.begin(ctx, "suppressed contacts", fault)
	if err != nil {
		return nil, err
	}
	defer done()
	in := t.in(scope)
	var out []store.Suppressed
	seen := map[contacts.Key]struct{}{}
	for _, k := range keys {
		s, ok := in.suppressed(k)
		if _, twice := seen[k]; ok && !twice {
			seen[k] = struct{}{}
			out = append(out, s)
		}
	}
	return out, nil
}

// suppressed returns what suppresses the contact for longest, if anything does.
func (s *scope) suppressed(k contacts.Key) (out store.Suppressed, ok bool) {
	for f := s.fixed[k]; f != nil; f = f.next {
		if !f.suppressed {
			continue
		}
		here := f.suppression()
		c := here.Due.Compare(out.Due)
		if !ok || c > 0 || c == 0 && here.Operation < out.Operation {
			out, ok = here, true
		}
	}
	return out, ok
}

func (f *fixed) suppression() store.Suppressed {
	out := store.Suppressed{Key: f.key, Operation: f.of.op.ID, State: f.of.op.State}
	if out.State == store.StatePending {
		out.Due = f.of.op.Due
	}
	return out
}

// reached is where a page of what is suppressed ends.
type reached struct {
	Operation string `json:"operation"`
	Ordinal   int64  `json:"ordinal"`
}

// Suppressions returns a page of what is suppressed.
func (t targets) Suppressions(ctx context.Context, r store.SuppressionsRequest) (store.SuppressionPage, error) {
	fault := r.Check()
	var after reached
	if fault == nil && r.After != "" && json.Unmarshal([]byte(r.After), &after) != nil {
		fault = errCursor
	}
	done, err := t.begin(ctx, "suppressions", fault)
	if err != nil {
		return store.SuppressionPage{}, err
	}
	defer done()
	page := store.SuppressionPage{Next: r.After}
	for f := range t.in(r.Scope).hidden(after, r.Restorable) {
		if page.More = len(page.Suppressed) == r.Limit; page.More {
			break
		}
		page.Suppressed = append(page.Suppressed, f.suppression())
		after = reached{f.of.op.ID, f.ordinal}
	}
	if len(page.Suppressed) == 0 {
		return page, nil
	}
	text, err := json.Marshal(after)
	page.Next = store.Cursor(text)
	return page, err
}

// hidden goes over the suppressed targets behind a place.
func (s *scope) hidden(after reached, restorable bool) iter.Seq[*fixed] {
	start, _ := slices.BinarySearchFunc(s.fixing, &record{op: store.Operation{ID: after.Operation}}, compareIDs)
	return func(yield func(*fixed) bool) {
		for _, rec := range s.fixing[start:] {
			if restorable && rec.op.State != store.StatePending {
				continue
			}
			left := rec.targets
			if rec.op.ID == after.Operation {
				left = rec.behind(after.Ordinal)
			}
			for _, f := range left {
				if !f.gone && f.suppressed && !yield(f) {
					return
				}
			}
		}
	}
}
