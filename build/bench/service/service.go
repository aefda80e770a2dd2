// Package service owns a running `steward serve` for the benchmarks: it starts one on a
// home folder, goes in by the printed address as a browser does, and stops it again. It
// speaks the HTTP contract of app/httpapi and measures nothing itself.
package service

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"steward/app/httpapi"
)

// Service is one running process. Its methods may be called from any goroutine.
type Service struct {
	// Base is the address without a trailing slash.
	Base string
	// Ready is the time from the start of the process to its printed address.
	Ready time.Duration

	home   string
	cmd    *exec.Cmd
	client *http.Client
	exited chan error
}

var address = regexp.MustCompile(`http://[0-9A-Za-z.:\[\]]+/\?token=\w+`)

// Build compiles the command line of the module in the working folder into dir.
func Build(ctx context.Context, dir string) (string, error) {
	binary := filepath.Join(dir, "steward")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, ".")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build steward (run this from the top of the source tree): %w\n%s", err, out)
	}
	return binary, nil
}

// Start runs `steward serve` with home as STEWARD_HOME and env added, and waits for its
// address. What the process prints later goes to log.
func Start(ctx context.Context, binary, home string, log io.Writer, env ...string) (*Service, error) {
	cmd := exec.Command(binary, "serve", "--addr", "127.0.0.1:0")
	cmd.Env = append(append(os.Environ(), "STEWARD_HOME="+home), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGTERM}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = w, w
	start := time.Now()
	if err := errors.Join(cmd.Start(), w.Close()); err != nil {
		return nil, fmt.Errorf("start %s serve: %w", binary, err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	s := &Service{home: home, cmd: cmd, client: &http.Client{Jar: jar}, exited: make(chan error, 1)}
	go func() { s.exited <- cmd.Wait() }()
	found := make(chan string, 1)
	go func() {
		defer r.Close()
		for lines := bufio.NewScanner(r); lines.Scan(); {
			if a := address.FindString(lines.Text()); a != "" {
				select {
				case found <- a:
				default: // it has the first one
				}
			}
			fmt.Fprintln(log, lines.Text())
		}
	}()
	select {
	case a := <-found:
		s.Ready = time.Since(start)
		resp, err := s.client.Get(a) // trades the token for a cookie
		if err != nil {
			return nil, errors.Join(err, s.Stop())
		}
		resp.Body.Close()
		s.Base, _, _ = strings.Cut(a, "/?")
		return s, nil
	case err := <-s.exited:
		return nil, fmt.Errorf("steward serve ended before it printed its address: %w", err)
	case <-time.After(time.Minute):
		return nil, errors.Join(errors.New("steward serve printed no address within a minute"), s.Stop())
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), s.Stop())
	}
}

// OverSocket gives the same service through the home's socket, as the command line uses
// it. It must not be stopped.
func (s *Service) OverSocket() *Service {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(s.home, "steward.sock"))
	}
	return &Service{Base: "http://steward", client: &http.Client{Transport: &http.Transport{DialContext: dial}}}
}

// PID is the process's, which is also its session's.
func (s *Service) PID() int { return s.cmd.Process.Pid }

// Stop ends the process politely and, after ten seconds, by force.
func (s *Service) Stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.exited:
		return nil
	case <-time.After(10 * time.Second):
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		<-s.exited
		return errors.New("steward serve had to be killed")
	}
}

// Do sends a request with body as JSON (nil: none) and gives the response, whose status
// is 200; any other is an error with the message the server gave.
func (s *Service) Do(ctx context.Context, method, path string, body any) (*http.Response, error) {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, s.Base+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", s.Base)
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		said, _ := io.ReadAll(io.LimitReader(resp.Body, 4096))
		return nil, fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, bytes.TrimSpace(said))
	}
	return resp, nil
}

// JSON sends a request and decodes the answer into out (nil: thrown away).
func (s *Service) JSON(ctx context.Context, method, path string, body, out any) error {
	resp, err := s.Do(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if out == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

// Configure changes the settings.
func (s *Service) Configure(ctx context.Context, change func(*httpapi.Settings)) error {
	var settings httpapi.Settings
	if err := s.JSON(ctx, "GET", "/api/settings", nil, &settings); err != nil {
		return err
	}
	change(&settings)
	return s.JSON(ctx, "PUT", "/api/settings", settings, nil)
}

// Index adds the paths and waits until everything in them can be searched by its words.
func (s *Service) Index(ctx context.Context, paths ...string) error {
	if err := s.JSON(ctx, "POST", "/api/sources", httpapi.SourcePaths{Paths: paths}, nil); err != nil {
		return err
	}
	resp, err := s.Do(ctx, "POST", "/api/index", httpapi.IndexRequest{Words: true})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var last httpapi.IndexProgress
	for d := json.NewDecoder(resp.Body); ; {
		if err := d.Decode(&last); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
	}
	if !last.Done {
		return errors.New("the index stream ended before the index was done")
	}
	return nil
}
