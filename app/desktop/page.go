//go:build desktop

package desktop

import (
	"net/http"
	"strings"

	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
)

const wailsLevel = logger.WARNING

// Colours of the window before the page has painted: the interface's own --bg in
// frontend/src/views/page.css, to which a test holds them.
var (
	lightBackground = options.RGBA{R: 0xf7, G: 0xf7, B: 0xf5, A: 0xff}
	darkBackground  = options.RGBA{R: 0x14, G: 0x16, B: 0x15, A: 0xff}
)

func background(theme string) *options.RGBA {
	if theme == "dark" || theme == "" && systemIsDark() {
		return &darkBackground
	}
	return &lightBackground
}

// unaltered keeps Wails from rewriting the page. Wails puts two scripts into every page
// it recognises by a media type containing "text/html", giving the page its own way to
// open addresses and call into Go. We use neither and want what a page can do to be what
// the handler offers. Media types are case-insensitive (RFC 9110, 8.3.1), Wails is not.
func unaltered(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(pageWriter{w}, r)
	})
}

// pageWriter is always told its header before a Write, by answer.
type pageWriter struct{ http.ResponseWriter }

func (w pageWriter) WriteHeader(status int) {
	if rest, ok := strings.CutPrefix(w.Header().Get("Content-Type"), "text/html"); ok {
		w.Header().Set("Content-Type", "Text/HTML"+rest)
	}
	w.ResponseWriter.WriteHeader(status)
}
