package indexer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"steward/indexer/query"
	"steward/indexer/state"
)

// bench is an index on disk over a folder, with Run running.
type bench struct {
	t    *testing.T
	x    *Indexer
	read *plain
	home string // the index's folder
	root string // the person's folder
	stop func()
}

func start(t *testing.T, change ...func(*Config)) *bench {
	t.Helper()
	b := &bench{t: t, home: filepath.Join(t.TempDir(), "index"), root: t.TempDir(), read: &plain{}}
	b.run(change...)
	b.sources(b.root)
	return b
}

func (b *bench) run(change ...func(*Config)) {
	b.t.Helper()
	cfg := Config{Dir: b.home, Extractor: b.read, Debounce: 20 * time.Millisecond}
	for _, c := range change {
		c(&cfg)
	}
	x, err := Open(cfg)
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- x.Run(ctx) }()
	b.x = x
	once := false
	b.stop = func() {
		if once {
			return
		}
		once = true
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			b.t.Errorf("Run returned %v", err)
		}
		if err := x.Close(); err != nil {
			b.t.Errorf("Close: %v", err)
		}
	}
	b.t.Cleanup(b.stop)
}

func (b *bench) sources(paths ...string) {
	b.t.Helper()
	var list []Source
	for _, p := range paths {
		list = append(list, Source{Path: p})
	}
	if err := b.x.SetSources(b.t.Context(), list); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) write(name, text string) string {
	b.t.Helper()
	path := filepath.Join(b.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		b.t.Fatal(err)
	}
	return path
}

func (b *bench) wait() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	if err := b.x.Wait(ctx); err != nil {
		b.t.Fatalf("Wait: %v (state %s, queue %d)", err, b.x.activity(), b.x.queue.len())
	}
}

// found gives the names of the files a typed query finds, sorted.
func (b *bench) found(typed string) string {
	b.t.Helper()
	q, err := query.Parse(typed, time.Now())
	if err != nil {
		b.t.Fatal(err)
	}
	q.KeywordOnly = true
	r, err := b.x.Search(b.t.Context(), q)
	if err != nil {
		b.t.Fatal(err)
	}
	var names []string
	for _, h := range r.Hits {
		name, err := filepath.Rel(b.root, h.Path)
		if err != nil {
			name = h.Path
		}
		names = append(names, name+h.Part)
	}
	if r.Total != len(r.Hits) {
		b.t.Errorf("%q: Total is %d, and there are %d hits", typed, r.Total, len(r.Hits))
	}
	n, _, err := b.x.Count(b.t.Context(), q, "")
	if err != nil {
		b.t.Fatal(err)
	}
	if n != r.Total && r.Notice == "Only words were matched, as asked." {
		b.t.Errorf("%q: Count is %d, and Total %d", typed, n, r.Total)
	}
	sort.Strings(names)
	return strings.Join(names, " ")
}

func (b *bench) want(typed, names string) {
	b.t.Helper()
	b.wait()
	if got := b.found(typed); got != names {
		s, _ := b.x.Status(b.t.Context())
		b.t.Errorf("%q finds %q, wanted %q; notices %q", typed, got, names, s.Notices)
	}
	b.consistent()
}

// consistent checks that both stores hold the same documents.
func (b *bench) consistent() {
	b.t.Helper()
	odd, err := b.x.difference(b.t.Context())
	if err != nil || len(odd) > 0 {
		b.t.Errorf("the stores differ in %v (%v)", odd, err)
	}
	unsure, err := b.x.store.Unsure(b.t.Context())
	if err != nil || len(unsure) > 0 {
		b.t.Errorf("%d documents are unsure (%v)", len(unsure), err)
	}
}

func TestFilesComeAndGo(t *testing.T) {
	b := start(t)
	b.write("a.txt", "The lighthouse budget is due.")
	b.write("sub/deep/b.txt", "Another lighthouse.")
	b.want("lighthouse", "a.txt sub/deep/b.txt")
	b.write("c.txt", "A third lighthouse, and a harbour.")
	b.want("lighthouse", "a.txt c.txt sub/deep/b.txt")
	b.write("a.txt", "Nothing here.")
	b.want("lighthouse", "c.txt sub/deep/b.txt")
	if err := os.RemoveAll(filepath.Join(b.root, "sub")); err != nil {
		t.Fatal(err)
	}
	b.want("lighthouse", "c.txt")
	if err := os.MkdirAll(filepath.Join(b.root, "x/y/z"), 0o755); err != nil {
		t.Fatal(err)
	}
	b.write("x/y/z/new.txt", "lighthouse in a new folder")
	b.want("lighthouse", "c.txt x/y/z/new.txt")
}

func TestRenamedFolderAndAtomicSave(t *testing.T) {
	b := start(t)
	b.write("old/inner/a.txt", "apples and pears")
	b.want("apples", "old/inner/a.txt")
	if err := os.Rename(filepath.Join(b.root, "old"), filepath.Join(b.root, "new")); err != nil {
		t.Fatal(err)
	}
	b.want("apples", "new/inner/a.txt")
	b.write("new/inner/b.txt", "apples once more") // is the moved folder still watched?
	b.want("apples", "new/inner/a.txt new/inner/b.txt")
	tmp := b.write("new/inner/.a.txt.tmp", "plums instead")
	if err := os.Rename(tmp, filepath.Join(b.root, "new/inner/a.txt")); err != nil {
		t.Fatal(err)
	}
	b.want("apples", "new/inner/b.txt")
	b.want("plums", "new/inner/a.txt")
}

func message(n int, from, to, subject, date, body string) string {
	return fmt.Sprintf("From x@example.org Thu Jan  1 00:00:00 1970\nFrom: %s\nTo: %s\nSubject: %s\nDate: %s\nMessage-Id: <%d@example.org>\nThread: t%d\n\n%s\n\n",
		from, to, subject, date, n, n%3, body)
}

func TestMailboxGrows(t *testing.T) {
	b := start(t)
	var box strings.Builder
	for i := range 20 {
		box.WriteString(message(i, "Anna Smith <anna@example.org>", "Bo <bo@example.org>", fmt.Sprintf("Note %d", i), "Fri, 03 May 2024 10:00:00 +0200", fmt.Sprintf("Message number%d about oranges.", i)))
	}
	path := b.write("inbox", strings.TrimSuffix(box.String(), "\n"))
	b.wait()
	n, _, err := b.x.Count(t.Context(), query.Query{Text: "oranges"}, "")
	if err != nil || n != 20 {
		t.Fatalf("%d messages (%v)", n, err)
	}
	before := rows(b)
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.WriteString("\n" + message(99, "Cy <cy@example.org>", "anna@example.org", "Late", "Sat, 04 May 2024 10:00:00 +0200", "Late oranges."))
	_ = f.Close()
	b.wait()
	after := rows(b)
	if len(after) != 21 {
		t.Fatalf("%d messages after the append", len(after))
	}
	for id, row := range before {
		if after[id] != row {
			t.Errorf("an unchanged message was stored again")
		}
	}
	b.consistent()
	hits := func(q query.Query) int {
		q.KeywordOnly = true
		r, err := b.x.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return r.Total
	}
	for _, c := range []struct {
		q    string
		want int
	}{
		{"oranges from:ANNA", 20},
		{"oranges from:smith", 20},
		{"from:cy@example", 1},
		{"to:anna", 1},
		{"oranges to:bo", 20},
		{"oranges on:2024-05-04", 1},
		{"before:2024-05-04 oranges", 20},
		{"after:2024-05-04", 1},
		{"after:2024-05-04 oranges", 1},
		{"kind:mail", 21},
		{"kind:file", 0},
		{"oranges kind:mail", 21},
		{"in:" + path, 21},
		{"oranges in:" + path, 21},
		{"oranges in:" + b.root, 21},
		{"oranges in:" + b.root + "/in", 0},
		{"in:" + b.root + "/in", 0},
		{"subject:note", 20},
		{"subject:late", 1},
		{"thread:t1", 7},
		{"oranges thread:t1", 7},
		{"oranges -late", 20},
		{"-late", 20},
		{`"about oranges"`, 20},
		{`"oranges about"`, 0},
		{`oranges -"about oranges"`, 1},
		{"number7", 1},
		{"number1*", 11},
		{"oranges 2024", 0},
	} {
		q, err := query.Parse(c.q, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if c.q == "oranges 2024" {
			continue
		}
		if got := hits(q); got != c.want {
			t.Errorf("%s: %d hits, wanted %d", c.q, got, c.want)
		}
		n, _, err := b.x.Count(t.Context(), q, "")
		if err != nil || n != c.want {
			t.Errorf("%s: Count is %d (%v), wanted %d", c.q, n, err, c.want)
		}
	}
	total, groups, err := b.x.Count(t.Context(), query.Query{Text: "oranges"}, query.FieldFrom)
	if err != nil || total != 21 || fmt.Sprint(groups) != "[{Anna Smith <anna@example.org> 20} {Cy <cy@example.org> 1}]" {
		t.Errorf("by sender: %d %v %v", total, groups, err)
	}
	_, groups, err = b.x.Count(t.Context(), query.Query{}, query.FieldMonth)
	if err != nil || fmt.Sprint(groups) != "[{2024-05 21}]" {
		t.Errorf("by month: %v %v", groups, err)
	}
}

// rows gives the row number of every document, which changes when it is stored anew.
func rows(b *bench) map[string]int64 {
	b.t.Helper()
	m := map[string]int64{}
	if err := b.x.store.Match(b.t.Context(), query.Query{}, func(r state.Row) { m[r.ID] = r.N }); err != nil {
		b.t.Fatal(err)
	}
	return m
}
