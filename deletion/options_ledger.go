package deletion

import (
	"crypto/rand"
	"fmt"
	"os"
	"slices"
	"time"
)

const (
	defaultLease = 2 * time.Minute
	// defaultPeriod is Salesforce Marketing Cloud's.
	defaultPeriod = 48 * time.Hour
)

// WithLease sets how long an operation is held by a process that gives no sign
// of life, at least a second; then another may take it up. Every batch is such a
// sign, and pauses between batches give it. A process that was silent for longer
// and comes back changes nothing. The default is two minutes. It has no effect
// where the store keeps no ledger.
func WithLease(d time.Duration) ServiceOption {
	return func(o *serviceOptions) {
		if d < time.Second {
			o.fault("WithLease: %s is less than a second", d)
		}
		o.lease = d
	}
}

// WithInstance names the process in the records of operations. The default is
// the host's name, the process's number and a random text.
func WithInstance(name string) ServiceOption {
	return func(o *serviceOptions) {
		if name == "" {
			o.fault("WithInstance: the name is empty")
		}
		o.instance = name
	}
}

// WithSuppressionPeriod sets how long the contacts of a submitted operation are
// suppressed before they are deleted, unless the request says otherwise or a
// period was set while services ran ([Suppressions.SetPeriod]). 0 is at once. The
// default is two days.
func WithSuppressionPeriod(d time.Duration) ServiceOption {
	return func(o *serviceOptions) {
		if d < 0 {
			o.fault("WithSuppressionPeriod: %s is negative", d)
		}
		o.period = &d
	}
}

// WithIdentity names the contact fields that tell a contact from another one that
// gets the same key later: fields that never change, such as the time of
// creation. They are remembered with every contact that an operation fixes, and
// one that has others by then is not deleted. The default is [contacts.Created]
// where the schema has it.
func WithIdentity(fields ...string) ServiceOption {
	return func(o *serviceOptions) {
		if len(fields) == 0 {
			o.fault("WithIdentity: no fields")
		}
		o.identity = slices.Clone(fields)
	}
}

// instance makes a name for this process.
func instance() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	return fmt.Sprintf("%s %d %s", host, os.Getpid(), rand.Text()[:8])
}
