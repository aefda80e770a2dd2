package ollama

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"steward/agent"
)

// ServerConfig says how to run our own server.
type ServerConfig struct {
	// Binary is the path of ollama.
	Binary string
	// Models is the folder that holds the models.
	Models string
	// Log is the file the server writes to; the one of the last start is kept as Log + ".1".
	Log string
	// Home is the folder the server takes for the person's home, so that it leaves
	// nothing in the real one.
	Home string
	// Supervisor is the command that runs Supervise; empty means this very program with
	// SuperviseCommand.
	Supervisor []string
}

// State is where a Server is in its life.
type State string

// The states there are.
const (
	Starting State = "starting"
	Ready    State = "ready"
	Failed   State = "failed" // it will be tried again; Err says why
	Stopped  State = "stopped"
)

// Server is an `ollama serve` of our own, on a private loopback port. It is started again
// when it dies and ends with this process, however this process ends.
type Server struct {
	cfg    ServerConfig
	client *Client
	port   string

	mu    sync.Mutex
	state State
	err   error

	cancel context.CancelFunc
	done   chan struct{}
}

// childVariable marks the environment of what Steward starts from its own program.
const childVariable = "STEWARD_CHILD"

var errInChild = errors.New(childVariable + " is set: this process is a child already")

// Start runs the server and returns when it answers. ctx bounds the start only; Stop ends
// the server. An error is an *agent.Unavailable of part "runtime".
func Start(ctx context.Context, cfg ServerConfig) (*Server, error) {
	fail := func(reason string, err error) (*Server, error) {
		return nil, &agent.Unavailable{
			Part: "runtime", Reason: reason, Err: err,
			Fix: "Run steward setup again; the server's own words are in " + cfg.Log + ".",
		}
	}
	if len(cfg.Supervisor) == 0 {
		// A program that does not know the command does instead what it always does: it must
		// not come here again, and again.
		if os.Getenv(childVariable) != "" {
			return fail("Steward was started to watch over a model server and does not know how.", errInChild)
		}
		self, err := os.Executable()
		if err != nil {
			return fail("Steward cannot find its own program.", err)
		}
		cfg.Supervisor = []string{self, SuperviseCommand}
	}
	for _, dir := range []string{cfg.Models, cfg.Home, filepath.Dir(cfg.Log)} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fail("The model server's folder cannot be made.", err)
		}
	}
	port, err := freePort()
	if err != nil {
		return fail("No loopback port is free for the model server.", err)
	}
	client, err := New("127.0.0.1:" + port)
	if err != nil {
		return fail("No loopback port is free for the model server.", err)
	}
	run, cancel := context.WithCancel(context.Background())
	s := &Server{cfg: cfg, client: client, port: port, state: Starting, cancel: cancel, done: make(chan struct{})}
	first := make(chan error, 1)
	go s.run(run, first)
	select {
	case err = <-first:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		s.Stop()
		return fail("The model server did not start.", err)
	}
	return s, nil
}

// Client speaks to the server; it stays the same when the server is started again.
func (s *Server) Client() *Client { return s.client }

// State says where the server is, and for Failed why.
func (s *Server) State() (State, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state, s.err
}

// Stop ends the server and what it started, and returns when they are gone. It may be
// called more than once.
func (s *Server) Stop() {
	s.cancel()
	<-s.done
	s.set(Stopped, nil)
}

func (s *Server) set(state State, err error) {
	s.mu.Lock()
	s.state, s.err = state, err
	s.mu.Unlock()
}

// run keeps the server alive: after a crash it waits one second, then twice as long each
// time up to a minute; a server that held for a minute starts the count again.
func (s *Server) run(ctx context.Context, first chan<- error) {
	defer close(s.done)
	wait := time.Second
	answered := false
	for {
		began := time.Now()
		err := s.once(ctx, func() {
			s.set(Ready, nil)
			if !answered {
				answered = true
				first <- nil
			}
		})
		if ctx.Err() != nil {
			return
		}
		if !answered { // the very first start failed: the caller decides
			first <- err
			return
		}
		s.set(Failed, err)
		if time.Since(began) > time.Minute {
			wait = time.Second
		}
		slog.Warn("the model server ended and is started again", "err", err, "in", wait)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
		wait = min(2*wait, time.Minute)
		s.set(Starting, nil)
	}
}

// once runs the server until it ends or ctx does, and calls ready when it answers.
func (s *Server) once(ctx context.Context, ready func()) error {
	_ = os.Rename(s.cfg.Log, s.cfg.Log+".1")
	log, err := os.OpenFile(s.cfg.Log, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	argv := append(append([]string{}, s.cfg.Supervisor...), s.cfg.Binary, "serve")
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = s.environment()
	cmd.Stdout, cmd.Stderr = log, log
	detach(cmd)
	leash, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", s.cfg.Binary, err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	end := func() error {
		_ = leash.Close()
		select {
		case err := <-exited:
			return err
		case <-time.After(10 * time.Second): // the supervisor itself hangs
			_ = cmd.Process.Kill()
			return <-exited
		}
	}
	if err := s.await(ctx, exited); err != nil {
		if !errors.Is(err, errEnded) {
			_ = end()
		}
		return err
	}
	ready()
	select {
	case err := <-exited:
		if err == nil {
			err = errEnded
		}
		return err
	case <-ctx.Done():
		return end()
	}
}

var errEnded = errors.New("the model server ended by itself")

// await returns when the server answers, at most a minute from now.
func (s *Server) await(ctx context.Context, exited <-chan error) error {
	limit, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		try, done := context.WithTimeout(limit, time.Second)
		_, err := s.client.Version(try)
		done()
		if err == nil {
			return nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case err := <-exited:
			if err != nil {
				return fmt.Errorf("%w: %w", errEnded, err)
			}
			return errEnded
		case <-limit.Done():
			return fmt.Errorf("the model server does not answer on port %s: %w", s.port, limit.Err())
		}
	}
}

// environment is this process's own, with the server's settings over it. One request at
// a time keeps the whole cache for one prompt's prefix; the two models are chat and embedding.
func (s *Server) environment() []string {
	return append(
		os.Environ(),
		childVariable+"=1",
		"HOME="+s.cfg.Home,
		"OLLAMA_HOST=127.0.0.1:"+s.port,
		"OLLAMA_MODELS="+s.cfg.Models,
		"OLLAMA_KEEP_ALIVE="+KeepAlive.String(),
		"OLLAMA_NUM_PARALLEL=1",
		"OLLAMA_MAX_LOADED_MODELS=2",
		"OLLAMA_NO_CLOUD=1",
		"OLLAMA_NOHISTORY=1",
		"OLLAMA_NOPRUNE=1", // a start would throw away what an interrupted pull or install has fetched
		"OLLAMA_DEBUG=0",
	)
}

// LogTail returns the last bytes of the server's log, at most n, for a report by the doctor.
func (s *Server) LogTail(n int64) string {
	f, err := os.Open(s.cfg.Log)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.Size() > n {
		_, _ = f.Seek(-n, io.SeekEnd)
	}
	b, _ := io.ReadAll(io.LimitReader(f, n))
	return string(b)
}

// freePort asks the system for one. Another program may take it before the server does;
// the start then fails, and the next one asks again.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
