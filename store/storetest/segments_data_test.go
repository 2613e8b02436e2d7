package storetest_test

import (
	"math/rand/v2"
	"time"

	"github.com/contactsweep/contactsweep/store/storetest"
)

// segmentData draws contacts, emails and activities that lie on the edges of the
// segments as often as anywhere else.
func segmentData(r *rand.Rand) storetest.Data {
	data := storetest.Data{}
	var emails, activities int64
	for id := int64(1); id <= 3000; id++ {
		data["contacts"] = append(data["contacts"], storetest.Row{
			"id": id, "created": drawTime(r), "email": drawAddress(r), "phone": one[any](r, nil, nil, "", "+47 1"),
			"test_record": one[any](r, nil, nil, false, false, false, true), "sending_stopped": maybeTime(r), "bounced_hard": maybeTime(r),
			"last_session": maybeTime(r), "last_purchase": maybeTime(r), "last_mobile_activity": maybeTime(r),
		})
		months := drawMonths(r)
		responds := r.IntN(2) == 0
		for range one(r, 0, 1, 5, 6, 6, 7) {
			emails++
			row := storetest.Row{"id": emails, "contact_id": id, "created": one(r, months...), "opened": nil, "clicked": nil}
			if responds {
				row["opened"], row["clicked"] = one(r, nil, nil, maybeTime(r)), one(r, nil, nil, nil, maybeTime(r))
			}
			data["email_recipients"] = append(data["email_recipients"], row)
		}
		for range one(r, 0, 0, 1, 2) {
			activities++
			data["activities"] = append(data["activities"], storetest.Row{"id": activities, "contact_id": id, "created": drawTime(r)})
		}
	}
	return data
}

func one[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func drawTime(r *rand.Rand) time.Time {
	cutoff := segmentNow().Add(-segmentPeriod)
	edge := one(r, segmentNow(), cutoff, cutoff, cutoff).Add(one(r, -time.Second, 0, time.Second))
	anywhere := segmentNow().Add(-time.Duration(r.Int64N(400*24*60*60)) * time.Second)
	return one(r, edge, anywhere, anywhere)
}

func maybeTime(r *rand.Rand) any { return one[any](r, nil, drawTime(r)) }

// drawMonths returns times around the borders of two, three or four months in
// UTC: the last second of one and the first of the next, and now and then a
// second that is still to come.
func drawMonths(r *rand.Rand) []time.Time {
	first := time.Date(2025, time.Month(1+r.IntN(12)), 1, 0, 0, 0, 0, time.UTC)
	out := []time.Time{first, first.Add(-time.Second)}
	for i := range r.IntN(3) {
		out = append(out, first.AddDate(0, i+1, 0), first.AddDate(0, i+1, 0).Add(-time.Second))
	}
	return append(out, one(r, first.Add(time.Hour), segmentNow(), segmentNow().Add(time.Second)))
}

func drawAddress(r *rand.Rand) any {
	return one[any](r, nil, "", " ", "@", "ann", "ann@", "@home.no", "ann@home.no", "bo@home.no", "cy@home.no", "ann@example.com", "ann@mail.example.org",
		"ann@notexample.com", "ann@contest", "ann@test", "ann@a.test", "ann@localhost", "ann@example.com.no", "ann@trash.io", "ann@in.trash.io", "ann@trash.io.no",
		"ann@crash.io", "ann@example_com", "ann.trash.io", "ann.test@home.no", "a@b@test")
}
