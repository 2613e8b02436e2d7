package storetest

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/contactsweep/contactsweep/store"
)

// compareRows compares what the stores read of one association's rows, for pages
// of a few contacts, so that rows that contacts share are met again.
func (c *comparison) compareRows(s store.Selection) {
	at := rapid.IntRange(0, len(c.m.placed)-1).Draw(c.rt, "association")
	p := c.m.placed[at]
	r := rowReading{selection: s, association: p.Name, fields: fieldNames(p), limit: rapid.IntRange(1, 4).Draw(c.rt, "contacts")}
	want := c.m.rows(at, r.fields)
	for _, name := range c.names {
		r.st, r.bound = c.stores[name], c.bounds[name]
		if _, ok := r.st.(store.RowReader); !ok {
			continue
		}
		got, err := r.read(c.ctx)
		c.require(err == nil, name, s, "reading rows of %q: %v", p.Name, err)
		c.require(slices.Equal(want, got), name, s, "rows of %q: %q are read, wanted %q", p.Name, got, want)
	}
}
