package memory

import (
	"context"

	"github.com/contactsweep/contactsweep/store"
)

// settings is the ledger's port for what can be changed while services run.
type settings struct{ *ledger }

// Get returns the scope's settings.
func (s settings) Get(ctx context.Context, scope string) (store.Setting, error) {
	done, err := s.begin(ctx, "settings", store.CheckScope(scope))
	if err != nil {
		return store.Setting{}, err
	}
	defer done()
	return copied(s.in(scope).setting), nil
}

// Set changes the scope's settings.
func (s settings) Set(ctx context.Context, scope string, change store.SettingChange) (store.Setting, error) {
	fault := store.CheckScope(scope)
	if fault == nil {
		fault = change.Check()
	}
	done, err := s.change(ctx, "change settings", fault)
	if err != nil {
		return store.Setting{}, err
	}
	defer done()
	kept := &s.within(scope).setting
	if change.Period != nil {
		kept.Period = new(*change.Period)
	}
	if change.Stopped != nil {
		kept.Stopped = *change.Stopped
	}
	if change.Why != nil {
		kept.Why = *change.Why
	}
	return copied(*kept), nil
}

func copied(s store.Setting) store.Setting {
	if s.Period != nil {
		s.Period = new(*s.Period)
	}
	return s
}
