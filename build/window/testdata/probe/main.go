//go:build desktop

// Command probe opens the window of app/desktop on a page of its own, so that the window
// can be tested by itself: what streams, what is cancelled, what the page may not do.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"steward/app/desktop"
)

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Probe</title>
<body><main><h1>Probe</h1><p id="text">The window shows this.</p><input id="line" aria-label="Line">
<a id="out" href="https://example.org/">out</a> <a id="api" href="/api/slow">api</a></main></body></html>`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	err := desktop.Run(ctx, desktop.Options{
		Handler:   handler(),
		Title:     "Probe",
		StateFile: filepath.Join(os.Getenv("STEWARD_HOME"), "window.json"),
		Log:       log,
		OnReady:   func() { log.Info("ready") },
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	log.Info("closed")
}

func handler() http.Handler {
	var begun, ended atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'self'")
		fmt.Fprint(w, page)
	})
	// Ten lines, one each 100 ms.
	mux.HandleFunc("POST /api/lines", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-ndjson")
		for i := range 10 {
			fmt.Fprintf(w, "{\"line\":%d}\n", i)
			w.(http.Flusher).Flush()
			select {
			case <-time.After(100 * time.Millisecond):
			case <-r.Context().Done():
				return
			}
		}
	})
	// A line each 50 ms until the request ends.
	mux.HandleFunc("/api/slow", func(w http.ResponseWriter, r *http.Request) {
		begun.Add(1)
		defer ended.Add(1)
		w.Header().Set("Content-Type", "application/x-ndjson")
		for {
			if _, err := fmt.Fprintln(w, `{"more":true}`); err != nil {
				return
			}
			select {
			case <-time.After(50 * time.Millisecond):
			case <-r.Context().Done():
				return
			}
		}
	})
	// Sends its header, then nothing, as a model does before its first word.
	mux.HandleFunc("/api/silent", func(w http.ResponseWriter, r *http.Request) {
		begun.Add(1)
		defer ended.Add(1)
		w.Header().Set("Content-Type", "application/x-ndjson")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("GET /api/slow/count", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]int64{"begun": begun.Load(), "ended": ended.Load()})
	})
	mux.HandleFunc("GET /api/events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := 0; ; i++ {
			if _, err := fmt.Fprintf(w, "data: {\"app\":%d}\n\n", i); err != nil {
				return
			}
			select {
			case <-time.After(100 * time.Millisecond):
			case <-r.Context().Done():
				return
			}
		}
	})
	// Says what arrived: method, host, headers, body.
	mux.HandleFunc("/api/echo", func(w http.ResponseWriter, r *http.Request) {
		var body json.RawMessage
		_ = json.NewDecoder(r.Body).Decode(&body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Answer", "yes")
		http.SetCookie(w, &http.Cookie{Name: "probe", Value: "1"})
		w.WriteHeader(http.StatusTeapot)
		_ = json.NewEncoder(w).Encode(map[string]any{"method": r.Method, "host": r.Host, "headers": r.Header, "body": body, "query": r.URL.RawQuery})
	})
	// Starts a child in the middle of the answer, as a model server may be.
	mux.HandleFunc("GET /api/child", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, `{"child":1}`)
		child := exec.Command("sleep", "5")
		if err := child.Start(); err != nil {
			fmt.Fprintln(w, err)
			return
		}
		go func() { _ = child.Wait() }()
		fmt.Fprintln(w, `{"child":2}`)
	})
	return mux
}
