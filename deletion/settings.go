package deletion

import (
	"context"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/store"
)

func (s *Service) needsLedger() error {
	if s.ledger == nil {
		return fmt.Errorf("deletion: %w: open the store with one", ErrNoLedger)
	}
	return nil
}

func (s *Service) setting(ctx context.Context) (out store.Setting, err error) {
	err = s.reader().try(ctx, "read the settings", func() (err error) {
		out, err = s.ledger.Settings.Get(ctx, s.o.scopeLabel)
		return err
	})
	return out, err
}

func (s *Service) change(ctx context.Context, c store.SettingChange) error {
	return s.reader().try(ctx, "change the settings", func() error {
		_, err := s.ledger.Settings.Set(ctx, s.o.scopeLabel, c)
		return err
	})
}

// running refuses when the stop switch is on.
func (s *Service) running(ctx context.Context) error {
	setting, err := s.setting(ctx)
	if err == nil && setting.Stopped {
		err = fmt.Errorf("deletion: %w", ErrStopped)
	}
	return err
}

// period is the suppression period in force.
func (s *Service) period(ctx context.Context) (time.Duration, error) {
	setting, err := s.setting(ctx)
	switch {
	case err != nil:
		return 0, err
	case setting.Period != nil:
		return *setting.Period, nil
	case s.o.period != nil:
		return *s.o.period, nil
	}
	return defaultPeriod, nil
}

// Stop turns the stop switch of the service's scope on (services with another
// label, see [WithScope], have a switch of their own): no operation is begun or
// taken up any more, by any process, and those that run stop before their next
// batch, paused. Dry runs, counts and everything else go on. It holds until Start.
func (o Operations) Stop(ctx context.Context, why string) error {
	return o.turn(ctx, true, why)
}

// Start turns the stop switch off. [Operations.ProcessDue] goes on with what was
// stopped.
func (o Operations) Start(ctx context.Context) error {
	return o.turn(ctx, false, "")
}

func (o Operations) turn(ctx context.Context, on bool, why string) error {
	if err := o.s.needsLedger(); err != nil {
		return err
	}
	if err := o.s.authorize(ctx, Action{Kind: ActionSwitch}); err != nil {
		return err
	}
	return o.s.change(ctx, store.SettingChange{Stopped: &on, Why: &why})
}

// Stopped reports whether the stop switch is on, and why.
func (o Operations) Stopped(ctx context.Context) (stopped bool, why string, err error) {
	if err := o.s.needsLedger(); err != nil {
		return false, "", err
	}
	setting, err := o.s.setting(ctx)
	return setting.Stopped, setting.Why, err
}
