package app

import (
	"encoding/json"
	"hash/fnv"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// script is a model server that speaks Ollama's API and says what a test wrote down. Its
// vectors are counts of words, so that near texts are near.
type script struct {
	mu sync.Mutex
	// models are its models by name; true are embedding models.
	models map[string]bool
	// reply are the pieces of each answer's content, sent one by one.
	reply []string
	// raw, when set, is sent instead of an answer.
	raw string
	// hold, when set, keeps an answer in its middle until the client leaves or it is closed.
	hold chan struct{}
	// holdReady, when set, keeps the getting ready of the model until the client leaves.
	holdReady bool
	// chats counts the answers begun, left those whose client went away in the middle;
	// readying and leftReady count the same of getting ready.
	chats, left, readying, leftReady int
}

func (s *script) start(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	put := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("Ollama is running")) })
	mux.HandleFunc("GET /api/version", func(w http.ResponseWriter, _ *http.Request) { put(w, map[string]string{"version": "0.17.4"}) })
	mux.HandleFunc("GET /api/ps", func(w http.ResponseWriter, _ *http.Request) { put(w, map[string]any{"models": []any{}}) })
	mux.HandleFunc("GET /api/tags", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		list := []any{}
		for name, embeds := range s.models {
			size := 2000
			if embeds {
				size = 1000
			}
			list = append(list, map[string]any{"name": name, "model": name, "size": size})
		}
		put(w, map[string]any{"models": list})
	})
	mux.HandleFunc("POST /api/show", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Model string }
		_ = json.NewDecoder(r.Body).Decode(&in)
		s.mu.Lock()
		embeds, ok := s.models[in.Model]
		s.mu.Unlock()
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			put(w, map[string]string{"error": "model '" + in.Model + "' not found"})
			return
		}
		capability := "completion"
		if embeds {
			capability = "embedding"
		}
		put(w, map[string]any{"details": map[string]any{"parameter_size": "1B"}, "capabilities": []string{capability}})
	})
	mux.HandleFunc("POST /api/embed", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Input any }
		_ = json.NewDecoder(r.Body).Decode(&in)
		vectors := [][]float64{}
		switch v := in.Input.(type) {
		case string:
			vectors = append(vectors, wordVector(v))
		case []any:
			for _, text := range v {
				vectors = append(vectors, wordVector(text.(string)))
			}
		}
		put(w, map[string]any{"model": "embed", "embeddings": vectors})
	})
	mux.HandleFunc("POST /api/chat", s.chat)
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}

func (s *script) chat(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Options struct {
			NumPredict int `json:"num_predict"`
		}
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	s.mu.Lock()
	reply, raw, hold := s.reply, s.raw, s.hold
	ready, held := in.Options.NumPredict == 1, s.holdReady // the model is only got ready
	if ready {
		s.readying++
		reply, hold = []string{"{"}, nil
	} else {
		s.chats++
	}
	s.mu.Unlock()
	if ready && held {
		<-r.Context().Done()
		s.mu.Lock()
		s.leftReady++
		s.mu.Unlock()
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	if raw != "" {
		_, _ = w.Write([]byte(raw))
		return
	}
	line := func(v map[string]any) {
		v["model"], v["created_at"] = "chat", time.Unix(0, 0)
		_ = json.NewEncoder(w).Encode(v)
		_ = http.NewResponseController(w).Flush()
	}
	for i, piece := range reply {
		line(map[string]any{"message": map[string]string{"role": "assistant", "content": piece}, "done": false})
		if hold != nil && i == len(reply)/2 {
			select {
			case <-hold:
			case <-r.Context().Done():
				s.mu.Lock()
				s.left++
				s.mu.Unlock()
				return
			}
		}
	}
	line(map[string]any{
		"message": map[string]string{"role": "assistant", "content": ""}, "done": true, "done_reason": "stop",
		"prompt_eval_count": 10, "eval_count": len(reply),
	})
}

func (s *script) counts() (chats, left int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.chats, s.left
}

func (s *script) readyCounts() (begun, left int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.readying, s.leftReady
}

func wordVector(text string) []float64 {
	v := make([]float64, 64)
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r < 'a' || r > 'z' }) {
		h := fnv.New32a()
		_, _ = h.Write([]byte(word))
		v[h.Sum32()%64]++
	}
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	for i := range v {
		if sum > 0 {
			v[i] /= math.Sqrt(sum)
		}
	}
	return v
}
