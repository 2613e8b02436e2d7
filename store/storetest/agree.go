package storetest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

const (
	conditionsPerData = 30
	batchesPerData    = 4
)

// Agree draws random data and random conditions until the time is over, gives
// them to the stores of all harnesses, and demands the same answers from all
// of them, and from the suite's own model: the same contacts from Page and
// Count, the same rows from Count, the same outcome of Delete and the same
// rows afterwards. What makes a difference is reduced to a small case and
// printed. It does so for several schemas, as parallel subtests that take that
// time each.
//
// A single harness is compared with the model alone. Harnesses that implement
// [RefillHarness] are many times faster.
func Agree(t *testing.T, harnesses map[string]Harness, d time.Duration) {
	t.Helper()
	for _, w := range worlds() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			a := &agreement{
				t: t, world: w, names: slices.Sorted(maps.Keys(harnesses)), harnesses: harnesses, stores: map[string]store.Store{},
				pools: newPools(w.schema, harnesses), plans: tablePlans(w.schema), level: levelsOf(w.schema), deadline: time.Now().Add(d),
			}
			for more := true; more; more = a.more() {
				rapid.Check(t, a.property)
			}
			t.Logf("%d sets of data, %d conditions (%d select some contacts but not all), %d batches (%d delete some candidates but not all)",
				a.sets, a.conditions, a.selecting, a.batches, a.deleting)
		})
	}
}

// agreement compares stores of one world.
type agreement struct {
	t         *testing.T
	world     world
	names     []string
	harnesses map[string]Harness
	stores    map[string]store.Store
	pools     *pools
	plans     []tablePlan
	level     *level

	deadline                  time.Time
	failing                   bool // a difference was found and is being reduced
	sets, conditions, batches int
	selecting, deleting       int // of them, those that select, or delete, some contacts but not all
}

func (a *agreement) more() bool { return a.failing || time.Now().Before(a.deadline) }

// property is one set of data, many conditions, and then deletions.
func (a *agreement) property(rt *rapid.T) {
	if !a.more() {
		return
	}
	data := Data{}
	for _, p := range a.plans {
		most := maxRows
		if p.name == a.world.schema.Table {
			most = maxContacts
		}
		data[p.name] = p.draw(rt, a.pools, most)
	}
	names := a.names
	if rapid.Bool().Draw(rt, "clean") {
		clean(a.world.schema, data)
	} else {
		names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return strict(a.harnesses[name]) })
	}
	a.fill(names, data)
	a.sets++
	c := &comparison{agreement: a, rt: rt, ctx: a.t.Context(), names: names, bounds: map[string]store.Cursor{}}
	c.m = newModel(rt, a.world.schema, data, selection(where.Everything()))
	for _, name := range names {
		bound, err := a.stores[name].Bound(c.ctx, store.BoundRequest{})
		require.NoError(rt, err)
		c.bounds[name] = bound
	}
	for range conditionsPerData {
		if !a.more() {
			return
		}
		c.compareCondition()
	}
	for range batchesPerData {
		c.compareDelete()
	}
}

// fill replaces the stores' data.
func (a *agreement) fill(names []string, data Data) {
	for _, name := range names {
		h := a.harnesses[name]
		own := a.translated(h, data)
		if rh, ok := h.(RefillHarness); ok && a.stores[name] != nil {
			rh.Refill(a.t, a.stores[name], own)
			continue
		}
		a.stores[name] = h.Open(a.t, a.world.schema, own)
	}
}

// translated returns the data with foreign values that the harness has.
func (a *agreement) translated(h Harness, data Data) Data {
	tables, out := tablesOf(a.world.schema), Data{}
	for table, rows := range data {
		for i, row := range rows {
			own := maps.Clone(row)
			for name, x := range row {
				if f, ok := x.(Foreign); ok {
					own[name] = Foreign((int(f) + i) % foreigns(h, tables[table][name]))
				}
			}
			out[table] = append(out[table], own)
		}
	}
	return out
}

// comparison compares the stores for one set of data.
type comparison struct {
	*agreement
	rt    *rapid.T
	ctx   context.Context //nolint:containedctx // lives as long as one call of the property
	names []string        // of the stores that hold the data
	m     *model
	// bounds are taken once, before anything is deleted.
	bounds map[string]store.Cursor
}

// selection draws a selection, and reports whether it is valid. One that is
// not must be refused by all.
func (c *comparison) selection() (store.Selection, bool) {
	d := drawing{c.rt, c.pools}
	s := selection(d.condition(c.level, 1))
	if d.intn(5, "scoped") == 0 {
		s.Scope = d.condition(c.level, 2)
	}
	if d.intn(4, "protecting") == 0 {
		s.Protected = d.condition(c.level, 2)
	}
	if _, err := s.Resolve(c.world.schema); err != nil {
		for _, name := range c.names {
			_, err := c.stores[name].Count(c.ctx, store.CountRequest{Selection: s})
			c.require(errors.Is(err, where.ErrInvalid), name, s, "an invalid condition is not refused: %v", err)
		}
		return s, false
	}
	return s, true
}

func (c *comparison) compareCondition() {
	s, ok := c.selection()
	if !ok {
		return
	}
	c.conditions++
	limit, counting := 1000, rapid.IntRange(0, 19).Draw(c.rt, "count")
	rows, counted := counting == 0, counting < 4 // the condition of a count is that of a page
	if rapid.IntRange(0, 9).Draw(c.rt, "small pages") == 0 {
		limit = rapid.IntRange(1, 3).Draw(c.rt, "limit")
	}
	c.m.use(c.rt, s)
	want, counts := c.m.selected(), store.Counts{}
	if rows {
		counts = c.m.counts()
	}
	counts.Contacts = int64(len(want))
	if len(want) > 0 && len(want) < len(c.m.contactRows()) {
		c.selecting++
	}
	for _, name := range c.names {
		if strict(c.harnesses[name]) && !rows {
			continue // enforcing references makes no difference to reading
		}
		got, err := c.walk(name, s, limit)
		c.require(err == nil, name, s, "page: %v", err)
		c.require(slices.Equal(want, got), name, s, "Page finds %q, wanted %q", got, want)
		if !counted {
			continue
		}
		n, err := c.stores[name].Count(c.ctx, store.CountRequest{Selection: s, Rows: rows})
		c.require(err == nil, name, s, "count: %v", err)
		c.require(n.Contacts == counts.Contacts && maps.Equal(n.Rows, counts.Rows), name, s, "Count counts %v, wanted %v", n, counts)
	}
	if rows {
		c.compareRows(s)
	}
}

// walk returns the selected keys, sorted.
func (c *comparison) walk(name string, s store.Selection, limit int) ([]string, error) {
	st, bound := c.stores[name], c.bounds[name]
	out := []string{}
	var after store.Cursor
	for {
		page, err := st.Page(c.ctx, store.PageRequest{Selection: s, After: after, Until: bound, Limit: limit})
		if err != nil {
			return nil, err
		}
		out = append(out, texts(page.Keys)...)
		if !page.More {
			slices.Sort(out)
			return out, nil
		}
		if page.Next == after || len(page.Keys) > limit {
			return nil, errors.New("the walk does not advance, or a page is too long")
		}
		after = page.Next
	}
}

func (c *comparison) compareDelete() {
	s, ok := c.selection()
	if !ok {
		return
	}
	c.batches++
	if rapid.IntRange(0, 2).Draw(c.rt, "everybody") == 0 {
		s.Condition = where.Everything()
	}
	b := store.Batch{Selection: s, Keys: c.keys(), DryRun: rapid.IntRange(0, 4).Draw(c.rt, "dry") == 0}
	if rapid.IntRange(0, 4).Draw(c.rt, "limited") == 0 {
		b.MaxRows = int64(rapid.IntRange(1, 6).Draw(c.rt, "most rows"))
	}
	c.m.use(c.rt, s)
	after := c.m.clone()
	want := after.delete(b.Keys)
	if len(want.Deleted) > 0 && len(want.Skipped) > 0 {
		c.deleting++
	}
	tooMany := b.MaxRows > 0 && total(want.Rows) > b.MaxRows
	if tooMany || b.DryRun {
		after = c.m
	}
	left := canonical(c.rt, c.world.schema, after.data())
	for _, name := range c.names {
		got, err := c.stores[name].Delete(c.ctx, b)
		if tooMany {
			c.require(errors.Is(err, store.ErrTooManyRows), name, s, "%d rows are not too many: %v", total(want.Rows), err)
		} else {
			c.require(err == nil, name, s, "deleting %q: %v", texts(b.Keys), err)
			c.require(sameKeys(want.Deleted, got.Deleted), name, s, "Delete deletes %q, wanted %q", texts(got.Deleted), texts(want.Deleted))
			c.require(maps.Equal(causes(want.Skipped), causes(got.Skipped)), name, s, "Delete skips %v, wanted %v", causes(got.Skipped), causes(want.Skipped))
			c.require(maps.Equal(want.Rows, got.Rows), name, s, "Delete counts rows %v, wanted %v", got.Rows, want.Rows)
		}
		dump := canonical(c.rt, c.world.schema, c.harnesses[name].Dump(c.t, c.stores[name]))
		if !maps.EqualFunc(left, dump, slices.Equal) {
			c.failing = true
			require.Equal(c.rt, left, dump, "%s leaves other rows, deleting %v by %s from\n%v", name, texts(b.Keys), describe(s), canonical(c.rt, c.world.schema, c.m.data()))
		}
	}
	c.m = after
}

// keys draws candidates: most contacts, some twice, some that are not there.
func (c *comparison) keys() []contacts.Key {
	var out []contacts.Key
	plan := c.plans[slices.IndexFunc(c.plans, func(p tablePlan) bool { return p.name == c.world.schema.Table })]
	for range rapid.IntRange(1, maxContacts).Draw(c.rt, "candidates") {
		row := plan.keyOf(c.pools, rapid.IntRange(0, maxContacts-1).Draw(c.rt, "candidate"))
		values := make([]any, len(c.world.schema.Key))
		for i, name := range c.world.schema.Key {
			values[i] = row[name]
		}
		k, err := contacts.NewKey(values...)
		require.NoError(c.rt, err)
		k, err = c.world.schema.CheckKey(k)
		require.NoError(c.rt, err)
		out = append(out, k)
	}
	return out
}

func sameKeys(a, b []contacts.Key) bool {
	return slices.Equal(slices.Sorted(slices.Values(texts(a))), slices.Sorted(slices.Values(texts(b))))
}

// require reports a difference with everything that is needed to repeat it.
func (c *comparison) require(ok bool, name string, s store.Selection, format string, args ...any) {
	if ok {
		return
	}
	c.failing = true
	c.rt.Fatalf("%s: "+format+"\nby %s\nin %v", append(append([]any{name}, args...), describe(s), canonical(c.rt, c.world.schema, c.m.data()))...)
}

func describe(s store.Selection) string {
	out := s.Condition.String()
	if !s.Scope.IsZero() {
		out += "\n  scope " + s.Scope.String()
	}
	if !s.Protected.IsZero() {
		out += "\n  protected " + s.Protected.String()
	}
	return out
}
