// Package jsonstore keeps contacts, and what belongs to them, as JSON documents
// in one file. It is an example of an adapter that was written outside of this
// library: the port in package store is all that it needs, and the suite in
// package storetest proves it.
//
// The file has one document a line, with the table that it belongs to:
//
//	{"table": "people", "row": {"id": 1, "email": "ann@example.com"}}
//
// [Open] reads all of it. A batch writes a new file and puts it in the place of
// the old one, so that all of the batch is there or nothing: simple, and good
// for as many documents as one likes to write with every batch. One process at
// a time may use a file.
package jsonstore

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// Store is a store.Store over a file. It is safe for concurrent use: readers
// see what the last batch left, and batches wait for each other.
type Store struct {
	path    string
	model   *model
	state   atomic.Pointer[state]
	writing chan struct{} // holds an element while a batch runs
}

var _ store.Store = (*Store)(nil)

// Open reads the file. It refuses a file with contacts that have no valid key,
// or that have the same one: nobody could say which of them is meant.
func Open(path string, schema contacts.Schema) (*Store, error) {
	if err := schema.Validate(); err != nil {
		return nil, fmt.Errorf("jsonstore: %w", err)
	}
	m, err := newModel(schema)
	if err != nil {
		return nil, err
	}
	rows, err := read(path, m)
	if err != nil {
		return nil, err
	}
	st, err := newState(m, rows)
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, model: m, writing: make(chan struct{}, 1)}
	s.state.Store(st)
	return s, nil
}

// Schema returns the schema that the store was opened with.
func (s *Store) Schema() contacts.Schema { return s.model.schema }

// Ledger implements store.Store: there is none, so that runs are not durable.
func (s *Store) Ledger() *store.Ledger { return nil }

// call is what one call works on: a state, which never changes, and a
// selection that fits the schema.
type call struct {
	*model
	state *state
	is    store.Predicates
	where []filter // by association
}

// filter says which rows belong to an association: those for which the test is
// true, or all others.
type filter struct {
	test   where.Predicate
	unless bool
}

// selection is a store.Selection, or a store.Batch, which protects more.
type selection interface {
	Resolve(schema contacts.Schema) (store.Predicates, error)
}

func (s *Store) call(ctx context.Context, op string, which selection, at time.Time) (*call, error) {
	is, err := which.Resolve(s.model.schema)
	if err != nil {
		return nil, fmt.Errorf("jsonstore: %s: %w", op, err)
	}
	c := &call{model: s.model, state: s.state.Load(), is: is}
	for _, a := range s.model.associations {
		test, unless := a.Belonging()
		if test.IsZero() {
			test = where.Everything()
		}
		p, err := test.Freeze(at).Resolve(a.catalog)
		if err != nil {
			return nil, fmt.Errorf("jsonstore: %s: rows of %q: %w", op, a.Name, err)
		}
		c.where = append(c.where, filter{p, unless})
	}
	return c, ended(ctx, op)
}

// ended returns an error once the context has ended.
func ended(ctx context.Context, op string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("jsonstore: %s: %w", op, err)
	}
	return nil
}

func invalid(op, detail string) error {
	return &store.Error{Op: op, Class: store.ErrInvalidRequest, Detail: detail}
}

// distinct returns the keys as the schema has them, each once, in their order.
func (m *model) distinct(op string, keys []contacts.Key) ([]contacts.Key, error) {
	out := make([]contacts.Key, len(keys))
	for i, k := range keys {
		var err error
		if out[i], err = m.schema.CheckKey(k); err != nil {
			return nil, invalid(op, err.Error()) // which does not contain the key
		}
	}
	slices.SortFunc(out, compareKeys)
	return slices.Compact(out), nil
}

func compareKeys(a, b contacts.Key) int {
	return slices.CompareFunc(a.Values(), b.Values(), where.CompareValues)
}
