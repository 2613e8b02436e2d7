package deletion

import (
	"fmt"
	"strings"

	"github.com/contactsweep/contactsweep/store"
)

// String returns the plan as a table, without contact data: the condition has
// no values, and the sample is left out.
func (p *Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", p.Condition.Redacted())
	fatal := int64(0)
	for _, f := range p.Warnings {
		if f.Severity != store.Warning {
			fatal++
		}
	}
	if fatal > 0 {
		fmt.Fprintf(&b, "A RUN WOULD BE REFUSED unless the service accepts what is fatal below: %s\n", number(fatal, "finding", "findings"))
	}
	var rows strings.Builder
	fmt.Fprintf(&rows, "  contacts\t%d\n", p.Total)
	fmt.Fprintf(&rows, "  matched\t%d\t%s\n", p.Matched, percent(p.Share))
	fmt.Fprintf(&rows, "  protected\t%d\n", p.Protected)
	fmt.Fprintf(&rows, "  restricted\t%d\n", p.Restricted)
	fmt.Fprintf(&rows, "  deletable\t%d\n", p.Deletable)
	align(&b, rows.String())
	if len(p.Associations) > 0 {
		b.WriteString("rows\n")
		associationTable(&b, p.Associations)
	}
	for _, f := range p.Warnings {
		fmt.Fprintf(&b, "%s\n", f)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func percent(share float64) string { return fmt.Sprintf("%.1f %%", share*100) }
