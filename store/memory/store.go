package memory

import (
	"context"
	"fmt"
	"sync"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// Store is a store.Store in memory. It is safe for concurrent use: a Delete
// excludes everything else, and reads exclude only changes.
type Store struct {
	schema    contacts.Schema
	root      *place // the contacts
	assocs    []*assoc
	treatment []*assoc // those that delete or change rows, in the order of treatment
	tables    map[string]*table
	byKey     *target // the contacts by key

	mu    sync.RWMutex
	order order
	ways  map[int][]uint32 // by column, the order of walks by it; see way
	keys  []contacts.Key   // of the contacts, by slot

	ledger *ledger // nil: none
}

var _ interface {
	store.Store
	store.Pacer
} = (*Store)(nil)

// New returns an empty store for the schema, which must be valid and must not
// be changed afterwards. It keeps a ledger only with [WithLedger].
func New(schema contacts.Schema, options ...Option) (*Store, error) {
	if err := schema.Validate(); err != nil {
		return nil, fmt.Errorf("memory: %w", err)
	}
	s := &Store{schema: schema, tables: map[string]*table{}, ways: map[int][]uint32{}, keys: make([]contacts.Key, 1)}
	if err := s.build(); err != nil {
		return nil, err
	}
	for i, option := range options {
		if option == nil {
			return nil, fmt.Errorf("memory: option %d of %d is nil", i+1, len(options))
		}
		option(s)
	}
	return s, nil
}

// Schema returns the schema that the store was made with.
func (s *Store) Schema() contacts.Schema { return s.schema }

// Pacing asks for batches of always 1000 contacts, so that what a unit test sees
// does not depend on the machine.
func (s *Store) Pacing() store.Pacing { return store.Pacing{Start: 1000, Min: 1000, Max: 1000} }

// Verify finds references of which associations cover only some rows, because
// there are no foreign keys in memory that would hold their contacts back, and
// heirs that do not exist. Nothing else that could be wrong with a database can
// be wrong in memory.
func (s *Store) Verify(ctx context.Context) ([]store.Finding, error) {
	var findings []store.Finding
	for _, g := range s.schema.Gaps() {
		if !g.Constants {
			findings = append(findings, store.PartlyCovered(g, store.Fatal, store.LeftBehind))
		}
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	missing, err := s.bare(ctx, "verify").missingHeirs()
	return append(findings, missing...), err
}

// find returns the slot of the contact with that key, 0 where there is none,
// and the key with its values in the kinds of the schema.
func (s *Store) find(k contacts.Key) (uint32, contacts.Key, error) {
	if slot := s.byKey.first(k); slot != 0 && s.keys[slot] == k {
		return slot, k, nil
	}
	k, err := s.schema.CheckKey(k)
	if err != nil {
		return 0, k, invalid(err)
	}
	return s.byKey.first(k), k, nil
}

func invalid(err error) error {
	return fmt.Errorf("memory: %w: %w", store.ErrInvalidRequest, err)
}
