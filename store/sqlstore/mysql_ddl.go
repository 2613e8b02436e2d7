package sqlstore

import (
	"strconv"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// exactText is the collation that compares texts by their bytes, trailing
// spaces included. Each engine ignores the other's comment.
const exactText = " CHARACTER SET utf8mb4 /*M!100500 COLLATE utf8mb4_nopad_bin *//*!80017 COLLATE utf8mb4_0900_bin */"

func (mysql) columnType(f contacts.Field, indexed bool) string {
	switch f.Kind {
	case where.KindInt64:
		return "BIGINT"
	case where.KindUint64:
		return "BIGINT UNSIGNED"
	case where.KindBool:
		return "TINYINT(1)"
	case where.KindFloat64:
		return "DOUBLE"
	case where.KindDecimal:
		switch f.Encoding.Form { //nolint:exhaustive // the others are native
		case contacts.FormUnits:
			return "BIGINT"
		case contacts.FormReal:
			return "DOUBLE"
		}
		return "DECIMAL(65, 30)"
	case where.KindTime:
		switch {
		case perSecond(f.Encoding) != 0:
			return "BIGINT"
		case f.Encoding.Form == contacts.FormText:
			return "VARCHAR(40)" + exactText
		}
		return "DATETIME(6)"
	case where.KindDate:
		return "DATE"
	case where.KindUUID:
		if f.Encoding.Form == contacts.FormUUIDBytes {
			return "BINARY(16)"
		}
		return "CHAR(36) CHARACTER SET ascii COLLATE ascii_bin"
	case where.KindText:
	}
	if indexed {
		return "VARCHAR(255)" + exactText
	}
	return "LONGTEXT" + exactText
}

func (mysql) onlyKey(f contacts.Field) string {
	if f.Kind == where.KindInt64 || f.Kind == where.KindUint64 {
		return "NOT NULL AUTO_INCREMENT PRIMARY KEY"
	}
	return "NOT NULL PRIMARY KEY"
}

func (mysql) tableOptions() string { return " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4" }

// createIndex makes a column of its own for what an index cannot say: a text
// without the case of letters, or NULL instead of the empty text. It is not
// stored, and SELECT * does not show it.
func (m mysql) createIndex(table, name string, i indexDDL) []string {
	b := builder{engine: m}
	var out []string
	columns := make([]string, len(i.columns))
	for n, c := range i.columns {
		columns[n] = m.quote(c)
		e := m.computed(columns[n], i.folded[n], i.where == c)
		if e == "" {
			continue
		}
		columns[n] = m.quote(name + "_" + strconv.Itoa(n+1))
		out = append(out, "ALTER TABLE "+b.table(table)+" ADD COLUMN "+columns[n]+" VARCHAR(255)"+exactText+
			" GENERATED ALWAYS AS ("+e+") VIRTUAL /*M!100303 INVISIBLE *//*!80023 INVISIBLE */")
	}
	kind := "INDEX "
	if i.unique {
		kind = "UNIQUE INDEX "
	}
	return append(out, "CREATE "+kind+m.quote(name)+" ON "+b.table(table)+" ("+strings.Join(columns, ", ")+")")
}

// computed is the expression that an index is on instead of a column, "" for
// the column itself.
func (mysql) computed(quoted string, folded, filled bool) string {
	out := quoted
	if folded {
		for letter := 'A'; letter <= 'Z'; letter++ {
			out = "replace(" + out + ",'" + string(letter) + "','" + string(letter-'A'+'a') + "')"
		}
	}
	if filled {
		out = "nullif(" + out + ",'')"
	}
	if out == quoted {
		return ""
	}
	return out
}
