package storetest_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/storetest"
	"github.com/contactsweep/contactsweep/where"
)

// brokenVariable names the fault of the store that TestBrokenStore runs.
const brokenVariable = "CONTACTSWEEP_BROKEN_STORE"

// TestSuiteFindsBrokenStores runs the suite, in a process of its own, over
// stores that are right but for one fault.
func TestSuiteFindsBrokenStores(t *testing.T) {
	t.Parallel()
	binary, err := os.Executable()
	require.NoError(t, err)
	for name := range allFaults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := exec.CommandContext(t.Context(), binary, "-test.run=^TestBrokenStore$", "-test.failfast", "-test.timeout=2m", "-rapid.nofailfile")
			run.Env = append(os.Environ(), brokenVariable+"="+name)
			out, err := run.CombinedOutput()
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit, "the suite found nothing")
			require.Contains(t, string(out), "--- FAIL: TestBrokenStore/")
			require.NotContains(t, string(out), "panic:")
		})
	}
}

// TestBrokenStore is run by TestSuiteFindsBrokenStores.
func TestBrokenStore(t *testing.T) {
	t.Parallel()
	fault, ok := allFaults()[os.Getenv(brokenVariable)]
	if !ok {
		t.Skip("no fault was asked for")
	}
	storetest.Run(t, brokenHarness{fault: fault})
}

type brokenHarness struct {
	memoryHarness

	fault func(st store.Store) store.Store
}

func (h brokenHarness) Open(tb testing.TB, schema contacts.Schema, data storetest.Data) store.Store {
	tb.Helper()
	return h.fault(h.memoryHarness.Open(tb, schema, data))
}

func (h brokenHarness) Dump(tb testing.TB, st store.Store) storetest.Data {
	tb.Helper()
	b, ok := st.(broken)
	require.True(tb, ok)
	return h.memoryHarness.Dump(tb, b.Store)
}

// broken is a store some of whose methods are replaced.
type broken struct {
	store.Store

	count  func(ctx context.Context, r store.CountRequest) (store.Counts, error)
	page   func(ctx context.Context, r store.PageRequest) (store.Page, error)
	delete func(ctx context.Context, b store.Batch) (store.Outcome, error)
	verify func(ctx context.Context) ([]store.Finding, error)
	ledger *store.Ledger
}

func (b broken) Ledger() *store.Ledger {
	if b.ledger != nil {
		return b.ledger
	}
	return b.Store.Ledger()
}

func (b broken) Count(ctx context.Context, r store.CountRequest) (store.Counts, error) {
	if b.count != nil {
		return b.count(ctx, r)
	}
	return b.Store.Count(ctx, r)
}

func (b broken) Page(ctx context.Context, r store.PageRequest) (store.Page, error) {
	if b.page != nil {
		return b.page(ctx, r)
	}
	return b.Store.Page(ctx, r)
}

func (b broken) Verify(ctx context.Context) ([]store.Finding, error) {
	if b.verify != nil {
		return b.verify(ctx)
	}
	return b.Store.Verify(ctx)
}

func (b broken) Delete(ctx context.Context, r store.Batch) (store.Outcome, error) {
	if b.delete != nil {
		return b.delete(ctx, r)
	}
	return b.Store.Delete(ctx, r)
}

// batches breaks Delete by changing what it is asked.
func batches(change func(b *store.Batch)) func(store.Store) store.Store {
	return func(st store.Store) store.Store {
		return broken{Store: st, delete: func(ctx context.Context, b store.Batch) (store.Outcome, error) {
			change(&b)
			return st.Delete(ctx, b)
		}}
	}
}

// outcomes breaks Delete by changing what it says.
func outcomes(change func(out *store.Outcome)) func(store.Store) store.Store {
	return func(st store.Store) store.Store {
		return broken{Store: st, delete: func(ctx context.Context, b store.Batch) (store.Outcome, error) {
			out, err := st.Delete(ctx, b)
			change(&out)
			return out, err
		}}
	}
}

// pages breaks Page by changing what it is asked, and what it says.
func pages(before func(r *store.PageRequest), after func(p *store.Page)) func(store.Store) store.Store {
	return func(st store.Store) store.Store {
		return broken{Store: st, page: func(ctx context.Context, r store.PageRequest) (store.Page, error) {
			before(&r)
			p, err := st.Page(ctx, r)
			if err == nil {
				after(&p)
			}
			return p, err
		}}
	}
}

func allFaults() map[string]func(store.Store) store.Store {
	out := faults()
	maps.Copy(out, ledgerFaults())
	return out
}

func faults() map[string]func(store.Store) store.Store {
	asIs, same := func(*store.PageRequest) {}, func(*store.Page) {}
	valid := func(c where.Condition, schema contacts.Schema) bool { return c.Validate(schema.Catalog()) == nil }
	return map[string]func(store.Store) store.Store{
		"Delete does not test the condition": func(st store.Store) store.Store {
			return batches(func(b *store.Batch) {
				if valid(b.Condition, st.Schema()) {
					b.Condition = where.Everything()
				}
			})(st)
		},
		"Delete does not test the scope":      batches(func(b *store.Batch) { b.Scope = where.Condition{} }),
		"Delete does not test the protection": batches(func(b *store.Batch) { b.Protected = where.Condition{} }),
		"Delete knows no limit of rows":       batches(func(b *store.Batch) { b.MaxRows = 0 }),
		"Delete takes dry runs seriously":     batches(func(b *store.Batch) { b.DryRun = false }),
		"Delete forgets a key":                batches(func(b *store.Batch) { b.Keys = b.Keys[:max(0, len(b.Keys)-1)] }),
		"Delete names no association":         outcomes(func(out *store.Outcome) { clear(out.Rows) }),
		"Delete says nothing of those it skips": outcomes(func(out *store.Outcome) {
			out.Skipped = nil
		}),
		"Delete calls those gone that changed": outcomes(func(out *store.Outcome) {
			for i := range out.Skipped {
				out.Skipped[i].Cause = store.Gone
			}
		}),
		"Delete returns keys in no order": outcomes(func(out *store.Outcome) { slices.Reverse(out.Deleted) }),
		"Delete counts a row too many": outcomes(func(out *store.Outcome) {
			for name := range out.Rows {
				out.Rows[name]++
			}
		}),
		"Delete goes on when the context has ended": func(st store.Store) store.Store {
			return broken{Store: st, delete: func(ctx context.Context, b store.Batch) (store.Outcome, error) {
				return st.Delete(context.WithoutCancel(ctx), b)
			}}
		},
		"Delete quotes keys in errors": func(st store.Store) store.Store {
			return broken{Store: st, delete: func(ctx context.Context, b store.Batch) (store.Outcome, error) {
				out, err := st.Delete(ctx, b)
				if err != nil && len(b.Keys) > 0 {
					err = errors.Join(err, errors.New(b.Keys[0].String()))
				}
				return out, err
			}}
		},
		"Page ignores the limit":        pages(func(r *store.PageRequest) { r.Limit = max(r.Limit, min(1, r.Limit)*1000) }, same),
		"Page ignores the keys":         pages(func(r *store.PageRequest) { r.Keys = nil }, same),
		"Page loses the last contact":   pages(asIs, func(p *store.Page) { p.Keys = p.Keys[:max(0, len(p.Keys)-1)] }),
		"Page ends too early":           pages(asIs, func(p *store.Page) { p.More = false }),
		"Page never ends":               pages(asIs, func(p *store.Page) { p.More = true }),
		"Page knows one walk only":      pages(func(r *store.PageRequest) { r.By = "" }, same),
		"Page gives no values":          pages(func(r *store.PageRequest) { r.Fields = nil }, same),
		"Page does not test protection": pages(func(r *store.PageRequest) { r.Protected = where.Condition{} }, same),
		"Page accepts any cursor": pages(func(r *store.PageRequest) {
			if len(r.After) < 3 {
				r.After = ""
			}
		}, same),
		"Verify finds nothing": func(st store.Store) store.Store {
			return broken{Store: st, verify: func(context.Context) ([]store.Finding, error) { return nil, nil }}
		},
		"Count counts one too many": func(st store.Store) store.Store {
			return broken{Store: st, count: func(ctx context.Context, r store.CountRequest) (store.Counts, error) {
				c, err := st.Count(ctx, r)
				c.Contacts++
				return c, err
			}}
		},
		"Count does not stop": func(st store.Store) store.Store {
			return broken{Store: st, count: func(ctx context.Context, r store.CountRequest) (store.Counts, error) {
				r.AtMost = min(r.AtMost, 0)
				return st.Count(ctx, r)
			}}
		},
		"Count counts rows that nobody asked for": func(st store.Store) store.Store {
			return broken{Store: st, count: func(ctx context.Context, r store.CountRequest) (store.Counts, error) {
				r.Rows = true
				return st.Count(ctx, r)
			}}
		},
	}
}
