package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Inspect checks a database without changing it, and gives the words index in use and the
// number of documents.
func Inspect(ctx context.Context, path string) (words string, documents int, err error) {
	db, err := sql.Open("sqlite", (&fileURL{path}).String()+"?mode=ro&_pragma=busy_timeout(5000)&_pragma=query_only(1)")
	if err != nil {
		return "", 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var check, version string
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&check); err != nil {
		return "", 0, err
	}
	if check != "ok" {
		return "", 0, fmt.Errorf("%w: %s", ErrDamaged, check)
	}
	if err := db.QueryRowContext(ctx, `SELECT value FROM meta WHERE key='schema'`).Scan(&version); err != nil {
		return "", 0, err
	}
	if version != Schema {
		return "", 0, fmt.Errorf("%w: schema %s", ErrDamaged, version)
	}
	err = db.QueryRowContext(ctx, `SELECT coalesce((SELECT value FROM meta WHERE key='words'),''), (SELECT count(*) FROM documents)`).Scan(&words, &documents)
	return words, documents, err
}
