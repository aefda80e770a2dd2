package desktop

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// desk is a system without a screen.
type desk struct {
	choose func(title, start string) ([]string, error)
	fronts int
}

func (d *desk) ChooseFolder(title, start string) ([]string, error) { return d.choose(title, start) }
func (d *desk) ChooseFiles(title, start string) ([]string, error)  { return d.choose(title, start) }
func (d *desk) ToFront()                                           { d.fronts++ }

func ask(h http.Handler, method, path, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w
}

func TestNativeRoutes(t *testing.T) {
	d := &desk{choose: func(title, start string) ([]string, error) { return []string{title, start}, nil }}
	h := wrap(http.NotFoundHandler(), d, slog.New(slog.DiscardHandler))
	tests := []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/api/native/choose-folder", `{"title":"T","start":"/s"}`, 200, `{"paths":["T","/s"]}`},
		{"POST", "/api/native/choose-file", ``, 200, `{"paths":["",""]}`},
		{"POST", "/api/native/choose-file", `{`, 400, `bad_request`},
		{"GET", "/api/native/choose-file", ``, 405, `bad_request`},
		{"POST", "/api/native/show", ``, 204, ``},
		{"GET", "/api/native/show", ``, 405, `bad_request`},
		{"POST", "/api/other", ``, 404, `not found`},
	}
	for _, c := range tests {
		got := ask(h, c.method, c.path, c.body)
		if got.Code != c.status || !strings.Contains(got.Body.String(), c.want) {
			t.Errorf("%s %s %s: %d %s, want %d %s", c.method, c.path, c.body, got.Code, got.Body, c.status, c.want)
		}
	}
	if d.fronts != 1 {
		t.Errorf("brought to the front %d times, want once", d.fronts)
	}
}

func TestDialogs(t *testing.T) {
	d := &desk{}
	h := wrap(http.NotFoundHandler(), d, slog.New(slog.DiscardHandler))
	d.choose = func(string, string) ([]string, error) {
		if got := ask(h, "POST", "/api/native/choose-file", ""); got.Code != http.StatusConflict {
			t.Errorf("a second dialog: %d, want %d", got.Code, http.StatusConflict)
		}
		return nil, nil
	}
	if got := ask(h, "POST", "/api/native/choose-folder", ""); got.Body.String() != `{"paths":[]}` {
		t.Errorf("nothing chosen: %s", got.Body)
	}
	d.choose = func(string, string) ([]string, error) { return nil, errors.New("broken") }
	if got := ask(h, "POST", "/api/native/choose-folder", ""); got.Code != http.StatusInternalServerError {
		t.Errorf("a broken dialog: %d", got.Code)
	}
}

func TestRequestsEnd(t *testing.T) {
	begun := make(chan context.Context)
	refused := make(chan error, 2)
	h := wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isPage(r) {
			return
		}
		begun <- r.Context()
		<-r.Context().Done()
		_, err := w.Write([]byte("too late"))
		refused <- err
	}), &desk{}, slog.New(slog.DiscardHandler))
	ends := map[string]func(){
		"a new page":           func() { ask(h, "GET", "/", "") },
		"the window's closing": h.requests.cancelAll,
	}
	for name, end := range ends {
		done := make(chan struct{})
		go func() {
			ask(h, "POST", "/api/ask", "")
			close(done)
		}()
		if ctx := <-begun; ctx.Err() != nil {
			t.Errorf("%s: the request ended before it", name)
		}
		end()
		<-done
		if err := <-refused; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: a write for nobody gave %v", name, err)
		}
	}
	if len(h.requests.active) != 0 {
		t.Errorf("%d requests are remembered for ever", len(h.requests.active))
	}
}

func TestSilentHandlersAnswer(t *testing.T) {
	h := wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), &desk{}, slog.New(slog.DiscardHandler))
	if got := ask(h, "GET", "/api/nothing", ""); got.Code != http.StatusOK || got.Body.Len() != 0 {
		t.Errorf("got %d %q", got.Code, got.Body)
	}
}

func TestGeometry(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "window.json")
	start := geometry{Width: defaultWidth, Height: defaultHeight}
	if got := readGeometry(path); got != start {
		t.Errorf("no file: %+v", got)
	}
	want := geometry{Width: 900, Height: 640, Maximised: true}
	if err := writeGeometry(path, want); err != nil {
		t.Fatal(err)
	}
	if got := readGeometry(path); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if err := writeGeometry(path, geometry{}); err != nil || readGeometry(path) != want {
		t.Errorf("a size that was never known replaced one: %+v, %v", readGeometry(path), err)
	}
	for _, broken := range []string{``, `{`, `[]`, `{"width":1,"height":1}`, `{"width":9999999,"height":700}`, `{"width":-900,"height":640}`} {
		if err := os.WriteFile(path, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := readGeometry(path); got != start {
			t.Errorf("%s: %+v", broken, got)
		}
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".window-*")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if err := writeGeometry(filepath.Join(path, "below-a-file"), want); err == nil {
		t.Error("a state file that cannot be written is no error")
	}
}
