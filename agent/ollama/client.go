// Package ollama owns everything said to a model server: finding one, starting and
// supervising our own, and speaking Ollama's API to it. It is the only importer of
// github.com/ollama/ollama/api. It refuses models that run on somebody else's computer,
// and it knows nothing of prompts, passages or people.
package ollama

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/ollama/ollama/api"

	"steward/agent"
)

// KeepAlive is how long a model stays in memory after its last use.
const KeepAlive = 30 * time.Minute

// Client speaks to one server. It is safe for concurrent use; what costs the processor
// (chat and large embeddings) queues, one call at a time.
type Client struct {
	base *url.URL
	api  *api.Client
	http *http.Client
	turn chan struct{} // holds one token: whoever has it may keep the processor busy

	mu    sync.Mutex
	known map[string]Details // models seen by Show, by name
}

// New returns a client of the server at endpoint, which may be given as OLLAMA_HOST is:
// "http://127.0.0.1:11434", "localhost", ":11500". It connects to nothing yet.
func New(endpoint string) (*Client, error) {
	base, err := parseHost(endpoint)
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if isLoopback(base) {
		transport.Proxy = nil
	}
	hc := &http.Client{
		Transport: transport,
		// A redirect could carry a prompt to another machine.
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return errElsewhere
		},
	}
	return &Client{
		base:  base,
		api:   api.NewClient(base, hc),
		http:  hc,
		turn:  make(chan struct{}, 1),
		known: map[string]Details{},
	}, nil
}

// Endpoint is the server's base address.
func (c *Client) Endpoint() string { return c.base.String() }

// Local is true when the server's address is this computer's loopback.
func (c *Client) Local() bool { return isLoopback(c.base) }

// Version asks for the server's version. An absent server is an *agent.Unavailable.
func (c *Client) Version(ctx context.Context) (string, error) {
	v, err := c.api.Version(ctx)
	if err != nil {
		return "", c.explain(ctx, "", err)
	}
	return v, nil
}

// Details is what a server tells about one model.
type Details struct {
	Name       string
	Bytes      int64  // on disk; 0 when it comes from Show
	Parameters string // "1.5B"
	Quantized  string // "Q4_K_M"
	Family     string // "qwen2", "bert"
	// Embeds is true for a model that makes vectors and cannot chat.
	Embeds bool
	Thinks bool
	// Remote names the computer that really runs the model; "" is the server itself.
	Remote string
	// Loaded is true while the model lies in memory.
	Loaded bool
}

// Models lists what the server has, in its order (newest first).
func (c *Client) Models(ctx context.Context) ([]Details, error) {
	list, err := c.api.List(ctx)
	if err != nil {
		return nil, c.explain(ctx, "", err)
	}
	loaded := map[string]bool{}
	if ps, err := c.api.ListRunning(ctx); err == nil {
		for _, p := range ps.Models {
			loaded[p.Name] = true
		}
	}
	out := make([]Details, 0, len(list.Models))
	for _, m := range list.Models {
		d := Details{
			Name: m.Name, Bytes: m.Size, Parameters: m.Details.ParameterSize,
			Quantized: m.Details.QuantizationLevel, Family: m.Details.Family,
			Embeds: embeds(m.Name, m.Details), Remote: m.RemoteHost, Loaded: loaded[m.Name],
		}
		if shown, err := c.Show(ctx, m.Name); err == nil {
			d.Embeds, d.Thinks, d.Remote = shown.Embeds, shown.Thinks, shown.Remote
		}
		out = append(out, d)
	}
	return out, nil
}

// Show tells about one model; the answer is remembered. A model the server does not have
// is an *agent.Unavailable of part "model".
func (c *Client) Show(ctx context.Context, name string) (Details, error) {
	c.mu.Lock()
	d, ok := c.known[name]
	c.mu.Unlock()
	if ok {
		return d, nil
	}
	resp, err := c.api.Show(ctx, &api.ShowRequest{Model: name})
	if err != nil {
		return Details{}, c.explain(ctx, name, err)
	}
	d = Details{
		Name: name, Parameters: resp.Details.ParameterSize,
		Quantized: resp.Details.QuantizationLevel, Family: resp.Details.Family,
		Embeds: embeds(name, resp.Details), Remote: resp.RemoteHost,
	}
	for _, can := range resp.Capabilities {
		switch can {
		case "embedding":
			d.Embeds = true
		case "completion":
			d.Embeds = false
		case "thinking":
			d.Thinks = true
		}
	}
	c.mu.Lock()
	c.known[name] = d
	c.mu.Unlock()
	return d, nil
}

// Has says whether the server has the model. "all-minilm" means "all-minilm:latest".
func (c *Client) Has(ctx context.Context, name string) (bool, error) {
	list, err := c.api.List(ctx)
	if err != nil {
		return false, c.explain(ctx, "", err)
	}
	return slices.ContainsFunc(list.Models, func(m api.ListModelResponse) bool { return SameName(m.Name, name) }), nil
}

// SameName compares two model names as Ollama does: no tag means "latest".
func SameName(a, b string) bool {
	full := func(s string) string {
		s = strings.ToLower(s)
		if i := strings.LastIndexByte(s, ':'); i < strings.LastIndexByte(s, '/') || i < 0 {
			s += ":latest"
		}
		return s
	}
	return full(a) == full(b)
}

// Unload asks the server to drop the model from memory.
func (c *Client) Unload(ctx context.Context, name string) error {
	none := &api.Duration{Duration: 0}
	d, err := c.Show(ctx, name)
	if err != nil {
		return err
	}
	if d.Embeds {
		_, err = c.api.Embed(ctx, &api.EmbedRequest{Model: name, Input: []string{}, KeepAlive: none})
	} else {
		err = c.api.Chat(ctx, &api.ChatRequest{Model: name, KeepAlive: none}, func(api.ChatResponse) error { return nil })
	}
	if err != nil {
		return c.explain(ctx, name, err)
	}
	return nil
}

// Delete removes a model from the server's disk.
func (c *Client) Delete(ctx context.Context, name string) error {
	c.forget(name)
	if err := c.api.Delete(ctx, &api.DeleteRequest{Model: name}); err != nil {
		return c.explain(ctx, name, err)
	}
	return nil
}

// Transfer is a server's report while it fetches or makes a model.
type Transfer struct {
	Status string
	// Done of Total bytes of the layer named by Digest; Total 0 when not known.
	Digest      string
	Done, Total int64
}

// Pull lets the server fetch a model from Ollama's library. The server resumes a
// transfer that was interrupted.
func (c *Client) Pull(ctx context.Context, name string, report func(Transfer)) error {
	c.forget(name)
	err := c.api.Pull(ctx, &api.PullRequest{Model: name}, func(p api.ProgressResponse) error {
		report(Transfer{Status: p.Status, Digest: p.Digest, Done: p.Completed, Total: p.Total})
		return ctx.Err()
	})
	if err != nil {
		return fmt.Errorf("pulling model %s: %w", name, c.explain(ctx, name, err))
	}
	return nil
}

// HasBlob says whether the server holds the file with this digest ("sha256:…").
func (c *Client) HasBlob(ctx context.Context, digest string) (bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, c.base.JoinPath("/api/blobs/", digest).String(), nil)
	if err != nil {
		return false, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return false, c.explain(ctx, "", err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK, nil
}

// PutBlob stores a file on the server. The server checks the digest.
func (c *Client) PutBlob(ctx context.Context, digest string, r io.Reader) error {
	if err := c.api.CreateBlob(ctx, digest, r); err != nil {
		return fmt.Errorf("handing a file of the model to the server: %w", c.explain(ctx, "", err))
	}
	return nil
}

// Recipe makes a model of files the server already holds as blobs.
type Recipe struct {
	Name       string
	Files      map[string]string // name -> digest
	Template   string
	License    string
	Parameters map[string]any
}

// Create makes a model.
func (c *Client) Create(ctx context.Context, r Recipe, report func(Transfer)) error {
	c.forget(r.Name)
	req := &api.CreateRequest{Model: r.Name, Files: r.Files, Template: r.Template, Parameters: r.Parameters}
	if r.License != "" {
		req.License = r.License
	}
	last := ""
	err := c.api.Create(ctx, req, func(p api.ProgressResponse) error {
		last = p.Status
		report(Transfer{Status: p.Status, Digest: p.Digest, Done: p.Completed, Total: p.Total})
		return ctx.Err()
	})
	if err == nil && last != "success" {
		err = errBroken
	}
	if err != nil {
		return fmt.Errorf("making model %s: %w", r.Name, c.explain(ctx, "", err))
	}
	return nil
}

func (c *Client) forget(name string) {
	c.mu.Lock()
	delete(c.known, name)
	c.mu.Unlock()
}

// take waits for this client's turn; the returned function gives it back.
func (c *Client) take(ctx context.Context) (func(), error) {
	select {
	case c.turn <- struct{}{}:
		return func() { <-c.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// embeds guesses from what the list tells; Show knows better.
func embeds(name string, d api.ModelDetails) bool {
	return strings.Contains(d.Family, "bert") || strings.Contains(name, "embed")
}

// errBroken is a stream that ended before its last message.
var errBroken = errors.New("the model server broke off in the middle of its reply")

// errElsewhere is a redirect.
var errElsewhere = errors.New("the model server asked to go to another address; that is refused")

// explain turns what went wrong into the caller's own cancellation, an *agent.Unavailable
// with a fix, or the error itself.
func (c *Client) explain(ctx context.Context, model string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var status api.StatusError
	var netErr net.Error
	var opErr *net.OpError
	switch {
	case errors.Is(err, errElsewhere):
		return err
	case errors.As(err, &status) && status.StatusCode == http.StatusNotFound && model != "":
		return &agent.Unavailable{
			Part: "model", Err: err,
			Reason: fmt.Sprintf("The model %s is not on the model server.", model),
			Fix:    "Choose another model in Settings, or run: steward setup",
		}
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, io.EOF), errors.As(err, &opErr), errors.As(err, &netErr):
		return &agent.Unavailable{
			Part: "runtime", Err: err,
			Reason: fmt.Sprintf("The model server at %s does not answer.", c.base.Host),
			Fix:    "Start Ollama, or let Steward use its own: steward setup",
		}
	case errors.Is(err, errBroken):
		return &agent.Unavailable{
			Part: "runtime", Err: err,
			Reason: "The model server stopped in the middle of its reply.",
			Fix:    "Ask again. If it happens again, the model may need more memory than is free; choose a smaller one.",
		}
	}
	return err
}
