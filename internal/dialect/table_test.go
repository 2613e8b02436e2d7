package dialect_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/internal/servertest"
)

func everything() dialect.Table {
	return dialect.Table{
		Name: "everything",
		Columns: []dialect.Column{
			{Name: "serial", Type: dialect.Serial},
			{Name: "integer", Type: dialect.Integer},
			{Name: "id", Type: dialect.ID},
			{Name: "short", Type: dialect.ShortText},
			{Name: "long", Type: dialect.LongText},
			{Name: "key", Type: dialect.Key},
			{Name: "bytes", Type: dialect.Bytes, Nullable: true},
		},
		PrimaryKey: []string{"serial"},
		Indexes: []dialect.Index{
			{Name: "id", Columns: []string{"id", "key", "short"}, Unique: true}, // as long as an index can be
			{Name: "short", Columns: []string{"short"}},
		},
	}
}

func TestTablesHoldWhatTheirTypesSay(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		db, n, d := e.New(t), dialect.Naming{Prefix: "t_"}, e.Dialect
		query, args := n.Exists(d, "everything")
		require.Error(t, db.QueryRowContext(t.Context(), query, args...).Scan(new(int)))
		for _, statement := range everything().Create(d, n) {
			_, err := db.ExecContext(t.Context(), statement)
			require.NoError(t, err, statement)
		}
		require.NoError(t, db.QueryRowContext(t.Context(), query, args...).Scan(new(int)))

		columns := "(" + strings.Join([]string{d.Quote("integer"), d.Quote("id"), d.Quote("short"), d.Quote("long"), d.Quote("key"), d.Quote("bytes")}, ", ") + ")"
		insert := func(values ...any) error {
			_, err := db.ExecContext(t.Context(), d.Rebind("INSERT INTO "+n.Table(d, "everything")+" "+columns+" VALUES (?, ?, ?, ?, ?, ?)"), values...)
			return err
		}
		id, short, long := strings.Repeat("é", dialect.MaxID), strings.Repeat("😀", dialect.MaxShortText), strings.Repeat("ß", 100_000)
		key, bytes := make([]byte, dialect.MaxKey), make([]byte, 100_000)
		key[0], bytes[99_999] = 0xff, 0xfe
		require.NoError(t, insert(int64(-1)<<63, id, short, long, key, bytes))
		require.Error(t, insert(0, id, short, long, key, bytes), "the unique index")
		for i, other := range []string{"a", "A", "ä", "a\u0308", "b"} { // bytes, and nothing else
			require.NoError(t, insert(i, other, "", "", []byte{}, nil))
		}
		var serial, integer int64
		var gotID, gotShort, gotLong string
		var gotKey, gotBytes []byte
		require.NoError(t, db.QueryRowContext(t.Context(), d.Rebind("SELECT serial, "+strings.Trim(columns, "()")+" FROM "+n.Table(d, "everything")+" WHERE id = ?"), id).
			Scan(&serial, &integer, &gotID, &gotShort, &gotLong, &gotKey, &gotBytes))
		require.Equal(t, []any{int64(1), int64(-1) << 63, id, short, long, key, bytes}, []any{serial, integer, gotID, gotShort, gotLong, gotKey, gotBytes})
		var order []string
		rows, err := db.QueryContext(t.Context(), "SELECT id FROM "+n.Table(d, "everything")+" ORDER BY id")
		require.NoError(t, err)
		defer func() { require.NoError(t, rows.Close()) }()
		for rows.Next() {
			var id string
			require.NoError(t, rows.Scan(&id))
			order = append(order, id)
		}
		require.NoError(t, rows.Err())
		require.Equal(t, []string{"A", "a", "a\u0308", "b", "ä", id}, order)
	})
}
