package deletion

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/where"
)

// recordFormat is the version of the documents in an operation's record. Code
// that reads another version takes up no operation of this one.
const recordFormat = 1

// origin says where an operation's targets come from.
type origin string

const (
	fromCondition origin = "condition"
	fromKeys      origin = "keys"
	fromPending   origin = "pending table"
)

// requested is the document of what was asked for. Once the operation is over,
// nothing stays of the conditions but their text without values.
type requested struct {
	Kind        ActionKind       `json:"kind"`
	Origin      origin           `json:"origin"`
	Condition   *where.Condition `json:"condition,omitempty"`
	Protected   *where.Condition `json:"protected,omitempty"`
	Redacted    string           `json:"redacted,omitempty"`
	Fingerprint string           `json:"fingerprint"`
	AtMost      int64            `json:"at_most,omitempty"` // what was confirmed, of Everything
	Previewed   int64            `json:"previewed,omitempty"`
	Planned     bool             `json:"planned,omitempty"`
	Cap         int64            `json:"cap,omitempty"`
	Share       float64          `json:"share,omitempty"`
	Exempt      bool             `json:"exempt,omitempty"`
	Pinned      bool             `json:"pinned,omitempty"`
	WalkBy      string           `json:"walk_by,omitempty"`
	Stamp       []string         `json:"stamp,omitempty"` // fields
	BatchSize   int              `json:"batch_size,omitempty"`
	BatchTime   time.Duration    `json:"batch_time,omitempty"`
	Pause       *time.Duration   `json:"pause,omitempty"`
	Period      time.Duration    `json:"period,omitempty"`
	Asked       *time.Duration   `json:"asked,omitempty"`  // the request's own period
	Digest      string           `json:"digest,omitempty"` // of the keys
	By          string           `json:"by,omitempty"`
	Reason      string           `json:"reason,omitempty"`
}

// fixes reports whether the targets are fixed before anything is deleted.
func (q requested) fixes() bool { return q.Period > 0 || q.Pinned || q.Origin != fromCondition }

// progressed is the document of how far an operation has come.
type progressed struct {
	At time.Time `json:"at"`
	// Prepared says that the bound, the caps and what is fixed are known.
	Prepared   bool             `json:"prepared,omitempty"`
	Cursor     []byte           `json:"cursor,omitempty"`
	Bound      []byte           `json:"bound,omitempty"`
	Walking    bool             `json:"walking,omitempty"`
	Fixed      bool             `json:"fixed,omitempty"` // the targets are in the ledger
	After      int64            `json:"after,omitempty"` // the ordinal of the last one
	Cap        *int64           `json:"cap,omitempty"`
	Share      float64          `json:"share,omitempty"`
	Most       *int64           `json:"most,omitempty"`
	Counted    bool             `json:"counted,omitempty"`
	Matched    int64            `json:"matched,omitempty"`
	Deleted    int64            `json:"deleted,omitempty"`
	Skipped    Skips            `json:"skipped,omitzero"`
	Rows       map[string]int64 `json:"rows,omitempty"`
	Batches    int              `json:"batches,omitempty"`
	Retries    int              `json:"retries,omitempty"`
	Inferred   int64            `json:"inferred,omitempty"`
	Suppressed int64            `json:"suppressed,omitempty"`
	Restored   int64            `json:"restored,omitempty"`
	Released   int64            `json:"released,omitempty"`
	Attempts   int              `json:"attempts,omitempty"` // how often it was taken up
	Worked     time.Duration    `json:"worked,omitempty"`
	PausedBy   PauseCause       `json:"paused_by,omitempty"`
	Errors     []OperationError `json:"errors,omitempty"`
}

// sealed wraps a document with a digest, which finds accidents such as an edited
// or truncated text.
type sealed struct {
	Document json.RawMessage `json:"document"`
	Digest   string          `json:"digest"`
}

var errSeal = errors.New("the digest of the record does not fit: it was changed by something else than this library")

func seal(document any) ([]byte, error) {
	text, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("deletion: record: %w", err)
	}
	return json.Marshal(sealed{Document: text, Digest: digestOf(text)})
}

func unseal(data []byte, out any) error {
	var s sealed
	if err := strictJSON(data, &s); err != nil {
		return errSeal
	}
	if digestOf(s.Document) != s.Digest {
		return errSeal
	}
	if err := strictJSON(s.Document, out); err != nil {
		return errSeal
	}
	return nil
}

func digestOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
