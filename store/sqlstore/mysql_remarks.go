package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/contactsweep/contactsweep/store"
)

// remarks asks for the server's version, for what the session does not allow,
// and for the connection's character set, by which the server reads parameters.
func (m mysql) remarks(ctx context.Context, q queryer, tables tableSet) (out []store.Finding, err error) {
	err = each(ctx, q, func(r *sql.Rows) error {
		var version, client, connection string
		var safe bool
		if err := r.Scan(&version, &client, &connection, &safe); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		if mysqlTooOld(version) {
			out = append(out, store.Finding{
				Code: CodeServer, Severity: store.Fatal, Message: "the server is " + version + ", which nothing here was made for",
				Advice: "use MySQL from 8.0.17 on, or MariaDB from 10.6 on",
			})
		}
		if client != utf8mb4 || connection != utf8mb4 {
			out = append(out, store.Finding{
				Code: CodeConnection, Severity: store.Fatal,
				Message: fmt.Sprintf("connections speak the character set %s, and parameters are read in %s, which do not hold all texts", client, connection),
				Advice:  "open the pool with utf8mb4, for example by charset=utf8mb4 in the data source name",
			})
		}
		if safe {
			out = append(out, store.Finding{
				Code: CodeConnection, Severity: store.Warning, Column: "sql_safe_updates",
				Message: "sql_safe_updates is on, which refuses batches whose rows are found through other tables",
				Advice:  "switch it off for the pool",
			})
		}
		return nil
	}, "SELECT @@version, @@character_set_client, @@character_set_connection, @@sql_safe_updates")
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		if tables[name].keepsHistory {
			out = append(out, store.Finding{
				Code: CodeHistory, Severity: store.Warning, Table: name,
				Message: "the table is system-versioned: deleted rows stay in its history",
				Advice:  "delete the history as well, with DELETE HISTORY, where the contacts must be gone",
			})
		}
	}
	return out, nil
}

// mysqlTooOld reads versions such as "8.0.36", "10.11.19-MariaDB-log" and
// "8.0.11-TiDB-v7.5.0", which is not one of MySQL.
func mysqlTooOld(version string) bool {
	if strings.Contains(version, "TiDB") {
		return false
	}
	oldest := [3]int{8, 0, 17}
	if strings.Contains(version, "MariaDB") {
		oldest = [3]int{10, 6, 0}
	}
	numbers, _, _ := strings.Cut(strings.TrimPrefix(version, "5.5.5-"), "-") // MariaDB, to old clients
	for i, part := range strings.SplitN(numbers, ".", len(oldest)) {
		n, err := strconv.Atoi(part)
		if err != nil {
			return true // nothing is known of it
		}
		if n != oldest[i] {
			return n < oldest[i]
		}
	}
	return false
}
