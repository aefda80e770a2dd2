package extract

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"steward/indexer/document"
)

// faultyChild speaks the protocol as a real child does and then fails in the given way on
// files whose name contains "bad"; others it reports as read.
func faultyChild(how string) {
	f := newFrames(os.Stdin, os.Stdout)
	_, body, err := f.next()
	if err != nil {
		return
	}
	var h hello
	if err := json.Unmarshal(body, &h); err != nil {
		return
	}
	limitMemory(h.MemoryLimit)
	_ = f.sendJSON(frameReady, nil)
	for {
		_, body, err := f.next()
		if err != nil {
			return
		}
		path := string(body)
		if !strings.Contains(filepath.Base(path), "bad") {
			_ = f.sendJSON(frameReport, Report{Outcome: read, Format: formatText})
			continue
		}
		switch how {
		case "crash":
			panic("as a parser might")
		case "hang":
			time.Sleep(time.Hour)
		case "eat":
			var hoard [][]byte
			for {
				b := make([]byte, 16<<20)
				for i := 0; i < len(b); i += 4 << 10 { // a page of memory is taken when it is written
					b[i] = 1
				}
				hoard = append(hoard, b)
				runtime.KeepAlive(hoard)
			}
		case "babble":
			_, _ = os.Stdout.WriteString(strings.Repeat("nonsense ", 1000))
		case "lie":
			_ = f.send(frameDocument, []byte{200, 200, 200, 1, 'x'})
			_ = f.send(frameBeat, nil)
		case "write":
			confine("")
			reason := "wrote"
			if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
				reason = "could not write"
			}
			if _, err := os.ReadDir(filepath.Dir(path)); err != nil {
				reason = "could not read"
			}
			_ = f.sendJSON(frameReport, Report{Outcome: failed, Reason: reason})
		case "net":
			_, address, _ := strings.Cut(filepath.Base(path), "bad-")
			reason := "no network"
			if c, err := net.DialTimeout("tcp", strings.ReplaceAll(address, "_", ":"), time.Second); err == nil {
				reason = "connected"
				_ = c.Close()
			}
			_ = f.sendJSON(frameReport, Report{Outcome: failed, Reason: reason})
		}
	}
}

func faultyPool(t *testing.T, how string, opt Options) *Pool {
	if opt.MemoryLimit == 0 {
		opt.MemoryLimit = shadow * 768 << 20
	}
	opt.Command = []string{childCommand()[0], "faulty-worker", how}
	opt.Log = slog.New(slog.DiscardHandler)
	p := NewPool(opt)
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// TestFaultyChild checks that no way in which a child can fail stops a run: the file is
// failed with a reason, and the next one is read.
func TestFaultyChild(t *testing.T) {
	dir := t.TempDir()
	for how, reason := range map[string]string{
		"crash": "the reader crashed on this file", "hang": "the reader made no progress for 300ms",
		"eat": "reading it takes more memory than a reader may have", "babble": "the reader crashed on this file",
		"lie": "the reader crashed on this file",
	} {
		t.Run(how, func(t *testing.T) {
			opt := Options{MemoryLimit: shadow * 256 << 20}
			if how == "eat" && shadow > 1 {
				t.Skip("the race detector ends a process without memory in its own way")
			}
			if how == "hang" {
				opt.Timeout = 300 * time.Millisecond
			}
			p := faultyPool(t, how, opt)
			for _, name := range []string{"good", "bad", "good", "bad", "bad", "good"} {
				r, err := p.Extract(context.Background(), filepath.Join(dir, name), func(document.Document) error { return nil })
				if err != nil {
					t.Fatal(err)
				}
				if name == "good" && r.Outcome != read || name == "bad" && (r.Outcome != failed || r.Reason != reason) {
					t.Errorf("%s: %+v", name, r)
				}
			}
		})
	}
}

// TestNoNetwork checks that a child cannot reach even this machine, where the system
// permits to wall it in.
func TestNoNetwork(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := faultyPool(t, "net", Options{})
	c, err := p.launch(context.Background(), true)
	if err != nil {
		t.Skipf("this system does not permit a network of one's own: %v", err)
	}
	c.stop()
	name := "bad-" + strings.ReplaceAll(l.Addr().String(), ":", "_")
	r, err := p.Extract(context.Background(), filepath.Join(t.TempDir(), name), func(document.Document) error { return nil })
	if err != nil || r.Reason != "no network" {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestCommandMissing checks that a child that cannot start fails the file, not the run.
func TestCommandMissing(t *testing.T) {
	p := NewPool(Options{Command: []string{"/nonexistent/steward"}, Log: slog.New(slog.DiscardHandler)})
	defer p.Close()
	r, err := p.Extract(context.Background(), put(t, "a.txt", []byte("text")), func(document.Document) error { return nil })
	if err != nil || r.Outcome != failed || r.Reason != "the reader of files could not be started" {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestCancel checks that a cancelled context ends a reading that hangs, with its error.
func TestCancel(t *testing.T) {
	p := faultyPool(t, "hang", Options{})
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(200*time.Millisecond, cancel)
	_, err := p.Extract(ctx, filepath.Join(t.TempDir(), "bad"), func(document.Document) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	r, err := p.Extract(context.Background(), filepath.Join(t.TempDir(), "good"), func(document.Document) error { return nil })
	if err != nil || r.Outcome != read {
		t.Errorf("afterwards: %+v, %v", r, err)
	}
}

// TestEmitError checks that emit's error comes back and the pool goes on.
func TestEmitError(t *testing.T) {
	stop := errors.New("stop")
	for name, p := range map[string]*Pool{"child": NewPool(Options{Command: childCommand()}), "here": NewPool(Options{})} {
		path := put(t, "a.txt", []byte("some text"))
		if _, err := p.Extract(context.Background(), path, func(document.Document) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("%s: error %v", name, err)
		}
		if docs, r := readWith(t, p, path); r.Outcome != read || len(docs) != 1 {
			t.Errorf("%s: afterwards %+v", name, r)
		}
		_ = p.Close()
		if _, err := p.Extract(context.Background(), path, func(document.Document) error { return nil }); !errors.Is(err, ErrClosed) {
			t.Errorf("%s: after Close: %v", name, err)
		}
	}
}

// TestChildAgrees checks that a child gives what reading in this process gives, from
// several goroutines at once, and for names that are not UTF-8.
func TestChildAgrees(t *testing.T) {
	dir := t.TempDir()
	files := map[string][]byte{
		"a.txt": []byte("plain text"), "m.eml": letter(), "d.docx": docx(t), "x.xlsx": xlsx(t), "p.pdf": plainPDF("A page."),
		"caf\xe9 \xff.txt": []byte("in a file whose name is not UTF-8"), "new\nline.txt": []byte("odd name"),
		"long.txt": []byte(strings.Repeat("A sentence of some length stands here.\n", 60_000)),
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	here := NewPool(Options{CacheDir: sharedCache})
	defer here.Close()
	child := NewPool(Options{Command: childCommand(), CacheDir: sharedCache, Workers: 2})
	defer child.Close()
	var wg sync.WaitGroup
	for name := range files {
		wg.Go(func() {
			path := filepath.Join(dir, name)
			want, wr := readWith(t, here, path)
			got, gr := readWith(t, child, path)
			if gr != wr {
				t.Errorf("%q: report %+v, in this process %+v", name, gr, wr)
			}
			a, err := json.Marshal(want)
			if err != nil {
				t.Error(err)
			}
			b, err := json.Marshal(got)
			if err != nil {
				t.Error(err)
			}
			if string(a) != string(b) {
				t.Errorf("%q: documents differ:\n%.2000s\n%.2000s", name, a, b)
			}
			if name == "long.txt" && len(got) != 3 {
				t.Errorf("%d segments of a text of 2.3 MB", len(got))
			}
		})
	}
	wg.Wait()
}
