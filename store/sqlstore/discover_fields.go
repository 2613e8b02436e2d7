package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// describe proposes the table's fields and key.
func (d *discovery) describe(ctx context.Context, t *found) error {
	plain := d.plain(t)
	guesses, err := d.guesses(ctx, d.q, t.info, plain, d.options.zone)
	if err != nil {
		return err //nolint:wrapcheck // by Discover
	}
	for i, c := range t.info.columns {
		g := &guesses[i]
		same := slices.IndexFunc(t.info.columns, func(o columnInfo) bool { return strings.EqualFold(o.name, c.name) })
		switch {
		case !nameable(c.name):
			*g = unmapped("its name cannot be in a schema")
		case same < i:
			*g = unmapped(fmt.Sprintf("its name differs from that of %q by the case of letters only", t.info.columns[same].name))
		}
		g.fields = slices.DeleteFunc(g.fields, func(f contacts.Field) bool { return d.unsupported(f) != nil })
	}
	odd, total, err := d.readable(ctx, t, guesses)
	if err != nil {
		return err
	}
	for i, c := range t.info.columns {
		d.choose(t, c, guesses[i], odd[i], total, plain[c.name])
	}
	caveats, err := d.caveats(ctx, d.q, t.info)
	for _, r := range caveats {
		d.note(t, "", r)
	}
	t.key = t.identity(nil)
	return err //nolint:wrapcheck // by Discover
}

// plain are the columns of keys and of references.
func (d *discovery) plain(t *found) map[string]bool {
	out := map[string]bool{}
	add := func(columns []string) {
		for _, c := range columns {
			out[t.info.column(c).name] = true
		}
	}
	add(primaryKey(t.info))
	if len(out) == 0 {
		for _, i := range t.info.indexes {
			if i.unique && !i.partial {
				add(i.columns)
			}
		}
	}
	for _, e := range d.edges {
		if e.child == t {
			add(e.key.columns)
		}
		if e.parent == t {
			add(e.target)
		}
	}
	return out
}

// choose takes the first field that reads all of the sampled values.
func (d *discovery) choose(t *found, c columnInfo, g guess, odd []int64, total int64, plain bool) {
	at := slices.Index(odd, 0)
	if at < 0 && len(g.fields) > 0 && (g.typed || plain) {
		at = 0
		d.note(t, c.name, fmt.Sprintf("%d of %d sampled values are unknown to a %s field", odd[0], total, g.fields[0].Kind))
	}
	switch {
	case len(g.fields) == 0:
		d.note(t, c.name, "no field: "+g.why)
		return
	case at < 0:
		d.note(t, c.name, fmt.Sprintf("no field: %d of %d sampled values are unknown to a %s field; add one if they may be",
			odd[0], total, g.fields[0].Kind))
		return
	}
	f := g.fields[at]
	f.Name, f.Required = c.name, c.notNull
	if at == 0 && g.note != "" {
		d.note(t, c.name, g.note)
	}
	t.fields = append(t.fields, f)
}

// readable counts, for every field that a column may be, the sampled values
// that it could not read, and the sampled rows.
func (d *discovery) readable(ctx context.Context, t *found, guesses []guess) (odd [][]int64, total int64, err error) {
	const most = 100 // columns in one statement
	odd = make([][]int64, len(guesses))
	for start := 0; start < len(guesses); start += most {
		b := &builder{engine: d.engine, tables: tableSet{t.name: t.info}}
		rows := &rowSet{table: t.name}
		inner, outer := b.level(rows), b.level(rows)
		columns, counts, targets := []term{expr("1 AS " + b.quote("contactsweep's one"))}, []term{expr("count(*)")}, []any{&total}
		for i := start; i < min(start+most, len(guesses)); i++ {
			odd[i] = make([]int64, len(guesses[i].fields))
			for n, f := range guesses[i].fields {
				c := b.column(outer, f)
				if n == 0 {
					columns = append(columns, expr(b.column(inner, f).sql+" AS "+b.quote(f.Name)))
				}
				counts = append(counts, expr("count(CASE WHEN "+c.sql+" IS NOT NULL AND (?) IS NOT TRUE THEN 1 END)", b.known(c)))
				targets = append(targets, &odd[i][n])
			}
		}
		whole := selection{columns: columns, from: expr(b.source(inner))}.term()
		sample := selection{columns: counts, from: expr("(? LIMIT ?) AS "+outer.alias, whole, int64(sampleSize))}.term()
		err := query(ctx, d.engine, d.q, "discover", t.name, sample, func(r *sql.Rows) error { return r.Scan(targets...) })
		if err != nil {
			return nil, 0, err
		}
	}
	return odd, total, nil
}

func (t *found) field(column string) *contacts.Field {
	i := slices.IndexFunc(t.fields, func(f contacts.Field) bool {
		return f.Name == column || !t.info.exactNames && strings.EqualFold(f.Name, column)
	})
	if i < 0 {
		return nil
	}
	return &t.fields[i]
}

// named returns the names of the columns' fields, nil if one has none.
func (t *found) named(columns []string) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		f := t.field(c)
		if f == nil {
			return nil
		}
		out[i] = f.Name
	}
	return out
}

// identity returns the fields of the primary key, or of a unique index on NOT
// NULL columns, whose kinds are among the given ones (any, if there are none);
// nil if there is no such key.
func (t *found) identity(kinds []where.Kind) []string {
	fits := func(columns []string) []string {
		names := t.named(columns)
		for _, name := range names {
			if kinds != nil && !slices.Contains(kinds, t.field(name).Kind) {
				return nil
			}
		}
		return names
	}
	if primary := primaryKey(t.info); len(primary) > 0 {
		if names := fits(primary); names != nil {
			return names
		}
	}
	var best []string
	for _, i := range t.info.indexes {
		if !i.unique || i.partial || slices.Contains(i.columns, "") ||
			slices.ContainsFunc(i.columns, func(c string) bool { return !t.info.column(c).notNull }) ||
			!i.tells(i.columns, t.info.collations(i.columns)) {
			continue
		}
		names := fits(i.columns)
		if names != nil && (best == nil || len(names) < len(best) || len(names) == len(best) && slices.Compare(names, best) < 0) {
			best = names
		}
	}
	return best
}

// contactKey replaces the contact table's key by one that contacts can have.
func (d *discovery) contactKey() error {
	t := d.root
	primary := t.named(primaryKey(t.info))
	t.key = t.identity([]where.Kind{where.KindInt64, where.KindUint64, where.KindText, where.KindUUID})
	if t.key == nil {
		return refuse("table %q has no key: a primary key, or a unique index on NOT NULL columns, of integers, texts or UUIDs is needed", t.name)
	}
	if !slices.Equal(t.key, primary) {
		d.note(t, strings.Join(t.key, ", "), "the key, for want of a primary key of integers, texts or UUIDs")
	}
	return nil
}
