package deletion

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// Exported says what an export has written.
type Exported struct {
	Contacts int64
	// Rows holds the rows of each association that was asked for, by its name.
	Rows     map[string]int64
	Duration time.Duration
}

// Export writes the contacts that match as CSV, one a line, and changes nothing.
// They are those that are in scope and not protected, unless the call says
// otherwise ([ExportProtected]); what only holds contacts back from deletion
// makes no difference. [where.Everything] needs no confirmation here. It goes
// forward by key, up to the last contact that there was at the start, a part at a
// time, so that memory does not grow with the number of contacts; an export is
// no snapshot. A part is read at once: contacts with very long texts need the
// memory for some of them.
//
// The file is complete only when the error is nil. An error of the writer ends
// the export, and so does a failure of the store that does not pass. The writer
// is neither closed nor synced, and is written to in pieces of some size.
//
// # The file
//
// It is CSV as RFC 4180 says, in UTF-8, with lines that end in a line feed and
// the names of the fields in the first one. The key comes first. Numbers are
// numbers, times are RFC 3339 in UTC, booleans true and false, and texts are
// quoted. NULL is empty, an empty text is a single apostrophe, and a stored value
// outside its field's kind, which nobody can read, is '? (an apostrophe and a
// question mark).
//
// No text can become a formula when the file is opened in a spreadsheet: texts
// that begin with =, +, -, @ (also in the wide forms of East Asian fonts), a tab
// or a line end, also behind spaces, quotes and invisible characters, get an
// apostrophe before them. That is the advice of OWASP on CSV injection. It also
// warns of separators: with the settings of another country a spreadsheet takes
// a semicolon for the end of the cell. A text that has a formula behind a
// separator (, ; | tab, line feed, carriage return) therefore gets the same
// apostrophe, and one behind every separator in it. A text that begins with an
// apostrophe itself, or has a carriage return, is guarded in the same way.
//
// So every value can be read back exactly: [ParseExported] does it, and a
// program in another language takes the first apostrophe of a text away, and,
// if there was one, another one behind each separator. What a spreadsheet shows
// is another matter: it shows the apostrophe, and rounds integers of more than 15
// digits.
//
// # Associated rows
//
// With [ExportRows] the rows that belong to the contacts are written too.
func (s *Service) Export(ctx context.Context, w io.Writer, condition where.Condition, options ...ExportOption) (Exported, error) {
	e, err := s.exporter(w, options)
	if err != nil {
		return Exported{}, err
	}
	if e.sel, err = e.s.selection(condition, now()); err != nil {
		return Exported{}, err
	}
	return e.export(ctx, Action{Kind: ActionExport, Conditions: []where.Condition{condition}}, e.walk)
}

// ExportKeys writes the contacts with those keys as [Service.Export] does. Those
// that are not there, out of scope or protected are left out; Exported.Contacts
// says how many were written. Wrong keys are all reported before the store is
// touched, as a [*KeysError].
//
// It is what a hook of [WithBeforeBatch] calls to save what is about to go, in a
// file for each batch and attempt: a batch may be tried again in parts. With
// [ExportRows] all keys go to the store at once, as those of a batch do.
func (s *Service) ExportKeys(ctx context.Context, w io.Writer, keys []contacts.Key, options ...ExportOption) (Exported, error) {
	e, err := s.exporter(w, options)
	if err != nil {
		return Exported{}, err
	}
	keys, err = s.checkedKeys(keys)
	if err != nil {
		return Exported{}, err
	}
	if e.sel, err = e.s.selection(where.Everything(), now()); err != nil {
		return Exported{}, err
	}
	return e.export(ctx, Action{Kind: ActionExport, Keys: keys}, func(ctx context.Context) error { return e.list(ctx, keys) })
}

// exporter is one export.
type exporter struct {
	s      *Service
	o      exportOptions
	reader *reader
	sel    store.Selection
	people *table
	rows   []*table
	done   Exported
	size   int // of the next part, in contacts
}

func (s *Service) exporter(w io.Writer, options []ExportOption) (*exporter, error) {
	o, faults := s.exportConfig(options)
	if w == nil {
		faults = append(faults, errors.New("Export: the writer is nil"))
	}
	if len(faults) > 0 {
		return nil, &OptionsError{Faults: faults}
	}
	if o.protected {
		open := *s
		open.o.protects, open.o.protected = false, where.Condition{}
		s = &open
	}
	return &exporter{s: s, o: o, reader: s.reader(), people: newTable("contacts", w, o.fields), size: firstPart}, nil
}

// export asks for permission, writes and logs.
func (e *exporter) export(ctx context.Context, a Action, write func(context.Context) error) (Exported, error) {
	start := time.Now()
	if err := e.s.authorize(ctx, a); err != nil {
		return Exported{}, err
	}
	err := e.begin()
	if err == nil {
		err = write(ctx)
	}
	if err == nil {
		err = e.flush()
	}
	e.done.Duration = time.Since(start)
	e.log(ctx, err)
	return e.done, err
}

func (e *exporter) log(ctx context.Context, err error) {
	level, failed := slog.LevelInfo, slog.Attr{}
	if err != nil {
		level, failed = slog.LevelError, slog.String("error", safeText(err))
	}
	var rows int64
	for _, n := range e.done.Rows {
		rows += n
	}
	e.s.o.logger.LogAttrs(ctx, level, "export ended", slog.Int64("contacts", e.done.Contacts), slog.Int64("rows", rows),
		slog.Int("retries", e.reader.retried), slog.Duration("duration", e.done.Duration), failed)
}
