package memory

import (
	"bytes"
	"context"
	"slices"

	"github.com/contactsweep/contactsweep/store"
)

// events is the ledger's port for what the host has not been told yet.
type events struct{ *ledger }

// Undelivered returns an operation's events.
func (e events) Undelivered(ctx context.Context, scope, operation string, limit int) ([]store.Event, error) {
	done, err := e.begin(ctx, "undelivered events", store.CheckUndelivered(scope, operation, limit))
	if err != nil {
		return nil, err
	}
	defer done()
	rec, err := e.find("undelivered events", scope, operation)
	if err != nil {
		return nil, nil // what is not there has no events
	}
	var out []store.Event
	for _, event := range rec.events[:min(limit, len(rec.events))] {
		event.Document = bytes.Clone(event.Document)
		out = append(out, event)
	}
	return out, nil
}

// Acknowledge forgets an event.
func (e events) Acknowledge(ctx context.Context, scope, operation string, sequence int64) error {
	done, err := e.change(ctx, "acknowledge event", store.CheckID(scope, operation))
	if err != nil {
		return err
	}
	defer done()
	if rec, err := e.find("acknowledge event", scope, operation); err == nil {
		rec.events = slices.DeleteFunc(rec.events, func(e store.Event) bool { return e.Sequence == sequence })
	}
	return nil
}
