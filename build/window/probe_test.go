//go:build windowtest

package window_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"steward/build/window"
)

// patience bounds each wait; nothing is measured by it.
const patience = 60 * time.Second

const tags = "desktop,production,webkit2_41"

func build(t *testing.T, what string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "program")
	cmd := exec.Command("go", "build", "-tags", tags, "-trimpath", "-ldflags", "-s -w", "-o", binary, what)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", what, err, out)
	}
	return binary
}

func session(t *testing.T) *window.Session {
	t.Helper()
	s, err := window.StartSession(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

type logWriter struct{ t *testing.T }

func (w logWriter) Write(b []byte) (int, error) {
	w.t.Log(strings.TrimRight(string(b), "\n"))
	return len(b), nil
}

func patient(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func open(t *testing.T, s *window.Session, binary, home string, env ...string) (*window.Program, *window.Page) {
	t.Helper()
	p, err := s.Launch(logWriter{t}, binary, nil, append(env, "STEWARD_HOME="+home)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	page, err := window.Inspect(patient(t), p.Inspector)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = page.Close() })
	return p, page
}

func eval[T any](t *testing.T, page *window.Page, script string) T {
	t.Helper()
	var result T
	if err := page.Eval(patient(t), script, &result); err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return result
}

func wait(t *testing.T, page *window.Page, script string) {
	t.Helper()
	if err := page.Wait(patient(t), script); err != nil {
		t.Fatal(err)
	}
}

func until(t *testing.T, what string, yes func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !yes(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func leaves(t *testing.T, p *window.Program) int {
	t.Helper()
	code, err := p.Exit(patient(t))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// TestPage opens one window and asks of it what the interface relies on.
func TestPage(t *testing.T) {
	binary, s, home := build(t, "./testdata/probe"), session(t), t.TempDir()
	_, page := open(t, s, binary, home)
	wait(t, page, `document.readyState === "complete"`)

	t.Run("no way into Go but the handler", func(t *testing.T) {
		for _, name := range []string{"window.runtime", "window.wails", "window.go", "window.webkit?.messageHandlers?.external"} {
			wait(t, page, `typeof (`+name+`) === "undefined"`)
		}
	})

	t.Run("an answer streams", func(t *testing.T) {
		arrived := eval[[]float64](t, page, `await (async () => {
			const reader = (await fetch("/api/lines", {method: "POST", body: "{}"})).body.getReader(), times = [];
			for (;;) { const {done, value} = await reader.read(); if (done) return times; if (value.length) times.push(performance.now()); }
		})()`)
		if len(arrived) < 5 {
			t.Errorf("ten lines, a tenth of a second apart, came in %d pieces: they were held back", len(arrived))
		}
	})

	t.Run("methods, headers, bodies and status pass", func(t *testing.T) {
		type echo struct {
			Status int
			Answer string
			Echo   struct {
				Method, Host, Query string
				Headers             map[string][]string
				Body                map[string]string
			}
		}
		for _, method := range []string{"POST", "PUT", "DELETE"} {
			got := eval[echo](t, page, `await (async () => {
				const r = await fetch("/api/echo?a=%C3%A9", {method: "`+method+`", headers: {"Content-Type": "application/json", "X-Ask": "1"}, body: JSON.stringify({say: "é 你好"})});
				return {Status: r.status, Answer: r.headers.get("X-Answer"), Echo: await r.json()};
			})()`)
			if got.Status != 418 || got.Answer != "yes" || got.Echo.Method != method || got.Echo.Body["say"] != "é 你好" ||
				got.Echo.Query != "a=%C3%A9" || got.Echo.Host != "wails" || !slices.Equal(got.Echo.Headers["X-Ask"], []string{"1"}) {
				t.Errorf("%s: got %+v", method, got)
			}
		}
	})

	t.Run("events arrive", func(t *testing.T) {
		eval[int](t, page, `await new Promise((yes, no) => { let n = 0; const e = new EventSource("/api/events");
			e.onmessage = () => { if (++n == 3) { e.close(); yes(n) } }; e.onerror = () => no(new Error("EventSource failed")) })`)
	})

	count := func(t *testing.T) (begun, ended int) {
		c := eval[map[string]int](t, page, `await (await fetch("/api/slow/count")).json()`)
		return c["begun"], c["ended"]
	}
	t.Run("an abandoned request ends in Go", func(t *testing.T) {
		for _, how := range []string{
			`const a = new AbortController(); fetch("/api/silent", {method: "POST", signal: a.signal}).catch(() => 0); setTimeout(() => a.abort(), 300)`,
			`const e = new EventSource("/api/silent"); setTimeout(() => e.close(), 300)`,
			`const r = await fetch("/api/slow", {method: "POST"}), b = r.body.getReader(); await b.read(); await b.cancel()`,
		} {
			before, _ := count(t)
			eval[bool](t, page, `await (async () => { `+how+`; return true })()`)
			until(t, "the handler begins", func() bool { begun, _ := count(t); return begun == before+1 })
			until(t, "the handler's context ends", func() bool { begun, ended := count(t); return begun == ended })
		}
	})

	t.Run("a child started in mid-answer does not hold it open", func(t *testing.T) {
		eval[string](t, page, `await Promise.race([(await fetch("/api/child")).text(),
			new Promise((_, no) => setTimeout(() => no(new Error("the answer did not end before the child")), 4000))])`)
	})

	t.Run("the page cannot leave", func(t *testing.T) {
		for _, script := range []string{
			`document.getElementById("out").click()`,
			`document.getElementById("api").click()`,
			`void (location.href = "https://example.org/")`,
			`void (location.href = "file:///etc/passwd")`,
			`void (location.href = "data:text/html,gone")`,
		} {
			eval[any](t, page, `(window.still = "here", `+script+`, null)`)
			time.Sleep(150 * time.Millisecond) // what must not happen has no moment to wait for
			wait(t, page, `window.still === "here" && location.href === "wails://wails/"`)
		}
		if !eval[bool](t, page, `window.open("https://example.org/") === null`) {
			t.Error("a second window opened")
		}
	})

	t.Run("a reload ends what the old page waited for", func(t *testing.T) {
		eval[bool](t, page, `await (async () => { const r = await fetch("/api/slow", {method: "POST"}); await r.body.getReader().read(); return true })()`)
		if begun, ended := count(t); begun == ended {
			t.Fatalf("begun %d, ended %d: nothing is under way", begun, ended)
		}
		eval[any](t, page, `(setTimeout(() => location.reload(), 200), null)`)
		wait(t, page, `window.still === undefined && document.readyState === "complete"`)
		until(t, "the old request ends", func() bool { begun, ended := count(t); return begun == ended })
	})
}

func TestCloses(t *testing.T) {
	binary := build(t, "./testdata/probe")
	ends := map[string]func(*testing.T, *window.Session, *window.Program){
		"by its button": func(t *testing.T, s *window.Session, _ *window.Program) { closeWindow(t, s, "Probe") },
		"by SIGTERM": func(t *testing.T, _ *window.Session, p *window.Program) {
			if err := p.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			s := session(t)
			p, page := open(t, s, binary, t.TempDir())
			wait(t, page, `document.readyState === "complete"`)
			// A stream under way must not keep the window.
			eval[bool](t, page, `await (async () => { const r = await fetch("/api/slow", {method: "POST"}); await r.body.getReader().read(); return true })()`)
			children, err := window.Descendants(p.PID())
			if err != nil || len(children) == 0 {
				t.Fatalf("children %v, %v: WebKit's were expected", children, err)
			}
			end(t, s, p)
			if code := leaves(t, p); code != 0 {
				t.Errorf("exit code %d", code)
			}
			for _, child := range children {
				until(t, child.Name+" ends", func() bool { return !window.Alive(child.PID) })
			}
		})
	}

	t.Run("by SIGTERM under an open dialog", func(t *testing.T) {
		s := session(t)
		p, page := open(t, s, binary, t.TempDir())
		wait(t, page, `document.readyState === "complete"`)
		eval[any](t, page, `(window.chosen = fetch("/api/native/choose-folder", {method: "POST", body: JSON.stringify({title: "Pick one"})}), null)`)
		if _, err := s.Tool(patient(t), "xdotool", "search", "--sync", "--onlyvisible", "--name", "^Pick one$"); err != nil {
			t.Fatal(err)
		}
		if status := eval[int](t, page, `(await fetch("/api/native/choose-file", {method: "POST"})).status`); status != 409 {
			t.Errorf("a second dialog got status %d, want 409", status)
		}
		if err := p.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if code := leaves(t, p); code != 0 {
			t.Errorf("exit code %d", code)
		}
	})
}

func TestRemembersItsSize(t *testing.T) {
	binary, s, home := build(t, "./testdata/probe"), session(t), t.TempDir()
	p, page := open(t, s, binary, home)
	wait(t, page, `document.readyState === "complete"`)
	id := strings.Fields(tool(t, s, "xdotool", "search", "--sync", "--onlyvisible", "--name", "^Probe$"))[0]
	tool(t, s, "xdotool", "windowsize", id, "900", "640")
	wait(t, page, `innerWidth === 900 && innerHeight === 640`)
	tool(t, s, "xdotool", "windowsize", id, "100", "100")
	wait(t, page, `innerWidth < 900`)
	if w := eval[int](t, page, `innerWidth`); w < 400 {
		t.Errorf("the window shrank to %d", w)
	}
	tool(t, s, "xdotool", "windowsize", id, "900", "640")
	wait(t, page, `innerWidth === 900 && innerHeight === 640`)
	closeWindow(t, s, "Probe")
	leaves(t, p)
	_, page = open(t, s, binary, home)
	wait(t, page, `document.readyState === "complete" && innerWidth === 900 && innerHeight === 640`)
}

func TestComesToTheFront(t *testing.T) {
	binary, s := build(t, "./testdata/probe"), session(t)
	_, page := open(t, s, binary, t.TempDir())
	wait(t, page, `document.readyState === "complete"`)
	id := strings.Fields(tool(t, s, "xdotool", "search", "--sync", "--onlyvisible", "--name", "^Probe$"))[0]
	eval[any](t, page, `(addEventListener("steward:show", () => { window.shown = true; document.getElementById("line").focus() }), null)`)
	tool(t, s, "xdotool", "windowminimize", "--sync", id)
	eval[int](t, page, `(await fetch("/api/native/show", {method: "POST"})).status`)
	until(t, "the window is active", func() bool {
		active, err := s.Tool(patient(t), "xdotool", "getactivewindow")
		return err == nil && active == id
	})
	wait(t, page, `window.shown === true && document.activeElement.id === "line"`)
	tool(t, s, "xdotool", "type", "typed at once")
	wait(t, page, `document.getElementById("line").value === "typed at once"`)
}

func TestNeedsADisplay(t *testing.T) {
	cmd := exec.Command(build(t, "./testdata/probe"))
	for _, display := range []string{"", ":4091"} {
		cmd = exec.Command(cmd.Path)
		cmd.Env = append(os.Environ(), "DISPLAY="+display, "WAYLAND_DISPLAY=")
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != 3 || !strings.Contains(string(out), "no display") {
			t.Errorf("DISPLAY=%q: %v: %s", display, err, out)
		}
	}
}

func TestInspectorStaysShut(t *testing.T) {
	binary, s := build(t, "./testdata/probe"), session(t)
	p, err := s.Launch(logWriter{t}, binary, nil, "STEWARD_WINDOW_TEST=0", "STEWARD_HOME="+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	tool(t, s, "xdotool", "search", "--sync", "--onlyvisible", "--name", "^Probe$")
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if page, err := window.Inspect(ctx, p.Inspector); err == nil {
		_ = page.Close()
		t.Error("any program on this computer could look into the window")
	}
}

func tool(t *testing.T, s *window.Session, name string, args ...string) string {
	t.Helper()
	out, err := s.Tool(patient(t), name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// closeWindow asks the window manager to close the window, as its button does.
func closeWindow(t *testing.T, s *window.Session, title string) {
	t.Helper()
	id := strings.Fields(tool(t, s, "xdotool", "search", "--sync", "--onlyvisible", "--name", "^"+title+"$"))[0]
	tool(t, s, "xdotool", "windowactivate", "--sync", id)
	tool(t, s, "xdotool", "key", "--clearmodifiers", "alt+F4")
}
