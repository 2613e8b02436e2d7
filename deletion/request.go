package deletion

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// Request asks for an operation. It names its contacts in one of four ways: by a
// condition, by keys, by a stream of keys, or by the pending table.
type Request struct {
	Condition where.Condition
	Keys      []contacts.Key
	// KeyStream yields keys one by one, a million and more; an error ends it. The
	// operation of a stream that breaks off is cancelled, and nothing of it stays
	// suppressed.
	KeyStream iter.Seq2[contacts.Key, error]
	// Pending means the contacts of the pending table; see [PendingTable].
	Pending bool

	// Reason says what for, and By who asks. Both are kept for good: no contact
	// data.
	Reason, By string
	// IdempotencyKey makes a repeated request the same operation: at most 200
	// bytes. The same key with another request is refused with ErrKeyUsed; of
	// streams, only what is said beside them is compared.
	IdempotencyKey string
	// Period is how long the contacts are suppressed before they are deleted; nil:
	// the period in force, see [WithSuppressionPeriod]. See [AtOnce] and [After].
	Period *time.Duration
	// Pinned deletes the contacts that match now, when they are due, also those
	// that do not match the condition any more by then. The default is to test them
	// again and to let those go that do not.
	Pinned bool
}

// AtOnce is the period of a request whose contacts are not suppressed: they are
// deleted by the next [Operations.ProcessDue].
func AtOnce() *time.Duration { return new(time.Duration) }

// After is the period of a request: its contacts are suppressed for so long.
func After(d time.Duration) *time.Duration { return new(d) }

const (
	maxIdempotencyKey = 200
	maxReason         = 1000
)

// check returns where the targets come from.
func (q Request) check() (origin, error) {
	var faults []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	var origins []origin
	for _, o := range [...]struct {
		given bool
		origin
	}{
		{!q.Condition.IsZero(), fromCondition}, {q.Keys != nil, fromKeys}, {q.KeyStream != nil, fromKeys}, {q.Pending, fromPending},
	} {
		if o.given {
			origins = append(origins, o.origin)
		}
	}
	refuse(len(origins) != 1, "it names its contacts in %d ways; give one of Condition, Keys, KeyStream and Pending", len(origins))
	refuse(q.Keys != nil && len(q.Keys) == 0, "Keys is empty")
	refuse(q.Period != nil && *q.Period < 0, "the period is negative")
	refuse(len(q.IdempotencyKey) > maxIdempotencyKey, "the idempotency key has %d bytes; at most %d", len(q.IdempotencyKey), maxIdempotencyKey)
	refuse(len(q.Reason) > maxReason, "the reason has %d bytes; at most %d", len(q.Reason), maxReason)
	refuse(len(q.By) > maxReason, "By has %d bytes; at most %d", len(q.By), maxReason)
	refuse(q.Pinned && q.Condition.IsZero(), "Pinned has no effect without a condition")
	if len(faults) > 0 {
		return "", &RequestError{Faults: faults}
	}
	return origins[0], nil
}

// request is the run of it.
func (q Request) request(from origin, options []Option) request {
	if from == fromCondition {
		return request{kind: ActionBulkDelete, condition: q.Condition, options: options}
	}
	return request{kind: ActionDeleteKeys, condition: where.Everything(), options: options}
}

// digest tells requests with other keys apart.
func (q Request) digest() string {
	if q.Keys == nil {
		return ""
	}
	h := sha256.New()
	for _, k := range q.Keys {
		_, _ = fmt.Fprintf(h, "%q", k.String())
	}
	return hex.EncodeToString(h.Sum(nil))
}

// stream yields the keys.
func (q Request) stream() iter.Seq2[contacts.Key, error] {
	if q.KeyStream != nil {
		return q.KeyStream
	}
	return func(yield func(contacts.Key, error) bool) {
		for _, k := range q.Keys {
			if !yield(k, nil) {
				return
			}
		}
	}
}

// same reports whether two documents are of the same request. Of one that is over
// only what is kept can be compared.
func (q requested) same(other requested, over bool) bool {
	plain := q.Kind == other.Kind && q.Origin == other.Origin && q.Redacted == other.Redacted && q.By == other.By && q.Reason == other.Reason &&
		q.Pinned == other.Pinned && (q.Asked == nil) == (other.Asked == nil) && (q.Asked == nil || *q.Asked == *other.Asked)
	if !plain || over {
		return plain
	}
	differ := differences(q.Fingerprint, other.Fingerprint)
	return q.Digest == other.Digest && (q.Fingerprint == other.Fingerprint || len(differ) == 1 && differ[0] == "protection")
}
