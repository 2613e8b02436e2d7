package deletion

import (
	"context"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// spare leaves out contacts that another operation has suppressed: until that is
// due their data stays as it is, so that it can be restored. They are reported.
// Between the question and the deletion another operation may come; its contact
// goes then.
func (r *run) spare(ctx context.Context, keys []contacts.Key) ([]contacts.Key, error) {
	if r.j == nil || len(keys) == 0 {
		return keys, nil
	}
	var found []store.Suppressed
	err := r.reader.try(ctx, "look for suppressed contacts", func() (err error) {
		found, err = r.j.ledger.Targets.Suppressed(ctx, r.j.op.Scope, keys)
		return err
	})
	if err != nil || len(found) == 0 {
		return keys, err
	}
	spared := make([]contacts.Key, len(found))
	skipped := make([]store.Skipped, len(found))
	for i, s := range found {
		spared[i], skipped[i] = s.Key, store.Skipped{Key: s.Key, Cause: store.Awaiting}
	}
	r.leave(skipped)
	return without(keys, spared), nil
}

// spareNext does so with the next candidates. The run stands behind those that
// were left out when it stands behind the last of the others.
func (r *run) spareNext(ctx context.Context, ahead *targets, keys []contacts.Key) ([]contacts.Key, error) {
	if ahead.fixed { // the operation has chosen them by name, or suppressed them itself
		return keys, nil
	}
	free, err := r.spare(ctx, keys)
	if err == nil && len(free) > 0 && ahead.behind != nil {
		ahead.behind[free[len(free)-1]] = ahead.behind[keys[len(keys)-1]]
	}
	return free, err
}
