package store

import "errors"

// Check returns what is wrong with the request but for its keys. Every ledger
// calls it first.
func (r AddRequest) Check() error {
	errs := []error{r.Save.Check()}
	for _, t := range r.Targets {
		errs = append(errs, CheckText("reason", t.Reason))
		if t.Doomed {
			errs = append(errs, errors.New("only a batch dooms a target"))
		}
	}
	return errors.Join(errs...)
}

// Check returns what is wrong with the request. Every ledger calls it first.
func (r TargetsRequest) Check() error {
	return errors.Join(CheckID(r.Scope, r.Operation), checkPositive("the limit", r.Limit))
}

// Check returns what is wrong with the request but for its keys. Every ledger
// calls it first.
func (r ReleaseRequest) Check() error {
	errs := []error{CheckID(r.Scope, r.Operation)}
	if r.Keys == nil {
		errs = append(errs, checkPositive("the limit", r.Limit))
	}
	if r.Save != nil {
		errs = append(errs, r.Save.Check())
		if r.Save.Scope != r.Scope || r.Save.ID != r.Operation {
			errs = append(errs, errors.New("the lease is another operation's"))
		}
		if r.Progress != nil {
			errs = append(errs, errors.New("a release with a lease brings its document with it"))
		}
	}
	return errors.Join(errs...)
}

// Check returns what is wrong with the request. Every ledger calls it first.
func (r SuppressionsRequest) Check() error {
	return errors.Join(CheckScope(r.Scope), checkPositive("the limit", r.Limit))
}

// Check returns what is wrong with the request but for its keys. Every ledger
// calls it first.
func (r LookupRequest) Check() error {
	errs := []error{CheckScope(r.Scope)}
	for _, h := range r.Hashes {
		errs = append(errs, checkHash(h.KeyID, h.Sum))
		if len(h.Sum) == 0 {
			errs = append(errs, errors.New("a hash is empty"))
		}
	}
	return errors.Join(errs...)
}

// maxHash is the length in bytes of a hash.
const maxHash = 64

func checkHash(keyID string, sum []byte) error {
	switch {
	case (keyID == "") != (len(sum) == 0):
		return errors.New("a hash and the ID of its key come together")
	case len(sum) > maxHash:
		return errors.New("a hash has more than 64 bytes")
	}
	return checkName("ID of a hash's key", keyID)
}

// Check returns what is wrong with the entry but for its key. Every ledger
// calls it before it keeps one.
func (e ArchiveEntry) Check() error {
	return errors.Join(checkHash(e.HashKeyID, e.Hash), CheckText("reason", e.Reason), checkName("operation", e.Operation))
}

// Check returns what is wrong with the request. Every ledger calls it first.
func (r PruneRequest) Check() error {
	return errors.Join(CheckScope(r.Scope), checkPositive("the limit", r.Limit))
}

// Check returns what is wrong with the request but for its keys. Every ledger
// calls it first.
func (r PutRequest) Check() error {
	errs := []error{CheckScope(r.Scope)}
	for _, c := range r.Contacts {
		errs = append(errs, CheckText("reason", c.Reason))
	}
	return errors.Join(errs...)
}

// Check returns what is wrong with the request. Every ledger calls it first.
func (r PendingRequest) Check() error {
	return errors.Join(CheckScope(r.Scope), checkPositive("the limit", r.Limit))
}

// Check returns what is wrong with the change. Every ledger calls it first.
func (c SettingChange) Check() error {
	errs := []error{checkFuture("the period", c.Period)}
	if c.Why != nil {
		errs = append(errs, CheckText("reason", *c.Why))
	}
	return errors.Join(errs...)
}

// CheckUndelivered refuses a request for events that no ledger answers.
func CheckUndelivered(scope, operation string, limit int) error {
	return errors.Join(CheckID(scope, operation), checkPositive("the limit", limit))
}

// CheckCheckpoint returns what is wrong with the batch's checkpoint but for its
// keys and fields. Every store with a ledger calls it first.
func (b Batch) CheckCheckpoint() error {
	c := b.Checkpoint
	errs := []error{CheckID(c.Scope, c.ID), checkPositive("the TTL", c.TTL)}
	if b.DryRun {
		errs = append(errs, errors.New("a dry run has no checkpoint"))
	}
	if c.Commit == nil {
		errs = append(errs, errors.New("the checkpoint has no Commit"))
	}
	if (len(c.Stamp) == 0) != (c.Stamped == nil) {
		errs = append(errs, errors.New("the fields of stamps and what makes one of them come together"))
	}
	if c.Doom && b.MaxRows < 1 {
		errs = append(errs, errors.New("a batch that dooms has a largest number of rows"))
	}
	return errors.Join(errs...)
}

// Check returns what is wrong with the commit but for its keys. Every store
// with a ledger calls it before it keeps one.
func (c Commit) Check() error {
	var errs []error
	if c.Deleted < 0 {
		errs = append(errs, errDeleted)
	}
	for _, e := range c.Archive {
		errs = append(errs, e.Check())
	}
	return errors.Join(errs...)
}
