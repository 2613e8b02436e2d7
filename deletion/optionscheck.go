package deletion

import (
	"errors"
	"log/slog"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// serviceConfig applies the options and checks them.
func serviceConfig(schema contacts.Schema, options []ServiceOption) (serviceOptions, []error) {
	o := serviceOptions{
		logger:   slog.New(slog.DiscardHandler),
		retries:  defaultRetries,
		delays:   delays{first: firstDelay, longest: longestDelay},
		pinLimit: defaultPinLimit,
		instance: instance(),
		lease:    defaultLease,
		accepted: map[string]bool{},
	}
	for i, option := range options {
		if option == nil {
			o.fault("option %d is nil", i+1)
			continue
		}
		option(&o)
	}
	o.identify(schema)
	if o.archive != nil {
		o.archive.check(schema, &o)
	}
	if o.batchSize > 0 && o.batchTime > 0 {
		o.fault("WithBatchSize and WithBatchTime contradict each other")
	}
	if o.walkBy != "" {
		if _, err := schema.WalkField(o.walkBy); err != nil {
			o.fault("WithWalkBy: %w", err)
		}
	}
	if o.protects {
		o.standing("WithProtected", o.protected, where.New().WhereNot(o.protected), schema)
	}
	if o.scoped {
		o.standing("WithScope", o.scope, o.scope, schema)
	}
	if heirs, ok := schema.Heirs(); ok && len(o.faults) == 0 {
		o.inherit(heirs, schema)
	}
	return o, o.faults
}

// inherit protects the heirs of hand-overs like other contacts: the store does so
// in any case, and here they are no candidates to begin with.
func (o *serviceOptions) inherit(heirs where.Condition, schema contacts.Schema) {
	if o.protects {
		heirs = where.New().Where(o.protected).Or().Where(heirs)
	}
	o.protected, o.protects = heirs, true
	if err := where.New().WhereNot(heirs).Validate(schema.Catalog()); err != nil {
		o.fault("WithProtected: with the heirs of the schema: %w", err)
	}
}

// standing checks a condition of the service in the form in which it is used.
func (o *serviceOptions) standing(option string, c, used where.Condition, schema contacts.Schema) {
	err := c.Validate(schema.Catalog())
	switch {
	case err == nil && c.IsEverything():
		err = errors.New("where.Everything() would mean all contacts; leave the option out, or name a condition")
	case err == nil:
		err = used.Validate(schema.Catalog())
	}
	if err != nil {
		o.fault("%s: %w", option, err)
	}
}
