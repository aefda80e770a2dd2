package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"
)

// recorder stands between Steward and Ollama: it passes everything on at once and keeps
// the bodies of chat calls.
type recorder struct {
	target *url.URL
	proxy  *httputil.ReverseProxy

	mu    sync.Mutex
	calls []*chat
}

// chat is one recorded call, its body as it was sent.
type chat struct {
	path string
	body []byte
}

func newRecorder(target string) (*recorder, error) {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q is no address of an Ollama server", target)
	}
	p := &httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(u) },
		ErrorLog:      log.New(io.Discard, "", 0), // a call that Steward gave up is no news
	}
	return &recorder{target: u, proxy: p}, nil
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.URL.Path == "/api/chat" || req.URL.Path == "/api/generate" {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
		// A call without messages only loads or unloads a model.
		if c := (&chat{req.URL.Path, body}); len(c.messages()) > 0 {
			r.mu.Lock()
			r.calls = append(r.calls, c)
			r.mu.Unlock()
		}
	}
	r.proxy.ServeHTTP(w, req)
}

// taken gives the calls since the last time and forgets them.
func (r *recorder) taken() []*chat {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := r.calls
	r.calls = nil
	return calls
}

// message is one turn of a chat call.
type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

func (c *chat) messages() []message {
	var body struct {
		Messages []message `json:"messages"`
		Prompt   string    `json:"prompt"`
	}
	_ = json.Unmarshal(c.body, &body) // what is no call has no messages
	if body.Prompt != "" {
		body.Messages = append(body.Messages, message{"user", body.Prompt})
	}
	return body.Messages
}

// filler is read into the model's cache before a cold call; it shares no beginning with
// any prompt of Steward's.
const filler = "Zebras graze where the tall grass grows, and the river runs slowly past the old mill before it reaches the sea."

// prime brings the model's cache into a known state with a call of one token: with the
// pattern's system prompt when warm, with something else when not. The options are the
// pattern's own, since others would load the model anew.
func (r *recorder) prime(ctx context.Context, pattern *chat, warm bool) error {
	var body map[string]any
	if err := json.Unmarshal(pattern.body, &body); err != nil {
		return err
	}
	delete(body, "format")
	options, _ := body["options"].(map[string]any)
	options = maps.Clone(options)
	if options == nil {
		options = map[string]any{}
	}
	options["num_predict"] = 1
	body["options"] = options
	messages := []message{{"system", filler}, {"user", filler}}
	if system := pattern.messages()[0]; warm && system.Role == "system" {
		messages = []message{system, {"user", "."}}
	}
	if pattern.path == "/api/generate" {
		return errors.New("the calls go to /api/generate, whose prefix this benchmark cannot prime")
	}
	body["messages"] = messages
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = r.send(ctx, &chat{pattern.path, text})
	return err
}

// reply is what calls cost; first is the time to the first text that is not blank.
type reply struct {
	first, end    time.Duration
	prompt, reply int
}

// bare sends the calls straight to the server, one after the other.
func (r *recorder) bare(ctx context.Context, calls []*chat) (reply, error) {
	var sum reply
	start := time.Now()
	for i, c := range calls {
		one, err := r.send(ctx, c)
		if err != nil {
			return sum, err
		}
		if i == 0 {
			sum.first = one.first
		}
		sum.prompt += one.prompt
		sum.reply += one.reply
	}
	sum.end = time.Since(start)
	return sum, nil
}

func (r *recorder) send(ctx context.Context, c *chat) (reply, error) {
	var out reply
	start := time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.target.JoinPath(c.path).String(), bytes.NewReader(c.body))
	if err != nil {
		return out, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return out, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(resp.Body, 2048))
		return out, fmt.Errorf("ollama: %s: %s", resp.Status, bytes.TrimSpace(said))
	}
	for d := json.NewDecoder(resp.Body); ; {
		var line struct {
			Message  message `json:"message"`
			Response string  `json:"response"`
			Error    string  `json:"error"`
			Done     bool    `json:"done"`
			Prompt   int     `json:"prompt_eval_count"`
			Reply    int     `json:"eval_count"`
		}
		if err := d.Decode(&line); err != nil {
			return out, fmt.Errorf("ollama's stream broke off: %w", err)
		}
		if line.Error != "" {
			return out, fmt.Errorf("ollama: %s", line.Error)
		}
		if out.first == 0 && strings.TrimSpace(line.Message.Content+line.Response) != "" {
			out.first = time.Since(start)
		}
		if line.Done {
			out.end, out.prompt, out.reply = time.Since(start), line.Prompt, line.Reply
			return out, nil
		}
	}
}
