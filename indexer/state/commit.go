package state

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"steward/indexer/document"
)

// Document is a document ready to be stored.
type Document struct {
	document.Document        // without Passages
	Body, Hash        []byte // from Encode
	Words             int    // its length in words
	Passages          int
	Embeddable        int
}

// Change is what a batch does to one file.
type Change struct {
	Path    string
	Put     []Document
	Removed []string // document IDs
	// File, when not nil, is the file's final line: all its documents are now stored.
	File *File
	// Gone removes the file with every document of it.
	Gone bool
}

// Intend records, durably, the documents about to be changed in the words index. Until
// Commit they count as unsure.
func (s *Store) Intend(ctx context.Context, ids []string) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, `INSERT OR IGNORE INTO pending VALUES(?)`)
		if err != nil {
			return err
		}
		defer func() { _ = insert.Close() }()
		for _, id := range ids {
			if _, err := insert.ExecContext(ctx, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Unsure gives the documents whose change was intended and never committed.
func (s *Store) Unsure(ctx context.Context) ([]string, error) {
	return s.strings(ctx, `SELECT id FROM pending`)
}

// Settle marks ids as sure again without any other change.
func (s *Store) Settle(ctx context.Context, ids []string) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, `DELETE FROM pending WHERE id=?`, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Commit stores the changes of a batch, and clears what was intended, in one transaction.
func (s *Store) Commit(ctx context.Context, changes []Change) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		c := &commit{ctx: ctx, tx: tx, dirs: map[string]int64{}, statements: map[string]*sql.Stmt{}}
		for _, change := range changes {
			if err := c.apply(change); err != nil {
				return err
			}
		}
		return nil
	})
}

type commit struct {
	ctx        context.Context
	tx         *sql.Tx
	dirs       map[string]int64
	statements map[string]*sql.Stmt // closed with the transaction
}

func (c *commit) prepared(query string) (*sql.Stmt, error) {
	if stmt, ok := c.statements[query]; ok {
		return stmt, nil
	}
	stmt, err := c.tx.PrepareContext(c.ctx, query)
	c.statements[query] = stmt
	return stmt, err
}

func (c *commit) exec(query string, args ...any) (sql.Result, error) {
	stmt, err := c.prepared(query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(c.ctx, args...)
}

func (c *commit) id(query string, args ...any) (int64, error) {
	stmt, err := c.prepared(query)
	if err != nil {
		return 0, err
	}
	var id int64
	err = stmt.QueryRowContext(c.ctx, args...).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

func (c *commit) dir(path string) (int64, error) {
	if id, ok := c.dirs[path]; ok {
		return id, nil
	}
	id, err := c.id(`SELECT id FROM dirs WHERE path=?`, []byte(path))
	if err == nil && id == 0 {
		id, err = c.id(`INSERT INTO dirs(path) VALUES(?) RETURNING id`, []byte(path))
	}
	c.dirs[path] = id
	return id, err
}

func (c *commit) apply(change Change) error {
	dir, err := c.dir(filepath.Dir(change.Path))
	if err != nil {
		return err
	}
	name := []byte(filepath.Base(change.Path))
	file, err := c.id(`SELECT id FROM files WHERE dir=? AND name=?`, dir, name)
	if err != nil {
		return err
	}
	for _, id := range change.Removed {
		if err := c.remove(id); err != nil {
			return err
		}
	}
	if change.Gone {
		if file == 0 {
			return nil
		}
		_, err := c.exec(`DELETE FROM files WHERE id=?`, file)
		return err
	}
	f := change.File
	if f == nil {
		f = &File{Print: Print{Size: Unsettled}, Outcome: "partial", Reason: "still being read", At: time.Now()}
	}
	if file == 0 {
		file, err = c.id(`INSERT INTO files(dir, name, dev, ino, size, mtime, extractor, outcome, reason, format, documents, at)
			VALUES(?,?,?,?,?,?,?,?,?,?,?,?) RETURNING id`, dir, name, int64(f.Print.Dev), int64(f.Print.Ino), f.Print.Size, f.Print.MTime, f.Extractor,
			f.Outcome, f.Reason, f.Format, f.Documents, f.At.UnixNano())
	} else if change.File != nil {
		_, err = c.exec(`UPDATE files SET dev=?, ino=?, size=?, mtime=?, extractor=?, outcome=?, reason=?, format=?, documents=?, at=? WHERE id=?`,
			int64(f.Print.Dev), int64(f.Print.Ino), f.Print.Size, f.Print.MTime, f.Extractor, f.Outcome, f.Reason, f.Format, f.Documents, f.At.UnixNano(), file)
	} else {
		_, err = c.exec(`UPDATE files SET size=? WHERE id=?`, Unsettled, file)
	}
	if err != nil {
		return err
	}
	for _, d := range change.Put {
		if err := c.put(file, d); err != nil {
			return err
		}
	}
	return nil
}

func (c *commit) remove(id string) error {
	n, err := c.id(`SELECT n FROM documents WHERE id=?`, id)
	if err != nil {
		return err
	}
	for _, query := range []string{`DELETE FROM documents WHERE n=?`, `DELETE FROM texts WHERE n=?`, `DELETE FROM places WHERE n=?`} {
		if n == 0 {
			break
		}
		if _, err := c.exec(query, n); err != nil {
			return err
		}
	}
	_, err = c.exec(`DELETE FROM pending WHERE id=?`, id)
	return err
}

func (c *commit) put(file int64, d Document) error {
	if err := c.remove(d.ID); err != nil {
		return err
	}
	var date any
	if !d.Date.IsZero() {
		date = d.Date.Unix()
	}
	result, err := c.exec(`INSERT INTO documents(id, file, kind, format, title, date, author, sender, recipients, thread, size, attachments, hash, words, passages, embeddable)
		VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`, d.ID, file, string(d.Kind), d.Format, d.Title, date, d.From.String(), Person(d.From), People(d.To, d.Cc), d.Thread,
		d.Size, len(d.Attachments), d.Hash, d.Words, d.Passages, d.Embeddable)
	if err != nil {
		return err
	}
	n, err := result.LastInsertId()
	if err != nil {
		return err
	}
	_, err = c.exec(`INSERT INTO texts VALUES(?,?)`, n, d.Body)
	return err
}

// Person is the form of an address that filters search in: lower-case, name and address.
func Person(a document.Address) string { return strings.ToLower(a.String()) }

// People is Person for many, one a line.
func People(lists ...[]document.Address) string {
	var b strings.Builder
	for _, list := range lists {
		for _, a := range list {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(Person(a))
		}
	}
	return b.String()
}

func (s *Store) strings(ctx context.Context, query string, args ...any) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}
