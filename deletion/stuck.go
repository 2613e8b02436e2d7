package deletion

import "fmt"

// failedBatches counts the batches in a row of which every contact failed.
type failedBatches struct{ batches, contacts int }

// A run gives up after so many failed batches and contacts in a row.
const (
	maxFailedBatches  = 3
	maxFailedContacts = 100
)

func (f *failedBatches) add(b BatchReport) error {
	if b.Skipped.Failed+b.Skipped.TooManyRows < int64(b.Candidates) {
		*f = failedBatches{}
		return nil
	}
	f.batches++
	f.contacts += b.Candidates
	if f.batches >= maxFailedBatches && f.contacts >= maxFailedContacts {
		return fmt.Errorf("deletion: %w: none of the %d contacts of the last %d batches could be deleted", ErrNoProgress, f.contacts, f.batches)
	}
	return nil
}
