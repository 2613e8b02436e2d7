package scheduler

// Validate reports the first fault of the request.
func (r ClaimRequest) Validate() error {
	if err := CheckTask(r.Task); err != nil {
		return err
	}
	if err := checkFingerprint(r.Fingerprint); err != nil {
		return err
	}
	if r.Version < 1 {
		return invalid("version %d: the first is 1", r.Version)
	}
	if err := r.checkRun(); err != nil {
		return err
	}
	if err := r.checkPlan(); err != nil {
		return err
	}
	if r.Missed < 0 || r.Missed > 0 && r.Action != ActionSkip && r.Action != ActionStart {
		return invalid("%d missed slots for action %q", r.Missed, r.Action)
	}
	if r.Message != "" && r.Action != ActionSkip {
		return invalid("a message for action %q: only a skipped slot has one", r.Action)
	}
	if err := checkText("message", r.Message, MaxMessageLength); err != nil {
		return err
	}
	if r.Action != ActionStart && r.Action != ActionRetry {
		if r.Holder != "" || r.Lease != 0 {
			return invalid("a lease for action %q", r.Action)
		}
		return nil
	}
	if r.Holder == "" {
		return invalid("the lease has no holder")
	}
	if err := checkText("holder", r.Holder, MaxHolderLength); err != nil {
		return err
	}
	return checkLease(r.Lease)
}

func (r ClaimRequest) checkRun() error {
	switch r.Action {
	case ActionPlan:
		if r.Kind != "" || !r.Slot.IsZero() {
			return invalid("a run for action %q", r.Action)
		}
		return nil
	case ActionSkip:
		if r.Kind != KindDue {
			return invalid("a run of kind %q cannot be skipped", r.Kind)
		}
	case ActionStart, ActionRetry, ActionGiveUp:
	default:
		return invalid("action %q", r.Action)
	}
	return checkSlot(r.Kind, r.Slot)
}

// plans reports whether the action sets the plan.
func (r ClaimRequest) plans() bool {
	switch r.Action {
	case ActionPlan, ActionSkip:
		return true
	case ActionStart:
		return r.Kind == KindDue
	default:
		return false
	}
}

func (r ClaimRequest) checkPlan() error {
	if err := checkTime("next slot", r.Next); err != nil {
		return err
	}
	if err := checkTime("due time", r.Due); err != nil {
		return err
	}
	switch {
	case r.Next.IsZero() != r.Due.IsZero():
		return invalid("a next slot without a due time, or the reverse")
	case !r.Next.IsZero() && !r.plans():
		return invalid("a next slot for action %q of kind %q", r.Action, r.Kind)
	case r.Due.Before(r.Next):
		return invalid("the next slot is due before its time")
	case r.plans() && !r.Next.IsZero() && !r.Next.After(r.Slot):
		return invalid("the next slot is not after this one")
	}
	return nil
}

// Validate reports the first fault of the request.
func (r ReportRequest) Validate() error {
	if err := CheckTask(r.Task); err != nil {
		return err
	}
	if r.Term < 1 {
		return invalid("term %d: the first is 1", r.Term)
	}
	if err := checkText("message", r.Message, MaxMessageLength); err != nil {
		return err
	}
	switch r.Outcome {
	case OutcomeRunning:
		if r.Message != "" {
			return invalid("a message of a run that has not ended")
		}
		return checkLease(r.Lease)
	case OutcomeAbandoned:
		if r.Lease == 0 {
			return nil
		}
		return checkLease(r.Lease)
	case OutcomeSucceeded, OutcomePaused, OutcomeFailed, OutcomeCancelled:
		if r.Lease != 0 {
			return invalid("a lease for a run that ended as %q", r.Outcome)
		}
		return nil
	default:
		return invalid("outcome %q cannot be reported", r.Outcome)
	}
}
