package sqlstore

import (
	"context"
	"database/sql"
	"strconv"
	"unicode/utf8"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// sampleSize is how many rows of a table are looked at.
const sampleSize = 1000

// sampling is what is found out about a table's fields.
type sampling struct {
	b      *builder
	rows   level
	from   term
	fields []contacts.Field

	total   int64
	present []int64 // by field: values that are not NULL
	zero    []int64 // of these, times that are 0 in an integer encoding
	early   []int64 // and other times of early 1970
	unknown []int64 // values that do not belong to the field
	stray   []int64 // of these, references of another class
}

func (v *verification) samples(ctx context.Context) error {
	for _, r := range v.store.model.sets() {
		s := v.sampling(r)
		if err := v.countUnknown(ctx, s); err != nil {
			return err
		}
		if err := v.countInvalid(ctx, s); err != nil {
			return err
		}
		for i, f := range s.fields {
			v.sampled(s, r, f, i)
		}
	}
	return nil
}

func (v *verification) sampling(r *rowSet) *sampling {
	s := &sampling{b: &builder{engine: v.store.engine, model: v.store.model, tables: v.tables}}
	s.rows = s.b.level(r)
	inner := s.b.level(r)
	var columns []term
	for _, c := range s.b.columns(inner, r.fields) {
		columns = append(columns, expr(c.sql+" AS "+s.b.quote(c.field.ColumnName())))
		if s.b.unsupported(c.field) == nil {
			s.fields = append(s.fields, c.field)
		}
	}
	whole := selection{columns: columns, from: expr(s.b.source(inner))}.term()
	s.from = expr("(? LIMIT ?) AS "+s.rows.alias, whole, int64(sampleSize))
	n := len(s.fields)
	for _, counts := range []*[]int64{&s.present, &s.zero, &s.early, &s.unknown, &s.stray} {
		*counts = make([]int64, n)
	}
	return s
}

// countUnknown counts values that do not belong to their field, and references
// of another storage class, which the database may join all the same.
func (v *verification) countUnknown(ctx context.Context, s *sampling) error {
	columns := []term{expr("count(*)")}
	targets := []any{&s.total}
	for i, f := range s.fields {
		c := s.b.column(s.rows, f)
		columns = append(columns, expr("count("+c.sql+")"),
			expr("count(CASE WHEN "+c.sql+" IS NOT NULL AND (?) IS NOT TRUE THEN 1 END)", s.b.known(c)))
		targets = append(targets, &s.present[i], &s.unknown[i])
		if f.Kind == where.KindTime && perSecond(f.Encoding) > 0 {
			const weeks = 60 * 24 * 60 * 60
			columns = append(columns, expr("count(CASE WHEN (?) AND "+c.sql+" = 0 THEN 1 END)", s.b.known(c)))
			targets = append(targets, &s.zero[i])
			columns = append(columns, expr("count(CASE WHEN (?) AND "+c.sql+" > 0 AND "+c.sql+" < "+strconv.FormatInt(weeks*perSecond(f.Encoding), 10)+" THEN 1 END)", s.b.known(c)))
			targets = append(targets, &s.early[i])
		}
		if referring := v.referring(s, f); referring != nil {
			columns = append(columns, expr("count(CASE WHEN ? THEN 1 END)", all(s.b.stray(c), referring)))
			targets = append(targets, &s.stray[i])
		}
	}
	return query(ctx, v.store.engine, v.store.db, "verify", s.rows.rows.table, selection{columns: columns, from: s.from}.term(),
		func(rows *sql.Rows) error { return rows.Scan(targets...) })
}

// referring is true for rows in which the field is a reference that something
// is done about; nil if it is none.
func (v *verification) referring(s *sampling, f contacts.Field) term {
	var ways []term
	for _, a := range v.store.model.all {
		if a.Table != s.rows.rows.table || a.Action == contacts.ReadOnly {
			continue
		}
		for _, r := range a.refs {
			if containsField(r.from, f) {
				ways = append(ways, all(append(s.b.constants(r, level{rows: a.rows, alias: s.rows.alias, info: s.rows.info}), expr("1 = 1"))...))
			}
		}
	}
	if ways == nil {
		return nil
	}
	return anyOf(ways...)
}

// countInvalid counts texts that are not UTF-8, which no condition notices.
func (v *verification) countInvalid(ctx context.Context, s *sampling) error {
	var columns []term
	var places []int
	for i, f := range s.fields {
		if suspect := s.b.suspect(s.b.column(s.rows, f)); f.Kind == where.KindText && suspect != "" {
			columns, places = append(columns, expr(suspect)), append(places, i)
		}
	}
	if columns == nil {
		return nil
	}
	texts := make([][]byte, len(columns))
	targets := make([]any, len(columns))
	for i := range texts {
		targets[i] = &texts[i]
	}
	return query(ctx, v.store.engine, v.store.db, "verify", s.rows.rows.table, selection{columns: columns, from: s.from}.term(), func(rows *sql.Rows) error {
		if err := rows.Scan(targets...); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		for i, place := range places {
			if !utf8.Valid(texts[i]) {
				s.unknown[place]++
			}
		}
		return nil
	})
}
