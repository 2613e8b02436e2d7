package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/contactsweep/contactsweep/deletion"
)

func onTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// confirmed asks the person at the terminal to type DELETE.
func confirmed(in io.Reader, out io.Writer, n int64) bool {
	fmt.Fprintf(out, "\ntype DELETE to delete %d contacts: ", n)
	line, err := bufio.NewReader(in).ReadString('\n')
	return err == nil && strings.TrimSpace(line) == "DELETE"
}

// printPlan shows the preview as a table.
func printPlan(w io.Writer, plan *deletion.Plan) error {
	fmt.Fprintf(w, "\npreview: %s\n", plan.Condition)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "contacts\t%d\t\n", plan.Total)
	fmt.Fprintf(t, "matching\t%d\t  (%.1f %%)\n", plan.Matched, 100*plan.Share)
	for _, a := range plan.Associations {
		fmt.Fprintf(t, "%s\t%d\t  to %s\n", a.Name, a.Rows, a.Action)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for i, c := range plan.Sample {
		if i == 3 {
			break
		}
		fmt.Fprintf(w, "  for example contact %s, created %v\n", c.Key, c.Values["created"].Time().Format(time.DateOnly))
	}
	for _, warning := range plan.Warnings {
		fmt.Fprintln(w, " ", warning)
	}
	_, err := fmt.Fprintln(w)
	return err
}

// printReport shows, per table, what was there before, what went, and what is
// there after. Before and after were counted with plain SQL.
func printReport(w io.Writer, r deletion.Report, before, after map[string]int64) error {
	batches := "batches"
	if r.Batches == 1 {
		batches = "batch"
	}
	fmt.Fprintf(w, "\ndeleted %d contacts in %d %s, %.1f s, %.0f contacts/s; stopped: %s\n\n",
		r.Deleted, r.Batches, batches, r.Duration.Seconds(), r.Rate, r.Stopped)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "table\tbefore\tdeleted\tdetached\tafter\t")
	fmt.Fprintf(t, "contacts\t%d\t%d\t\t%d\t\n", before["contacts"], r.Deleted, after["contacts"])
	for _, a := range r.Associations {
		deleted, detached := strconv.FormatInt(a.Rows, 10), ""
		if a.Table == "contact_groups" {
			deleted, detached = detached, deleted
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%d\t\n", a.Table, before[a.Table], deleted, detached, after[a.Table])
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w)
	return err
}

// bar shows progress: a bar on a terminal, a line for every tenth elsewhere.
type bar struct {
	out    io.Writer
	bar    *progressbar.ProgressBar // nil when not on a terminal
	tenths int64
}

func newBar(out *os.File) *bar {
	b := &bar{out: out}
	if onTerminal(out) {
		b.bar = progressbar.NewOptions64(-1,
			progressbar.OptionSetWriter(out), progressbar.OptionSetDescription("deleting"),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("contacts"),
			progressbar.OptionSetPredictTime(true), progressbar.OptionFullWidth())
	}
	return b
}

func (b *bar) show(p deletion.Progress) {
	if b.bar != nil {
		b.bar.ChangeMax64(max(p.Total, 1))
		_ = b.bar.Set64(p.Done) // a bar that cannot be drawn is no reason to stop
		return
	}
	if tenths := 10 * p.Done / max(p.Total, 1); tenths > b.tenths {
		b.tenths = tenths
		fmt.Fprintf(b.out, "deleting: %3d %%  %d of %d contacts, %.0f/s, %.1f s left\n",
			10*tenths, p.Done, p.Total, p.Rate, p.Remaining.Seconds())
	}
}

func (b *bar) finish() {
	if b.bar != nil {
		_ = b.bar.Finish()
		fmt.Fprintln(b.out)
	}
}
