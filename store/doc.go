// Package store is the port between the deletion service and the place where
// contacts are kept.
//
// Users of the library do not call it: they make a store with sqlstore.Open or
// memory.New and hand it to deletion.New. The package is for authors of
// adapters, who implement [Store] and prove their work with the suite in
// package storetest. A whole adapter, over files of JSON, is in
// examples/adapter.
//
// # Conditions
//
// [Selection.Resolve] checks a selection and returns predicates. A store
// renders their trees ([where.Predicate.Root]) in its query language, or tests
// row by row with [where.Predicate.Eval]; a contact is meant when all three
// predicates are true. A where.Row cannot fail: one that reads storage
// remembers the first error, and whoever called Eval asks for it before using
// the answer.
//
// The conditions of the schema are not part of a selection. A store takes them
// from [contacts.Association.Belonging], freezes them for Selection.At and
// resolves them with the association's catalog, which is found from
// [contacts.Schema.Catalog] by the names of the associations above it.
//
// A stored value that does not belong to its field's kind and encoding is
// [where.Unknown], never NULL and never converted. A store reads and writes the
// [contacts.Encoding] of each field, and refuses a schema with one that it does
// not know when it is opened; one that keeps values in a form of its own, as
// package memory does, may leave encodings out of account.
//
// # What belongs to a contact
//
// A row belongs to a contact, or to a row above, when it passes the
// association's condition, as Belonging says, and one of the references holds:
// its fields equal the fields referred to, and its constants are equal. NULL
// and unknown values equal nothing, and neither does an empty text, unless the
// reference is to the key ([contacts.Reference.ToKey]). Texts are compared
// without the case of ASCII letters where either of the two fields is declared
// case-insensitive, and a constant where its own field is. The same rows belong
// to it in conditions, in counts and in what happens to them.
//
// [contacts.Schema.Placed] lists the associations with those below them. Where
// an association's table is the contact table, its rows are contacts. In Count
// and in what Delete treats, contacts that are selected themselves are not
// among them; what restricts has no such exception: a contact that refers to
// itself, or to another of the batch, by an association that restricts, holds
// it back.
//
// # The walk
//
// A run asks for the bound of a walk once, and then for page after page up to
// it. Usually the walk goes by the key; a host that knows an index for its
// conditions names a field, and then it goes by that field and the key:
// [PageRequest.By]. A store needs an index that starts with these to be quick,
// and keeps the order of values exactly; one that has everything in memory may
// just sort. [contacts.Schema.WalkField] says which fields there can be.
//
// # Exports
//
// A store that is a [RowReader] also reads the rows that belong to contacts. The
// service asks for those of a part of the contacts at a time.
//
// # The ledger
//
// A store that can change the contacts and the library's own records in one
// transaction has a [Ledger], which makes runs durable operations. A store that
// cannot returns nil from Ledger: it deletes as well, but nothing outlives the
// process.
//
// # Errors
//
// An invalid condition gives an error that matches where.ErrInvalid, as Resolve
// returns it. Anything else that is wrong with a request (a key that
// [contacts.Schema.CheckKey] refuses, a cursor that is not the store's own or of
// another walk, a field that there is not, a negative number) gives [ErrInvalidRequest]. Both
// come first, even where there is nothing to do. The errors of these functions
// contain no values and can be passed on; errors of drivers, decoders and files
// may quote them, so that an [Error] holds but does not print them.
package store
