package contacts

import (
	"errors"
	"time"

	"github.com/contactsweep/contactsweep/where"
)

// SuppressedBySender selects contacts to whom the system that sends emails
// stopped sending for good more than that long ago, by [SendingStopped]. 0 is
// any time before the start of the run; less is an error. A contact that it
// still writes to, or for whom the time is not known, stays.
//
// A host whose sending system would forget with the contact that it must not
// write to it keeps an archive, or asks the deletion's own suppressions.
func SuppressedBySender(d time.Duration) where.Condition {
	return where.New().WhereLessThan(SendingStopped, where.Ago(d))
}

// HardBounced selects contacts whose address returned an email for good more
// than that long ago, by [BouncedHard]. 0 is any time before the start of the
// run; less is an error. A contact whose address has not, or for whom the time
// is not known, stays.
func HardBounced(d time.Duration) where.Condition {
	return where.New().WhereLessThan(BouncedHard, where.Ago(d))
}

// The least that [Zombie] accepts.
const (
	MinZombieSends  = 6
	MinZombieMonths = 3
)

// Zombie selects contacts that were sent at least so many emails, in at least
// so many different calendar months, by UTC, and that opened none and clicked
// in none. Less than [MinZombieSends] or [MinZombieMonths] is an error.
//
// It reads the association [EmailRecipients] with its fields [Created], when the
// email was sent, [Opened] and [Clicked]. What was sent at a time that is not
// known, or after the start of the run, does not count. A contact that ever
// opened or clicked stays, however long ago. Opened and Clicked are never where
// they are NULL or not times (a date of zeros): a host that stores anything else
// there heeds what the store's Verify says of it first.
func Zombie(sends, months int) where.Condition {
	if sends < MinZombieSends || months < MinZombieMonths {
		return where.Invalid("zombies", errors.New("a contact cannot be called a zombie after less than 6 sends or in less than 3 months"))
	}
	sent := where.New().WhereLessOrEquals(Created, where.Ago(0))
	responded := where.New().WhereNotNull(Opened).Or().WhereNotNull(Clicked)
	return where.New().
		WhereCount(EmailRecipients, where.GreaterOrEqual, int64(sends), sent).
		WhereCountMonths(EmailRecipients, Created, where.GreaterOrEqual, int64(months), sent).
		WhereNotExists(EmailRecipients, responded)
}

// Lapsed selects contacts that were made more than that long ago and have done
// nothing since: their [LastSession], their [LastPurchase] and their
// [LastMobileActivity] are each longer ago or NULL, and they neither opened nor
// clicked in an email of [EmailRecipients] since then. It is the rule of a
// retention programme in which new contacts stay, whatever they have done. Less
// than [MinInactivity] is an error.
//
// What happened exactly that long ago, or in the future, keeps a contact, and
// so does a last time of its own that is stored but not a time, and a creation
// that is not known. [Opened] and [Clicked] that are not times are as NULL; see
// [Zombie].
func Lapsed(d time.Duration) where.Condition {
	if d < MinInactivity {
		return where.Invalid("lapsed contacts", errors.New("a contact cannot be called lapsed after less than 7 days"))
	}
	cutoff := where.Ago(d)
	before := func(field string) where.Condition {
		return where.New().WhereLessThan(field, cutoff).Or().WhereNull(field)
	}
	responded := where.New().WhereGreaterOrEquals(Opened, cutoff).Or().WhereGreaterOrEquals(Clicked, cutoff)
	return where.New().
		WhereLessThan(Created, cutoff).
		Where(before(LastSession)).
		Where(before(LastPurchase)).
		Where(before(LastMobileActivity)).
		WhereNotExists(EmailRecipients, responded)
}
