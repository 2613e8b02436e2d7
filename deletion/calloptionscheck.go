package deletion

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

func applicable(kind ActionKind) []string {
	walk := []string{"BatchSize", "BatchTime", "BatchLimit", "From", "Pause", "TimeLimit", "Cap", "CapShare", "DryRun"}
	const walkBy = "WalkBy"
	switch kind {
	case ActionBulkDelete:
		return append(walk, walkBy, "ConfirmEverything", "CountFirst")
	case ActionExecute:
		return append(walk, walkBy, "ConfirmEverything", "CountFirst", "Tolerance")
	case ActionDeleteKeys:
		return append(walk, "ExemptFromCaps")
	case ActionSubmit:
		return []string{"BatchSize", "BatchTime", "Pause", "Cap", "CapShare", "ConfirmEverything", "ExemptFromCaps", walkBy}
	case ActionProcess:
		return []string{"TimeLimit"}
	case ActionRetry:
		return []string{"BatchSize", "BatchTime", "Pause", "TimeLimit", "Cap", "CapShare"}
	case actionResume:
		return append(walk, walkBy, "ConfirmEverything", "ExemptFromCaps")
	case ActionPreview:
		return []string{walkBy, "SampleSize", "SampleFields"}
	default:
	}
	return nil
}

// callConfig applies the options over the service's own and checks them.
func (s *Service) callConfig(kind ActionKind, options []Option) (callOptions, error) {
	o := callOptions{pause: s.o.pause, sampleSize: 10}
	for i, option := range options {
		if option == nil {
			o.faults = append(o.faults, fmt.Errorf("option %d is nil", i+1))
			continue
		}
		option(&o)
	}
	may := applicable(kind)
	for _, name := range o.used {
		if !slices.Contains(may, name) {
			o.faults = append(o.faults, fmt.Errorf("%s has no effect on %s", name, kind))
		}
	}
	o.contradictions()
	for _, name := range o.sampleNames {
		if _, ok := s.schema.Lookup(name); !ok {
			o.faults = append(o.faults, fmt.Errorf("SampleFields: there is no field %q", name))
		}
	}
	if o.walkBy != "" {
		if _, err := s.schema.WalkField(o.walkBy); err != nil {
			o.faults = append(o.faults, fmt.Errorf("WalkBy: %w", err))
		}
	}
	if !o.newCap && !o.exempt {
		o.cap, o.share = s.o.cap, s.o.share
	}
	if len(o.faults) > 0 {
		return o, &OptionsError{Faults: o.faults}
	}
	switch {
	case o.batchLimit > 0:
		o.batchSize = o.batchLimit
	case o.batchSize == 0 && o.batchTime == 0:
		o.batchSize = s.o.batchSize
	}
	o.batchTime = cmp.Or(o.batchTime, s.o.batchTime)
	return o, nil
}

// has reports whether the option of that name was given.
func (o *callOptions) has(name string) bool { return slices.Contains(o.used, name) }

func (o *callOptions) contradictions() {
	for _, pair := range [...][2]string{
		{"BatchSize", "BatchLimit"},
		{"BatchTime", "BatchSize"},
		{"BatchTime", "BatchLimit"},
		{"ExemptFromCaps", "Cap"},
		{"ExemptFromCaps", "CapShare"},
	} {
		if slices.Contains(o.used, pair[0]) && slices.Contains(o.used, pair[1]) {
			o.faults = append(o.faults, fmt.Errorf("%s and %s contradict each other", pair[0], pair[1]))
		}
	}
	if o.from != nil && o.from.dryRun != o.dryRun {
		o.faults = append(o.faults, errors.New("From: a dry run can only be continued as a dry run, and a real one as a real one"))
	}
}
