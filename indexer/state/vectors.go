package state

import (
	"context"
	"database/sql"
	"strings"

	"steward/indexer/document"
)

// Model gives the number of an embedding model, the same for the same name.
func (s *Store) Model(ctx context.Context, name string) (int64, error) {
	var id int64
	err := s.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO models(name) VALUES(?)`, name); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT id FROM models WHERE name=?`, name).Scan(&id)
	})
	return id, err
}

// Unembedded is a document that has no vectors of the wanted model yet.
type Unembedded struct {
	N    int64
	Hash []byte
	document.Document
}

// Unembedded gives up to limit documents that lack vectors of the model, newest first.
func (s *Store) Unembedded(ctx context.Context, model int64, limit int) ([]Unembedded, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT o.n, o.id, o.hash, t.body FROM documents o JOIN texts t ON t.n=o.n
		WHERE o.model<>? AND o.embeddable>0 ORDER BY o.date DESC LIMIT ?`, model, limit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []Unembedded
	for rows.Next() {
		var u Unembedded
		var body []byte
		var id string
		if err := rows.Scan(&u.N, &id, &u.Hash, &body); err != nil {
			return nil, err
		}
		if u.Document, err = decode(body); err != nil {
			return nil, err
		}
		u.ID = id
		list = append(list, u)
	}
	return list, rows.Err()
}

// Slots gives where the vectors of texts lie, for those of hashes that have one.
func (s *Store) Slots(ctx context.Context, model int64, hashes [][]byte) (map[string]uint32, error) {
	slots := map[string]uint32{}
	for len(hashes) > 0 {
		n := min(len(hashes), 500)
		args := []any{model}
		for _, h := range hashes[:n] {
			args = append(args, h)
		}
		rows, err := s.read.QueryContext(ctx, `SELECT hash, slot FROM vectors WHERE model=? AND hash IN (?`+strings.Repeat(`,?`, n-1)+`)`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var hash []byte
			var slot uint32
			if err := rows.Scan(&hash, &slot); err != nil {
				_ = rows.Close()
				return nil, err
			}
			slots[string(hash)] = slot
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
		hashes = hashes[n:]
	}
	return slots, nil
}

// NextSlot is the first slot that no vector of the model takes.
func (s *Store) NextSlot(ctx context.Context, model int64) (uint32, error) {
	var n uint32
	err := s.read.QueryRowContext(ctx, `SELECT coalesce(max(slot)+1, 0) FROM vectors WHERE model=?`, model).Scan(&n)
	return n, err
}

// Place is a passage and the slot of its vector.
type Place struct {
	Slot uint32
	N    int64
	Ord  int
}

// Embedding is the outcome of embedding one document.
type Embedding struct {
	N      int64
	Hash   []byte // the document's content hash when its text was read
	Places []Place
}

// SaveVectors records vectors lately written (their slots by hash of the text) and which
// passages they belong to. A document that changed meanwhile is left for the next round.
func (s *Store) SaveVectors(ctx context.Context, model int64, fresh map[string]uint32, done []Embedding) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		for hash, slot := range fresh {
			if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO vectors VALUES(?,?,?)`, model, []byte(hash), slot); err != nil {
				return err
			}
		}
		for _, e := range done {
			result, err := tx.ExecContext(ctx, `UPDATE documents SET model=? WHERE n=? AND hash=?`, model, e.N, e.Hash)
			if err != nil {
				return err
			}
			if n, err := result.RowsAffected(); err != nil || n == 0 {
				continue
			}
			for _, p := range e.Places {
				if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO places VALUES(?,?,?,?)`, model, p.Slot, p.N, p.Ord); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Found is a document's passage that a vector belongs to.
type Found struct {
	ID   string
	Slot uint32
	Ord  int
}

// Places gives the passages whose vectors lie in slots.
func (s *Store) Places(ctx context.Context, model int64, slots []uint32) ([]Found, error) {
	var found []Found
	for len(slots) > 0 {
		n := min(len(slots), 500)
		args := []any{model}
		for _, slot := range slots[:n] {
			args = append(args, slot)
		}
		rows, err := s.read.QueryContext(ctx, `SELECT o.id, p.slot, p.ord FROM places p JOIN documents o ON o.n=p.n
			WHERE p.model=? AND p.slot IN (?`+strings.Repeat(`,?`, n-1)+`)`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var f Found
			if err := rows.Scan(&f.ID, &f.Slot, &f.Ord); err != nil {
				_ = rows.Close()
				return nil, err
			}
			found = append(found, f)
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
		slots = slots[n:]
	}
	return found, nil
}

// DropModels forgets every other model's vectors, once one model's are complete.
func (s *Store) DropModels(ctx context.Context, keep int64) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		for _, query := range []string{`DELETE FROM places WHERE model<>?`, `DELETE FROM vectors WHERE model<>?`, `DELETE FROM models WHERE id<>?`} {
			if _, err := tx.ExecContext(ctx, query, keep); err != nil {
				return err
			}
		}
		return nil
	})
}

// ForgetModel forgets one model's vectors, whose file turned out to be unusable.
func (s *Store) ForgetModel(ctx context.Context, model int64) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		for _, query := range []string{`DELETE FROM places WHERE model=?`, `DELETE FROM vectors WHERE model=?`, `UPDATE documents SET model=0 WHERE model=?`} {
			if _, err := tx.ExecContext(ctx, query, model); err != nil {
				return err
			}
		}
		return nil
	})
}

// Models gives the number of every model that has vectors.
func (s *Store) Models(ctx context.Context) ([]int64, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id FROM models`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, rows.Err()
}
