package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"steward/app/cli"
	"steward/app/desktop"
	"steward/app/httpapi"
)

// host is what the command line runs in: this program on this person's home.
type host struct {
	static  fs.FS
	version string
}

func (h *host) Version() string { return h.version }

// remote gives a client of the process that has the home open.
func remote(at home) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return at.dial(ctx) },
	}}
}

// authorized adds to each request what the endpoint asks for.
type authorized struct {
	at   home
	next http.RoundTripper
}

func (a authorized) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if err := a.at.authorize(r); err != nil {
		return nil, err
	}
	return a.next.RoundTrip(r)
}

// who asks the process that has the home open what it is.
func who(ctx context.Context, c *http.Client) (identity, error) {
	var id identity
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err := native(ctx, c, http.MethodGet, "process", &id)
	return id, err
}

// native makes a request that only the home's endpoint answers.
func native(ctx context.Context, c *http.Client, method, name string, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://steward/api/native/"+name, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("the running Steward does not know %s: %s", name, resp.Status)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

// A process that has just begun or is about to end has the lock and no endpoint for a
// moment; longer than this it hangs.
const (
	endpointWait = 15 * time.Second
	endpointLook = 30 * time.Millisecond
)

// claim takes the home's lock, or gives a client of who has it. Without wait it gives up on
// a holder without an endpoint after endpointWait.
func claim(ctx context.Context, at home) (*lock, *http.Client, identity, error) {
	deadline := time.Now().Add(endpointWait)
	client := remote(at)
	client.Transport = authorized{at, client.Transport}
	for {
		l, err := at.take()
		if err == nil {
			return l, nil, identity{}, nil
		}
		if !errors.Is(err, errHeld) {
			return nil, nil, identity{}, err
		}
		id, err := who(ctx, client)
		if err == nil {
			return nil, client, id, nil
		}
		if time.Now().After(deadline) {
			return nil, nil, identity{}, &httpapi.Error{
				Code: "unavailable", Part: "steward",
				Message: fmt.Sprintf("Another Steward (process %s) has %s open and does not answer: %v.", at.holder(), at, err),
				Fix:     "End that process and try again; nothing is lost.",
			}
		}
		select {
		case <-time.After(endpointLook):
		case <-ctx.Done():
			return nil, nil, identity{}, ctx.Err()
		}
	}
}

// Connect finds the process that has the home open, or opens it in this one.
func (h *host) Connect(ctx context.Context, n cli.Needs) (*cli.Connection, error) {
	at, err := findHome()
	if err != nil {
		return nil, err
	}
	c := &connection{ctx: ctx, host: h, at: at, needs: n}
	if err := c.reach(ctx); err != nil {
		return nil, err
	}
	return &cli.Connection{Client: &http.Client{Transport: c}, Running: c.own == nil && c.id.Kind != kindCommand, Close: c.close}, nil
}

// connection reaches whoever has the home open. When that process ends (another command that
// was done), this one takes its place.
type connection struct {
	ctx   context.Context // of the command: once it ends, so does what was opened for it
	host  *host
	at    home
	needs cli.Needs

	mu  sync.Mutex
	id  identity
	rt  http.RoundTripper
	own *process
}

func (c *connection) reach(ctx context.Context) error {
	l, client, id, err := claim(ctx, c.at)
	if err != nil {
		return err
	}
	if client != nil {
		c.rt, c.id = client.Transport, id
		return nil
	}
	p, err := open(ctx, c.at, l, kindCommand, options{version: c.host.version})
	if err != nil {
		return err
	}
	p.serveLocal()
	c.own = p
	c.rt = authorized{c.at, &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return p.memory.dial(ctx) },
	}}
	if c.needs.Indexing {
		p.services.keepIndexing()
	}
	switch c.needs.Runtime {
	case cli.FindRuntime:
		return p.services.model.await(ctx, false)
	case cli.StartRuntime:
		p.services.model.find(true)
	}
	return nil
}

func (c *connection) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	rt := c.rt
	c.mu.Unlock()
	resp, err := rt.RoundTrip(r)
	for range partners {
		if err == nil || r.Context().Err() != nil || !c.ended(err) {
			break
		}
		resp, err = c.again(r)
	}
	return resp, err
}

// partners is how many commands may end, one after the other, under one request.
const partners = 16

// ended tells whether err means that the process at the other end is gone: nobody listens, or it
// was a command that was done and left what waited in its queue unread. No request of the command
// line does more when it is made twice.
func (c *connection) ended(err error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.own != nil {
		return false
	}
	var refused *net.OpError
	if errors.As(err, &refused) && refused.Op == "dial" {
		return true
	}
	return c.id.Kind == kindCommand &&
		(errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE))
}

// again makes the request to whoever has the home open now.
func (c *connection) again(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.reach(r.Context()); err != nil {
		return nil, err
	}
	if r.GetBody != nil {
		var err error
		if r.Body, err = r.GetBody(); err != nil {
			return nil, err
		}
	}
	return c.rt.RoundTrip(r)
}

func (c *connection) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.own == nil {
		return nil
	}
	return c.own.close(c.ctx.Err() != nil)
}

// settle claims the home for a process that stays. It waits for a command that has it, and
// gives the identity of a window or serve that has it.
func settle(ctx context.Context, at home) (*lock, *http.Client, identity, error) {
	deadline := time.Now().Add(endpointWait)
	for {
		l, client, id, err := claim(ctx, at)
		if err != nil || l != nil || id.Kind != kindCommand {
			return l, client, id, err
		}
		if time.Now().After(deadline) {
			return nil, nil, id, &httpapi.Error{
				Code: "unavailable", Part: "steward",
				Message: fmt.Sprintf("A command (process %d) is at work on %s.", id.PID, at),
				Fix:     "Wait until it has ended, or end it; nothing is lost.",
			}
		}
		select {
		case <-time.After(endpointLook):
		case <-ctx.Done():
			return nil, nil, id, ctx.Err()
		}
	}
}

// Serve answers browsers on addr until ctx ends.
func (h *host) Serve(ctx context.Context, addr string, ready func(string)) error {
	local, err := loopback(addr)
	if err != nil {
		return err
	}
	at, err := findHome()
	if err != nil {
		return err
	}
	l, client, id, err := settle(ctx, at)
	if err != nil {
		return err
	}
	if client != nil {
		return h.runsAlready(ctx, client, id)
	}
	listener, err := net.Listen("tcp", local)
	if err != nil {
		return errors.Join(&httpapi.Error{
			Code: "unavailable", Part: "address", Message: fmt.Sprintf("The address %s cannot be used: %v.", local, err),
			Fix: "Choose another one with --addr; port 0 is any free one.",
		}, l.release())
	}
	p, err := open(ctx, at, l, kindServe, options{static: h.static, version: h.version})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	where, err := netip.ParseAddrPort(listener.Addr().String())
	if err != nil {
		return errors.Join(err, listener.Close(), p.close(true))
	}
	guard := httpapi.NewLoopback(p.services.handler, where)
	p.address = guard.Address
	p.serveLocal()
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	server := p.services.newServer(guard)
	server.BaseContext = func(net.Listener) context.Context { return base }
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	ready(guard.Address())
	select {
	case <-ctx.Done():
		err = nil
	case err = <-failed:
	}
	cancel()
	return errors.Join(err, server.Close(), p.close(true))
}

// runsAlready says where the Steward is that has the home open.
func (h *host) runsAlready(ctx context.Context, client *http.Client, id identity) error {
	e := &httpapi.Error{
		Code: "unavailable", Part: "steward", Message: fmt.Sprintf("Steward runs already, in a window (process %d).", id.PID),
		Fix: "Use that window, or close it first.",
	}
	var where httpapi.NativeAddress
	if id.Kind == kindServe {
		e.Message = fmt.Sprintf("Steward serves already (process %d).", id.PID)
		e.Fix = "End it first, or use it."
		if err := native(ctx, client, http.MethodPost, "address", &where); err == nil {
			e.Message = fmt.Sprintf("Steward serves already (process %d), at %s", id.PID, where.Address)
			e.Fix = "That address serves once."
		}
	}
	return e
}

// loopback checks an address to listen on: it must be this computer's own.
func loopback(addr string) (string, error) {
	bad := &httpapi.Error{
		Code: "bad_request", Message: fmt.Sprintf("%q is no loopback address with a port.", addr),
		Fix: "Steward serves this computer only: use 127.0.0.1:PORT, [::1]:PORT or localhost:PORT; port 0 is any free one.",
	}
	name, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", bad
	}
	if name == "localhost" || name == "" {
		name = "127.0.0.1"
	}
	where, err := netip.ParseAddrPort(net.JoinHostPort(name, port))
	if err != nil || !where.Addr().IsLoopback() {
		return "", bad
	}
	return where.String(), nil
}

// Start opens the window, or brings the one there is to the front; where there is no screen
// or this build has no window, it serves.
func (h *host) Start(ctx context.Context, ready func(string)) error {
	if !desktop.Available() || !hasDisplay() {
		return h.Serve(ctx, "127.0.0.1:0", ready)
	}
	err := h.window(ctx)
	if errors.Is(err, desktop.ErrNoDisplay) {
		return h.Serve(ctx, "127.0.0.1:0", ready)
	}
	return err
}

func hasDisplay() bool {
	return runtime.GOOS != "linux" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}
