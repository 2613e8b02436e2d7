package contacts

import (
	"errors"
	"fmt"
	"strings"

	"github.com/contactsweep/contactsweep/where"
)

// BadQuality selects contacts that are nobody: those of [TestRecords] and those
// of [FakeAddresses].
func BadQuality(domains ...string) where.Condition {
	return TestRecords().Or().Where(FakeAddresses(domains...))
}

// TestRecords selects contacts that are marked as tests, by [TestRecord].
// NULL is not marked.
func TestRecords() where.Condition { return where.New().WhereTrue(TestRecord) }

// FakeAddresses selects contacts with an [Email] that cannot be anybody's: it
// has no @, or nothing before or behind it; or it is at a domain that is
// reserved for tests and documentation (example.com, example.net, example.org,
// and everything under test, example, invalid and localhost), or at one that the
// host names, such as those of throw-away mailboxes. Subdomains of a domain
// belong to it. Contacts without an address are not selected. One with a fake
// address may still be reached by telephone: add WhereEmpty of [Phone] where that
// matters.
//
// Upper and lower case differ unless the field is case-insensitive: name the
// domains as the addresses have them. A domain that is not one is an error, such
// as an empty one, one with an @, and one that starts or ends with a dot; so are
// more than about 200, as any condition of that size.
func FakeAddresses(domains ...string) where.Condition {
	for i, domain := range domains {
		if err := checkDomain(domain); err != nil {
			return where.Invalid("fake addresses", fmt.Errorf("domain %d of %d: %w", i+1, len(domains), err))
		}
	}
	fake := where.New().WhereNotContains(Email, "@").
		Or().WhereStartsWith(Email, "@").
		Or().WhereEndsWith(Email, "@")
	reserved := []string{"example.com", "example.net", "example.org", "test", "example", "invalid", "localhost"}
	for _, domain := range append(reserved, domains...) {
		fake = fake.Or().WhereEndsWith(Email, "@"+domain).Or().WhereEndsWith(Email, "."+domain)
	}
	return where.New().WhereNotEmpty(Email).Where(fake)
}

// checkDomain does not show the domain, which may be somebody's own.
func checkDomain(domain string) error {
	switch {
	case domain == "":
		return errors.New("it is empty")
	case strings.ContainsAny(domain, "@ \t\r\n"):
		return errors.New("it has an @ or white space; name the part behind the @ only")
	case strings.HasPrefix(domain, "."), strings.HasSuffix(domain, "."), strings.Contains(domain, ".."):
		return errors.New("a dot has nothing before or behind it")
	}
	return nil
}
