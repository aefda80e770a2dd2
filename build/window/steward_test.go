//go:build windowtest

package window_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"steward/build/window"
)

// Looking into the page: its parts lie in shadow roots, so these look through them.
const looking = `(() => {
	const all = (root, out = []) => { for (const e of root.querySelectorAll("*")) { out.push(e); if (e.shadowRoot) all(e.shadowRoot, out) } return out };
	window.find = (selector) => all(document).filter((e) => e.matches(selector));
	window.reads = (root = document.body) => { let s = ""; const walk = (n) => { if (n.nodeType === 3) s += n.data + " ";
		if (n.nodeType === 1 && n.localName === "style") return;
		for (const c of (n.shadowRoot ?? n).childNodes) walk(c); }; walk(root); return s.replace(/\s+/g, " ") };
	window.focused = () => { let e = document.activeElement; while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement; return e };
	return true })()`

// answerPatience is for a small model on a busy machine.
const answerPatience = 10 * time.Minute

func productBinary(t *testing.T) string {
	t.Helper()
	binary := os.Getenv("STEWARD_BINARY")
	if binary == "" {
		t.Fatal("STEWARD_BINARY names no program: run build/window/test")
	}
	return binary
}

func picture(t *testing.T, s *window.Session, name string) {
	t.Helper()
	dir := os.Getenv("STEWARD_ARTEFACTS")
	if dir == "" {
		dir = t.TempDir()
	}
	if err := s.Picture(patient(t), filepath.Join(dir, "window-"+name+".png")); err != nil {
		t.Error(err)
	}
}

// ownRuntime makes Steward start its own model server, from the models already got.
func ownRuntime(t *testing.T) []string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	if c, err := net.DialTimeout("tcp", "127.0.0.1:11434", time.Second); err == nil {
		_ = c.Close() // asked nothing
		t.Skip("a model server of the person's listens on Ollama's port and would be used instead of Steward's own")
	}
	return []string{"XDG_CACHE_HOME=" + cache, "OLLAMA_HOST=", "LANG=C.UTF-8"}
}

// walker goes through the window by keyboard alone.
type walker struct {
	t    *testing.T
	s    *window.Session
	page *window.Page
}

func (w walker) press(keys ...string) {
	w.t.Helper()
	tool(w.t, w.s, "xdotool", append([]string{"key", "--clearmodifiers"}, keys...)...)
}

func (w walker) write(text string) {
	w.t.Helper()
	tool(w.t, w.s, "xdotool", "type", "--delay", "8", text)
}

// tabTo presses Tab until what has the focus satisfies a condition on e.
func (w walker) tabTo(condition string) {
	w.t.Helper()
	for range 80 {
		if eval[bool](w.t, w.page, `!!((e) => `+condition+`)(focused())`) {
			return
		}
		w.press("Tab")
		time.Sleep(30 * time.Millisecond) // the key goes by way of the X server
	}
	w.t.Fatalf("Tab does not reach %s; the last is %q", condition, eval[string](w.t, w.page, `focused()?.outerHTML.slice(0, 200) ?? ""`))
}

func (w walker) button(name string) {
	w.t.Helper()
	w.tabTo(`e?.localName === "button" && e.textContent.trim() === "` + name + `"`)
	w.press("Return")
}

func (w walker) heading(text string) {
	w.t.Helper()
	wait(w.t, w.page, `find("h1").some((e) => e.textContent.trim() === "`+text+`")`)
}

// TestFirstRunToAnswer is a person's first minutes, in the production binary: from the
// welcome to an answer and its source, without touching the mouse.
func TestFirstRunToAnswer(t *testing.T) {
	env := ownRuntime(t)
	s, home, notes := session(t), t.TempDir(), filepath.Join(t.TempDir(), "House")
	if err := os.MkdirAll(notes, 0o755); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"boiler.md":  "# Boiler\n\nThe boiler was serviced on 3 March 2026 by Anna Berg. She replaced the pump.\n\nThe next service is due in September 2027.\n",
		"travel.txt": "Packing list for Lisbon.\n\nPassport, charger, the blue notebook, sunscreen.\n",
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(notes, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	program, page := open(t, s, productBinary(t), home, env...)
	wait(t, page, `document.title === "Steward" && performance.getEntriesByName("first-contentful-paint").length > 0`)
	wait(t, page, looking)
	w := walker{t, s, page}

	w.heading("Your files and mail, answered")
	tool(t, s, "xdotool", "search", "--sync", "--onlyvisible", "--name", "^Steward$")
	main := tool(t, s, "xdotool", "getactivewindow")
	picture(t, s, "1-welcome")
	w.button("Continue")

	w.heading("What may Steward read?")
	w.button("Choose another folder…")
	until(t, "the system's folder dialog has the focus", func() bool {
		active, err := s.Tool(patient(t), "xdotool", "getactivewindow")
		return err == nil && active != main
	})
	time.Sleep(300 * time.Millisecond) // the dialog takes keys a little later than the focus
	w.write(notes)
	picture(t, s, "2-folder-dialog")
	w.press("Return")
	wait(t, page, `reads().includes("`+notes+`")`)
	picture(t, s, "3-folders")
	w.button("Continue")

	w.heading("Which model answers?")
	t.Cleanup(func() {
		if t.Failed() {
			picture(t, s, "failed")
		}
	})
	if err := page.Wait(lasting(t, answerPatience), `(await (await fetch("/api/status")).json()).runtime.state === "ready"`); err != nil {
		t.Fatalf("%v; no model is ready: %s", err, eval[string](t, page, `JSON.stringify((await (await fetch("/api/status")).json()).runtime)`))
	}
	wait(t, page, `find("button").some((e) => e.textContent.trim() === "Continue")`)
	picture(t, s, "4-model")
	w.button("Continue")
	w.heading("Ready")
	w.button("Start using Steward")

	wait(t, page, `find("nav").length > 0 && find("main").length > 0 && find("header").length > 0`)
	if err := page.Wait(lasting(t, answerPatience), `(await (await fetch("/api/status")).json()).index.documents >= 2`); err != nil {
		t.Fatal(err)
	}
	picture(t, s, "5-home")

	w.press("slash")
	wait(t, page, `focused()?.name === "question"`)
	w.write("Who serviced the boiler?")
	w.press("Return")
	const answered = `find("steward-ask").length > 0 && find("button").some((e) => e.textContent.trim() === "Ask again")`
	if err := page.Wait(lasting(t, answerPatience), `find("button.source").length > 0 || `+answered); err != nil {
		t.Fatal(err)
	}
	if !eval[bool](t, page, `find("button.source").length > 0`) {
		t.Error("the passages found are not shown beside the answer")
	}
	picture(t, s, "6-passages")
	if err := page.Wait(lasting(t, answerPatience), answered); err != nil {
		t.Fatal(err)
	}
	if text := eval[string](t, page, `reads(find("steward-ask")[0])`); !strings.Contains(text, "Anna Berg") {
		t.Errorf("the answer does not name Anna Berg: %s", text)
	}
	picture(t, s, "7-answer")

	w.tabTo(`e?.matches("button.source, button.cite")`)
	w.press("Return")
	wait(t, page, `find("steward-reader .target").length + find(".target").length > 0`)
	if text := eval[string](t, page, `find(".target")[0].textContent`); !strings.Contains(text, "Anna Berg") {
		t.Errorf("the source opened at another passage: %s", text)
	}
	picture(t, s, "8-source")
	w.press("Escape")
	wait(t, page, `find("steward-reader").length === 0`)

	eval[int](t, page, `await (async () => { const s = await (await fetch("/api/settings")).json();
		return (await fetch("/api/settings", {method: "PUT", headers: {"Content-Type": "application/json"}, body: JSON.stringify({...s, locale: "zh-Hans", theme: "dark"})})).status })()`)
	wait(t, page, `document.documentElement.lang === "zh-Hans" && reads().includes("设置")`)
	time.Sleep(300 * time.Millisecond) // colours may fade
	picture(t, s, "9-dark-chinese")

	children, err := window.Descendants(program.PID())
	if err != nil {
		t.Fatal(err)
	}
	if !owns(children) {
		t.Errorf("no model server among %v", children)
	}
	tool(t, s, "xdotool", "key", "--clearmodifiers", "alt+F4")
	if code := leaves(t, program); code != 0 {
		t.Errorf("exit code %d", code)
	}
	gone(t, children)
}

// TestKilledLeavesNothing kills the program as the system does when memory runs out.
func TestKilledLeavesNothing(t *testing.T) {
	env := ownRuntime(t)
	s := session(t)
	program, page := open(t, s, productBinary(t), t.TempDir(), env...)
	wait(t, page, `document.title === "Steward"`)
	var children []window.Process
	until(t, "Steward's own model server runs", func() bool {
		var err error
		children, err = window.Descendants(program.PID())
		return err == nil && owns(children)
	})
	if err := program.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if code := leaves(t, program); code != -1 {
		t.Errorf("exit code %d, want a death by signal", code)
	}
	gone(t, children)
}

// TestStartsOnce starts Steward a second time on the same home.
func TestStartsOnce(t *testing.T) {
	s, home := session(t), t.TempDir()
	_, page := open(t, s, productBinary(t), home)
	wait(t, page, `document.title === "Steward" && (await fetch("/api/status")).ok`)
	first := tool(t, s, "xdotool", "search", "--sync", "--onlyvisible", "--name", "^Steward$")
	tool(t, s, "xdotool", "windowminimize", "--sync", first)
	second, err := s.Launch(logWriter{t}, productBinary(t), nil, "STEWARD_HOME="+home)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(second.Kill)
	if code := leaves(t, second); code != 0 {
		t.Errorf("the second start: exit code %d", code)
	}
	until(t, "the first window is in front", func() bool {
		active, err := s.Tool(patient(t), "xdotool", "getactivewindow")
		return err == nil && active == first
	})
}

func owns(processes []window.Process) bool {
	for _, p := range processes {
		if strings.HasPrefix(p.Name, "ollama") {
			return true
		}
	}
	return false
}

func gone(t *testing.T, processes []window.Process) {
	t.Helper()
	for _, p := range processes {
		until(t, p.Name+" ends", func() bool { return !window.Alive(p.PID) })
	}
}

func lasting(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}
