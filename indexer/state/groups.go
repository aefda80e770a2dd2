package state

import (
	"context"

	"steward/indexer/query"
)

var groupings = map[query.Field]string{
	query.FieldKind:   `o.kind`,
	query.FieldFormat: `o.format`,
	query.FieldFrom:   `o.author`,
	query.FieldFolder: `d.path`,
}

// Count gives the number of documents that match q's filters.
func (s *Store) Count(ctx context.Context, q query.Query) (int, error) {
	where, args := filter(q)
	return s.count(ctx, where, args)
}

// Group visits the distinct values of a field over the documents that match q's filters,
// with their numbers. ok is false if the field is not one SQL can group by.
func (s *Store) Group(ctx context.Context, q query.Query, by query.Field, visit func(value string, count int)) (ok bool, err error) {
	column, ok := groupings[by]
	if !ok {
		return false, nil
	}
	where, args := filter(q)
	rows, err := s.read.QueryContext(ctx, `SELECT CAST(`+column+` AS BLOB), count(*)`+from+where+` GROUP BY 1`, args...)
	if err != nil {
		return true, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var value []byte
		var n int
		if err := rows.Scan(&value, &n); err != nil {
			return true, err
		}
		visit(string(value), n)
	}
	return true, rows.Err()
}
