package extract

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"steward/indexer/document"
)

// benchTree is read by the benchmarks; set STEWARD_BENCH_TREE for another.
func benchTree() string {
	if t := os.Getenv("STEWARD_BENCH_TREE"); t != "" {
		return t
	}
	return "/usr/share/doc"
}

// BenchmarkTree reads a whole tree through one child, as the indexer does.
func BenchmarkTree(b *testing.B) {
	var paths []string
	var size int64
	err := filepath.WalkDir(benchTree(), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if fi, err := d.Info(); err == nil {
				paths, size = append(paths, path), size+fi.Size()
			}
		}
		return nil
	})
	if err != nil || len(paths) == 0 {
		b.Skip("no tree to read")
	}
	for _, mode := range []struct {
		name    string
		command []string
	}{{"child", childCommand()}, {"here", nil}} {
		b.Run(mode.name, func(b *testing.B) {
			p := NewPool(Options{Command: mode.command, CacheDir: filepath.Join(os.TempDir(), "steward-bench-cache")})
			defer p.Close()
			for b.Loop() {
				outcomes, text, passages := map[string]int{}, 0, 0
				for _, path := range paths {
					r, err := p.Extract(context.Background(), path, func(d document.Document) error {
						for _, pp := range d.Passages {
							text += len(pp.Text)
						}
						passages += len(d.Passages)
						return nil
					})
					if err != nil {
						b.Fatal(err)
					}
					outcomes[r.Outcome+": "+r.Format+": "+r.Reason]++
				}
				var lines []string
				for k, n := range outcomes {
					lines = append(lines, strings.TrimSpace(k)+" "+strconv.Itoa(n))
				}
				sort.Strings(lines)
				b.Logf("%d files, %d bytes, %d bytes of text, %d passages\n%s", len(paths), size, text, passages, strings.Join(lines, "\n"))
			}
			b.SetBytes(size)
			b.ReportMetric(float64(len(paths))*float64(b.N)/b.Elapsed().Seconds(), "files/s")
			if mb := p.peak(); mb > 0 {
				b.ReportMetric(mb, "child-MB")
			}
		})
	}
}

// peak gives the most memory an idle child of the pool had resident, in MB; 0 when it has
// none or the system does not tell.
func (p *Pool) peak() float64 {
	c := <-p.slots
	defer func() { p.slots <- c }()
	if c == nil {
		return 0
	}
	status, err := os.ReadFile("/proc/" + strconv.Itoa(c.cmd.Process.Pid) + "/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	kb, _, _ := strings.Cut(strings.TrimSpace(after), " ")
	n, err := strconv.ParseFloat(kb, 64)
	if err != nil {
		return 0
	}
	return n / 1000
}

// BenchmarkText streams one long text file through a child.
func BenchmarkText(b *testing.B) {
	path := filepath.Join(b.TempDir(), "long.txt")
	text := strings.Repeat("The quick brown fox jumps over the lazy dog, and then it rests. It was a long day.\n", 400_000)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	p := NewPool(Options{Command: childCommand()})
	defer p.Close()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := p.Extract(context.Background(), path, func(document.Document) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSmall reads a thousand small files through a child.
func BenchmarkSmall(b *testing.B) {
	dir := b.TempDir()
	var paths []string
	for i := range 1000 {
		path := filepath.Join(dir, "note"+strconv.Itoa(i)+".txt")
		if err := os.WriteFile(path, []byte(strings.Repeat("A note of some words about the garden.\n", 25)), 0o600); err != nil {
			b.Fatal(err)
		}
		paths = append(paths, path)
	}
	p := NewPool(Options{Command: childCommand()})
	defer p.Close()
	for b.Loop() {
		for _, path := range paths {
			if _, err := p.Extract(context.Background(), path, func(document.Document) error { return nil }); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(len(paths))*float64(b.N)/b.Elapsed().Seconds(), "files/s")
}

// BenchmarkMbox reads a mailbox of 20,000 short messages and 500 with parts.
func BenchmarkMbox(b *testing.B) {
	data := mailbox(20_000)
	for range 500 {
		data = append(append(append(data, "From a@example.org Mon May  6 08:00:00 2024\n"...), letter()...), '\n')
	}
	path := filepath.Join(b.TempDir(), "Inbox")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		b.Fatal(err)
	}
	p := NewPool(Options{Command: childCommand(), CacheDir: filepath.Join(os.TempDir(), "steward-bench-cache")})
	defer p.Close()
	b.SetBytes(int64(len(data)))
	n := 0
	for b.Loop() {
		n = 0
		if _, err := p.Extract(context.Background(), path, func(document.Document) error { n++; return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "documents/s")
}
