package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"unicode/utf8"

	"steward/agent"
	"steward/app/store"
	"steward/indexer"
	"steward/indexer/query"
)

// asker answers questions. It emits every event before it returns.
type asker interface {
	Ask(ctx context.Context, q agent.Question, emit func(agent.Event)) (agent.Answer, error)
}

// library is the index and the places it is made from.
type library interface {
	Sources(ctx context.Context) ([]indexer.SourceStatus, error)
	AddSources(ctx context.Context, paths []string) error
	RemoveSources(ctx context.Context, paths []string) error
	Coverage(ctx context.Context, f indexer.CoverageFilter) (indexer.Coverage, error)
}

// upkeep brings the index up to date.
type upkeep interface {
	// Rescan starts a full comparison with the disk.
	Rescan(ctx context.Context) error
	// WaitWords returns when all that is known to have changed can be searched by its words,
	// Wait when nothing at all is left to do.
	WaitWords(ctx context.Context) error
	Wait(ctx context.Context) error
}

// choices are the person's settings.
type choices interface {
	Settings(ctx context.Context) (Settings, error)
	SaveSettings(ctx context.Context, s Settings) error
}

// models is the model server with what it has.
type models interface {
	Runtime(ctx context.Context) Runtime
	Models(ctx context.Context) (Models, error)
	// Install gets a model and, before it, the runtime where there is none. "" is the one
	// recommended for this machine.
	Install(ctx context.Context, name string, report func(Progress)) error
}

// changes tells when something changed.
type changes interface {
	Now() Change
	// Subscribe gives a channel that holds at most one unread signal, and the end of it.
	Subscribe() (<-chan struct{}, func())
}

// Options are the parts behind the handler. All but Static and Log must be set.
type Options struct {
	Asker    asker
	Searcher query.Searcher
	// Patient is Searcher for who would rather wait for the query's vector than find less.
	Patient  query.Searcher
	Library  library
	Upkeep   upkeep
	Choices  choices
	Models   models
	Changes  changes
	Diagnose func(ctx context.Context) []Check
	// Static is the built front end; nil or without index.html, the handler says how to build it.
	Static  fs.FS
	Version string
	Home    string
	// Native is true in the desktop window.
	Native bool
	Log    *slog.Logger
}

// Handler is the whole interface as one http.Handler. It checks nothing about who asks:
// Loopback does that in front of it, the socket's mode and the window's own scheme elsewhere.
type Handler struct {
	Options
	mux *http.ServeMux
}

// maxBody bounds what a request may send, in bytes.
const maxBody = 1 << 20

// New builds the handler.
func New(o Options) *Handler {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	h := &Handler{Options: o, mux: http.NewServeMux()}
	for pattern, serve := range map[string]func(http.ResponseWriter, *http.Request) error{
		"POST /api/ask":                 h.ask,
		"POST /api/search":              h.search,
		"GET /api/documents/{id}":       h.document,
		"GET /api/documents/{id}/raw":   h.raw,
		"POST /api/documents/{id}/open": h.open,
		"GET /api/status":               h.status,
		"GET /api/events":               h.events,
		"GET /api/sources":              h.sources,
		"POST /api/sources":             h.addSources,
		"DELETE /api/sources":           h.removeSources,
		"GET /api/sources/suggested":    h.suggested,
		"GET /api/directory":            h.directory,
		"GET /api/coverage":             h.coverage,
		"POST /api/index":               h.index,
		"GET /api/settings":             h.settings,
		"PUT /api/settings":             h.saveSettings,
		"GET /api/models":               h.listModels,
		"POST /api/models/install":      h.installModel,
		"GET /api/doctor":               h.doctor,
	} {
		h.mux.Handle(pattern, h.catch(serve))
	}
	h.mux.Handle("/api/", h.catch(func(_ http.ResponseWriter, r *http.Request) error {
		return &Error{Code: "not_found", Message: "There is no " + r.Method + " " + r.URL.Path + " here."}
	}))
	h.mux.Handle("/", newStatic(h.Static))
	return h
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setHeaders(w.Header())
	if r.Body != nil {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	}
	h.mux.ServeHTTP(w, r)
}

// catch turns a returned error into a JSON Error with its status.
func (h *Handler) catch(serve func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := serve(w, r)
		if err == nil {
			return
		}
		e := AsError(err)
		if e.Code == "internal" {
			h.Log.Error("request failed", "method", r.Method, "route", r.Pattern, "err", err)
		}
		WriteError(w, e)
	})
}

// WriteError answers with e and the HTTP status of its code.
func WriteError(w http.ResponseWriter, e *Error) {
	status := map[string]int{
		"bad_request": http.StatusBadRequest, "unauthorized": http.StatusUnauthorized,
		"not_found": http.StatusNotFound, "conflict": http.StatusConflict,
		"unavailable": http.StatusServiceUnavailable,
		"cancelled":   499, // as nginx calls a request its client gave up
	}[e.Code]
	if status == 0 {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(e)
}

// AsError gives the Error that err is or wraps, or makes one for the errors of the parts.
func AsError(err error) *Error {
	var (
		e       *Error
		missing *agent.Unavailable
		tooBig  *http.MaxBytesError
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	case errors.As(err, &missing):
		return &Error{Code: "unavailable", Part: missing.Part, Message: missing.Reason, Fix: missing.Fix}
	case errors.Is(err, query.ErrNotFound):
		return &Error{Code: "not_found", Message: "The document is no longer in the index.", Fix: "Search again."}
	case errors.As(err, &tooBig):
		return &Error{Code: "bad_request", Message: fmt.Sprintf("The request is longer than %d bytes.", tooBig.Limit)}
	case errors.Is(err, context.Canceled):
		return &Error{Code: "cancelled", Message: "Cancelled."}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Code: "unavailable", Message: "It took too long.", Fix: "Try again."}
	case store.IsFull(err):
		return &Error{
			Code: "unavailable", Part: "disk", Message: "The disk is full: " + err.Error() + ".",
			Fix: "Free some space and try again. Nothing that was stored is lost.",
		}
	default:
		return &Error{Code: "internal", Message: err.Error()}
	}
}

func badRequest(format string, args ...any) *Error {
	return &Error{Code: "bad_request", Message: fmt.Sprintf(format, args...)}
}

// readJSON reads the one JSON value of the body; unknown fields are passed over, so that an
// older process answers a newer command.
func readJSON(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	if err := d.Decode(into); err != nil {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			return err
		}
		return badRequest("The request is not the JSON it should be: %v.", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest("The request holds more than one JSON value.")
	}
	return nil
}

func writeJSON(w http.ResponseWriter, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(append(text, '\n')) // who went away needs no error
	return nil
}

// lines writes NDJSON, each line flushed as it comes.
type lines struct {
	w       http.ResponseWriter
	started bool
}

func (l *lines) write(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if !l.started {
		l.started = true
		l.w.Header().Set("Content-Type", "application/x-ndjson")
		l.w.Header().Set("Cache-Control", "no-store")
	}
	if _, err := l.w.Write(append(text, '\n')); err != nil {
		return err
	}
	return flush(l.w)
}

func flush(w http.ResponseWriter) error {
	err := http.NewResponseController(w).Flush()
	if errors.Is(err, http.ErrNotSupported) {
		return nil // the window's asset handler on some systems; the bytes still come, later
	}
	return err
}

// pathBytes gives the path when JSON cannot hold it.
func pathBytes(path string) []byte {
	if utf8.ValidString(path) {
		return nil
	}
	return []byte(path)
}
