package store

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func open(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestSettingsKeepTheirDefaultsAndUnknownRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?#%.db")
	s := open(t, path)
	set, err := s.Settings(t.Context())
	if err != nil || set != (Settings{Semantic: true}) {
		t.Fatalf("fresh settings: %+v, %v", set, err)
	}
	if _, err := s.db.Exec(`INSERT INTO setting VALUES ('from_the_future', '[1]')`); err != nil {
		t.Fatal(err)
	}
	want := Settings{Locale: "zh-Hans", ChatModel: "m", FirstRunDone: true}
	if err := s.SaveSettings(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	if got, err := s.Settings(t.Context()); err != nil || got != want {
		t.Fatalf("after reopening: %+v, %v", got, err)
	}
	var kept string
	if err := s.db.QueryRow(`SELECT value FROM setting WHERE key = 'from_the_future'`).Scan(&kept); err != nil || kept != "[1]" {
		t.Fatalf("a newer program's setting is gone: %q, %v", kept, err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the file has another name: %v", err)
	}
}

func TestSourcesAreBytes(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "s.db"))
	now := time.Unix(1_700_000_000, 0)
	odd := "/srv/caf\xe9 \xff"
	err := s.AddSources(t.Context(), Source{Path: odd, Kind: "folder", Added: now}, Source{Path: "/a", Kind: "mbox", Added: now})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddSources(t.Context(), Source{Path: odd, Kind: "maildir", Added: now.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Sources(t.Context())
	if err != nil || len(got) != 2 || got[1].Path != odd || got[1].Kind != "maildir" || !got[1].Added.Equal(now) {
		t.Fatalf("got %+v, %v", got, err)
	}
	if err := s.RemoveSources(t.Context(), odd, "/not there"); err != nil {
		t.Fatal(err)
	}
	if got, _ = s.Sources(t.Context()); len(got) != 1 || got[0].Path != "/a" {
		t.Fatalf("after removing: %+v", got)
	}
}

func TestFilesAreForTheOwnerOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no mode bits")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "s.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s := open(t, path)
	if err := s.SaveSettings(t.Context(), Settings{}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) < 2 {
		t.Fatalf("no journal beside the database: %v, %v", entries, err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", e.Name(), info.Mode(), err)
		}
	}
}

func TestNewerSchemaIsRefusedAndKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	s := open(t, path)
	if _, err := s.db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	before, _ := os.ReadFile(path)
	if _, err := Open(t.Context(), path); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), path) {
		t.Fatalf("got %v", err)
	}
	after, _ := os.ReadFile(path)
	if string(before) != string(after) {
		t.Fatal("the database was changed")
	}
}

func TestDamageIsSaidAndTheFileIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	text := strings.Repeat("this is no database\n", 500)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path); err == nil {
		t.Fatal("a text file was opened as a database")
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != text {
		t.Fatalf("the file was changed: %v", err)
	}
}

func TestFullDisk(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "s.db"))
	want := Settings{Locale: "en"}
	if err := s.SaveSettings(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	// SQLite answers with the same code when it may not grow the file and when the disk is full.
	s.db.SetMaxOpenConns(1)
	if _, err := s.db.Exec("PRAGMA max_page_count = 1"); err != nil {
		t.Fatal(err)
	}
	big := Settings{ChatModel: strings.Repeat("x", 1<<20)}
	err := s.SaveSettings(t.Context(), big)
	if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "free some space") {
		t.Fatalf("got %v", err)
	}
	if got, err := s.Settings(t.Context()); err != nil || got != want {
		t.Fatalf("what was stored is lost: %+v, %v", got, err)
	}
}

func TestFullDiskOfTheSystem(t *testing.T) {
	if _, err := os.Stat("/dev/full"); errors.Is(err, fs.ErrNotExist) {
		t.Skip("no /dev/full here")
	}
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	if _, err := f.WriteString("x"); !errors.Is(explain(err), ErrFull) {
		t.Fatalf("got %v", err)
	}
}

func TestAFailedChangeStoresNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	s := open(t, path)
	if err := s.SaveSettings(t.Context(), Settings{Theme: "dark"}); err != nil {
		t.Fatal(err)
	}
	err := s.change(t.Context(), func(tx *sql.Tx) error {
		_, _ = tx.Exec("DELETE FROM setting")
		return errors.New("half way")
	})
	if err == nil {
		t.Fatal("the failure was swallowed")
	}
	if got, _ := s.Settings(t.Context()); got.Theme != "dark" {
		t.Fatal("a failed change was stored")
	}
}
