// Package store is the port between the deletion service and the place where
// contacts are kept.
//
// Users of the library do not call it: they make a store with sqlstore.Open or
// memory.New and hand it to deletion.New. The package is for authors of
// adapters, who implement [Store] and prove their work with the suite in
// package storetest.
package store
