package sqlstore

// RealRange is the range of the numbers that are read as a decimal.
var RealRange = realRange //nolint:gochecknoglobals // for a test

// Omits reports what a partial index leaves out: 0 any rows, 1 empty texts,
// 2 NULL.
func Omits(text string, columns ...string) int { return int(sqliteOmission(text, columns)) }
