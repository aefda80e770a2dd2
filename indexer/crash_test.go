package indexer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"
	"time"

	"steward/indexer/document"
	"steward/indexer/index"
	"steward/indexer/query"
)

// TestMain lets the test binary be the process that gets killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("INDEXER_CRASH_HOME"); dir != "" {
		x, err := Open(Config{Dir: dir, Extractor: &plain{}, Debounce: 5 * time.Millisecond})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := x.SetSources(context.Background(), []Source{{Path: os.Getenv("INDEXER_CRASH_ROOT")}}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(x.Run(context.Background()))
		return
	}
	os.Exit(m.Run())
}

// TestKilled kills an indexing process at random moments while the files change, and then
// compares what a later one finds, document by document, with a fresh index.
func TestKilled(t *testing.T) {
	const kills = 24
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("INDEXER_CRASH_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("INDEXER_CRASH_SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	home, root := filepath.Join(t.TempDir(), "index"), t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	turn := 0
	change := func() {
		turn++
		for range 30 {
			path := filepath.Join(root, fmt.Sprintf("d%d", r.IntN(6)), fmt.Sprintf("f%d.txt", r.IntN(60)))
			switch r.IntN(8) {
			case 0:
				_ = os.Remove(path)
			case 1:
				_ = os.Rename(filepath.Dir(path), filepath.Join(root, fmt.Sprintf("d%d", r.IntN(6))))
			default:
				_ = os.MkdirAll(filepath.Dir(path), 0o755)
				_ = os.WriteFile(path, fmt.Appendf(nil, "words turn%d %d\n\nshared text of all files %d", turn, r.IntN(1000), r.IntN(20)), 0o644)
			}
		}
		f, err := os.OpenFile(filepath.Join(root, "box"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 40 {
			_, _ = f.WriteString(message(turn*100+i, "a@example.org", "b@example.org", "Hello", "Fri, 03 May 2024 10:00:00 +0200", fmt.Sprintf("mail%d of turn%d", i, turn)))
		}
		_ = f.Close()
	}
	change()
	for range kills {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), "INDEXER_CRASH_HOME="+home, "INDEXER_CRASH_ROOT="+root)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(20+r.IntN(250)) * time.Millisecond)
		change()
		time.Sleep(time.Duration(r.IntN(150)) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if r.IntN(2) == 0 {
			change()
		}
	}
	survived := &bench{t: t, home: home, root: root, read: &plain{}}
	survived.run()
	survived.sources(root)
	survived.wait()
	fresh := &bench{t: t, home: filepath.Join(t.TempDir(), "fresh"), root: root, read: &plain{}}
	fresh.run()
	fresh.sources(root)
	fresh.wait()
	same(t, survived, fresh)
}

// same compares two indexes of the same folder document by document and word by word.
func same(t *testing.T, got, want *bench) {
	t.Helper()
	got.consistent()
	a, b := contents(got), contents(want)
	if len(a) != len(b) {
		t.Errorf("%d documents, a fresh index has %d", len(a), len(b))
	}
	for id, d := range b {
		if !reflect.DeepEqual(a[id], d) {
			t.Errorf("document %s is %+v, in a fresh index %+v", id, a[id], d)
		}
	}
	for _, word := range []string{"words", "shared", "hello", "mail7", "turn1", "turn5", "turn9", "turn20"} {
		if x, y := ids(got, word), ids(want, word); !reflect.DeepEqual(x, y) {
			t.Errorf("%q finds %d documents, in a fresh index %d", word, len(x), len(y))
		}
	}
}

func contents(b *bench) map[string]document.Document {
	b.t.Helper()
	m := map[string]document.Document{}
	if err := b.x.store.Each(context.Background(), func(d document.Document) error {
		if _, twice := m[d.ID]; twice {
			b.t.Errorf("document %s is there twice", d.ID)
		}
		m[d.ID] = d
		return nil
	}); err != nil {
		b.t.Fatal(err)
	}
	return m
}

func ids(b *bench, word string) map[string]bool {
	b.t.Helper()
	m := map[string]bool{}
	err := b.x.withWords(func(w *index.Words) error {
		list, err := w.All(context.Background(), index.Match{All: index.Split(word)})
		for _, id := range list {
			if m[id] {
				b.t.Errorf("%q finds %s twice", word, id)
			}
			m[id] = true
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return m
}

// TestIntentIsPutRight stops between the two stores, as a crash does, both ways.
func TestIntentIsPutRight(t *testing.T) {
	b := start(t)
	b.write("a.txt", "first words")
	b.want("first", "a.txt")
	b.stop()
	x, err := Open(Config{Dir: b.home, Extractor: b.read})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(b.root, "a.txt")
	stored := document.NewID(path, "")
	ghost := document.Document{ID: "ghost", Path: filepath.Join(b.root, "ghost"), Title: "ghost"}
	changed := document.Document{ID: stored, Path: path, Title: "other contents"}
	if err := x.store.Intend(t.Context(), []string{"ghost", stored}); err != nil {
		t.Fatal(err)
	}
	if err := x.words.Apply([]*index.Entry{index.Prepare(ghost), index.Prepare(changed)}, nil); err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	b.run()
	b.consistent()
	for word, want := range map[string]int{"ghost": 0, "first": 1, "other": 0} {
		n, _, err := b.x.Count(t.Context(), query.Query{Text: word}, "")
		if err != nil || n != want {
			t.Errorf("%q: %d documents (%v), wanted %d", word, n, err, want)
		}
	}
}
