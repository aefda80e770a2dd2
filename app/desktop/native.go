package desktop

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
)

// errBusy is returned by a dialog while another one is open.
var errBusy = errors.New("another dialog is already open")

// system is what the native routes need of the window.
type system interface {
	// ChooseFolder and ChooseFiles block until the person has chosen; nothing chosen is
	// an empty list and no error.
	ChooseFolder(title, start string) ([]string, error)
	ChooseFiles(title, start string) ([]string, error)
	// ToFront shows, restores and focuses the window.
	ToFront()
}

// native adds to a handler the routes that only a window can answer, and the end of a
// request's context that the window's scheme does not bring.
//
//	POST /api/native/choose-folder  {title, start} -> {paths}
//	POST /api/native/choose-file    {title, start} -> {paths}
//	POST /api/native/show                          -> 204
type native struct {
	next     http.Handler
	system   system
	log      *slog.Logger
	requests *requests
	dialog   sync.Mutex
}

// wrap returns next with the native routes in front of it.
func wrap(next http.Handler, s system, log *slog.Logger) *native {
	return &native{next: next, system: s, log: log, requests: newRequests()}
}

func (n *native) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isPage(r) {
		// A new page has no use for what the old one was waiting for.
		n.requests.cancelAll()
	}
	n.requests.serve(http.HandlerFunc(n.route), w, r)
}

func (n *native) route(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/api/native/choose-folder":
		n.choose(w, r, n.system.ChooseFolder)
	case "/api/native/choose-file":
		n.choose(w, r, n.system.ChooseFiles)
	case "/api/native/show":
		if allowPost(w, r) {
			n.system.ToFront()
			w.WriteHeader(http.StatusNoContent)
		}
	default:
		n.next.ServeHTTP(w, r)
	}
}

func isPage(r *http.Request) bool {
	return r.Method == http.MethodGet && (r.URL.Path == "/" || r.URL.Path == "/index.html")
}

func (n *native) choose(w http.ResponseWriter, r *http.Request, ask func(title, start string) ([]string, error)) {
	if !allowPost(w, r) {
		return
	}
	var wanted struct {
		Title string `json:"title"`
		Start string `json:"start"`
	}
	if !readJSON(w, r, &wanted) {
		return
	}
	if !n.dialog.TryLock() {
		writeError(w, http.StatusConflict, "conflict", errBusy.Error())
		return
	}
	defer n.dialog.Unlock()
	paths, err := ask(wanted.Title, wanted.Start)
	if err != nil {
		n.log.Warn("the system's dialog could not be opened", "err", err)
		writeError(w, http.StatusInternalServerError, "internal", "The system's dialog could not be opened: "+err.Error())
		return
	}
	if paths == nil {
		paths = []string{}
	}
	writeJSON(w, http.StatusOK, map[string][]string{"paths": paths})
}

func allowPost(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodPost {
		return true
	}
	w.Header().Set("Allow", http.MethodPost)
	writeError(w, http.StatusMethodNotAllowed, "bad_request", "This address takes POST only.")
	return false
}

// readJSON reads a small body; an empty one leaves v as it is.
func readJSON(w http.ResponseWriter, r *http.Request, v any) bool {
	const limit = 64 << 10
	err := json.NewDecoder(io.LimitReader(r.Body, limit)).Decode(v)
	if err != nil && !errors.Is(err, io.EOF) {
		writeError(w, http.StatusBadRequest, "bad_request", "The request is not JSON: "+err.Error())
		return false
	}
	return true
}

func writeError(w http.ResponseWriter, status int, code, message string) {
	writeJSON(w, status, map[string]string{"code": code, "message": message})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	content, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(content) // the page has gone: nobody is left to be told
}
