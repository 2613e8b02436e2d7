package deletion

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"
)

// String returns the report on several lines, without contact data.
func (r Report) String() string {
	var b strings.Builder
	verb := "deleted"
	if r.DryRun {
		verb = "dry run: would have deleted"
	}
	fmt.Fprintf(&b, "%s %s", verb, number(r.Deleted, "contact", "contacts"))
	if r.Counted {
		least := ""
		if r.AtLeast {
			least = "at least "
		}
		fmt.Fprintf(&b, " of %s%d", least, r.Matched)
	}
	fmt.Fprintf(&b, " in %s, %s", number(int64(r.Batches), "batch", "batches"), r.Duration.Round(time.Millisecond))
	if r.Rate > 0 {
		fmt.Fprintf(&b, " (%.0f/s)", r.Rate)
	}
	if r.Stopped != StoppedNot {
		fmt.Fprintf(&b, "; stopped: %s", r.Stopped)
	}
	if r.More {
		b.WriteString("; there may be more")
	}
	b.WriteByte('\n')
	if r.Skipped.Total() > 0 {
		fmt.Fprintf(&b, "skipped %s\n", r.Skipped)
	}
	r.reasons(&b)
	if len(r.Warnings) > 0 {
		fmt.Fprintf(&b, "warnings: %d, see Report.Warnings\n", len(r.Warnings))
	}
	if r.Retries > 0 {
		fmt.Fprintf(&b, "retries: %d\n", r.Retries)
	}
	if r.Inferred > 0 {
		fmt.Fprintf(&b, "inferred: %s found to be gone after a commit of unknown outcome; the rows that went with them are counted below if the store could tell\n",
			number(r.Inferred, "contact was", "contacts were"))
	}
	if r.Unsettled > 0 {
		fmt.Fprintf(&b, "unsettled: %s may be gone or not; the outcome of the commit could not be found out\n", number(r.Unsettled, "contact", "contacts"))
	}
	associationTable(&b, r.Associations)
	return strings.TrimSuffix(b.String(), "\n")
}

// maxReasons is how many reasons a report shows.
const maxReasons = 3

// reasons writes why contacts failed, each reason once.
func (r Report) reasons(b *strings.Builder) {
	var order []string
	counts := map[string]int64{}
	for _, s := range r.SkippedContacts {
		if s.Reason == "" {
			continue
		}
		if counts[s.Reason]++; counts[s.Reason] == 1 {
			order = append(order, s.Reason)
		}
	}
	for i, reason := range order {
		if i == maxReasons {
			b.WriteString("  and other reasons, see Report.SkippedContacts\n")
			break
		}
		fmt.Fprintf(b, "  %d failed: %s\n", counts[reason], reason)
	}
}

// number returns the number with the word for one, or for any other number.
func number(n int64, one, others string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, others)
}

// LogValue gives loggers the figures and keeps the keys from them.
func (r Report) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("condition", r.Condition), slog.Bool("dry_run", r.DryRun), slog.Int64("deleted", r.Deleted),
		slog.String("skipped", r.Skipped.String()), slog.Int("batches", r.Batches), slog.Duration("duration", r.Duration),
		slog.String("stopped", string(r.Stopped)), slog.Bool("more", r.More))
}

// String returns the counts that are not zero: "3 (2 changed, 1 restricted)".
func (s Skips) String() string {
	var parts []string
	for _, p := range [...]struct {
		n    int64
		name string
	}{
		{s.Released, "released"},
		{s.Awaiting, "awaiting deletion"},
		{s.Gone, "gone"},
		{s.Changed, "changed"},
		{s.Protected, "protected"},
		{s.Restricted, "restricted"},
		{s.KeptByStore, "kept by the store"},
		{s.TooManyRows, "too many rows"},
		{s.Failed, "failed"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.name))
		}
	}
	if len(parts) == 0 {
		return "0"
	}
	return fmt.Sprintf("%d (%s)", s.Total(), strings.Join(parts, ", "))
}

func associationTable(b *strings.Builder, associations []AssociationReport) {
	var rows strings.Builder
	for _, a := range associations {
		name := a.Name
		if a.Table != a.Name {
			name += " (" + a.Table + ")"
		}
		fmt.Fprintf(&rows, "  %s\t%s\t%d\n", name, a.Action, a.Rows)
	}
	align(b, rows.String())
}

// align writes rows whose cells end in tabs as columns.
func align(b *strings.Builder, rows string) {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	_, _ = io.WriteString(w, rows) // a builder does not fail
	_ = w.Flush()
}
