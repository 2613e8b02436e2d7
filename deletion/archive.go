package deletion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// ArchiveConfig says what is remembered of contacts that are deleted.
type ArchiveConfig struct {
	// Keys are the secrets by which addresses are hashed, by an identifier that is
	// kept with each hash: at least 32 random bytes each, kept apart from the
	// database. KeyID names the one for new entries; the others only find old
	// ones. Without keys no address is remembered. To destroy a key is to forget
	// which addresses its entries are of.
	Keys  map[string][]byte
	KeyID string
	// Email is the field with the address; the default is [contacts.Email].
	Email string
	// Fields are remembered as they are, such as the state of bounces. The default
	// is none.
	Fields []string
}

// minHashKey is the shortest key: 256 bits.
const minHashKey = 32

// WithArchive makes every operation remember whom it deleted, in the same
// transaction: the contact's key, a keyed hash of its address, the reason, the
// operation and the time. The archive is personal data: a hash of an address is
// not anonymous to who has the secret. It needs a store with a ledger; no deletion
// touches it, see [Archive.Prune]. The default is no archive.
func WithArchive(c ArchiveConfig) ServiceOption {
	return func(o *serviceOptions) {
		a := &archiver{keys: map[string][]byte{}, keyID: c.KeyID, email: c.Email, fields: slices.Clone(c.Fields)}
		for id, key := range c.Keys {
			a.keys[id] = slices.Clone(key)
			switch {
			case id == "":
				o.fault("WithArchive: the identifier of a key is empty")
			case len(key) < minHashKey:
				o.fault("WithArchive: the key %q has %d bytes; it needs at least %d random ones", id, len(key), minHashKey)
			}
		}
		if _, ok := c.Keys[c.KeyID]; !ok && (len(c.Keys) > 0 || c.KeyID != "") {
			o.fault("WithArchive: KeyID names none of the keys")
		}
		o.archive = a
	}
}

// archiver makes the entries.
type archiver struct {
	keys   map[string][]byte
	keyID  string
	email  string // "" without keys
	kept   []string
	fields []string // read: those that are kept, and the address
}

// check completes the archiver for the schema.
func (a *archiver) check(schema contacts.Schema, o *serviceOptions) {
	a.kept = a.fields
	if a.keyID == "" {
		a.email = ""
	} else if a.email == "" {
		a.email = contacts.Email
	}
	for _, name := range a.kept {
		if _, ok := schema.Lookup(name); !ok {
			o.fault("WithArchive: there is no field %q", name)
		}
	}
	if a.email == "" {
		return
	}
	if f, ok := schema.Lookup(a.email); !ok || f.Kind != where.KindText {
		o.fault("WithArchive: there is no text field %q for the address; name it in Email, or leave the keys out", a.email)
	}
	a.fields = append(slices.Clone(a.kept), a.email)
}

// entries makes the entries of the contacts that are about to be deleted.
func (a *archiver) entries(j *journal, c store.Committing) ([]store.ArchiveEntry, error) {
	out := make([]store.ArchiveEntry, len(c.Outcome.Deleted))
	for i, k := range c.Outcome.Deleted {
		e := store.ArchiveEntry{Key: k, Operation: j.op.ID, Reason: j.q.Reason}
		if i < len(c.Reasons) && c.Reasons[i] != "" {
			e.Reason = c.Reasons[i]
		}
		if len(a.fields) > 0 {
			if len(c.Values) != len(c.Outcome.Deleted) || len(c.Values[i]) != len(a.fields) {
				return nil, fmt.Errorf("deletion: archive: the fields of a contact are missing: %w", errContract)
			}
			if err := a.describe(&e, c.Values[i]); err != nil {
				return nil, err
			}
		}
		out[i] = e
	}
	return out, nil
}

// describe adds what the values say.
func (a *archiver) describe(e *store.ArchiveEntry, values []where.Value) error {
	if a.email != "" {
		if address, ok := values[len(a.kept)].Any().(string); ok && address != "" {
			e.HashKeyID, e.Hash, e.Rule = a.keyID, hashAddress(a.keys[a.keyID], address), addressRule
		}
	}
	if len(a.kept) == 0 {
		return nil
	}
	fields := map[string]where.Value{}
	for i, name := range a.kept {
		if v := values[i]; v.Kind() != 0 {
			fields[name] = v
		}
	}
	var err error
	e.Fields, err = json.Marshal(fields)
	return err
}

// Archive finds out who was deleted.
type Archive struct{ s *Service }

// Archive returns the part of the service that knows who was deleted. Its methods
// fail with ErrNoLedger where the store keeps no ledger, and with an
// [*OptionsError] without [WithArchive].
func (s *Service) Archive() Archive { return Archive{s} }

// Deleted is an entry of the archive.
type Deleted struct {
	Key       contacts.Key
	Reason    string
	Operation string // the last one
	First     time.Time
	Last      time.Time
	Times     int64
	// Fields are those that [ArchiveConfig.Fields] named when the contact was
	// deleted, as far as they had values.
	Fields map[string]where.Value
}

// ByEmail returns the entries of the address, the latest deletion first, however
// it is spelt: with other cases, as a Unicode or an ASCII domain, with spaces around it. It returns none
// when the address was never deleted, or only under a key that the service does
// not know any more.
func (a Archive) ByEmail(ctx context.Context, address string) ([]Deleted, error) {
	r := store.LookupRequest{}
	if a.s.o.archive != nil && a.s.o.archive.email == "" {
		return nil, &OptionsError{Faults: []error{errors.New("WithArchive names no keys, so that no address is remembered")}}
	}
	if a.s.o.archive != nil {
		for _, id := range slices.Sorted(maps.Keys(a.s.o.archive.keys)) {
			r.Hashes = append(r.Hashes, store.Hash{KeyID: id, Sum: hashAddress(a.s.o.archive.keys[id], address)})
		}
	}
	return a.lookup(ctx, r)
}

// ByKey returns the entries of contacts by their keys, the latest deletion first.
func (a Archive) ByKey(ctx context.Context, keys ...contacts.Key) ([]Deleted, error) {
	checked, err := a.s.checkedKeys(keys)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	return a.lookup(ctx, store.LookupRequest{Keys: checked})
}

func (a Archive) lookup(ctx context.Context, r store.LookupRequest) ([]Deleted, error) {
	if err := a.usable(ctx); err != nil {
		return nil, err
	}
	r.Scope = a.s.o.scopeLabel
	var entries []store.ArchiveEntry
	err := a.s.reader().try(ctx, "look in the archive", func() (err error) {
		entries, err = a.s.ledger.Archive.Lookup(ctx, r)
		return err
	})
	out := make([]Deleted, len(entries))
	for i, e := range entries {
		out[i] = Deleted{Key: e.Key, Reason: e.Reason, Operation: e.Operation, First: e.First, Last: e.Last, Times: e.Times}
		if len(e.Fields) > 0 {
			if err := json.Unmarshal(e.Fields, &out[i].Fields); err != nil {
				return nil, fmt.Errorf("deletion: archive: %w", ErrRecord)
			}
		}
	}
	return out, err
}

func (a Archive) usable(ctx context.Context) error {
	if err := a.s.needsLedger(); err != nil {
		return err
	}
	if a.s.o.archive == nil {
		return &OptionsError{Faults: []error{errors.New("the service was made without WithArchive")}}
	}
	return a.s.authorize(ctx, Action{Kind: ActionRead})
}

// Prune forgets the entries whose last deletion was before the time, and returns
// how many. It works in parts; an error comes with what was forgotten until then.
func (a Archive) Prune(ctx context.Context, before time.Time) (int64, error) {
	if err := a.usable(ctx); err != nil {
		return 0, err
	}
	var pruned int64
	for {
		var n int64
		err := a.s.reader().try(ctx, "prune the archive", func() (err error) {
			n, err = a.s.ledger.Archive.Prune(ctx, store.PruneRequest{Scope: a.s.o.scopeLabel, Before: before, Limit: fixedPage})
			return err
		})
		pruned += n
		if err != nil || n == 0 {
			return pruned, err
		}
	}
}
