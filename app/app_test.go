//go:build linux

package app

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"
)

// The test binary is Steward itself when this is set: commands run as they do for a person,
// in processes of their own, with real parser children.
const asSteward = "STEWARD_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	// The children that a command starts get a clean environment; they are told by their arguments.
	if os.Getenv(asSteward) != "" || len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-test.") {
		os.Exit(Main(fstest.MapFS{"index.html": {Data: []byte("<!doctype html><title>Steward</title>")}}))
	}
	os.Exit(m.Run())
}

// bench is one person's computer: a home, a folder of things, and a model server.
type bench struct {
	t     *testing.T
	home  string
	docs  string
	cache string
	host  string
	path  string // PATH
}

func newBench(t *testing.T, s *script) *bench {
	t.Helper()
	b := &bench{t: t, home: filepath.Join(t.TempDir(), "home"), docs: t.TempDir(), cache: t.TempDir(), host: "127.0.0.1:1"}
	b.path = filepath.Join(b.cache, "bin")
	if s != nil {
		b.host = s.start(t)
	}
	b.write("rent.txt", "The rent for the workshop in Linden Street is 840 euros a month.\nThe landlord is Mr Okafor.\n")
	b.write("boiler.mbox", "From ada@example.org Thu Jan  1 00:00:00 2026\nFrom: Ada <ada@example.org>\nTo: bob@example.org\n"+
		"Subject: Boiler inspection\nDate: Thu, 1 Jan 2026 10:00:00 +0000\nMessage-ID: <x1@example.org>\n\n"+
		"The boiler inspection is on 14 February at nine in the morning.\n\n")
	return b
}

func (b *bench) write(name, content string) string {
	b.t.Helper()
	path := filepath.Join(b.docs, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

func (b *bench) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(b.t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asSteward+"=1", homeVariable+"="+b.home, "OLLAMA_HOST="+b.host,
		"XDG_CACHE_HOME="+b.cache, "PATH="+b.path, "LANG=C", "DISPLAY=", "WAYLAND_DISPLAY=")
	return cmd
}

// run runs a command to its end.
func (b *bench) run(args ...string) (code int, out, errOut string) {
	b.t.Helper()
	var o, e bytes.Buffer
	cmd := b.command(args...)
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		b.t.Fatalf("steward %v: %v", args, err)
	}
	return cmd.ProcessState.ExitCode(), o.String(), e.String()
}

// must runs a command that has to end with the code.
func (b *bench) must(code int, args ...string) (out, errOut string) {
	b.t.Helper()
	got, out, errOut := b.run(args...)
	if got != code {
		b.t.Fatalf("steward %v ended with %d, not %d\n%s%s", args, got, code, out, errOut)
	}
	return out, errOut
}

// mustJSON runs a command with --json and reads what it prints.
func (b *bench) mustJSON(code int, into any, args ...string) {
	b.t.Helper()
	out, _ := b.must(code, append(args, "--json")...)
	if err := json.Unmarshal([]byte(out), into); err != nil {
		b.t.Fatalf("steward %v printed %q: %v", args, out, err)
	}
}

// serve starts `steward serve` and gives it with the address it printed.
func (b *bench) serve() (*exec.Cmd, string) {
	b.t.Helper()
	cmd := b.command("serve", "--json")
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var where struct{ Address string }
	if err != nil || json.Unmarshal(line, &where) != nil {
		b.t.Fatalf("serve printed %q: %v", line, err)
	}
	return cmd, where.Address
}

type hits struct {
	Hits []struct {
		ID, Path, Kind, Title, From, Passage, Thread string
		Date                                         *time.Time
		Position                                     struct{ Line int }
		Score                                        float64
		MessageID                                    string `json:"message_id"`
		PathBytes                                    []byte `json:"path_bytes"`
	}
	Semantic bool
	IndexAge float64 `json:"index_age_seconds"`
}

type answer struct {
	Answer      string
	Found       bool
	Citations   []struct{ ID, Path, Quote string }
	Unsupported []string
	Steps       []struct{ Name string }
	Model       string
	Stopped     string
	IndexAge    *float64 `json:"index_age_seconds"`
	Millis      *int64   `json:"ms"`
	Error       *failure `json:"error"`
}

type failure struct{ Code, Part, Message, Fix string }

const goodAnswer = `{"found":"yes","answer":"The boiler inspection is on 14 February at nine in the morning [1]."}`

func pieces(s string) []string {
	var out []string
	for len(s) > 7 {
		out, s = append(out, s[:7]), s[7:]
	}
	return append(out, s)
}

func models() map[string]bool { return map[string]bool{"chat:1b": false, "all-minilm:latest": true} }

func TestAddSearchAskRemove(t *testing.T) {
	s := &script{models: models(), reply: pieces(goodAnswer)}
	b := newBench(t, s)
	out, _ := b.must(0, "add", b.docs)
	if !strings.Contains(out, "2 files") {
		t.Errorf("add said %q", out)
	}
	var h hits
	b.mustJSON(0, &h, "search", "boiler", "--keyword-only")
	if len(h.Hits) != 1 || h.Semantic || h.IndexAge < 0 {
		t.Fatalf("search: %+v", h)
	}
	hit := h.Hits[0]
	if hit.ID == "" || hit.Kind != "mail" || hit.MessageID != "x1@example.org" || hit.Thread == "" || hit.Date == nil ||
		!strings.Contains(hit.From, "ada@example.org") || !strings.Contains(hit.Passage, "14 February") || hit.Score <= 0 ||
		hit.Path != filepath.Join(real(t, b.docs), "boiler.mbox") || hit.Position.Line == 0 {
		t.Errorf("hit: %+v", hit)
	}
	b.must(0, "index", "--once", "--wait")
	b.mustJSON(0, &h, "search", "inspection of the boiler")
	if !h.Semantic {
		t.Error("search went by words only, with vectors and a model at hand")
	}
	h = hits{}
	b.mustJSON(0, &h, "search", "workshop rent", "--kind", "file", "--limit", "1")
	if len(h.Hits) != 1 || h.Hits[0].Kind != "file" || h.Hits[0].MessageID != "" {
		t.Errorf("search by kind: %+v", h)
	}
	b.must(1, "search", "boiler", "--after", "2026-01-02", "--keyword-only")
	b.must(0, "search", "boiler", "--after", "2026-01-01T00:00:00Z", "--before", "2026-01-02T00:00:00Z", "--from", "ada", "--to", "bob")
	var a answer
	b.mustJSON(0, &a, "ask", "When is the boiler inspection?", "--now", "2026-02-01")
	if !a.Found || len(a.Citations) == 0 || a.Citations[0].ID != hit.ID || a.Citations[0].Path != hit.Path || a.Model != "chat:1b" ||
		a.Unsupported == nil || len(a.Steps) == 0 || a.IndexAge == nil || a.Millis == nil || !strings.Contains(hit.Passage, a.Citations[0].Quote) {
		t.Errorf("ask: %+v", a)
	}
	out, _ = b.must(0, "ask", "When is the boiler inspection?")
	if !strings.HasPrefix(out, "The boiler inspection is on 14 February") || !strings.Contains(out, "Sources:") {
		t.Errorf("ask printed %q", out)
	}
	var sources []struct{ Path, State string }
	b.mustJSON(0, &sources, "remove", b.docs)
	if len(sources) != 0 {
		t.Errorf("after remove: %+v", sources)
	}
	b.must(0, "index", "--once")
	b.must(1, "search", "boiler", "--keyword-only")
	if _, err := os.Stat(filepath.Join(b.docs, "rent.txt")); err != nil {
		t.Errorf("remove touched the person's file: %v", err)
	}
}

func real(t *testing.T, path string) string {
	t.Helper()
	p, err := filepath.EvalSymlinks(path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestExitCodes(t *testing.T) {
	s := &script{models: models(), reply: pieces(`{"found":"no","answer":""}`)}
	b := newBench(t, s)
	b.must(0, "version")
	b.must(0, "help")
	for _, args := range [][]string{
		{"odd"},
		{"search"},
		{"search", "x", "--odd"},
		{"search", "x", "--kind", "odd"},
		{"search", "x", "--limit", "0"},
		{"search", "x", "--after", "yesterday-ish"},
		{"ask"},
		{"ask", " "},
		{"ask", "x", "--now", "odd"},
		{"add"},
		{"add", filepath.Join(b.docs, "none")},
		{"add", b.docs, "--wait", "--no-wait"},
		{"remove"},
		{"index", "extra"},
		{"coverage", "--outcome", "odd"},
		{"serve", "--addr", "0.0.0.0:0"},
		{"serve", "--addr", "example.org:80"},
		{"serve", "--addr", "odd"},
		{"add", b.home},
	} {
		code, out, errOut := b.run(args...)
		if code != 2 || out != "" || !strings.HasPrefix(errOut, "steward: ") {
			t.Errorf("steward %v: %d %q %q", args, code, out, errOut)
		}
	}
	b.must(1, "search", "nothing")
	b.must(1, "remove", b.docs)
	b.must(0, "add", b.docs)
	var a answer
	b.mustJSON(1, &a, "ask", "Who is the boiler inspector?")
	if a.Found || a.Answer == "" || len(a.Citations) != 0 {
		t.Errorf("an answer that found nothing: %+v", a)
	}
	var checks []struct {
		Part, Message, Fix string
		OK                 bool
	}
	b.mustJSON(0, &checks, "doctor")
	parts := map[string]bool{}
	for _, c := range checks {
		parts[c.Part] = c.OK
	}
	for _, p := range []string{"runtime", "model", "embedding", "index", "folder", "permissions", "disk"} {
		if !parts[p] {
			t.Errorf("doctor on %s: %+v", p, checks)
		}
	}
}

func TestPathsThatAreNotUTF8(t *testing.T) {
	b := newBench(t, &script{models: models()})
	odd := filepath.Join(b.docs, "caf\xe9")
	if err := os.Mkdir(odd, 0o700); err != nil {
		t.Skip("this file system wants UTF-8:", err)
	}
	if err := os.WriteFile(filepath.Join(odd, "menu\xff.txt"), []byte("Today there is a quiche with leek."), 0o600); err != nil {
		t.Fatal(err)
	}
	var sources []struct {
		Path      string
		PathBytes []byte `json:"path_bytes"`
	}
	b.mustJSON(0, &sources, "add", odd)
	want := filepath.Join(real(t, b.docs), "caf\xe9")
	if len(sources) != 1 || string(sources[0].PathBytes) != want {
		t.Fatalf("sources: %+v", sources)
	}
	var h hits
	b.mustJSON(0, &h, "search", "quiche", "--keyword-only")
	if len(h.Hits) != 1 || string(h.Hits[0].PathBytes) != filepath.Join(want, "menu\xff.txt") || !strings.Contains(h.Hits[0].Path, "\ufffd") {
		t.Errorf("hit: %+v", h.Hits)
	}
	b.must(0, "remove", odd)
}

func TestCommandsSpeakToTheRunningProcess(t *testing.T) {
	s := &script{models: models(), reply: pieces(goodAnswer)}
	b := newBench(t, s)
	first, address := b.serve()
	if !strings.HasPrefix(address, "http://127.0.0.1:") || !strings.Contains(address, "token=") {
		t.Errorf("address %q", address)
	}
	b.must(0, "add", b.docs)
	_, errOut := b.must(0, "search", "boiler", "--keyword-only")
	if strings.Contains(errOut, "old") {
		t.Errorf("search spoke of an old index beside a running Steward: %q", errOut)
	}
	b.must(0, "ask", "When is the boiler inspection?")
	// What is written now is found without a command: the first process watches.
	b.write("later.txt", "The heron stands in the pond.")
	deadline := time.Now().Add(time.Minute)
	for {
		code, _, _ := b.run("search", "heron", "--keyword-only")
		if code == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the running process did not see a new file")
		}
		time.Sleep(200 * time.Millisecond)
	}
	code, out, errOut := b.run("serve")
	if code != 3 || !strings.Contains(errOut, "serves already") || !strings.Contains(errOut, "token=") {
		t.Errorf("a second serve: %d %q %q", code, out, errOut)
	}
	if err := first.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := first.Wait(); err != nil {
		t.Errorf("serve did not end cleanly: %v", err)
	}
	b.must(0, "search", "heron", "--keyword-only")
}

func TestManyCommandsAtOnce(t *testing.T) {
	b := newBench(t, &script{models: models()})
	b.must(0, "add", b.docs)
	type outcome struct {
		code        int
		out, errOut string
	}
	results := make(chan outcome)
	for range 6 {
		go func() {
			code, out, errOut := b.run("search", "boiler", "--keyword-only")
			results <- outcome{code, out, errOut}
		}()
	}
	for range 6 {
		if r := <-results; r.code != 0 {
			t.Errorf("%+v", r)
		}
	}
}
