package httpapi

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"steward/agent"
	"steward/indexer"
	"steward/indexer/document"
	"steward/indexer/query"
)

// desk is a small Steward of one test: what the handler needs, in memory.
type desk struct {
	mu       sync.Mutex
	sources  []indexer.SourceStatus
	docs     map[string]document.Document
	covered  map[string]indexer.CoveredFile
	set      Settings
	saveErr  error
	ask      func(context.Context, agent.Question, func(agent.Event)) (agent.Answer, error)
	install  func(context.Context, string, func(Progress)) error
	change   Change
	signal   chan struct{}
	waiting  chan struct{}
	finished chan struct{}
}

func newDesk() *desk {
	return &desk{
		docs: map[string]document.Document{}, covered: map[string]indexer.CoveredFile{},
		signal: make(chan struct{}, 1), waiting: make(chan struct{}, 1), finished: make(chan struct{}),
	}
}

func (d *desk) Ask(ctx context.Context, q agent.Question, emit func(agent.Event)) (agent.Answer, error) {
	return d.ask(ctx, q, emit)
}

func (d *desk) Search(_ context.Context, q query.Query) (query.Result, error) {
	var r query.Result
	for _, doc := range d.docs {
		if strings.Contains(doc.Title, q.Text) {
			r.Hits = append(r.Hits, query.Hit{ID: doc.ID, Path: doc.Path, Title: doc.Title})
		}
	}
	r.Total = len(r.Hits)
	return r, nil
}

func (d *desk) Count(context.Context, query.Query, query.Field) (int, []query.Group, error) {
	return len(d.docs), nil, nil
}

func (d *desk) Document(_ context.Context, id string) (document.Document, error) {
	doc, ok := d.docs[id]
	if !ok {
		return doc, query.ErrNotFound
	}
	return doc, nil
}

func (d *desk) Status(context.Context) (query.Status, error) {
	return query.Status{State: "idle", Documents: len(d.docs)}, nil
}

func (d *desk) Sources(context.Context) ([]indexer.SourceStatus, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]indexer.SourceStatus(nil), d.sources...), nil
}

func (d *desk) AddSources(_ context.Context, paths []string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range paths {
		d.sources = append(d.sources, indexer.SourceStatus{Source: indexer.Source{Path: p, Kind: "folder"}, State: "watched"})
	}
	return nil
}

func (d *desk) RemoveSources(context.Context, []string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sources = nil
	return nil
}

func (d *desk) Coverage(_ context.Context, f indexer.CoverageFilter) (indexer.Coverage, error) {
	c := indexer.Coverage{Counts: map[indexer.Outcome]int{}}
	for _, file := range d.covered {
		c.Counts[file.Outcome]++
		if f.Under == "" || f.Under == file.Path {
			c.Files = append(c.Files, file)
		}
	}
	c.Total = len(c.Files)
	return c, nil
}

func (d *desk) Rescan(context.Context) error    { return nil }
func (d *desk) WaitWords(context.Context) error { return nil }
func (d *desk) Wait(ctx context.Context) error {
	d.waiting <- struct{}{}
	select {
	case <-d.finished:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *desk) Settings(context.Context) (Settings, error) { return d.set, nil }
func (d *desk) SaveSettings(_ context.Context, s Settings) error {
	if d.saveErr == nil {
		d.set = s
	}
	return d.saveErr
}
func (d *desk) Runtime(context.Context) Runtime        { return Runtime{State: "absent"} }
func (d *desk) Models(context.Context) (Models, error) { return Models{}, nil }
func (d *desk) Now() Change                            { d.mu.Lock(); defer d.mu.Unlock(); return d.change }
func (d *desk) Subscribe() (<-chan struct{}, func())   { return d.signal, func() {} }
func (d *desk) Install(ctx context.Context, n string, report func(Progress)) error {
	return d.install(ctx, n, report)
}

func (d *desk) serve(t *testing.T, static fstest.MapFS) *httptest.Server {
	t.Helper()
	o := Options{
		Asker: d, Searcher: d, Patient: d, Library: d, Upkeep: d, Choices: d, Models: d, Changes: d,
		Diagnose: func(context.Context) []Check { return nil }, Home: t.TempDir(), Version: "test",
	}
	if static != nil {
		o.Static = static
	}
	server := httptest.NewServer(New(o))
	t.Cleanup(server.Close)
	return server
}

func send(t *testing.T, method, address, body string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text), resp.Header
}

func TestHeadersOnEveryAnswer(t *testing.T) {
	server := newDesk().serve(t, fstest.MapFS{"index.html": {Data: []byte("<p>")}})
	for _, path := range []string{"/", "/api/status", "/api/none", "/deep/link", "/assets/none.js"} {
		_, _, head := send(t, http.MethodGet, server.URL+path, "")
		csp := head.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'self'", "script-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: policy %q lacks %s", path, csp, want)
			}
		}
		if strings.Contains(csp, "script-src 'self' 'unsafe") || strings.Contains(csp, "http") || strings.Contains(csp, "*") {
			t.Errorf("%s: policy %q is loose", path, csp)
		}
		if head.Get("X-Content-Type-Options") != "nosniff" || head.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: headers %v", path, head)
		}
	}
}

func TestStaticFiles(t *testing.T) {
	built := newDesk().serve(t, fstest.MapFS{
		"index.html": {Data: []byte("<p>page")}, "assets/a-1.js": {Data: []byte("1")}, "icon.svg": {Data: []byte("<svg/>")},
	})
	for path, want := range map[string]string{"/": "<p>page", "/ask/x": "<p>page", "/assets/a-1.js": "1", "/icon.svg": "<svg/>"} {
		if code, body, _ := send(t, http.MethodGet, built.URL+path, ""); code != http.StatusOK || body != want {
			t.Errorf("%s: %d %q", path, code, body)
		}
	}
	if code, _, _ := send(t, http.MethodGet, built.URL+"/assets/gone.js", ""); code != http.StatusNotFound {
		t.Errorf("a missing script is %d: the page would be run as a script", code)
	}
	if _, _, head := send(t, http.MethodGet, built.URL+"/assets/a-1.js", ""); !strings.Contains(head.Get("Cache-Control"), "immutable") {
		t.Error("hashed files are not cached")
	}
	for _, static := range []fstest.MapFS{nil, {".gitkeep": {}}} {
		server := newDesk().serve(t, static)
		if code, body, _ := send(t, http.MethodGet, server.URL+"/", ""); code != http.StatusNotFound || !strings.Contains(body, "make build") {
			t.Errorf("not built: %d %q", code, body)
		}
	}
}

func TestErrorsAreJSON(t *testing.T) {
	d := newDesk()
	server := d.serve(t, nil)
	for _, c := range []struct {
		method, path, body, code string
		status                   int
	}{
		{"GET", "/api/none", "", "not_found", 404},
		{"GET", "/api/documents/none", "", "not_found", 404},
		{"GET", "/api/documents/none/raw", "", "not_found", 404},
		{"POST", "/api/search", "{", "bad_request", 400},
		{"POST", "/api/search", `{} {}`, "bad_request", 400},
		{"POST", "/api/search", `{"limit":5000}`, "bad_request", 400},
		{"POST", "/api/ask", `{"question":"  "}`, "bad_request", 400},
		{"POST", "/api/ask", `{"question":"x","locale":"xx"}`, "bad_request", 400},
		{"POST", "/api/ask", `{"question":"` + strings.Repeat("x", 9000) + `"}`, "bad_request", 400},
		{"POST", "/api/search", `{"text":"` + strings.Repeat("x", 2<<20) + `"}`, "bad_request", 400},
		{"POST", "/api/sources", `{"paths":["relative"]}`, "bad_request", 400},
		{"POST", "/api/sources", `{}`, "bad_request", 400},
		{"GET", "/api/coverage?outcome=odd", "", "bad_request", 400},
		{"GET", "/api/coverage?limit=-1", "", "bad_request", 400},
		{"GET", "/api/directory?path=relative", "", "bad_request", 400},
		{"GET", "/api/directory?path=/none/none", "", "not_found", 404},
		{"PUT", "/api/settings", `{"theme":"pink"}`, "bad_request", 400},
		{"POST", "/api/models/install", `{"name":"a b"}`, "bad_request", 400},
	} {
		status, body, head := send(t, c.method, server.URL+c.path, c.body)
		var e Error
		if err := json.Unmarshal([]byte(body), &e); err != nil || status != c.status || e.Code != c.code || e.Message == "" {
			t.Errorf("%s %s: %d %s (%v)", c.method, c.path, status, body, err)
		}
		if !strings.HasPrefix(head.Get("Content-Type"), "application/json") {
			t.Errorf("%s %s: type %s", c.method, c.path, head.Get("Content-Type"))
		}
	}
	d.saveErr = &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	status, body, _ := send(t, "PUT", server.URL+"/api/settings", `{}`)
	if status != 503 || !strings.Contains(body, `"part":"disk"`) {
		t.Errorf("full disk: %d %s", status, body)
	}
	d.saveErr = &agent.Unavailable{Part: "model", Reason: "Gone.", Fix: "Get it."}
	if status, body, _ = send(t, "PUT", server.URL+"/api/settings", `{}`); status != 503 || !strings.Contains(body, `"fix":"Get it."`) {
		t.Errorf("unavailable: %d %s", status, body)
	}
}

func TestSettingsKeepWhatIsLeftOut(t *testing.T) {
	d := newDesk()
	d.set = Settings{Locale: "en", Semantic: true}
	server := d.serve(t, nil)
	status, body, _ := send(t, "PUT", server.URL+"/api/settings", `{"theme":"dark"}`)
	if status != 200 || d.set != (Settings{Locale: "en", Semantic: true, Theme: "dark"}) {
		t.Fatalf("%d %s: %+v", status, body, d.set)
	}
}

func TestAnswerStreams(t *testing.T) {
	d := newDesk()
	next := make(chan struct{})
	d.ask = func(_ context.Context, q agent.Question, emit func(agent.Event)) (agent.Answer, error) {
		emit(agent.Event{Type: "passages", Hits: []query.Hit{{ID: "a"}}})
		for _, token := range []string{"one", "two"} {
			<-next
			emit(agent.Event{Type: "token", Token: token})
		}
		emit(agent.Event{Type: "done"})
		return agent.Answer{Text: q.Text + q.Locale, Found: true}, nil
	}
	server := d.serve(t, nil)
	resp, err := http.Post(server.URL+"/api/ask", "application/json", strings.NewReader(`{"question":"q","surface":true,"now":"2026-01-02T03:04:05Z"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	var types []string
	var last AskEvent
	for lines.Scan() {
		last = AskEvent{}
		if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
			t.Fatal(err)
		}
		if last.Type == "surface" {
			if len(last.Messages) == 0 {
				t.Error("a surface line without messages")
			}
			continue
		}
		types = append(types, last.Type)
		// The next token is only made once this line has been seen: nothing waits in a buffer.
		if last.Type == "passages" || last.Token == "one" {
			next <- struct{}{}
		}
	}
	if got := strings.Join(types, " "); got != "passages token token done" {
		t.Errorf("events: %s", got)
	}
	if last.Answer == nil || last.Answer.Text != "qen" {
		t.Errorf("last line: %+v", last)
	}
}

func TestAFailedAnswerEndsWithItsReason(t *testing.T) {
	d := newDesk()
	d.ask = func(_ context.Context, _ agent.Question, emit func(agent.Event)) (agent.Answer, error) {
		emit(agent.Event{Type: "passages"})
		emit(agent.Event{Type: "error"})
		return agent.Answer{}, fmt.Errorf("asking: %w", &agent.Unavailable{Part: "model", Reason: "No model.", Fix: "Get one."})
	}
	server := d.serve(t, nil)
	_, body, head := send(t, "POST", server.URL+"/api/ask", `{"question":"q","surface":true}`)
	all := strings.Split(strings.TrimSpace(body), "\n")
	var last AskEvent
	if err := json.Unmarshal([]byte(all[len(all)-1]), &last); err != nil {
		t.Fatal(err)
	}
	if last.Type != "error" || last.Error == nil || last.Error.Part != "model" || strings.Count(body, `"type":"error"`) != 1 {
		t.Errorf("got %s", body)
	}
	if head.Get("Content-Type") != "application/x-ndjson" {
		t.Error(head.Get("Content-Type"))
	}
}

func TestLeavingCancelsTheQuestion(t *testing.T) {
	d := newDesk()
	asked, ended := make(chan struct{}), make(chan error, 1)
	d.ask = func(ctx context.Context, _ agent.Question, emit func(agent.Event)) (agent.Answer, error) {
		emit(agent.Event{Type: "token", Token: "x"})
		close(asked)
		<-ctx.Done()
		ended <- ctx.Err()
		return agent.Answer{}, ctx.Err()
	}
	server := d.serve(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	req, _ := http.NewRequestWithContext(ctx, "POST", server.URL+"/api/ask", strings.NewReader(`{"question":"q"}`))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	<-asked
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the question went on")
	}
}

func TestEventsTellOfChanges(t *testing.T) {
	d := newDesk()
	server := d.serve(t, nil)
	resp, err := http.Get(server.URL + "/api/events")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Error(resp.Header)
	}
	lines := bufio.NewScanner(resp.Body)
	read := func() Change {
		var c Change
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				if err := json.Unmarshal([]byte(data), &c); err != nil {
					t.Fatal(err)
				}
				return c
			}
		}
		t.Fatal("the stream ended")
		return c
	}
	if got := read(); got != (Change{}) {
		t.Errorf("first: %+v", got)
	}
	d.mu.Lock()
	d.change = Change{Index: 3, App: 1}
	d.mu.Unlock()
	d.signal <- struct{}{}
	if got := read(); got != (Change{Index: 3, App: 1}) {
		t.Errorf("second: %+v", got)
	}
}

func TestIndexShowsProgressUntilDone(t *testing.T) {
	d := newDesk()
	server := d.serve(t, nil)
	resp, err := http.Post(server.URL+"/api/index", "application/json", strings.NewReader(`{"wait":true}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	<-d.waiting
	dec := json.NewDecoder(resp.Body)
	var p IndexProgress
	if err := dec.Decode(&p); err != nil || p.Done {
		t.Fatalf("first line: %+v, %v", p, err)
	}
	close(d.finished)
	for !p.Done {
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
	}
}

func TestInstallReportsAndFails(t *testing.T) {
	d := newDesk()
	d.install = func(_ context.Context, name string, report func(Progress)) error {
		report(Progress{Step: "Pulling " + name, DoneBytes: 1, TotalBytes: 2, Done: true})
		if name == "bad" {
			return &agent.Unavailable{Part: "model", Reason: "No such model."}
		}
		return nil
	}
	server := d.serve(t, nil)
	for name, want := range map[string]string{"good": `"done":true`, "bad": `"code":"unavailable"`} {
		_, body, _ := send(t, "POST", server.URL+"/api/models/install", `{"name":"`+name+`"}`)
		all := strings.Split(strings.TrimSpace(body), "\n")
		if len(all) != 2 || strings.Contains(all[0], `"done":true`) || !strings.Contains(all[1], want) {
			t.Errorf("%s: %s", name, body)
		}
	}
}
