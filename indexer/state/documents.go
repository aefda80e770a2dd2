package state

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"steward/indexer/document"
	"steward/indexer/query"
)

// Hashes gives the content hash of each document stored for a file, by ID.
func (s *Store) Hashes(ctx context.Context, path string) (map[string]string, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT o.id, o.hash FROM dirs d JOIN files f ON f.dir=d.id JOIN documents o ON o.file=f.id
		WHERE d.path=? AND f.name=?`, []byte(filepath.Dir(path)), []byte(filepath.Base(path)))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	known := map[string]string{}
	for rows.Next() {
		var id string
		var hash []byte
		if err := rows.Scan(&id, &hash); err != nil {
			return nil, err
		}
		known[id] = string(hash)
	}
	return known, rows.Err()
}

// Row is a document's line without its text.
type Row struct {
	N      int64
	ID     string
	Path   string
	Kind   string
	Format string
	Author string
	Title  string
	Date   time.Time
	Size   int64
}

// Load gives a document with its passages; query.ErrNotFound if there is none.
func (s *Store) Load(ctx context.Context, id string) (document.Document, error) {
	d, err := scanDocument(s.load.QueryRowContext(ctx, id))
	if errors.Is(err, sql.ErrNoRows) {
		return document.Document{}, query.ErrNotFound
	}
	return d, err
}

func scanDocument(row interface{ Scan(...any) error }) (document.Document, error) {
	var id string
	var dir, name, body []byte
	if err := row.Scan(&id, &dir, &name, &body); err != nil {
		return document.Document{}, err
	}
	d, err := decode(body)
	d.ID, d.Path = id, filepath.Join(string(dir), string(name))
	return d, err
}

// Each visits every document with its text, in the order in which they were stored.
func (s *Store) Each(ctx context.Context, visit func(document.Document) error) error {
	rows, err := s.read.QueryContext(ctx, `SELECT o.id, d.path, f.name, t.body FROM documents o JOIN texts t ON t.n=o.n JOIN files f ON f.id=o.file
		JOIN dirs d ON d.id=f.dir ORDER BY o.n`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		d, err := scanDocument(rows)
		if err != nil {
			return err
		}
		if err := visit(d); err != nil {
			return err
		}
	}
	return rows.Err()
}

// IDs gives the ID of every document.
func (s *Store) IDs(ctx context.Context) ([]string, error) {
	return s.strings(ctx, `SELECT id FROM documents`)
}

// Totals are counts over the whole index.
type Totals struct {
	Documents, Files, Passages, Embeddable, Embedded int
	Words                                            int64
}

// Totals counts everything; Embedded counts what has vectors of the model.
func (s *Store) Totals(ctx context.Context, model int64) (Totals, error) {
	var t Totals
	err := s.read.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(passages),0), coalesce(sum(embeddable),0),
		coalesce(sum(CASE WHEN model=? AND model<>0 THEN embeddable ELSE 0 END),0), coalesce(sum(words),0), (SELECT count(*) FROM files) FROM documents`, model).
		Scan(&t.Documents, &t.Passages, &t.Embeddable, &t.Embedded, &t.Words, &t.Files)
	return t, err
}

// filter gives the SQL of a query's filters (not of its text) over documents o, files f
// and dirs d. Subject is left to the caller, who knows how words are cut.
func filter(q query.Query) (string, []any) {
	var conds []string
	var args []any
	add := func(cond string, values ...any) {
		conds = append(conds, cond)
		args = append(args, values...)
	}
	if len(q.Kinds) > 0 {
		values := make([]any, len(q.Kinds))
		for i, k := range q.Kinds {
			values[i] = string(k)
		}
		add(`o.kind IN (?`+strings.Repeat(`,?`, len(values)-1)+`)`, values...)
	}
	if len(q.Formats) > 0 {
		values := make([]any, len(q.Formats))
		for i, f := range q.Formats {
			values[i] = strings.ToLower(f)
		}
		add(`o.format IN (?`+strings.Repeat(`,?`, len(values)-1)+`)`, values...)
	}
	if q.From != "" {
		add(`instr(o.sender, ?)>0`, strings.ToLower(q.From))
	}
	if q.To != "" {
		add(`instr(o.recipients, ?)>0`, strings.ToLower(q.To))
	}
	if q.Under != "" {
		cond, values := within(q.Under)
		add(cond, values...)
	}
	if q.Thread != "" {
		add(`o.thread=?`, q.Thread)
	}
	if q.HasAttachment {
		add(`o.attachments>0`)
	}
	if !q.After.IsZero() {
		add(`o.date>=?`, ceil(q.After))
	}
	if !q.Before.IsZero() {
		add(`o.date<?`, ceil(q.Before))
	}
	if len(conds) == 0 {
		return `1`, nil
	}
	return strings.Join(conds, ` AND `), args
}

// ceil is the first whole second not before t.
func ceil(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}

const from = ` FROM documents o JOIN files f ON f.id=o.file JOIN dirs d ON d.id=f.dir WHERE `

// joined is from without the tables that nothing in parts asks of, so that one index
// may answer all.
func joined(parts ...string) string {
	for _, p := range parts {
		if strings.Contains(p, "d.") {
			return from
		}
	}
	return ` FROM documents o WHERE `
}

var orders = map[query.Order]string{
	query.Newest:   ` ORDER BY o.date DESC, o.id`, // those without a date last
	query.Oldest:   ` ORDER BY o.date ASC NULLS LAST, o.id`,
	query.Largest:  ` ORDER BY o.size DESC, o.id`,
	query.BySource: ` ORDER BY d.path, f.name, o.n`,
}

func orderOf(order query.Order) string {
	if by, ok := orders[order]; ok {
		return by
	}
	return orders[query.Newest]
}

// Find gives a page of the IDs that match q's filters, in q's order (newest first when it
// has none). It reads in that order until it has them, which suits filters that many match.
func (s *Store) Find(ctx context.Context, q query.Query) ([]string, error) {
	where, args := filter(q)
	order := orderOf(q.Order)
	tables := strings.ReplaceAll(joined(where, order), " JOIN ", " CROSS JOIN ") // keeps SQLite to the order
	return s.strings(ctx, `SELECT o.id`+tables+where+order+` LIMIT ? OFFSET ?`, append(args, q.Limit, q.Offset)...)
}

// InOrder visits the ID of every document in an order until visit returns false.
func (s *Store) InOrder(ctx context.Context, order query.Order, visit func(id string) bool) error {
	by := orderOf(order)
	rows, err := s.read.QueryContext(ctx, `SELECT o.id`+joined(by)+`1`+by)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		if !visit(id) {
			return nil
		}
	}
	return rows.Err()
}

func (s *Store) count(ctx context.Context, where string, args []any) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*)`+joined(where)+where, args...).Scan(&n)
	return n, err
}

// Pick visits those of ids that match q's filters, in no order.
func (s *Store) Pick(ctx context.Context, ids []string, q query.Query, visit func(Row)) error {
	where, filters := filter(q)
	for len(ids) > 0 {
		n := min(len(ids), 512)
		args := make([]any, 0, n+len(filters))
		for _, id := range ids[:n] {
			args = append(args, id)
		}
		if err := s.rows(ctx, `o.id IN (?`+strings.Repeat(`,?`, n-1)+`) AND `+where, append(args, filters...), visit); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// Match visits every document that matches q's filters.
func (s *Store) Match(ctx context.Context, q query.Query, visit func(Row)) error {
	where, args := filter(q)
	return s.rows(ctx, where, args, visit)
}

func (s *Store) rows(ctx context.Context, where string, args []any, visit func(Row)) error {
	rows, err := s.read.QueryContext(ctx, `SELECT o.n, o.id, d.path, f.name, o.kind, o.format, o.author, o.title, o.date, o.size`+from+where, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r Row
		var dir, name []byte
		var date sql.NullInt64
		if err := rows.Scan(&r.N, &r.ID, &dir, &name, &r.Kind, &r.Format, &r.Author, &r.Title, &date, &r.Size); err != nil {
			return err
		}
		r.Path = filepath.Join(string(dir), string(name))
		if date.Valid {
			r.Date = time.Unix(date.Int64, 0)
		}
		visit(r)
	}
	return rows.Err()
}

// Sort gives ids in an order, without those that are gone.
func (s *Store) Sort(ctx context.Context, ids []string, order query.Order) ([]string, error) {
	var rows []Row
	if err := s.Pick(ctx, ids, query.Query{}, func(r Row) { rows = append(rows, r) }); err != nil {
		return nil, err
	}
	sort.Slice(rows, func(i, j int) bool {
		a, b := rows[i], rows[j]
		if order == query.Oldest {
			a, b = b, a
		}
		switch {
		case order == query.BySource && a.Path != b.Path:
			return a.Path < b.Path
		case order == query.BySource:
			return a.N < b.N
		case order == query.Largest && a.Size != b.Size:
			return a.Size > b.Size
		case order != query.Largest && !a.Date.Equal(b.Date):
			if rows[i].Date.IsZero() || rows[j].Date.IsZero() {
				return rows[j].Date.IsZero()
			}
			return a.Date.After(b.Date)
		}
		return rows[i].ID < rows[j].ID
	})
	sorted := make([]string, len(rows))
	for i, r := range rows {
		sorted[i] = r.ID
	}
	return sorted, nil
}

// SomeTexts is the most that Texts takes at once.
const SomeTexts = 8

// Texts visits documents, those of ids there are, in no order: the document without its
// passages, and the text of all of them, a line break after each. The text is only valid
// during the call. ids are SomeTexts at most.
func (s *Store) Texts(ctx context.Context, ids []string, visit func(d document.Document, text []byte)) error {
	args := make([]any, SomeTexts)
	for i := range args {
		args[i] = ids[min(i, len(ids)-1)]
	}
	rows, err := s.texts.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var raw, text []byte
	for rows.Next() {
		var id string
		var body sql.RawBytes
		if err := rows.Scan(&id, &body); err != nil {
			return err
		}
		var d document.Document
		if d, raw, text, err = decodeText(body, raw[:0], text[:0]); err != nil {
			return err
		}
		d.ID = id
		visit(d, text)
	}
	return rows.Err()
}
