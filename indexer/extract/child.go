package extract

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"steward/indexer/document"
)

// childVariable marks the environment of a child, so that a program that does not know the
// child's command, and does instead what it always does, starts no children in turn.
const childVariable = "STEWARD_CHILD"

// ErrInChild is why a child starts no children.
var ErrInChild = errors.New("a reader of files starts no readers: this program does not know its command " +
	"(" + childVariable + " is set)")

// InChild tells whether this process was started as a child of Steward's.
func InChild() bool { return os.Getenv(childVariable) != "" }

// child is a process that reads files. It is used by one goroutine at a time.
type child struct {
	cmd    *exec.Cmd
	in     io.Closer
	f      *frames
	stderr *tail
	served int
	once   sync.Once
}

// start runs a child without a network where the system permits that, and says once in the
// log where it does not.
func (p *Pool) start(ctx context.Context) (*child, error) {
	if InChild() {
		return nil, ErrInChild
	}
	c, err := p.launch(ctx, true)
	if err != nil && ctx.Err() == nil {
		p.netLog.Do(func() {
			p.opt.Log.Warn("file readers cannot be cut off from the network by the system; they run without that wall", "error", err)
		})
		c, err = p.launch(ctx, false)
	}
	return c, err
}

func (p *Pool) launch(ctx context.Context, isolate bool) (*child, error) {
	cmd := exec.Command(p.opt.Command[0], p.opt.Command[1:]...)
	cmd.Env = []string{
		"LANG=C.UTF-8", "PATH=/usr/bin:/bin", "HOME=/nonexistent", "GOTRACEBACK=none", "TZ=" + os.Getenv("TZ"),
		fmt.Sprintf("GOMEMLIMIT=%d", p.opt.MemoryLimit*7/10), childVariable + "=1",
	}
	if root := os.Getenv("SystemRoot"); root != "" {
		cmd.Env = append(cmd.Env, "SystemRoot="+root)
	}
	if isolate && !separate(cmd) {
		return nil, fmt.Errorf("this system has no means for it")
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting a reader process: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("starting a reader process: %w", err)
	}
	c := &child{cmd: cmd, in: stdin, f: newFrames(stdout, stdin), stderr: &tail{}}
	cmd.Stderr = c.stderr
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting a reader process: %w", err)
	}
	stopKill := context.AfterFunc(ctx, c.kill)
	defer stopKill()
	guard := time.AfterFunc(30*time.Second, c.kill)
	defer guard.Stop()
	err = c.f.sendJSON(frameHello, hello{CacheDir: p.opt.CacheDir, MemoryLimit: p.opt.MemoryLimit, Confine: true})
	if err == nil {
		var kind byte
		if kind, _, err = c.f.next(); err == nil && kind != frameReady {
			err = fmt.Errorf("it answers strangely")
		}
	}
	if err != nil {
		c.stop()
		return nil, fmt.Errorf("starting a reader process: %w (%s)", err, c.stderr.last())
	}
	return c, nil
}

func (c *child) kill() { _ = c.cmd.Process.Kill() } // it may have ended already

// stop ends the process and waits for it.
func (c *child) stop() {
	c.once.Do(func() {
		_ = c.in.Close()
		c.kill()
		_ = c.cmd.Wait() // killed: an error is what is expected
	})
}

// death says in plain words why the process ended.
func (c *child) death() string {
	said := c.stderr.String()
	for _, sign := range []string{"out of memory", "cannot allocate memory", "pthread_create failed", "failed to create new OS thread"} {
		if strings.Contains(said, sign) {
			return "reading it takes more memory than a reader may have"
		}
	}
	return "the reader crashed on this file"
}

// extract has the child read one file. alive is false when the child must not be used again.
func (c *child) extract(ctx context.Context, path string, timeout time.Duration, emit func(document.Document) error) (r Report, alive bool, err error) {
	c.served++
	stopKill := context.AfterFunc(ctx, c.kill)
	defer stopKill()
	var late atomic.Bool
	timer := time.AfterFunc(timeout, func() { late.Store(true); c.kill() })
	defer timer.Stop()
	n := 0
	broken := func() (Report, bool, error) {
		r := Report{Outcome: failed, Documents: n}
		if late.Load() {
			r.Reason = fmt.Sprintf("the reader made no progress for %s", timeout)
		}
		return r, false, ctx.Err()
	}
	if err := c.f.send(frameFile, []byte(path)); err != nil {
		return broken()
	}
	for {
		kind, body, err := c.f.next()
		if err != nil {
			return broken()
		}
		switch kind {
		case frameBeat:
			timer.Reset(timeout)
		case frameDocument:
			d, err := unpack(body, path)
			if err != nil {
				return broken()
			}
			timer.Stop()
			if late.Load() {
				return broken()
			}
			n++
			if err := emit(d); err != nil {
				return Report{Outcome: failed, Documents: n}, false, err
			}
			timer.Reset(timeout)
		case frameReport:
			var r Report
			if err := json.Unmarshal(body, &r); err != nil {
				return broken()
			}
			r.Documents = n
			return r, ctx.Err() == nil, ctx.Err()
		default:
			return broken()
		}
	}
}

// tail keeps the beginning of what a child says on its standard error, where Go names the
// cause of its end, and the end of it.
type tail struct {
	mu   sync.Mutex
	head []byte
	b    []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(p)
	if room := 4<<10 - len(t.head); room > 0 {
		k := min(room, len(p))
		t.head, p = append(t.head, p[:k]...), p[k:]
	}
	if t.b = append(t.b, p...); len(t.b) > 8<<10 {
		t.b = append(t.b[:0], t.b[len(t.b)-4<<10:]...)
	}
	return n, nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.head) + string(t.b)
}

func (t *tail) last() string {
	lines := strings.Split(strings.TrimSpace(t.String()), "\n")
	return shorten(lines[len(lines)-1], 200)
}

// ServeChild is the body of a child process: it takes files to read from in and answers on
// out until in ends or ctx is done. It puts bounds on the whole process it runs in (memory,
// and on Linux what it may write), so nothing else should run there.
func ServeChild(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f := newFrames(in, out)
	kind, body, err := f.next()
	if err != nil || kind != frameHello {
		return fmt.Errorf("this command is started by the indexer, not by hand")
	}
	var h hello
	if err := json.Unmarshal(body, &h); err != nil {
		return fmt.Errorf("reading the first frame: %w", err)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if h.MemoryLimit > 0 {
		debug.SetMemoryLimit(h.MemoryLimit * 7 / 10)
		limitMemory(h.MemoryLimit)
	}
	e := &engine{cacheDir: h.CacheDir, log: log}
	defer e.close()
	if h.Confine {
		confine(h.CacheDir)
	}
	if err := f.sendJSON(frameReady, nil); err != nil {
		return err
	}
	paths := make(chan string)
	ended := make(chan error, 1)
	go func() { // notices the parent's end while a file is being read
		for {
			kind, body, err := f.next()
			if err != nil {
				ended <- err
				return
			}
			if kind == frameFile {
				select {
				case paths <- string(body):
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	done := make(chan error, 1)
	go func() {
		for {
			select {
			case path := <-paths:
				if err := e.serve(ctx, f, path); err != nil {
					done <- err
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	select {
	case err := <-ended:
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serve reads one file and sends what it finds.
func (e *engine) serve(ctx context.Context, f *frames, path string) error {
	var buf bytes.Buffer
	last := time.Now()
	r, err := e.extract(ctx, path, func(d document.Document) error {
		if err := pack(&buf, d); err != nil {
			return err
		}
		last = time.Now()
		return f.send(frameDocument, buf.Bytes())
	}, func() {
		if now := time.Now(); now.Sub(last) > time.Second {
			last = now
			_ = f.send(frameBeat, nil) // if the parent is gone the reader of in notices
		}
	})
	if err != nil {
		return err
	}
	if buf.Cap() > 8<<20 {
		debug.FreeOSMemory()
	}
	return f.sendJSON(frameReport, r)
}
