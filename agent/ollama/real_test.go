//go:build unix

package ollama

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"steward/agent"
)

const (
	smallModel = "qwen2.5-coder:0.5b"
	embedModel = "all-minilm"
)

var background = context.Background()

// installed is the real ollama that build/setup got, and its models.
func installed(t *testing.T) (binary, models string) {
	t.Helper()
	if os.Getenv("STEWARD_REAL") == "" {
		t.Skip("needs a real Ollama: set STEWARD_REAL=1")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	models = filepath.Join(cache, "steward", "models")
	if own, err := exec.LookPath("ollama"); err == nil {
		return own, models
	}
	built, _ := filepath.Glob(filepath.Join(cache, "steward", "runtime", "*", "ollama"))
	for _, binary := range built {
		if exec.Command(binary, "--version").Run() == nil {
			return binary, models
		}
	}
	t.Fatal("no ollama is installed: run the tests of build/setup first")
	return "", ""
}

func start(t *testing.T) *Server {
	t.Helper()
	binary, models := installed(t)
	dir := t.TempDir()
	s, err := Start(t.Context(), ServerConfig{Binary: binary, Models: models, Home: dir, Log: filepath.Join(dir, "log")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Stop()
		if t.Failed() {
			t.Log(s.LogTail(4000))
		}
	})
	return s
}

func say(system, user string) []agent.Message {
	return []agent.Message{{Role: "system", Content: system}, {Role: "user", Content: user}}
}

// TestRealModel holds the real model to each sentence of agent.Model's contract.
func TestRealModel(t *testing.T) {
	c := start(t).Client()
	m := c.Chat(smallModel)
	if m.Name() != smallModel {
		t.Errorf("the model calls itself %q", m.Name())
	}
	run := func(call agent.Call) (string, agent.Usage) {
		t.Helper()
		var reply strings.Builder
		usage, err := m.Chat(t.Context(), call, func(s string) error { reply.WriteString(s); return nil })
		if err != nil {
			t.Fatal(err)
		}
		return reply.String(), usage
	}

	t.Run("answers, and the same again", func(t *testing.T) {
		call := agent.Call{Messages: say("Answer in one word.", "What is the capital of France?"), Seed: 1}
		first, usage := run(call)
		if !strings.Contains(first, "Paris") || usage.PromptTokens == 0 || usage.ReplyTokens == 0 || usage.Reply == 0 {
			t.Errorf("got %q, %+v", first, usage)
		}
		if again, _ := run(call); again != first {
			t.Errorf("greedy replies differ: %q and %q", first, again)
		}
	})
	t.Run("keeps to a schema", func(t *testing.T) {
		reply, _ := run(agent.Call{
			Messages: say("Choose what to do.", "How many mails came from Ada?"),
			Schema: json.RawMessage(`{"type":"object","properties":{"do":{"type":"string","enum":["count","list"]}},
				"required":["do"],"additionalProperties":false}`),
		})
		var got struct{ Do string }
		if err := json.Unmarshal([]byte(reply), &got); err != nil || got.Do != "count" && got.Do != "list" {
			t.Errorf("got %q: %v", reply, err)
		}
	})
	t.Run("keeps to a number of tokens", func(t *testing.T) {
		_, usage := run(agent.Call{Messages: say("You tell long stories.", "Tell one of a fox."), MaxTokens: 5})
		if usage.ReplyTokens > 5 {
			t.Errorf("%d tokens came instead of 5", usage.ReplyTokens)
		}
	})
	t.Run("stops when cancelled while it writes", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := m.Chat(ctx, agent.Call{Messages: say("You tell long stories.", "Tell one of a fox."), MaxTokens: 2000},
			func(string) error { cancel(); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("stops when cancelled while it reads", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(300*time.Millisecond, cancel)
		long := strings.Repeat("The fox went over the hill and looked at the sea. ", 250)
		_, err := m.Chat(ctx, agent.Call{Messages: say("Summarise.", long)}, func(string) error { return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		run(agent.Call{Messages: say("Answer in one word.", "What is the capital of Italy?")}) // and goes on
	})
	t.Run("says what is missing", func(t *testing.T) {
		_, err := c.Chat("not-there:1b").Chat(t.Context(), ask(), nil)
		unavailable(t, err, "model")
		_, err = c.Embedder("not-there").Embed(t.Context(), []string{"a"})
		unavailable(t, err, "model")
		_, err = c.Embedder(smallModel).Embed(t.Context(), []string{"a"})
		if err != nil {
			unavailable(t, err, "model")
		}
	})
	t.Run("is listed", func(t *testing.T) {
		list, err := c.Models(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		roles := map[string]bool{}
		for _, d := range list {
			roles[d.Name] = d.Embeds
			if d.Bytes == 0 || d.Remote != "" {
				t.Errorf("%+v", d)
			}
		}
		if embeds, ok := roles[smallModel]; !ok || embeds {
			t.Errorf("the chat model is missing or called an embedder: %v", roles)
		}
		if !roles[embedModel+":latest"] {
			t.Errorf("the embedding model is missing or called a chat model: %v", roles)
		}
		if err := c.Unload(t.Context(), smallModel); err != nil {
			t.Error(err)
		}
	})
}

func TestRealEmbedder(t *testing.T) {
	e := start(t).Client().Embedder(embedModel)
	texts := []string{"The invoice is due on Friday.", "Payment must arrive by the end of the week.", "The cat sleeps on the sofa."}
	for len(texts) < 2*embedBatch+1 {
		texts = append(texts, strings.Repeat("word ", 40*len(texts))) // the longest is far beyond what the model reads
	}
	vectors, err := e.Embed(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	if len(vectors) != len(texts) {
		t.Fatalf("%d vectors for %d texts", len(vectors), len(texts))
	}
	dot := func(a, b []float32) (sum float64) {
		for i := range a {
			sum += float64(a[i]) * float64(b[i])
		}
		return sum
	}
	for i, v := range vectors {
		if len(v) != 384 || math.Abs(dot(v, v)-1) > 1e-3 {
			t.Fatalf("vector %d has %d dimensions and length² %v", i, len(v), dot(v, v))
		}
	}
	if near, far := dot(vectors[0], vectors[1]), dot(vectors[0], vectors[2]); near <= far {
		t.Errorf("invoice and payment are %v alike, invoice and cat %v", near, far)
	}
	alone, err := e.Embed(t.Context(), texts[:1])
	if err != nil || dot(alone[0], vectors[0]) < 0.999 {
		t.Errorf("a text alone and in a batch are %v alike, %v", dot(alone[0], vectors[0]), err)
	}
}

// TestRealServerComesBack kills the server in the middle of an answer.
func TestRealServerComesBack(t *testing.T) {
	s := start(t)
	m := s.Client().Chat(smallModel)
	kill := func() {
		for _, pid := range descendants(os.Getpid()) {
			if exe, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/exe"); err == nil && filepath.Base(exe) == "ollama" {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}
	_, err := m.Chat(t.Context(), agent.Call{Messages: say("You tell long stories.", "Tell one of a fox."), MaxTokens: 2000},
		func(string) error { kill(); return nil })
	unavailable(t, err, "runtime")
	for range 600 {
		if _, err = s.Client().Version(t.Context()); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if _, err := m.Chat(t.Context(), ask(), func(string) error { return nil }); err != nil {
		t.Errorf("after the crash: %v", err)
	}
	if state, err := s.State(); state != Ready {
		t.Errorf("state is %v, %v", state, err)
	}
}

func TestRealServerStops(t *testing.T) {
	s := start(t)
	if _, err := s.Client().Chat(smallModel).Chat(t.Context(), agent.Call{Messages: ask().Messages, MaxTokens: 2}, func(string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	pids := descendants(os.Getpid())
	if len(pids) < 3 {
		t.Fatalf("supervisor, server and runner should be running: %v", pids)
	}
	s.Stop()
	awaitGone(t, pids)
	if state, _ := s.State(); state != Stopped {
		t.Errorf("state is %v", state)
	}
}

// TestRealNothingOutlivesAKilledParent: kill -9 of the program that runs the server leaves
// neither the server nor the process that runs the model.
func TestRealNothingOutlivesAKilledParent(t *testing.T) {
	binary, models := installed(t)
	pids := killed(t, binary+"\n"+models+"\n"+t.TempDir())
	if len(pids) < 3 {
		t.Fatalf("supervisor, server and runner should have been running: %v", pids)
	}
	awaitGone(t, pids)
}
