package deletion

import (
	"context"
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// sealEvent is the document of what the host is told.
func sealEvent(e BatchEvent) ([]byte, error) {
	doc := eventDocument{Batch: e.Batch, Deleted: e.Deleted}
	for _, s := range e.Survived {
		doc.Survived = append(doc.Survived, survivor{Key: s.Key, Cause: s.Cause, Association: s.Association})
	}
	return seal(doc)
}

type eventDocument struct {
	Batch    int            `json:"batch"`
	Deleted  []contacts.Key `json:"deleted,omitempty"`
	Survived []survivor     `json:"survived,omitempty"`
}

type survivor struct {
	Key         contacts.Key `json:"key"`
	Cause       store.Cause  `json:"cause"`
	Association string       `json:"association,omitempty"`
}

// tell tells the host what a transaction did. What it did of an operation is
// kept until the host's function has returned without an error.
func (r *run) tell(ctx context.Context, e BatchEvent) error {
	if r.j == nil || r.s.o.afterBatch == nil {
		return r.after(ctx, e)
	}
	e.Batch += r.j.base.Batches
	e.Operation = r.j.op.ID
	if err := r.after(ctx, e); err != nil {
		return err
	}
	return r.j.acknowledge(ctx, r.j.op.Sequence)
}

func (j *journal) acknowledge(ctx context.Context, sequence int64) error {
	return j.s.reader().try(ctx, "acknowledge an event", func() error {
		return j.ledger.Events.Acknowledge(ctx, j.op.Scope, j.op.ID, sequence)
	})
}

// deliver tells the host what it was not told, or did not acknowledge, before the
// operation was interrupted.
func (j *journal) deliver(ctx context.Context) error {
	hook := j.s.o.afterBatch
	if hook == nil {
		return nil
	}
	for {
		var events []store.Event
		err := j.s.reader().try(ctx, "read events", func() (err error) {
			events, err = j.ledger.Events.Undelivered(ctx, j.op.Scope, j.op.ID, eventsAtOnce)
			return err
		})
		if err != nil || len(events) == 0 {
			return err
		}
		for _, kept := range events {
			if err := j.deliverOne(ctx, kept); err != nil {
				return err
			}
		}
	}
}

func (j *journal) deliverOne(ctx context.Context, kept store.Event) error {
	var doc eventDocument
	if err := unseal(kept.Document, &doc); err != nil {
		return &RecordError{ID: j.op.ID, Format: j.op.Format, Err: err}
	}
	e := BatchEvent{Operation: j.op.ID, Batch: doc.Batch, Deleted: doc.Deleted, Again: true}
	for _, s := range doc.Survived {
		e.Survived = append(e.Survived, store.Skipped{Key: s.Key, Cause: s.Cause, Association: s.Association})
	}
	if err := call("after batch", func() error { return j.s.o.afterBatch(ctx, e) }); err != nil {
		return fmt.Errorf("deletion: %w", err)
	}
	return j.acknowledge(ctx, kept.Sequence)
}

const eventsAtOnce = 10
