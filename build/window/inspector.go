// Package window drives Steward's real window in tests and benchmarks: a private X
// session with a window manager and a message bus, the production binary in it, and
// WebKit's remote inspector to look into the page. It refuses to know the product: what
// to press and what to expect stands in the tests.
package window

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Page is the inspected page of a window. It is safe for concurrent use.
//
// The protocol is WebKit's inspector protocol: messages to the page are wrapped in the
// Target domain (Source/JavaScriptCore/inspector/protocol/Target.json in WebKit).
type Page struct {
	connection *websocket.Conn
	target     string

	mu      sync.Mutex // guards what follows, and writes to connection
	last    int
	waiting map[int]chan reply
	failed  error
}

type reply struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

var socketPath = regexp.MustCompile(`/socket/\d+/\d+/WebPage`)

// Inspect connects to the only page offered at address, "127.0.0.1:port", waiting for it
// until ctx ends.
func Inspect(ctx context.Context, address string) (*Page, error) {
	for {
		page, err := inspect(ctx, address)
		if err == nil {
			return page, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("inspect the page at %s: %w (last: %w)", address, ctx.Err(), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func inspect(ctx context.Context, address string) (*Page, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	listing, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	path := socketPath.Find(listing)
	if path == nil {
		return nil, errors.New("no page is offered yet")
	}
	connection, answer, err := websocket.DefaultDialer.DialContext(ctx, "ws://"+address+string(path), nil)
	if err != nil {
		return nil, err
	}
	_ = answer.Body.Close() // empty after an upgrade
	page := &Page{connection: connection, waiting: map[int]chan reply{}}
	if err := page.meetTarget(ctx); err != nil {
		_ = connection.Close() // the first error says more
		return nil, err
	}
	go page.read()
	return page, nil
}

type incoming struct {
	Method string `json:"method"`
	Params struct {
		Message    string `json:"message"`
		TargetID   string `json:"targetId"`
		TargetInfo struct {
			TargetID    string `json:"targetId"`
			Type        string `json:"type"`
			Provisional bool   `json:"isProvisional"`
		} `json:"targetInfo"`
	} `json:"params"`
}

func (p *Page) meetTarget(ctx context.Context) error {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(10 * time.Second)
	}
	if err := p.connection.SetReadDeadline(deadline); err != nil {
		return err
	}
	for {
		var message incoming
		if err := p.connection.ReadJSON(&message); err != nil {
			return fmt.Errorf("wait for the page: %w", err)
		}
		info := message.Params.TargetInfo
		if message.Method == "Target.targetCreated" && info.Type == "page" && !info.Provisional {
			p.target = info.TargetID
			return p.connection.SetReadDeadline(time.Time{})
		}
	}
}

func (p *Page) read() {
	for {
		var message incoming
		if err := p.connection.ReadJSON(&message); err != nil {
			p.fail(fmt.Errorf("the page's inspector went away: %w", err))
			return
		}
		switch message.Method {
		case "Target.targetCreated":
			if info := message.Params.TargetInfo; info.Type == "page" && !info.Provisional {
				p.mu.Lock()
				p.target = info.TargetID
				p.mu.Unlock()
			}
		case "Target.dispatchMessageFromTarget":
			var r reply
			if json.Unmarshal([]byte(message.Params.Message), &r) == nil && r.ID != 0 {
				p.deliver(r)
			}
		}
	}
}

func (p *Page) deliver(r reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c, ok := p.waiting[r.ID]; ok {
		delete(p.waiting, r.ID)
		c <- r
	}
}

func (p *Page) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed = err
	for id, c := range p.waiting {
		close(c)
		delete(p.waiting, id)
	}
}

// Close lets go of the page.
func (p *Page) Close() error { return p.connection.Close() }

func (p *Page) call(ctx context.Context, method string, params any, result any) error {
	p.mu.Lock()
	if p.failed != nil {
		p.mu.Unlock()
		return p.failed
	}
	p.last += 2 // the outer message takes the odd number
	id := p.last
	c := make(chan reply, 1)
	p.waiting[id] = c
	inner, err := json.Marshal(map[string]any{"id": id, "method": method, "params": params})
	if err == nil {
		err = p.connection.WriteJSON(map[string]any{
			"id": id + 1, "method": "Target.sendMessageToTarget",
			"params": map[string]string{"targetId": p.target, "message": string(inner)},
		})
	}
	p.mu.Unlock()
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	select {
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	case r, open := <-c:
		if !open {
			return p.failed
		}
		if r.Error != nil {
			return fmt.Errorf("%s: %s", method, r.Error.Message)
		}
		return json.Unmarshal(r.Result, result)
	}
}

type evaluation struct {
	Result struct {
		Type        string          `json:"type"`
		Class       string          `json:"className"`
		Value       json.RawMessage `json:"value"`
		Description string          `json:"description"`
		ObjectID    string          `json:"objectId"`
	} `json:"result"`
	Thrown bool `json:"wasThrown"`
}

// Eval runs JavaScript in the page, waits for a promise if it gives one, and stores what
// comes out, as JSON, in result unless that is nil. The script's own exception is an error.
func (p *Page) Eval(ctx context.Context, script string, result any) error {
	var e evaluation
	// A string survives every kind of value; a promise needs its object.
	wrapped := "(async () => JSON.stringify(await (async () => { return (" + script + ") })()))()"
	if err := p.call(ctx, "Runtime.evaluate", map[string]any{"expression": wrapped}, &e); err != nil {
		return err
	}
	if !e.Thrown && e.Result.Class == "Promise" {
		promise := e.Result.ObjectID
		e = evaluation{}
		if err := p.call(ctx, "Runtime.awaitPromise", map[string]any{"promiseObjectId": promise, "returnByValue": true}, &e); err != nil {
			return err
		}
	}
	if e.Thrown {
		return fmt.Errorf("script: %s", e.Result.Description)
	}
	if result == nil || e.Result.Type == "undefined" {
		return nil
	}
	var text string
	if err := json.Unmarshal(e.Result.Value, &text); err != nil {
		return fmt.Errorf("script gave %s: %w", e.Result.Value, err)
	}
	return json.Unmarshal([]byte(text), result)
}

// Wait evaluates the script again and again until it gives true or ctx ends.
func (p *Page) Wait(ctx context.Context, script string) error {
	var last error
	for {
		var yes bool
		if last = p.Eval(ctx, "!!("+script+")", &yes); last == nil && yes {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("wait for %s: %w", script, ctx.Err()), last)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
