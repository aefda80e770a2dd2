package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"steward/app/httpapi"
)

// origin is the host part of every request; the transport knows where that is.
const origin = "http://steward"

// connect opens the connection and gives what ends it.
func (c *command) connect(ctx context.Context, n Needs) (*Connection, func(*error), error) {
	conn, err := c.host.Connect(ctx, n)
	if err != nil {
		return nil, nil, err
	}
	return conn, func(err *error) { *err = errors.Join(*err, conn.Close()) }, nil
}

// call sends in as JSON, unless it is nil, and reads the answer into out, unless it is nil.
func (conn *Connection) call(ctx context.Context, method, path string, in, out any) error {
	resp, err := conn.send(ctx, method, path, in)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("read the answer of %s: %w", path, err)
	}
	return nil
}

// send gives the answer to a request that was not refused.
func (conn *Connection) send(ctx context.Context, method, path string, in any) (*http.Response, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, origin+path, body)
	if err != nil {
		return nil, err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := conn.Client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, gone(err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		defer resp.Body.Close()
		e := &httpapi.Error{}
		if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(e); err != nil || e.Message == "" {
			e = &httpapi.Error{Code: "internal", Message: "Steward answered " + resp.Status + "."}
		}
		return nil, e
	}
	return resp, nil
}

func gone(err error) error {
	return &httpapi.Error{
		Code: "unavailable", Part: "steward", Message: "The running Steward does not answer: " + err.Error() + ".",
		Fix: "Close it, and try again.",
	}
}

// stream reads the answer's lines of NDJSON until line returns an error or there are no more.
func stream[T any](ctx context.Context, conn *Connection, path string, in any, line func(T) error) error {
	resp, err := conn.send(ctx, http.MethodPost, path, in)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	d := json.NewDecoder(resp.Body)
	for {
		var value T
		err := d.Decode(&value)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return gone(err)
		}
		if err := line(value); err != nil {
			return err
		}
	}
}
