package sqlerr

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"reflect"
	"strconv"
)

// mysqlClass is what the number of a server's error means.
func mysqlClass(number int64) Class {
	switch number {
	case 1205, 1213, // a lock that was waited for too long, a deadlock
		3101,             // MySQL group replication: rolled back at commit
		8002, 8005, 9007: // TiDB, as documented: conflicts
		return Contention
	case 1412, 1615, 1637, // the table was changed, statement to be prepared again, too many transactions
		1040, 1053, 1077, 1079, 1158, 1159, 1160, 1161, 1203, 1226, 1927, 2006, 2013, 4031, // no connection, or none any more
		1047,             // Galera: the node takes no part
		8022, 9001, 9002, // TiDB, as documented: a failed commit, and services that do not answer
		8028: // TiDB: the schema changed
		return Transient
	case 1317, 1969, 3024, // interrupted, or the time of a statement is over
		1197, 1206, 1534: // too much for one transaction
		return StatementTimeout
	case 1048, 1062, 1364, // NOT NULL, unique, no default
		1216, 1217, 1451, 1452, // foreign keys
		1442, 1644, 1645, // triggers
		3819, 4025: // checks
		return Constraint
	case 1021, 1114:
		return Full
	case 1290, 1792, 1836, 3989:
		return ReadOnly
	}
	return 0
}

// mysqlUndone reports whether a COMMIT that fails with the error has done
// nothing.
func mysqlUndone(number int64) bool {
	switch number {
	case 1047, 1205, 1213, 1290, 1792, 1836, 3101, 8002, 8005, 8022, 8028, 9007:
		return true
	}
	return false
}

// diagnoseMySQL reads the number. Only a driver's makes certain what a failed
// commit did.
func diagnoseMySQL(err error) (d Diagnosis) {
	const number = "Number"
	ours := foundIn(err, func(e error) bool {
		_, ok := integer(reflect.ValueOf(e), number)
		return ok && madeBy(e, "mysql", "mariadb")
	})
	if ours != nil {
		err = ours
	}
	n, ok := CodeOf(err, number)
	if !ok {
		if lostConnection(err) {
			d.Class = Transient
		}
		return d
	}
	d.Code, d.Class, d.Certain = strconv.FormatInt(n, 10), mysqlClass(n), ours != nil && mysqlUndone(n)
	d.Duplicate = n == 1062
	d.Exists = n == 1050 || n == 1060 || n == 1061 // a table, a column, an index
	if d.Class == 0 && sqlState(err) == "45000" {
		d.Class = Constraint // SIGNAL with a number of its own
	}
	return d
}

// lostConnection recognises what drivers say when the server does not answer.
// Such a transaction was not committed, because COMMIT was not sent.
func lostConnection(err error) bool {
	var network net.Error
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network) {
		return true
	}
	for err != nil {
		switch err.Error() {
		case "invalid connection", "malformed packet", "busy buffer", "commands out of sync. You can't run this command now":
			return true
		}
		err = errors.Unwrap(err)
	}
	return false
}

// sqlState is a field of five bytes, or a text.
func sqlState(err error) string {
	for ; err != nil; err = errors.Unwrap(err) {
		x, ok := member(reflect.ValueOf(err), "SQLState")
		switch {
		case !ok:
		case x.Kind() == reflect.String:
			return x.String()
		case x.Kind() == reflect.Array && x.Type().Elem().Kind() == reflect.Uint8:
			out := make([]byte, x.Len())
			for i := range out {
				out[i] = byte(x.Index(i).Uint()) //nolint:gosec // a byte
			}
			return string(out)
		}
	}
	return ""
}
