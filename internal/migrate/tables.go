package migrate

import (
	"context"

	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/internal/sqltx"
)

// versions has a row for each version of each line that was begun. begun and
// done count its statements; applied_us is 0 until all are done. changes grows
// with each change, so that it counts as one on every engine.
func versions() dialect.Table {
	return dialect.Table{
		Name: "migrations",
		Columns: []dialect.Column{
			{Name: "line", Type: dialect.ID},
			{Name: "version", Type: dialect.Integer},
			{Name: "name", Type: dialect.ShortText},
			{Name: "checksum", Type: dialect.ID},
			{Name: "begun", Type: dialect.Integer},
			{Name: "done", Type: dialect.Integer},
			{Name: "applied_us", Type: dialect.Integer},
			{Name: "changes", Type: dialect.Integer},
		},
		PrimaryKey: []string{"line", "version"},
	}
}

// locks has a row for each line: who migrates it, until when at the latest. The
// term grows with each holder.
func locks() dialect.Table {
	return dialect.Table{
		Name: "migration_lock",
		Columns: []dialect.Column{
			{Name: "line", Type: dialect.ID},
			{Name: "holder", Type: dialect.ID},
			{Name: "term", Type: dialect.Integer},
			{Name: "until_us", Type: dialect.Integer},
			{Name: "changes", Type: dialect.Integer},
		},
		PrimaryKey: []string{"line"},
	}
}

func (m *Migrator) table(t dialect.Table) string { return m.naming.Table(m.dialect, t.Name) }

// prepare makes the migrator's own tables where they are missing.
func (m *Migrator) prepare(ctx context.Context) error {
	for _, t := range []dialect.Table{versions(), locks()} {
		there, err := m.exists(ctx, t)
		if err != nil {
			return err
		}
		if there {
			continue
		}
		if _, err := sqltx.Exec(ctx, m.db, t.CreateMissing(m.dialect, m.naming)); err != nil {
			// PostgreSQL fails when somebody else makes the table at this moment.
			if there, again := m.exists(ctx, t); again != nil || !there {
				return m.failed(ctx, "make the table "+m.naming.Name(t.Name), err)
			}
		}
	}
	return nil
}

func (m *Migrator) exists(ctx context.Context, t dialect.Table) (bool, error) {
	query, args := m.naming.Exists(m.dialect, t.Name)
	var one int64
	found, err := sqltx.One(ctx, m.db, []any{&one}, query, args...)
	return found, m.failed(ctx, "look for the table "+m.naming.Name(t.Name), err)
}
