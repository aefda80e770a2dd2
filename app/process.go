package app

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"time"

	"steward/app/httpapi"
)

// The kinds of process that hold a home.
const (
	kindWindow  = "window"
	kindServe   = "serve"
	kindCommand = "command" // a command of the command line; it ends soon
)

// identity is what a process that holds a home tells another one, at GET /api/native/process.
type identity struct {
	Kind string `json:"kind"`
	PID  int    `json:"pid"`
}

// process is this process while it holds a home: its lock, its services and the endpoint at
// which this user's other processes reach them.
type process struct {
	kind     string
	lock     *lock
	services *services
	memory   *memoryListener
	server   *http.Server
	socket   net.Listener
	closeLog func() error
	// cancel ends the requests that are being answered.
	cancel context.CancelFunc
	// show brings the window to the front; address gives one of serve's addresses. Either
	// may be nil.
	show    func()
	address func() string
}

// open opens the home, whose lock is given; the lock is released when it fails.
func open(ctx context.Context, h home, l *lock, kind string, o options) (*process, error) {
	log, closeLog := logger(h)
	o.log, o.stays, o.native = log, kind != kindCommand, kind == kindWindow
	s, err := start(ctx, h, o)
	if err != nil {
		return nil, errors.Join(err, closeLog(), l.release())
	}
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p := &process{
		kind: kind, lock: l, services: s, memory: newMemoryListener(), closeLog: closeLog, cancel: cancel,
	}
	p.server = s.newServer(nil)
	p.server.BaseContext = func(net.Listener) context.Context { return base }
	if p.socket, err = h.listen(); err != nil {
		// Other processes will not find this one, and say so; this one works.
		log.Warn("the home's endpoint cannot be opened", "err", err)
	}
	return p, nil
}

// serveLocal begins to answer this user's processes, this one included.
func (p *process) serveLocal() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/native/process", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(identity{Kind: p.kind, PID: os.Getpid()})
	})
	if p.show != nil {
		mux.HandleFunc("POST /api/native/show", func(w http.ResponseWriter, _ *http.Request) {
			p.show()
			w.WriteHeader(http.StatusNoContent)
		})
	}
	if p.address != nil {
		mux.HandleFunc("POST /api/native/address", func(w http.ResponseWriter, _ *http.Request) {
			_ = json.NewEncoder(w).Encode(httpapi.NativeAddress{Address: p.address()})
		})
	}
	mux.Handle("/", p.services.handler)
	// Requests over the memory listener come from this process, and are guarded the same.
	p.server.Handler = p.services.home.guardLocal(mux)
	go func() { _ = p.server.Serve(p.memory) }()
	if p.socket != nil {
		go func() { _ = p.server.Serve(p.socket) }()
	}
}

// How long requests of others may go on after this process has done its own work: a command
// lets them end, for they were promised an answer; when interrupted nothing waits.
const (
	patience = 10 * time.Minute
	hurry    = 2 * time.Second
)

// close ends the process's part in the home. With quick, requests that are being answered
// end at once.
func (p *process) close(quick bool) error {
	wait := patience
	if quick {
		wait = hurry
		p.cancel()
	}
	ctx, done := context.WithTimeout(context.Background(), wait)
	defer done()
	err := p.server.Shutdown(ctx)
	if err != nil {
		err = p.server.Close()
	}
	p.cancel()
	return errors.Join(err, p.services.close(), p.closeLog(), p.lock.release())
}
