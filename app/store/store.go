// Package store owns the one database of what cannot be built again from the person's
// files: their settings and the places they added. It is the only importer of SQLite
// beside the indexer's state. It refuses a database written by a newer program, and
// never deletes one.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrFull is wrapped by every write that failed because the disk is full. Nothing that was
// stored before is lost.
var ErrFull = errors.New("the disk is full")

// ErrNewer is wrapped by Open when the database was written by a newer Steward.
var ErrNewer = errors.New("written by a newer Steward")

// Store is an open database. All methods may be called from any goroutine; each write is
// on disk when its method returns.
type Store struct {
	db   *sql.DB
	path string
}

// Open opens the database at path, creates it when it is not there (mode 0600) and brings it
// to the newest schema, keeping a copy beside it (path.vN) before it changes an older one.
// It wraps ErrNewer for a schema it does not know and ErrFull when there is no room.
func Open(ctx context.Context, path string) (*Store, error) {
	// SQLite gives its journal the mode of the database, so the file is made first.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the settings database: %w", explain(err))
	}
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return nil, fmt.Errorf("open the settings database: %w", err)
	}
	dsn := "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() +
		"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_txlock=immediate" + alone
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open the settings database %s: %w", path, err)
	}
	s := &Store{db: db, path: path}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("settings database %s: %w", path, explain(err)), db.Close())
	}
	return s, nil
}

// Close writes the journal back into the database and closes it.
func (s *Store) Close() error { return s.db.Close() }

// Check reads the whole database and reports damage.
func (s *Store) Check(ctx context.Context) error {
	var verdict string
	if err := s.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return fmt.Errorf("check %s: %w", s.path, err)
	}
	if verdict != "ok" {
		return fmt.Errorf("check %s: %s", s.path, verdict)
	}
	return nil
}

func (s *Store) migrate(ctx context.Context) error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	slices.Sort(names)
	var version int
	if err := s.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > len(names) {
		return fmt.Errorf("schema %d is newer than %d: %w. Use the Steward that wrote it, or a newer one",
			version, len(names), ErrNewer)
	}
	if version > 0 && version < len(names) {
		copyPath := fmt.Sprintf("%s.v%d", s.path, version)
		if _, err := os.Lstat(copyPath); errors.Is(err, fs.ErrNotExist) {
			if _, err := s.db.ExecContext(ctx, "VACUUM INTO ?", copyPath); err != nil {
				return fmt.Errorf("keep a copy before the change of schema: %w", err)
			}
		}
	}
	for i, name := range names[version:] {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return err
		}
		err = s.change(ctx, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, string(text)); err != nil {
				return err
			}
			// A pragma takes no parameters; the number is ours.
			_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version+i+1))
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
	}
	return nil
}

// change runs do in one transaction: all of it is stored or nothing.
func (s *Store) change(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return explain(err)
	}
	if err := do(tx); err != nil {
		return errors.Join(explain(err), ignoreDone(tx.Rollback()))
	}
	return explain(tx.Commit())
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// explain adds ErrFull to SQLite's and the system's ways of saying so.
func explain(err error) error {
	if IsFull(err) && !errors.Is(err, ErrFull) {
		return fmt.Errorf("%w (%w): free some space and try again", ErrFull, err)
	}
	return err
}

// Source is a place a person added.
type Source struct {
	// Path is absolute, and need not be UTF-8.
	Path string
	// Kind is "folder", "maildir", "mbox" or "file".
	Kind  string
	Added time.Time
}

// Sources gives all sources by path.
func (s *Store) Sources(ctx context.Context) ([]Source, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT path, kind, added FROM source ORDER BY path")
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	defer rows.Close()
	var all []Source
	for rows.Next() {
		var (
			path  []byte
			kind  string
			added int64
		)
		if err := rows.Scan(&path, &kind, &added); err != nil {
			return nil, fmt.Errorf("read the sources: %w", err)
		}
		all = append(all, Source{Path: string(path), Kind: kind, Added: time.Unix(added, 0)})
	}
	return all, rows.Err()
}

// AddSources stores the sources in one step; one already there keeps its date.
func (s *Store) AddSources(ctx context.Context, sources ...Source) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		for _, src := range sources {
			_, err := tx.ExecContext(ctx, `INSERT INTO source (path, kind, added) VALUES (?, ?, ?)
				ON CONFLICT (path) DO UPDATE SET kind = excluded.kind`,
				[]byte(src.Path), src.Kind, src.Added.Unix())
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store the sources: %w", err)
	}
	return nil
}

// RemoveSources forgets sources; paths that are not there are passed over. It touches nothing
// that lies at the paths.
func (s *Store) RemoveSources(ctx context.Context, paths ...string) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		for _, p := range paths {
			if _, err := tx.ExecContext(ctx, "DELETE FROM source WHERE path = ?", []byte(p)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("remove the sources: %w", err)
	}
	return nil
}

// IsFull tells whether err says that the disk is full, be it SQLite's word or the system's.
// SQLite says so in its own way when there is no room for the index of its log.
func IsFull(err error) bool {
	var e *sqlite.Error
	if errors.As(err, &e) && (e.Code()&0xff == sqlite3.SQLITE_FULL || e.Code() == sqlite3.SQLITE_IOERR_SHMSIZE) {
		return true
	}
	return errors.Is(err, ErrFull) || isFull(err)
}
