package state

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"time"
)

// Print is what tells one state of a file from another without reading it.
type Print struct {
	Dev, Ino    uint64
	Size, MTime int64 // bytes; nanoseconds since 1970
}

// Unsettled is the size recorded for a file whose contents are not yet (or not surely)
// all in the index: it equals no file's print, so the next scan reads the file again.
const Unsettled = -1

// File is one file as the index knows it.
type File struct {
	Path      string
	Print     Print
	Extractor int
	Outcome   string
	Reason    string
	Format    string
	Documents int
	At        time.Time
}

const fileColumns = `d.path, f.name, f.dev, f.ino, f.size, f.mtime, f.extractor, f.outcome, f.reason, f.format, f.documents, f.at`

func scanFile(row interface{ Scan(...any) error }) (File, error) {
	var f File
	var dir, name []byte
	var dev, ino, at int64
	err := row.Scan(&dir, &name, &dev, &ino, &f.Print.Size, &f.Print.MTime, &f.Extractor, &f.Outcome, &f.Reason, &f.Format, &f.Documents, &at)
	f.Path = filepath.Join(string(dir), string(name))
	f.Print.Dev, f.Print.Ino = uint64(dev), uint64(ino)
	f.At = time.Unix(0, at)
	return f, err
}

// Folder gives the files directly in dir, by name.
func (s *Store) Folder(ctx context.Context, dir string) (map[string]File, error) {
	files := map[string]File{}
	err := s.eachFile(ctx, `d.path=?`, []any{[]byte(dir)}, "", func(f File) { files[filepath.Base(f.Path)] = f })
	return files, err
}

// File gives one file; ok is false if the index does not know it.
func (s *Store) File(ctx context.Context, path string) (f File, ok bool, err error) {
	dir, name := filepath.Dir(path), filepath.Base(path)
	f, err = scanFile(s.read.QueryRowContext(ctx, `SELECT `+fileColumns+` FROM dirs d JOIN files f ON f.dir=d.id WHERE d.path=? AND f.name=?`,
		[]byte(dir), []byte(name)))
	if errors.Is(err, sql.ErrNoRows) {
		return File{}, false, nil
	}
	return f, err == nil, err
}

func (s *Store) eachFile(ctx context.Context, where string, args []any, tail string, visit func(File)) error {
	rows, err := s.read.QueryContext(ctx, `SELECT `+fileColumns+` FROM dirs d JOIN files f ON f.dir=d.id WHERE `+where+tail, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		f, err := scanFile(rows)
		if err != nil {
			return err
		}
		visit(f)
	}
	return rows.Err()
}

// Dirs gives every folder at or below root that holds files the index knows.
func (s *Store) Dirs(ctx context.Context, root string) ([]string, error) {
	query := `SELECT DISTINCT d.path FROM dirs d JOIN files f ON f.dir=d.id`
	where, args := within(root)
	rows, err := s.read.QueryContext(ctx, query+` WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var dirs []string
	for rows.Next() {
		var path []byte
		if err := rows.Scan(&path); err != nil {
			return nil, err
		}
		dirs = append(dirs, string(path))
	}
	return dirs, rows.Err()
}

// Tally counts the files, documents and failures under root.
func (s *Store) Tally(ctx context.Context, root string) (files, documents, failed int, err error) {
	where, args := within(root)
	err = s.read.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(f.documents),0), coalesce(sum(f.outcome='failed'),0)
		FROM dirs d JOIN files f ON f.dir=d.id WHERE `+where, args...).Scan(&files, &documents, &failed)
	return files, documents, failed, err
}

// Elsewhere reports whether files under root are known, and all of them on devices
// other than dev, as when the drive that held them is not mounted.
func (s *Store) Elsewhere(ctx context.Context, root string, dev uint64) (bool, error) {
	where, args := within(root)
	var all, here int
	err := s.read.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(f.dev=?),0) FROM dirs d JOIN files f ON f.dir=d.id WHERE f.dev<>0 AND `+where,
		append([]any{int64(dev)}, args...)...).Scan(&all, &here)
	return all > 0 && here == 0, err
}

// Source is one place to keep indexed.
type Source struct {
	Path, Kind, State, Notice string
}

// Sources gives the places to keep indexed, in order of path.
func (s *Store) Sources(ctx context.Context) ([]Source, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT path, kind, state, notice FROM sources ORDER BY path`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []Source
	for rows.Next() {
		var path []byte
		var src Source
		if err := rows.Scan(&path, &src.Kind, &src.State, &src.Notice); err != nil {
			return nil, err
		}
		src.Path = string(path)
		list = append(list, src)
	}
	return list, rows.Err()
}

// SetSources makes list the places to keep indexed; what is known of those that stay is kept.
func (s *Store) SetSources(ctx context.Context, list []Source) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		old := map[string]bool{}
		rows, err := tx.QueryContext(ctx, `SELECT path FROM sources`)
		if err != nil {
			return err
		}
		for rows.Next() {
			var path []byte
			if err := rows.Scan(&path); err != nil {
				_ = rows.Close()
				return err
			}
			old[string(path)] = true
		}
		if err := rows.Close(); err != nil {
			return err
		}
		for _, src := range list {
			delete(old, src.Path)
			if _, err := tx.ExecContext(ctx, `INSERT INTO sources(path, kind, state, notice) VALUES(?,?,?,?)
				ON CONFLICT(path) DO UPDATE SET kind=excluded.kind`, []byte(src.Path), src.Kind, src.State, src.Notice); err != nil {
				return err
			}
		}
		for path := range old {
			if _, err := tx.ExecContext(ctx, `DELETE FROM sources WHERE path=?`, []byte(path)); err != nil {
				return err
			}
		}
		return nil
	})
}

// SetSourceState records what became of a source.
func (s *Store) SetSourceState(ctx context.Context, path, state, notice string) error {
	_, err := s.write.ExecContext(ctx, `UPDATE sources SET state=?, notice=? WHERE path=? AND (state<>? OR notice<>?)`,
		state, notice, []byte(path), state, notice)
	return err
}

// Outcomes counts all files by outcome and reason.
func (s *Store) Outcomes(ctx context.Context) ([]Outcome, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT outcome, reason, count(*) FROM files GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []Outcome
	for rows.Next() {
		var o Outcome
		if err := rows.Scan(&o.Outcome, &o.Reason, &o.Count); err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return list, rows.Err()
}

// Outcome is a number of files with the same fate.
type Outcome struct {
	Outcome, Reason string
	Count           int
}

// Files gives a page of the files with an outcome ("" for all) under a path ("" for all),
// in order of path, and the number there are in all.
func (s *Store) Files(ctx context.Context, outcome, under string, limit, offset int) ([]File, int, error) {
	where, args := within(under)
	if outcome != "" {
		where += ` AND f.outcome=?`
		args = append(args, outcome)
	}
	var total int
	if err := s.read.QueryRowContext(ctx, `SELECT count(*) FROM dirs d JOIN files f ON f.dir=d.id WHERE `+where, args...).Scan(&total); err != nil {
		return nil, 0, err
	}
	var list []File
	err := s.eachFile(ctx, where, append(args, limit, offset), ` ORDER BY d.path, f.name LIMIT ? OFFSET ?`, func(f File) { list = append(list, f) })
	return list, total, err
}

// EachFile visits every file under path, or every file when path is "".
func (s *Store) EachFile(ctx context.Context, path string, visit func(File)) error {
	where, args := within(path)
	return s.eachFile(ctx, where, args, "", visit)
}

// Folders gives, of the lines about whole folders under path, the reason of each.
func (s *Store) Folders(ctx context.Context, path string) (map[string]File, error) {
	where, args := within(path)
	lines := map[string]File{}
	err := s.eachFile(ctx, where+` AND f.format='folder'`, args, "", func(f File) { lines[f.Path] = f })
	return lines, err
}
