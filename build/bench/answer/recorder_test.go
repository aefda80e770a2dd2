package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// server keeps what it is sent and answers as Ollama's chat does.
type server struct {
	mu     sync.Mutex
	bodies []string
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.bodies = append(s.bodies, string(body))
	s.mu.Unlock()
	fmt.Fprintln(w, `{"message":{"role":"assistant","content":" "},"done":false}`)
	fmt.Fprintln(w, `{"message":{"role":"assistant","content":"word"},"done":false}`)
	fmt.Fprintln(w, `{"message":{"role":"assistant","content":""},"done":true,"prompt_eval_count":12,"eval_count":2}`)
}

func TestTheBareSideReplaysTheRecordedBytes(t *testing.T) {
	s := &server{}
	target := httptest.NewServer(s)
	defer target.Close()
	rec, err := newRecorder(target.URL)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(rec)
	defer front.Close()
	post := func(path, body string) {
		resp, err := http.Post(front.URL+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if text, _ := io.ReadAll(resp.Body); !strings.Contains(string(text), "word") {
			t.Errorf("the proxy gave %q", text)
		}
		resp.Body.Close()
	}
	const call = `{"model":"m",  "messages":[{"role":"system","content":"S"},{"role":"user","content":"Q"}],"format":{"type":"object"},"options":{"num_ctx":2048,"num_predict":64}}`
	post("/api/chat", `{"model":"m"}`) // loads the model only
	post("/api/chat", call)
	post("/api/embed", `{"model":"m","input":["x"]}`)
	calls := rec.taken()
	if len(calls) != 1 {
		t.Fatalf("recorded %d calls, want the one chat", len(calls))
	}
	s.bodies = nil
	got, err := rec.bare(t.Context(), calls)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.bodies) != 1 || s.bodies[0] != call {
		t.Errorf("the bare side sent %q", s.bodies)
	}
	if got.prompt != 12 || got.reply != 2 || got.first <= 0 || got.end < got.first {
		t.Errorf("the bare side reports %+v", got)
	}

	for _, warm := range []bool{true, false} {
		s.bodies = nil
		if err := rec.prime(t.Context(), calls[0], warm); err != nil {
			t.Fatal(err)
		}
		var primed struct {
			Messages []message
			Format   json.RawMessage
			Options  map[string]int
		}
		if err := json.Unmarshal([]byte(s.bodies[0]), &primed); err != nil {
			t.Fatal(err)
		}
		if same := primed.Messages[0].Content == "S"; same != warm {
			t.Errorf("warm %v: the system prompt was %q", warm, primed.Messages[0].Content)
		}
		if primed.Format != nil || primed.Options["num_ctx"] != 2048 || primed.Options["num_predict"] != 1 {
			t.Errorf("priming sent format %s, options %v", primed.Format, primed.Options)
		}
	}
}
