package memory

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/contactsweep/contactsweep/store"
)

// place is where a page of records ends.
type listed struct {
	Created int64  `json:"created"` // microseconds
	ID      string `json:"id"`
}

// List returns a page of records.
func (o operations) List(ctx context.Context, r store.ListRequest) (store.OperationPage, error) {
	fault := r.Check()
	var after *record
	if fault == nil && r.After != "" {
		var at listed
		if json.Unmarshal([]byte(r.After), &at) != nil {
			fault = errCursor
		}
		after = &record{op: store.Operation{ID: at.ID, Created: time.UnixMicro(at.Created).UTC()}}
	}
	done, err := o.begin(ctx, "list operations", fault)
	if err != nil {
		return store.OperationPage{}, err
	}
	defer done()
	page := store.OperationPage{Next: r.After, Now: now()}
	if r.Ready {
		o.ready(r, &page)
		return page, nil
	}
	records := between(o.in(r.Scope).records, r.From, r.Until)
	low, high := 0, len(records)
	if after != nil {
		i, there := slices.BinarySearchFunc(records, after, compareAges)
		switch {
		case !r.OldestFirst:
			high = i
		case there:
			low = i + 1
		default:
			low = i
		}
	}
	var last *record
	for low < high {
		next := records[low]
		if r.OldestFirst {
			low++
		} else {
			high--
			next = records[high]
		}
		if !wanted(next, r.States) {
			continue
		}
		if page.More = len(page.Operations) == r.Limit; page.More {
			break
		}
		page.Operations, last = append(page.Operations, next.view(r.Documents)), next
	}
	if last == nil {
		return page, nil
	}
	text, err := json.Marshal(listed{last.op.Created.UnixMicro(), last.op.ID})
	page.Next = store.Cursor(text)
	return page, err
}

func wanted(r *record, states []store.State) bool {
	return len(states) == 0 || slices.Contains(states, r.op.State)
}

// between returns the records that were created from one time on and before
// another.
func between(records []*record, from, until time.Time) []*record {
	search := func(at time.Time) int {
		i, _ := slices.BinarySearchFunc(records, at, func(r *record, at time.Time) int {
			if r.op.Created.Before(at) {
				return -1
			}
			return 1
		})
		return i
	}
	if !until.IsZero() {
		records = records[:search(until)]
	}
	if !from.IsZero() {
		records = records[search(from):]
	}
	return records
}

// ready fills the page with the operations that anybody may take up.
func (o operations) ready(r store.ListRequest, page *store.OperationPage) {
	var found []*record
	for _, rec := range between(o.in(r.Scope).records, r.From, r.Until) {
		if !rec.op.Ready.IsZero() && !rec.op.Ready.After(page.Now) && rec.free(page.Now) && wanted(rec, r.States) {
			found = append(found, rec)
		}
	}
	slices.SortStableFunc(found, func(a, b *record) int { return a.op.Ready.Compare(b.op.Ready) })
	if page.More = len(found) > r.Limit; page.More {
		found = found[:r.Limit]
	}
	for _, rec := range found {
		page.Operations = append(page.Operations, rec.view(r.Documents))
	}
}

const quarter = 15 * time.Minute

// Summary counts operations by state and quarter of an hour.
func (o operations) Summary(ctx context.Context, r store.SummaryRequest) ([]store.SummaryCell, error) {
	done, err := o.begin(ctx, "summary of operations", store.CheckScope(r.Scope))
	if err != nil {
		return nil, err
	}
	defer done()
	var out []store.SummaryCell
	at := map[store.State]int{} // in out, of the quarter that is being counted
	for _, rec := range between(o.in(r.Scope).records, r.From, r.Until) {
		start := rec.op.Created.Truncate(quarter)
		if len(out) == 0 || !out[len(out)-1].Start.Equal(start) {
			clear(at)
		}
		i, there := at[rec.op.State]
		if !there {
			i = len(out)
			at[rec.op.State] = i
			out = append(out, store.SummaryCell{Start: start, State: rec.op.State})
		}
		out[i].Operations++
		out[i].Deleted += rec.op.Deleted
	}
	return out, nil
}
