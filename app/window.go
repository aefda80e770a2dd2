package app

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"steward/app/desktop"
	"steward/app/httpapi"
	"steward/app/store"
	"steward/build"
)

// themePatience bounds how long the window waits for the person's choice of light or dark,
// in which it is painted before the page is. The choice is read in a few milliseconds.
const themePatience = 200 * time.Millisecond

// window opens the window and runs until it is closed. The page is shown while the services
// still start; its first requests wait for them.
func (h *host) window(ctx context.Context) error {
	at, err := findHome()
	if err != nil {
		return err
	}
	l, client, id, err := settle(ctx, at)
	if err != nil {
		return err
	}
	if client != nil {
		if id.Kind == kindWindow {
			return native(ctx, client, http.MethodPost, "show", nil)
		}
		return h.runsAlready(ctx, client, id)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g := newGate(httpapi.NewStatic(h.static))
	front := make(chan struct{}, 1)
	ended := make(chan error, 1)
	themes := make(chan string, 1)
	go func() {
		p, err := open(ctx, at, l, kindWindow, options{
			static: h.static, version: h.version, opened: func(s *store.Store) { themes <- storedTheme(ctx, s) },
		})
		if err != nil {
			g.fail(err)
			ended <- err
			return
		}
		p.show = func() {
			select {
			case front <- struct{}{}:
			default:
			}
		}
		p.serveLocal()
		g.open(p.services.handler)
		<-ctx.Done()
		ended <- p.close(true)
	}()
	theme := ""
	select {
	case theme = <-themes:
	case <-time.After(themePatience):
	}
	err = desktop.Run(ctx, desktop.Options{
		Handler: g, Title: "Steward", Icon: build.Icon(), Theme: theme, StateFile: at.file("window.json"), Show: front,
	})
	cancel()
	return errors.Join(err, <-ended)
}

// storedTheme gives the person's choice of "light" or "dark"; "" follows the system.
func storedTheme(ctx context.Context, s *store.Store) string {
	set, err := s.Settings(ctx)
	if err != nil {
		return "" // whoever needs the settings next says what is wrong
	}
	return set.Theme
}

// gate shows the page at once and lets requests to the API wait for the services.
type gate struct {
	page  http.Handler
	ready chan struct{}
	next  http.Handler
	err   error
}

func newGate(page http.Handler) *gate { return &gate{page: page, ready: make(chan struct{})} }

func (g *gate) open(next http.Handler) {
	g.next = next
	close(g.ready)
}

func (g *gate) fail(err error) {
	g.err = err
	close(g.ready)
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		g.page.ServeHTTP(w, r)
		return
	}
	select {
	case <-g.ready:
	case <-r.Context().Done():
		return
	}
	if g.err != nil {
		httpapi.WriteError(w, httpapi.AsError(g.err))
		return
	}
	g.next.ServeHTTP(w, r)
}
