// Package state owns the indexer's SQLite database: which files were read and what came
// of them, the documents with their text, and where each passage's vector lies. It is
// the only importer of SQLite in the indexer. It refuses to know about words, disks or
// models, and everything in it can be derived again from the person's files.
package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Schema is the version of the tables. A database of another version is set aside.
const Schema = "1"

const tables = `
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sources(path BLOB PRIMARY KEY, kind TEXT NOT NULL, dev INTEGER NOT NULL DEFAULT 0,
	state TEXT NOT NULL DEFAULT '', notice TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dirs(id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS files(id INTEGER PRIMARY KEY, dir INTEGER NOT NULL, name BLOB NOT NULL,
	dev INTEGER NOT NULL, ino INTEGER NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL,
	extractor INTEGER NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, format TEXT NOT NULL,
	documents INTEGER NOT NULL, at INTEGER NOT NULL, UNIQUE(dir, name));
CREATE TABLE IF NOT EXISTS documents(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, file INTEGER NOT NULL,
	kind TEXT NOT NULL, format TEXT NOT NULL, title TEXT NOT NULL, date INTEGER, author TEXT NOT NULL, sender TEXT NOT NULL,
	recipients TEXT NOT NULL, thread TEXT NOT NULL, size INTEGER NOT NULL, attachments INTEGER NOT NULL,
	hash BLOB NOT NULL, words INTEGER NOT NULL, passages INTEGER NOT NULL, embeddable INTEGER NOT NULL,
	model INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS documents_file ON documents(file);
DROP INDEX IF EXISTS documents_date;
CREATE INDEX IF NOT EXISTS documents_list ON documents(date DESC, id, kind, format, attachments, sender);
CREATE INDEX IF NOT EXISTS documents_totals ON documents(model, passages, embeddable, words);
CREATE INDEX IF NOT EXISTS documents_thread ON documents(thread) WHERE thread<>'';
CREATE INDEX IF NOT EXISTS documents_model ON documents(model, date);
CREATE TABLE IF NOT EXISTS texts(n INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS pending(id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS models(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS vectors(model INTEGER NOT NULL, hash BLOB NOT NULL, slot INTEGER NOT NULL,
	PRIMARY KEY(model, hash)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS places(model INTEGER NOT NULL, slot INTEGER NOT NULL, n INTEGER NOT NULL,
	ord INTEGER NOT NULL, PRIMARY KEY(model, slot, n, ord)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS places_n ON places(n);
`

// Store is an open database. Its methods may be called from any goroutine; writes queue.
type Store struct {
	write *sql.DB
	read  *sql.DB
	// What searches ask many times over is prepared once a connection.
	load, texts *sql.Stmt
}

// ErrDamaged says that the database cannot be used and must be derived again.
var ErrDamaged = errors.New("the index's database is damaged or of another version")

// Open opens or makes the database at path. ErrDamaged tells that the file there is no
// usable database; the caller sets it aside and opens again.
func Open(path string) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the index folder: %w", err)
	}
	dsn := (&fileURL{path}).String() + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)" +
		"&_pragma=cache_size(-16000)&_pragma=temp_store(memory)&_pragma=wal_autocheckpoint(2000)"
	write, err := sql.Open("sqlite", dsn+"&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", dsn+"&_pragma=query_only(1)")
	if err != nil {
		_ = write.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	read.SetMaxOpenConns(4)
	read.SetMaxIdleConns(4)
	s := &Store{write: write, read: read}
	if err := s.prepare(); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return s, nil
}

// fileURL writes a path as an SQLite URI, whatever characters it holds.
type fileURL struct{ path string }

func (u *fileURL) String() string {
	var b strings.Builder
	b.WriteString("file:")
	for i := range len(u.path) {
		switch c := u.path[i]; {
		case c == '%' || c == '?' || c == '#' || c <= ' ' || c >= 0x7f:
			fmt.Fprintf(&b, "%%%02X", c)
		case c == '\\':
			b.WriteByte('/')
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func (s *Store) prepare() error {
	var check string
	if err := s.write.QueryRow(`PRAGMA quick_check(1)`).Scan(&check); err != nil {
		return damaged(err)
	}
	if check != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, check)
	}
	if _, err := s.write.Exec(tables); err != nil {
		return damaged(err)
	}
	version, err := s.Meta(context.Background(), "schema")
	if err != nil {
		return damaged(err)
	}
	switch version {
	case Schema:
	case "":
		err = s.SetMeta(context.Background(), "schema", Schema)
	default:
		err = fmt.Errorf("%w: schema %s, this program knows %s", ErrDamaged, version, Schema)
	}
	if err != nil {
		return err
	}
	if s.load, err = s.read.Prepare(`SELECT o.id, d.path, f.name, t.body FROM documents o JOIN texts t ON t.n=o.n JOIN files f ON f.id=o.file
		JOIN dirs d ON d.id=f.dir WHERE o.id=?`); err != nil {
		return damaged(err)
	}
	s.texts, err = s.read.Prepare(`SELECT o.id, t.body FROM documents o JOIN texts t ON t.n=o.n WHERE o.id IN (?` + strings.Repeat(`,?`, SomeTexts-1) + `)`)
	return damaged(err)
}

func damaged(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if strings.Contains(text, "malformed") || strings.Contains(text, "not a database") || strings.Contains(text, "no such column") ||
		strings.Contains(text, "corrupt") {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// Close writes the log back and closes the database.
func (s *Store) Close() error {
	return errors.Join(s.read.Close(), s.write.Close())
}

// Meta gives a setting of the index, "" if it was never set.
func (s *Store) Meta(ctx context.Context, key string) (string, error) {
	var value string
	err := s.write.QueryRowContext(ctx, `SELECT value FROM meta WHERE key=?`, key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, err
}

// SetMeta stores a setting of the index.
func (s *Store) SetMeta(ctx context.Context, key, value string) error {
	_, err := s.write.ExecContext(ctx, `INSERT INTO meta VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value`, key, value)
	return err
}

func (s *Store) update(ctx context.Context, change func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := change(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// within gives the condition and arguments that restrict rows of dirs d and files f to
// what lies under path: the file itself, or anything below the folder.
func within(path string) (string, []any) {
	path = strings.TrimRight(path, "/")
	low, high := path+"/", path+"0" // '0' follows '/'
	if path == "" {
		return "1", nil
	}
	dir, name := filepath.Split(path)
	if dir != "/" {
		dir = strings.TrimRight(dir, "/")
	}
	return `(d.path=? OR (d.path>=? AND d.path<?) OR (d.path=? AND f.name=?))`,
		[]any{[]byte(path), []byte(low), []byte(high), []byte(dir), []byte(name)}
}
