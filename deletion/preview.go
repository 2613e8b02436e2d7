package deletion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// Plan is what a preview found. It can be stored as JSON and executed later;
// see [Service.Execute]. It is contact data: the condition has its values, and
// the sample has keys.
type Plan struct {
	Condition where.Condition // with its relative times
	At        time.Time       // the instant that those refer to
	// Fingerprint covers the condition, the schema, the protection and the
	// scope, and of this preview the instant and the numbers of contacts. It
	// finds accidents, such as an edited text; it is no secret and does not stop
	// anyone who means harm, so keep the plan where only the host can write.
	Fingerprint string
	Total       int64 // contacts in scope
	Matched     int64 // of those, contacts for which the condition is true
	Protected   int64 // of those, contacts that are protected, heirs included
	// Restricted is the number of the others that associated rows hold back.
	// Contacts that are held back because they share a row with a protected
	// one, or because their rows would be handed over to a contact that does
	// not exist, are found only by a run, which may be a dry run.
	Restricted int64
	Deletable  int64   // what is left
	Share      float64 // Matched of Total, 0 to 1
	// Associations holds the rows that belong to the deletable contacts, of
	// all associations but those that are only read.
	Associations []AssociationReport
	Sample       []Contact // deletable contacts, in the order of the walk
	// Warnings holds all findings of the store's Verify. A run refuses to
	// start on fatal ones that were not accepted.
	Warnings []store.Finding
}

// UnmarshalJSON reads the JSON form of a plan. Members that are missing,
// unknown, repeated, spelt differently or null, and negative numbers are
// errors; p is unchanged then.
func (p *Plan) UnmarshalJSON(data []byte) error {
	type plain Plan
	in := plain{Matched: -1, Protected: -1}
	if err := strictJSON(data, &in); err != nil {
		return fmt.Errorf("deletion: the JSON form of a Plan: %w", err)
	}
	out := Plan(in)
	if err := out.check(); err != nil {
		return fmt.Errorf("deletion: the JSON form of a Plan: %w", err)
	}
	*p = out
	return nil
}

// check refuses what no preview has found.
func (p *Plan) check() error {
	switch {
	case p.At.IsZero() || p.Fingerprint == "":
		return errors.New("it has no fingerprint or instant")
	case p.Matched < 0 || p.Protected < 0 || p.Restricted < 0 || p.Deletable < 0 || p.Total < 0:
		return errors.New("a number is negative or missing")
	}
	return nil
}

// selected is the number of contacts that a run would look at.
func (p *Plan) selected() int64 { return max(p.Matched-p.Protected, 0) }

// Contact is a contact of a plan's sample.
type Contact struct {
	Key    contacts.Key
	Values map[string]where.Value // the fields that were asked for
}

type jsonContact struct {
	Key     contacts.Key           `json:"key"`
	Values  map[string]where.Value `json:"values,omitempty"`
	Unknown []string               `json:"unknown,omitempty"`
}

// MarshalJSON writes the contact with its values.
func (c Contact) MarshalJSON() ([]byte, error) {
	out := jsonContact{Key: c.Key, Values: map[string]where.Value{}}
	for name, v := range c.Values {
		if v.IsUnknown() { // has no JSON form of its own
			out.Unknown = append(out.Unknown, name)
			continue
		}
		out.Values[name] = v
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (c *Contact) UnmarshalJSON(data []byte) error {
	var in jsonContact
	if err := strictJSON(data, &in); err != nil {
		return fmt.Errorf("deletion: the JSON form of a Contact: %w", err)
	}
	out := Contact{Key: in.Key}
	if len(in.Values)+len(in.Unknown) > 0 {
		out.Values = map[string]where.Value{}
	}
	maps.Copy(out.Values, in.Values)
	for _, name := range in.Unknown {
		out.Values[name] = where.Unknown()
	}
	*c = out
	return nil
}

// Preview counts what matches, what is protected or held back, and the rows
// that would go, and changes nothing.
func (s *Service) Preview(ctx context.Context, condition where.Condition, options ...Option) (*Plan, error) {
	o, err := s.callConfig(ActionPreview, options)
	if err != nil {
		return nil, err
	}
	p := previewer{s: s, reader: s.reader(), at: now(), o: o}
	sel, err := s.selection(condition, p.at)
	if err != nil {
		return nil, err
	}
	if _, err := s.walkBy(o, sel); err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, Action{Kind: ActionPreview, Conditions: []where.Condition{condition}}); err != nil {
		return nil, err
	}
	if err := p.begin(ctx); err != nil {
		return nil, err
	}
	return p.plan(ctx, condition)
}

// previewer makes the plans of one call.
type previewer struct {
	s        *Service
	reader   *reader
	at       time.Time
	o        callOptions
	total    int64
	findings []store.Finding
}

// begin reads what all plans share.
func (p *previewer) begin(ctx context.Context) (err error) {
	if p.findings, err = p.reader.verify(ctx); err != nil {
		return err
	}
	p.total, err = p.count(ctx, where.Everything(), false)
	return err
}

// count counts matching contacts, without the protected ones where so asked.
func (p *previewer) count(ctx context.Context, c where.Condition, protect bool) (int64, error) {
	sel, err := p.s.selection(c, p.at)
	if err != nil {
		return 0, err
	}
	if !protect {
		sel.Protected = where.Condition{}
	}
	counts, err := p.reader.count(ctx, store.CountRequest{Selection: sel})
	return counts.Contacts, err
}

func (p *previewer) plan(ctx context.Context, condition where.Condition) (*Plan, error) {
	sel, err := p.s.selection(p.s.unrestricted(condition), p.at)
	if err != nil {
		return nil, err
	}
	by, err := p.s.walkBy(p.o, sel)
	if err != nil {
		return nil, err
	}
	out := &Plan{
		Condition: condition, At: p.at, Total: p.total, Warnings: concerning(by, p.findings),
	}
	if out.Matched, err = p.count(ctx, condition, false); err != nil {
		return nil, err
	}
	free := out.Matched
	if p.s.o.protects {
		if free, err = p.count(ctx, condition, true); err != nil {
			return nil, err
		}
	}
	counts, err := p.reader.count(ctx, store.CountRequest{Selection: sel, Rows: true})
	if err != nil {
		return nil, err
	}
	// Contacts may change between the counts; no figure becomes negative.
	out.Deletable = counts.Contacts
	out.Protected, out.Restricted = max(out.Matched-free, 0), max(free-out.Deletable, 0)
	out.Fingerprint = p.s.fingerprintOfPlan(out)
	if out.Total > 0 {
		out.Share = float64(out.Matched) / float64(out.Total)
	}
	out.Associations = associations(p.s.schema, counts.Rows, func(a contacts.Action) bool { return a != contacts.ReadOnly })
	out.Sample, err = p.sample(ctx, sel, by)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// sample reads the first contacts of the walk.
func (p *previewer) sample(ctx context.Context, sel store.Selection, by string) ([]Contact, error) {
	if p.o.sampleSize == 0 {
		return nil, nil
	}
	bound, err := p.reader.bound(ctx, by)
	if err != nil {
		return nil, err
	}
	var out []Contact
	var after store.Cursor
	for more := bound != ""; more && len(out) < p.o.sampleSize; {
		page, err := p.reader.page(ctx, store.PageRequest{
			Selection: sel, By: by, After: after, Until: bound, Limit: p.o.sampleSize - len(out), Fields: p.o.sampleNames,
		})
		if err != nil {
			return nil, err
		}
		for i, k := range page.Keys {
			c := Contact{Key: k}
			if len(p.o.sampleNames) > 0 {
				c.Values = map[string]where.Value{}
				for j, name := range p.o.sampleNames {
					c.Values[name] = page.Values[i][j]
				}
			}
			out = append(out, c)
		}
		after, more = page.Next, page.More
	}
	return out, nil
}
