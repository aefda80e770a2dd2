package app

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// absent skips where somebody's own model server answers on the default port, which Steward
// would rightly use.
func absent(t *testing.T) {
	t.Helper()
	if c, err := net.DialTimeout("tcp", "127.0.0.1:11434", time.Second); err == nil {
		_ = c.Close()
		t.Skip("an Ollama runs on this computer's default port")
	}
}

func TestOllamaAbsent(t *testing.T) {
	absent(t)
	b := newBench(t, nil)
	b.must(0, "add", b.docs)
	b.must(0, "search", "boiler")
	var a answer
	b.mustJSON(3, &a, "ask", "When is the boiler inspection?")
	if a.Error == nil || a.Error.Part != "runtime" || !strings.Contains(a.Error.Fix, "steward setup") {
		t.Errorf("ask: %+v", a.Error)
	}
	_, errOut := b.must(3, "ask", "When is the boiler inspection?")
	if !strings.Contains(errOut, "model server") || !strings.Contains(errOut, "steward setup") {
		t.Errorf("ask said %q", errOut)
	}
	b.must(0, "ask", "How many mails do I have?") // needs no model
	out, _ := b.must(3, "doctor")
	if !strings.Contains(out, "WRONG  runtime") {
		t.Errorf("doctor said %q", out)
	}
}

func TestModelMissing(t *testing.T) {
	b := newBench(t, &script{models: map[string]bool{"all-minilm:latest": true}})
	b.must(0, "add", b.docs)
	var a answer
	b.mustJSON(3, &a, "ask", "When is the boiler inspection?")
	if a.Error == nil || a.Error.Part != "model" || a.Error.Fix == "" {
		t.Errorf("ask: %+v", a.Error)
	}
	out, _ := b.must(3, "doctor")
	if !strings.Contains(out, "WRONG  model") {
		t.Errorf("doctor said %q", out)
	}
}

func TestModelPrintsNonsense(t *testing.T) {
	for name, s := range map[string]*script{
		"words":         {reply: []string{"purple ", "bananas ", "sing ", "of ", "taxes"}},
		"broken JSON":   {reply: []string{`{"found":"yes","answer":"The moon`, ` is made of`}},
		"a loop":        {reply: strings.Split(strings.Repeat("la la la |", 200), "|")},
		"control codes": {reply: []string{"\x1b[2J\x1b]0;owned\a ", "\u202egnirts"}},
		"not the API":   {raw: "<html>no</html>\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s.models = models()
			b := newBench(t, s)
			b.must(0, "add", b.docs)
			code, out, errOut := b.run("ask", "When is the boiler inspection?")
			switch {
			case code == 0 && !strings.Contains(out, "No source says: ") && name != "a loop":
				t.Errorf("nonsense passed for an answer: %q", out)
			case code != 0 && code != 1 && code != 3:
				t.Errorf("it ended with %d: %q %q", code, out, errOut)
			case name == "not the API" && code != 3:
				t.Errorf("a server that speaks something else ended with %d: %q", code, out)
			}
			if strings.ContainsAny(out+errOut, "\x1b\a\u202e") {
				t.Errorf("the model's control characters reached the terminal: %q", out)
			}
			if strings.Contains(errOut, "panic") || strings.Contains(errOut, "goroutine") {
				t.Errorf("it said %q", errOut)
			}
		})
	}
}

func TestKilledInMidAnswer(t *testing.T) {
	s := &script{models: models(), reply: pieces(goodAnswer), hold: make(chan struct{})}
	b := newBench(t, s)
	b.must(0, "add", b.docs)
	serve, _ := b.serve()
	ask := b.command("ask", "When is the boiler inspection?")
	out, err := ask.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := ask.Start(); err != nil {
		t.Fatal(err)
	}
	some := make([]byte, 1)
	if _, err := out.Read(some); err != nil {
		t.Fatal("nothing streamed:", err)
	}
	children := childrenOf(t, serve.Process.Pid)
	if err := serve.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = serve.Wait()
	_ = ask.Wait()
	if code := ask.ProcessState.ExitCode(); code != 3 {
		t.Errorf("ask ended with %d when its process was killed", code)
	}
	gone := func(what string, ok func() bool) {
		t.Helper()
		for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Errorf("%s", what)
				return
			}
		}
	}
	gone("the model goes on for nobody", func() bool { _, left := s.counts(); return left > 0 })
	for _, pid := range children {
		gone("a child was left", func() bool { return !alive(pid) })
	}
	close(s.hold)
	b.must(0, "search", "boiler", "--keyword-only")
	b.must(0, "ask", "When is the boiler inspection?")
	b.must(0, "doctor")
}

func TestInterrupt(t *testing.T) {
	s := &script{models: models(), reply: pieces(goodAnswer), hold: make(chan struct{})}
	b := newBench(t, s)
	b.must(0, "add", b.docs)
	ask := b.command("ask", "When is the boiler inspection?")
	out, err := ask.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := ask.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal("nothing streamed:", err)
	}
	if err := ask.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = ask.Wait()
	if code := ask.ProcessState.ExitCode(); code != 130 {
		t.Errorf("ask ended with %d", code)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, left := s.counts(); left > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the model goes on for nobody")
		}
	}
}

func TestHomeIsForItsOwnerOnly(t *testing.T) {
	b := newBench(t, nil)
	if err := os.MkdirAll(b.home, 0o755); err != nil {
		t.Fatal(err)
	}
	b.must(0, "add", b.docs)
	err := filepath.WalkDir(b.home, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && path == b.home && info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestHomeThatCannotBeUsed(t *testing.T) {
	b := newBench(t, nil)
	b.home = b.write("file", "x")
	_, errOut := b.must(3, "search", "x")
	if !strings.Contains(errOut, b.home) || !strings.Contains(errOut, homeVariable) {
		t.Errorf("it said %q", errOut)
	}
}
