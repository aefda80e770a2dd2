package ollama

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"steward/agent"
)

func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == SuperviseCommand:
		os.Exit(Supervise(os.Args[2:]))
	case os.Getenv("STEWARD_TEST_PARENT") != "":
		parent(os.Getenv("STEWARD_TEST_PARENT"))
	}
	os.Exit(m.Run())
}

// wire is a server that speaks the API's wire format and answers a chat as told.
func wire(t *testing.T, chat http.HandlerFunc) *Client {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/show", func(w http.ResponseWriter, r *http.Request) {
		var req struct{ Model string }
		_ = json.NewDecoder(r.Body).Decode(&req)
		switch req.Model {
		case "absent":
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"error":"model 'absent' not found"}`)
		case "elsewhere":
			_, _ = io.WriteString(w, `{"remote_host":"https://example.org","capabilities":["completion"]}`)
		case "thinker":
			_, _ = io.WriteString(w, `{"details":{"family":"qwen3"},"capabilities":["completion","thinking"]}`)
		case "vectors":
			_, _ = io.WriteString(w, `{"details":{"family":"bert"},"capabilities":["embedding"]}`)
		default:
			_, _ = io.WriteString(w, `{"details":{"family":"qwen2"},"capabilities":["completion"]}`)
		}
	})
	if chat != nil {
		mux.HandleFunc("POST /api/chat", chat)
	}
	mux.HandleFunc("POST /api/embed", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"embeddings":[[1,0]]}`)
	})
	mux.HandleFunc("GET /api/version", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"version":"0.17.4"}`)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	c, err := New(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func piece(w http.ResponseWriter, text string) {
	_, _ = fmt.Fprintf(w, `{"message":{"role":"assistant","content":%q},"done":false}`+"\n", text)
	w.(http.Flusher).Flush()
}

const last = `{"message":{"role":"assistant","content":""},"done":true,"prompt_eval_count":7,"eval_count":2}` + "\n"

func ask() agent.Call {
	return agent.Call{Messages: []agent.Message{{Role: "user", Content: "Which day?"}}}
}

func unavailable(t *testing.T, err error, part string) {
	t.Helper()
	var u *agent.Unavailable
	if !errors.As(err, &u) || u.Part != part || u.Reason == "" || u.Fix == "" {
		t.Fatalf("got %v, want an *agent.Unavailable of part %q with reason and fix", err, part)
	}
}

func TestChatStreams(t *testing.T) {
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		var req struct {
			Options map[string]any
			Format  json.RawMessage
		}
		_ = json.NewDecoder(r.Body).Decode(&req)
		if req.Options["num_predict"] != 256.0 || req.Options["num_ctx"] != 4096.0 || string(req.Format) != `{"type":"object"}` {
			t.Errorf("sent options %v and format %s", req.Options, req.Format)
		}
		piece(w, "On ")
		piece(w, "Monday.")
		_, _ = io.WriteString(w, last)
	})
	call := ask()
	call.Schema = json.RawMessage(`{"type":"object"}`)
	var got []string
	usage, err := c.Chat("chat").Chat(t.Context(), call, func(s string) error { got = append(got, s); return nil })
	if err != nil || strings.Join(got, "|") != "On |Monday." || usage.PromptTokens != 7 || usage.ReplyTokens != 2 {
		t.Fatalf("got %q, %+v, %v", got, usage, err)
	}
}

func TestChatFailures(t *testing.T) {
	ignore := func(string) error { return nil }
	t.Run("model is absent", func(t *testing.T) {
		_, err := wire(t, nil).Chat("absent").Chat(t.Context(), ask(), ignore)
		unavailable(t, err, "model")
	})
	t.Run("model runs elsewhere", func(t *testing.T) {
		c := wire(t, func(http.ResponseWriter, *http.Request) { t.Error("the prompt was sent") })
		_, err := c.Chat("elsewhere").Chat(t.Context(), ask(), ignore)
		unavailable(t, err, "model")
	})
	t.Run("model makes vectors", func(t *testing.T) {
		c := wire(t, func(http.ResponseWriter, *http.Request) { t.Error("the prompt was sent") })
		_, err := c.Chat("vectors").Chat(t.Context(), ask(), ignore)
		unavailable(t, err, "model")
	})
	t.Run("server is absent", func(t *testing.T) {
		c, err := New("127.0.0.1:1")
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Chat("chat").Chat(t.Context(), ask(), ignore)
		unavailable(t, err, "runtime")
	})
	t.Run("stream is cut between lines", func(t *testing.T) {
		c := wire(t, func(w http.ResponseWriter, _ *http.Request) { piece(w, "On ") })
		_, err := c.Chat("chat").Chat(t.Context(), ask(), ignore)
		unavailable(t, err, "runtime")
	})
	t.Run("connection is cut in a line", func(t *testing.T) {
		c := wire(t, func(w http.ResponseWriter, _ *http.Request) {
			piece(w, "On ")
			_, _ = io.WriteString(w, `{"message":{"content":"Mon`)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		})
		_, err := c.Chat("chat").Chat(t.Context(), ask(), ignore)
		if err == nil {
			t.Fatal("half a reply passed for a whole one")
		}
	})
	t.Run("server reports an error in the stream", func(t *testing.T) {
		c := wire(t, func(w http.ResponseWriter, _ *http.Request) {
			piece(w, "On ")
			_, _ = io.WriteString(w, `{"error":"out of memory"}`+"\n")
		})
		_, err := c.Chat("chat").Chat(t.Context(), ask(), ignore)
		if err == nil || !strings.Contains(err.Error(), "out of memory") {
			t.Fatalf("got %v", err)
		}
	})
	t.Run("server speaks no API", func(t *testing.T) {
		c := wire(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>hello</html>\n") })
		_, err := c.Chat("chat").Chat(t.Context(), ask(), ignore)
		if err == nil {
			t.Fatal("a page of HTML passed for a reply")
		}
	})
	t.Run("caller refuses a token", func(t *testing.T) {
		gone := make(chan struct{})
		c := wire(t, func(w http.ResponseWriter, r *http.Request) {
			piece(w, "On ")
			<-r.Context().Done()
			close(gone)
		})
		enough := errors.New("enough")
		_, err := c.Chat("chat").Chat(t.Context(), ask(), func(string) error { return enough })
		if !errors.Is(err, enough) {
			t.Fatalf("got %v", err)
		}
		<-gone // the server's work was stopped
	})
	t.Run("server redirects", func(t *testing.T) {
		c := wire(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://example.org/", http.StatusTemporaryRedirect)
		})
		_, err := c.Chat("chat").Chat(t.Context(), ask(), ignore)
		if err == nil || !strings.Contains(err.Error(), "refused") {
			t.Fatalf("got %v", err)
		}
	})
}

func TestChatCancel(t *testing.T) {
	gone := make(chan struct{})
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		piece(w, "On ")
		<-r.Context().Done()
		close(gone)
	})
	ctx, cancel := context.WithCancel(t.Context())
	_, err := c.Chat("chat").Chat(ctx, ask(), func(string) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	<-gone
}

func TestChatQueues(t *testing.T) {
	var running, most atomic.Int32
	c := wire(t, func(w http.ResponseWriter, _ *http.Request) {
		now := running.Add(1)
		most.Store(max(most.Load(), now))
		piece(w, "On ")
		running.Add(-1)
		_, _ = io.WriteString(w, last)
	})
	done := make(chan error)
	for range 8 {
		go func() {
			_, err := c.Chat("chat").Chat(t.Context(), ask(), func(string) error { return nil })
			done <- err
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if most.Load() != 1 {
		t.Errorf("%d calls ran at once", most.Load())
	}
	release, err := c.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Chat("chat").Chat(ctx, ask(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled call in the queue got %v", err)
	}
	if _, err := c.Embedder("vectors").Embed(t.Context(), []string{"one question"}); err != nil {
		t.Errorf("a question's vector waited for the chat: %v", err)
	}
}

func TestThinkingIsTurnedOff(t *testing.T) {
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		var req struct{ Think *bool }
		_ = json.NewDecoder(r.Body).Decode(&req)
		if req.Think == nil || *req.Think {
			t.Errorf("think was sent as %v", req.Think)
		}
		_, _ = io.WriteString(w, last)
	})
	if _, err := c.Chat("thinker").Chat(t.Context(), ask(), nil); err != nil {
		t.Fatal(err)
	}
}

func TestEmbedCountsVectors(t *testing.T) {
	c := wire(t, nil)
	if v, err := c.Embedder("vectors").Embed(t.Context(), []string{"a"}); err != nil || len(v) != 1 {
		t.Fatalf("got %v, %v", v, err)
	}
	if _, err := c.Embedder("vectors").Embed(t.Context(), []string{"a", "b"}); err == nil {
		t.Fatal("one vector passed for two")
	}
	if v, err := c.Embedder("vectors").Embed(t.Context(), nil); err != nil || len(v) != 0 {
		t.Fatalf("no texts gave %v, %v", v, err)
	}
}

func TestParseHost(t *testing.T) {
	for in, want := range map[string]string{
		"":                           "http://127.0.0.1:11434",
		"localhost":                  "http://localhost:11434",
		":11500":                     "http://127.0.0.1:11500",
		"0.0.0.0:11500":              "http://127.0.0.1:11500",
		"[::]:11434":                 "http://127.0.0.1:11434",
		"[::1]":                      "http://[::1]:11434",
		"http://example.org":         "http://example.org:80",
		"https://example.org/ollama": "https://example.org:443/ollama",
		"example.org:99999":          "",
		"ftp://example.org":          "",
		"a b":                        "",
		"someone@example.org":        "",
	} {
		u, err := parseHost(in)
		if (err != nil) != (want == "") || err == nil && u.String() != want {
			t.Errorf("parseHost(%q) = %v, %v; want %q", in, u, err, want)
		}
	}
}

func TestFind(t *testing.T) {
	c := wire(t, nil)
	t.Setenv("OLLAMA_HOST", c.Endpoint())
	found, err := Find(t.Context(), "")
	if err != nil || found.Endpoint() != c.Endpoint() || !found.Local() {
		t.Fatalf("OLLAMA_HOST led to %v, %v", found, err)
	}
	_, err = Find(t.Context(), "127.0.0.1:1") // a setting that does not answer is not passed over
	unavailable(t, err, "runtime")
	_, err = Find(t.Context(), "not an address")
	unavailable(t, err, "runtime")
}

func TestSameName(t *testing.T) {
	for _, pair := range [][2]string{{"all-minilm", "all-minilm:latest"}, {"Qwen3:4b", "qwen3:4b"}, {"host:80/a/b", "host:80/a/b:latest"}} {
		if !SameName(pair[0], pair[1]) {
			t.Errorf("%q and %q are one model", pair[0], pair[1])
		}
	}
	if SameName("qwen3:4b", "qwen3") {
		t.Error("qwen3 is qwen3:latest and not qwen3:4b")
	}
}

func TestCutKeepsRunes(t *testing.T) {
	for n := range 8 {
		if got := cut("aé世界", n); !strings.HasPrefix("aé世界", got) || len(got) > n || strings.ToValidUTF8(got, "?") != got {
			t.Errorf("cut to %d bytes gave %q", n, got)
		}
	}
}
