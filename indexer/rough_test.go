package indexer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"steward/indexer/query"
)

func (b *bench) outcome(name string) CoveredFile {
	b.t.Helper()
	path := filepath.Join(b.root, name)
	c, err := b.x.Coverage(b.t.Context(), CoverageFilter{Under: path})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, f := range c.Files {
		if f.Path == path {
			return f
		}
	}
	return CoveredFile{}
}

func TestSymbolicLinksAreNotFollowed(t *testing.T) {
	b := start(t)
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret.txt"), []byte("lighthouse outside"), 0o644); err != nil {
		t.Fatal(err)
	}
	b.write("a/file.txt", "lighthouse inside")
	for name, target := range map[string]string{"a/loop": b.root, "a/self": "self", "a/out": outside, "a/link.txt": filepath.Join(outside, "secret.txt")} {
		if err := os.Symlink(target, filepath.Join(b.root, name)); err != nil {
			t.Fatal(err)
		}
	}
	b.want("lighthouse", "a/file.txt")
	if o := b.outcome("a/link.txt"); o.Outcome != Skipped || !strings.Contains(o.Reason, "symbolic link") {
		t.Errorf("the link is %+v", o)
	}
	if o := b.outcome("a/loop"); o.Outcome != Skipped {
		t.Errorf("the loop is %+v", o)
	}
}

func TestNamesThatAreNotUTF8(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("file names are Unicode here")
	}
	b := start(t)
	b.write("caf\xe9/r\xe9sum\xe9.txt", "a lighthouse keeper")
	b.want("lighthouse", "caf\xe9/r\xe9sum\xe9.txt")
	r, err := b.x.Search(t.Context(), query.Query{Text: "lighthouse", Under: filepath.Join(b.root, "caf\xe9"), KeywordOnly: true})
	if err != nil || r.Total != 1 {
		t.Fatalf("%d under the folder (%v)", r.Total, err)
	}
	d, err := b.x.Document(t.Context(), r.Hits[0].ID)
	if err != nil || d.Path != filepath.Join(b.root, "caf\xe9/r\xe9sum\xe9.txt") {
		t.Errorf("its path is %q (%v)", d.Path, err)
	}
	if err := os.RemoveAll(filepath.Join(b.root, "caf\xe9")); err != nil {
		t.Fatal(err)
	}
	b.want("lighthouse", "")
}

func TestFileVanishesWhileItIsRead(t *testing.T) {
	b := start(t)
	b.write("stays.txt", "lighthouse")
	b.wait()
	b.read.hook = func(path string) {
		if filepath.Base(path) == "goes.txt" {
			_ = os.Remove(path)
		}
	}
	b.write("goes.txt", "lighthouse")
	b.want("lighthouse", "stays.txt")
	if o := b.outcome("goes.txt"); o.Outcome != "" {
		t.Errorf("the vanished file is %+v", o)
	}
}

func TestFileChangesWhileItIsRead(t *testing.T) {
	b := start(t)
	first := true
	b.read.hook = func(path string) {
		if first && filepath.Base(path) == "a.txt" {
			first = false
			_ = os.WriteFile(path, []byte("harbour and more"), 0o644)
		}
	}
	b.write("a.txt", "lighthouse")
	b.want("harbour", "a.txt")
	b.want("lighthouse", "")
}

func TestSourcesComeAndGo(t *testing.T) {
	b := start(t)
	b.write("one/a.txt", "lighthouse")
	b.write("two/b.txt", "lighthouse")
	b.want("lighthouse", "one/a.txt two/b.txt")
	b.sources(filepath.Join(b.root, "two"))
	b.want("lighthouse", "two/b.txt")
	b.sources(filepath.Join(b.root, "two"), b.root) // one inside another
	b.want("lighthouse", "one/a.txt two/b.txt")
	list, err := b.x.Sources(t.Context())
	if err != nil || len(list) != 2 || list[0].Files != 2 || list[1].Files != 1 || list[0].State != "watched" || list[0].Kind != "folder" {
		t.Errorf("the sources are %+v (%v)", list, err)
	}
	b.sources()
	b.want("lighthouse", "")
}

func TestVanishedSourceIsNotADeletion(t *testing.T) {
	b := start(t)
	drive := filepath.Join(b.root, "drive")
	b.write("drive/a.txt", "lighthouse")
	b.sources(drive)
	b.want("lighthouse", "drive/a.txt")
	if err := os.Rename(drive, drive+"-unmounted"); err != nil {
		t.Fatal(err)
	}
	_ = b.x.Rescan(t.Context())
	b.want("lighthouse", "drive/a.txt")
	list, err := b.x.Sources(t.Context())
	if err != nil || list[0].State != "missing" || list[0].Notice == "" {
		t.Errorf("the source is %+v (%v)", list, err)
	}
	s, err := b.x.Status(t.Context())
	if err != nil || len(s.Notices) != 1 {
		t.Errorf("the notices are %q (%v)", s.Notices, err)
	}
	if err := os.Rename(drive+"-unmounted", drive); err != nil {
		t.Fatal(err)
	}
	b.write("drive/b.txt", "lighthouse")
	_ = b.x.Rescan(t.Context())
	b.want("lighthouse", "drive/a.txt drive/b.txt")
}

func TestSkippedFolders(t *testing.T) {
	b := start(t)
	b.write(".git/config", "lighthouse")
	b.write("src/node_modules/x.txt", "lighthouse")
	b.write("src/main.txt", "lighthouse")
	b.want("lighthouse", "src/main.txt")
	if o := b.outcome(".git"); o.Outcome != Skipped || o.Reason == "" {
		t.Errorf(".git is %+v", o)
	}
	b.write(".git/more", "lighthouse")
	b.want("lighthouse", "src/main.txt")
}

func TestOnlyOneProcess(t *testing.T) {
	b := start(t)
	_, err := Open(Config{Dir: b.home, Extractor: b.read})
	if !errors.Is(err, ErrLocked) {
		t.Errorf("a second Open gave %v", err)
	}
}

func TestUnchangedFilesAreNotReadAgain(t *testing.T) {
	b := start(t)
	path := b.write("a.txt", "lighthouse")
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, past, past); err != nil {
		t.Fatal(err)
	}
	b.wait()
	n := b.read.read.Load()
	for range 3 {
		_ = b.x.Rescan(t.Context())
		b.wait()
	}
	b.stop()
	b.run()
	b.want("lighthouse", "a.txt")
	if more := b.read.read.Load() - n; more > 1 { // once, as it was written a moment before it was read
		t.Errorf("it was read %d times more", more)
	}
}

func TestDamagedWordsAreBuiltAnew(t *testing.T) {
	for name, damage := range map[string]func(dir string) error{
		"gone": os.RemoveAll,
		"cut": func(dir string) error {
			files, err := filepath.Glob(filepath.Join(dir, "store", "*.zap"))
			for _, f := range files {
				err = errors.Join(err, os.Truncate(f, 10))
			}
			return err
		},
		"root": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "store", "root.bolt"), []byte("nonsense"), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t)
			for i := range 20 {
				b.write(fmt.Sprintf("f%d.txt", i), "lighthouse keepers")
			}
			b.wait()
			n := b.read.read.Load()
			b.stop()
			if err := damage(filepath.Join(b.home, "words-1")); err != nil {
				t.Fatal(err)
			}
			b.run()
			b.wait()
			if got := len(strings.Fields(b.found("lighthouse"))); got != 20 {
				t.Errorf("%d files found", got)
			}
			b.consistent()
			if b.read.read.Load() > n+20 {
				t.Errorf("the files were read again more than once")
			}
		})
	}
}

func TestOlderWordsServeWhileTheyAreBuiltAnew(t *testing.T) {
	b := start(t)
	b.write("a.txt", "lighthouse")
	b.want("lighthouse", "a.txt")
	if err := b.x.store.SetMeta(t.Context(), "words_version", "0"); err != nil {
		t.Fatal(err)
	}
	b.stop()
	x, err := Open(Config{Dir: b.home, Extractor: b.read})
	if err != nil {
		t.Fatal(err)
	}
	r, err := x.Search(t.Context(), query.Query{Text: "lighthouse", KeywordOnly: true})
	if err != nil || r.Total != 1 {
		t.Errorf("the older index finds %d (%v)", r.Total, err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	b.run()
	b.want("lighthouse", "a.txt")
	if now, _ := b.x.store.Meta(t.Context(), "words"); now != "words-2" {
		t.Errorf("the words index in use is %s", now)
	}
}

func TestDamagedDatabaseIsBuiltAnew(t *testing.T) {
	b := start(t)
	b.write("a.txt", "lighthouse")
	b.want("lighthouse", "a.txt")
	b.stop()
	if err := os.WriteFile(filepath.Join(b.home, "state.db"), []byte(strings.Repeat("nonsense", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, h := range Check(t.Context(), b.home) {
		t.Logf("%+v", h)
	}
	b.run()
	b.sources(b.root)
	b.want("lighthouse", "a.txt")
}

// TestFullDisk lets writes fail by a limit on the size of files, in a process of its own.
func TestFullDisk(t *testing.T) {
	if os.Geteuid() != 0 || runtime.GOOS != "linux" {
		t.Skip("a disk of its own needs root")
	}
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=24m"); err != nil {
		t.Skipf("no disk of its own: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	b := &bench{t: t, home: filepath.Join(disk, "index"), root: t.TempDir(), read: &plain{}}
	b.run()
	t.Cleanup(b.stop) // before the unmount
	b.sources(b.root)
	b.write("a.txt", "lighthouse")
	b.want("lighthouse", "a.txt")
	ballast := filepath.Join(disk, "ballast")
	fill := func() {
		f, err := os.Create(ballast)
		if err != nil {
			t.Fatal(err)
		}
		chunk := make([]byte, 64<<10)
		for {
			if _, err := f.Write(chunk); err != nil {
				break
			}
		}
		_ = f.Close()
	}
	fill()
	for i := range 200 {
		b.write(fmt.Sprintf("more/f%d.txt", i), fmt.Sprintf("lighthouse number%d ", i)+strings.Repeat(fmt.Sprintf("filler%d ", i), 200))
	}
	deadline := time.Now().Add(30 * time.Second)
	for {
		s, err := b.x.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.Join(s.Notices, " "), "full") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("nothing says that the disk is full: %+v", s)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if got := b.found("lighthouse"); got != "a.txt" {
		t.Errorf("on a full disk %q is found", got)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	b.wait()
	if n, _, err := b.x.Count(t.Context(), query.Query{Text: "lighthouse"}, ""); err != nil || n != 201 {
		t.Errorf("afterwards %d files are found (%v)", n, err)
	}
	b.consistent()
	if s, _ := b.x.Status(t.Context()); len(s.Notices) != 0 {
		t.Errorf("the notices stay: %q", s.Notices)
	}
}

// TestWriteFails makes the words index fail in the middle of a batch.
func TestWriteFails(t *testing.T) {
	b := start(t)
	b.write("a.txt", "lighthouse")
	b.wait()
	b.x.wordsMu.Lock()
	_ = b.x.words.Close() // every write fails from now on
	b.x.wordsMu.Unlock()
	b.write("b.txt", "lighthouse")
	b.want("lighthouse", "a.txt b.txt")
}

func TestWaitEndsWithItsContext(t *testing.T) {
	x, err := Open(Config{Dir: t.TempDir(), Extractor: &plain{}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := x.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Wait without Run gave %v", err)
	}
}
