package storetest

import (
	"maps"
	"slices"

	"pgregory.net/rapid"

	"github.com/contactsweep/contactsweep/contacts"
)

const (
	maxContacts = 8
	maxRows     = 8
)

// tablePlan says how rows of a table are drawn.
type tablePlan struct {
	name   string
	fields []contacts.Field
	key    []contacts.Field
	// unique are fields, other than the key, that references refer to: their
	// values must be unique.
	unique map[string]bool
}

// tablePlans returns the plans in an order that is always the same.
func tablePlans(schema contacts.Schema) []tablePlan {
	tables, keys, unique := tablesOf(schema), map[string][]string{schema.Table: schema.Key}, uniqueFields(schema)
	for _, p := range schema.Placed() {
		if len(p.Key) > 0 {
			keys[p.Table] = p.Key
		}
	}
	var out []tablePlan
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		plan := tablePlan{name: table, unique: unique[table]}
		for _, name := range slices.Sorted(maps.Keys(tables[table])) {
			if f := tables[table][name]; slices.Contains(keys[table], name) {
				plan.key = append(plan.key, f)
			} else {
				plan.fields = append(plan.fields, f)
			}
		}
		out = append(out, plan)
	}
	return out
}

// uniqueFields returns the fields, by table, that references refer to, but for
// those of associations that are only read.
func uniqueFields(schema contacts.Schema) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	placed := schema.Placed()
	for _, p := range placed {
		if p.Action == contacts.ReadOnly {
			continue
		}
		above, _ := aboveOf(schema, placed, p)
		if out[above] == nil {
			out[above] = map[string]bool{}
		}
		for _, r := range p.References {
			for _, name := range r.To {
				out[above][name] = true
			}
		}
	}
	return out
}

// aboveOf returns the table, and the key, that an association refers to.
func aboveOf(schema contacts.Schema, placed []contacts.Placed, p contacts.Placed) (table string, key []string) {
	if p.Above < 0 {
		return schema.Table, schema.Key
	}
	return placed[p.Above].Table, placed[p.Above].Key
}

// draw draws the table's rows.
func (p tablePlan) draw(rt *rapid.T, pools *pools, most int) []Row {
	var rows []Row
	used := map[string]map[any]bool{}
	if len(p.key) == 1 {
		most = min(most, len(pools.unique[p.key[0]]))
	}
	for i := range rapid.IntRange(0, most).Draw(rt, p.name) {
		row := p.keyOf(pools, i)
		for _, f := range p.fields {
			x := pools.stored[p.name+"."+f.Name].Draw(rt, f.Name)
			if p.unique[f.Name] && x != nil {
				if used[f.Name] == nil {
					used[f.Name] = map[any]bool{}
				}
				if used[f.Name][x] {
					x = nil
				}
				used[f.Name][x] = true
			}
			if x != nil {
				row[f.Name] = x
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// keyOf returns the i-th key. The columns of a key run through their values at
// different paces, so that single columns repeat.
func (p tablePlan) keyOf(pools *pools, i int) Row {
	row := Row{}
	for j, f := range p.key {
		values, at := pools.unique[f], i
		if len(p.key) > 1 {
			at = [...]int{i % 3, i / 3}[j%2]
		}
		row[f.Name] = values[at%len(values)]
	}
	return row
}

// clean sets references to nobody to NULL.
func clean(schema contacts.Schema, data Data) {
	placed := schema.Placed()
	for _, p := range placed {
		above, key := aboveOf(schema, placed, p)
		for _, r := range p.References {
			target := r.Target(key)
			for _, row := range data[p.Table] {
				if !slices.ContainsFunc(data[above], func(a Row) bool { return sameFields(row, r.Fields, a, target) }) {
					maps.DeleteFunc(row, func(name string, _ any) bool {
						return slices.Contains(r.Fields, name) && (p.Table != schema.Table || !slices.Contains(schema.Key, name))
					})
				}
			}
		}
	}
}

func sameFields(a Row, fields []string, b Row, target []string) bool {
	for i, name := range fields {
		if x := a[name]; x == nil || x != b[target[i]] {
			return false
		}
	}
	return true
}
