package memory_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

const rowsPerContact = 10

// benchSize is the number of contacts: 100,000, or CONTACTSWEEP_BENCH_CONTACTS.
func benchSize(b *testing.B) int {
	b.Helper()
	text, ok := os.LookupEnv("CONTACTSWEEP_BENCH_CONTACTS")
	if !ok {
		return 100_000
	}
	n, err := strconv.Atoi(text)
	require.NoError(b, err)
	return n
}

func benchSchema() contacts.Schema {
	return contacts.Schema{
		Table: "contacts",
		Key:   []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id"), contacts.Text("name"), contacts.Text("email"), contacts.Text("city"), contacts.Time("created"),
		},
		Associations: []contacts.Association{{
			Name: "activities", Table: "activities", Action: contacts.Delete,
			Fields:     []contacts.Field{contacts.Int64("id"), contacts.Int64("contact_id"), contacts.Text("type")},
			References: []contacts.Reference{{Fields: []string{"contact_id"}}},
		}},
	}
}

// plainContact and plainRow are what a host would write without the library.
type plainContact struct {
	name, email, city string
	created           int64
}

type plainRow struct {
	id, contactID int64
	kind          string
}

// plain is the yardstick: two maps, the keys sorted once.
type plain struct {
	contacts map[int64]plainContact
	rows     map[int64][]plainRow
}

func benchContact(i int) plainContact {
	c := plainContact{
		name: "Contact " + strconv.Itoa(i), city: "City " + strconv.Itoa(i%100),
		created: benchCutoff().Add(-time.Duration(i%1000+1) * time.Hour).UnixMicro(),
	}
	if i%2 == 0 {
		c.email = fmt.Sprintf("c%d@example.com", i)
	}
	return c
}

func benchCutoff() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

func newPlain(order []int) plain {
	p := plain{contacts: map[int64]plainContact{}, rows: map[int64][]plainRow{}}
	for _, i := range order {
		id := int64(i + 1)
		p.contacts[id] = benchContact(i)
		for j := range rowsPerContact {
			p.rows[id] = append(p.rows[id], plainRow{int64(i*rowsPerContact + j), id, "call"})
		}
	}
	return p
}

// deleteHalf deletes in key order what has no email and is old. It tests
// nothing twice and is in no danger of being interrupted, so it needs no
// batches.
func (p plain) deleteHalf(keys []int64, cutoff int64) (deleted, rows int) {
	for _, k := range keys {
		if c := p.contacts[k]; c.created >= cutoff || c.email != "" {
			continue
		}
		rows += len(p.rows[k])
		delete(p.rows, k)
		delete(p.contacts, k)
		deleted++
	}
	return deleted, rows
}

func newBenchStore(b *testing.B, order []int) *memory.Store {
	b.Helper()
	st, err := memory.New(benchSchema())
	require.NoError(b, err)
	row := memory.Row{}
	children := make([]memory.Row, rowsPerContact)
	for i := range children {
		children[i] = memory.Row{"type": "call"}
	}
	for _, i := range order {
		c := benchContact(i)
		row["id"], row["name"], row["email"], row["city"], row["created"] = i+1, c.name, c.email, c.city, time.UnixMicro(c.created)
		require.NoError(b, st.Insert(row))
		for j, child := range children {
			child["id"], child["contact_id"] = i*rowsPerContact+j, i+1
		}
		require.NoError(b, st.InsertRows("activities", children...))
	}
	return st
}

func deleteHalf(b *testing.B, st *memory.Store) (deleted, rows int) {
	b.Helper()
	selection := store.Selection{
		At:        benchCutoff(),
		Condition: where.New().WhereLessThan("created", benchCutoff()).WhereEmpty("email"),
	}
	until, err := st.Bound(b.Context(), store.BoundRequest{})
	require.NoError(b, err)
	request := store.PageRequest{Selection: selection, Until: until, Limit: 1000}
	for more := true; more; {
		page, err := st.Page(b.Context(), request)
		require.NoError(b, err)
		out, err := st.Delete(b.Context(), store.Batch{Selection: selection, Keys: page.Keys})
		require.NoError(b, err)
		deleted += len(out.Deleted)
		rows += int(out.Rows["activities"])
		request.After, more = page.Next, page.More
	}
	return deleted, rows
}

// BenchmarkDeleteHalf deletes every other contact, with ten rows each, in
// batches of 1000 in key order, and the same from two plain maps, in turns. It
// reports the time of both, the part of the maps' time in which their keys are
// sorted, and the median of the ratios. Contacts are inserted in the order of
// their keys, and in none, so that the store has to sort them too.
func BenchmarkDeleteHalf(b *testing.B) {
	n := benchSize(b)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	b.Run("in order", func(b *testing.B) { benchmarkDeleteHalf(b, order) })
	order = rand.New(rand.NewPCG(1, 2)).Perm(n)
	b.Run("shuffled", func(b *testing.B) { benchmarkDeleteHalf(b, order) })
}

func benchmarkDeleteHalf(b *testing.B, order []int) {
	b.Helper()
	want := []int{len(order) / 2, len(order) / 2 * rowsPerContact}
	var mine, plains, sorts, ratios []float64
	for b.Loop() {
		b.StopTimer()
		plain, sort, deleted, rows := timePlain(order)
		plains, sorts = append(plains, plain), append(sorts, sort)
		require.Equal(b, want, []int{deleted, rows})
		st := newBenchStore(b, order)
		runtime.GC()
		b.StartTimer()
		start := time.Now()
		deleted, rows = deleteHalf(b, st)
		mine = append(mine, time.Since(start).Seconds())
		require.Equal(b, want, []int{deleted, rows})
		ratios = append(ratios, mine[len(mine)-1]/plain)
	}
	b.ReportMetric(median(plains)*1000, "plain-ms")
	b.ReportMetric(median(sorts)*1000, "plain-sort-ms")
	b.ReportMetric(median(mine)*1000, "memory-ms")
	b.ReportMetric(median(ratios), "ratio")
}

// timePlain returns the seconds that the plain maps took, in all and for
// sorting. The maps are garbage when it returns.
func timePlain(order []int) (all, sorting float64, deleted, rows int) {
	p := newPlain(order)
	runtime.GC()
	start := time.Now()
	keys := slices.Sorted(maps.Keys(p.contacts))
	sorting = time.Since(start).Seconds()
	deleted, rows = p.deleteHalf(keys, benchCutoff().UnixMicro())
	return time.Since(start).Seconds(), sorting, deleted, rows
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}
