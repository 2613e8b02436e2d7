package deletion

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// Next is where a run goes on; pass it to [From]. It is immutable, and it is
// contact data: it may hold keys.
//
// Where the store keeps a ledger, the operation's record knows where the run
// stands, and every Next of the run goes on there. Else use each Next once and
// keep only the newest: nothing but the Next itself remembers what its run has
// deleted, and one that is used again has what was left of the cap once more.
type Next struct {
	kind        ActionKind
	fingerprint string
	previewed   int64 // by the plan that is executed
	dryRun      bool
	at          time.Time
	// fresh says that the run did not come to its first batch: all but the
	// instant is decided anew.
	fresh         bool
	by            string // the field that the walk goes by; "": the key
	cursor, bound store.Cursor
	walking       bool           // there may be more between cursor and bound
	pending       []contacts.Key // fixed targets that come before that
	budget        budget
	// operation is the ID of the run's operation, whose record knows better than
	// the above. fixed and after are of the record.
	operation string
	fixed     bool
	after     int64
}

// Operation returns the ID of the run's operation, or "" where the store keeps
// no ledger.
func (n Next) Operation() string { return n.operation }

// At returns the instant of the run, which relative times refer to.
func (n Next) At() time.Time { return n.at }

// String shows nothing of what it holds, so that a Next can be printed.
func (n Next) String() string { return "the place where a run goes on" }

// LogValue keeps the keys from loggers.
func (n Next) LogValue() slog.Value { return slog.StringValue(n.String()) }

const nextVersion = 1

type jsonNext struct {
	Version     int            `json:"version"`
	Kind        ActionKind     `json:"kind"`
	Fingerprint string         `json:"fingerprint"`
	Previewed   int64          `json:"previewed,omitempty"`
	DryRun      bool           `json:"dry_run,omitempty"`
	At          time.Time      `json:"at"`
	Fresh       bool           `json:"fresh,omitempty"`
	By          string         `json:"by,omitempty"`
	Cursor      []byte         `json:"cursor,omitempty"`
	Bound       []byte         `json:"bound,omitempty"`
	Walking     bool           `json:"walking,omitempty"`
	Pending     []contacts.Key `json:"pending,omitempty"`
	Cap         *int64         `json:"cap,omitempty"`
	Share       float64        `json:"share,omitempty"`
	Most        *int64         `json:"most,omitempty"`
	Operation   string         `json:"operation,omitempty"`
	Digest      string         `json:"digest"` // of all of the above
}

// digest covers all other members.
func (j jsonNext) digest() (string, error) {
	j.Digest = ""
	text, err := json.Marshal(j)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// MarshalJSON writes a versioned form with a digest of its members. The digest
// finds accidents, such as an edited or truncated text; it is no secret and
// does not stop anyone who means harm, so keep the text where only the host
// can write.
func (n Next) MarshalJSON() ([]byte, error) {
	out := jsonNext{
		Version: nextVersion, Kind: n.kind, Fingerprint: n.fingerprint, Previewed: n.previewed, DryRun: n.dryRun, At: n.at, Fresh: n.fresh,
		By: n.by, Cursor: []byte(n.cursor), Bound: []byte(n.bound), Walking: n.walking, Pending: n.pending,
		Cap: n.budget.cap, Share: n.budget.share, Most: n.budget.most, Operation: n.operation,
	}
	var err error
	if out.Digest, err = out.digest(); err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes. Another version, a member that
// is unknown, repeated, spelt differently or null, a negative cap and a digest
// that does not fit are errors; n is unchanged then.
func (n *Next) UnmarshalJSON(data []byte) error {
	var in jsonNext
	if err := strictJSON(data, &in); err != nil {
		return fmt.Errorf("deletion: the JSON form of a Next: %w", err)
	}
	if err := in.check(); err != nil {
		return fmt.Errorf("deletion: the JSON form of a Next: %w", err)
	}
	*n = Next{
		kind: in.Kind, fingerprint: in.Fingerprint, previewed: in.Previewed, dryRun: in.DryRun, at: in.At.UTC(), fresh: in.Fresh,
		by: in.By, cursor: store.Cursor(in.Cursor), bound: store.Cursor(in.Bound), walking: in.Walking, pending: in.Pending,
		budget: budget{cap: in.Cap, share: in.Share, most: in.Most}, operation: in.Operation,
	}
	return nil
}

func (j jsonNext) check() error {
	switch {
	case j.Version != nextVersion:
		return fmt.Errorf("version %d; this library reads version %d", j.Version, nextVersion)
	case j.Fingerprint == "" || j.At.IsZero() || j.Kind == "":
		return errors.New("it has no fingerprint, instant or kind")
	case j.Cap != nil && *j.Cap < 0 || j.Most != nil && *j.Most < 0 || j.Share < 0 || j.Previewed < 0:
		return errors.New("it has a negative cap")
	}
	digest, err := j.digest()
	if err != nil || digest != j.Digest {
		return errors.New("its digest does not fit: it was changed after it was written")
	}
	return nil
}
