package sqlstore

import (
	"context"

	"github.com/contactsweep/contactsweep/store"
)

// ordinary is what engines have in common that find out by themselves what
// MySQL has to be asked: it is embedded in theirs.
type ordinary struct{}

func (ordinary) joinable(_, _ column) error { return nil }

func (ordinary) appended(tableInfo) []string { return nil }

func (ordinary) unnamed() bool { return false }

func (ordinary) force([]string) string { return "" }

func (ordinary) tableOptions() string { return "" }

// violated finds none: the driver's error has fields for that, or nothing.
func (ordinary) violated(error, []foreignKey) (foreignKey, bool) { return foreignKey{}, false }

func (ordinary) remarks(context.Context, queryer, tableSet) ([]store.Finding, error) { return nil, nil }
