package httpapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// policy lets a page load nothing but what this handler serves: no remote image, font,
// script or link, no style element, no frame around it, no form that leads away (CSP Level 3).
// Style attributes are allowed, for the interface writes them (Lit's styleMap does); what
// they could load is bound by img-src and font-src.
const policy = "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; " +
	"font-src 'self'; connect-src 'self'; object-src 'none'; frame-src 'self'; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'none'"

func setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), usb=(), payment=()")
	h.Set("Cache-Control", "no-store")
}

// NewStatic serves the built front end alone, with the headers of the whole handler.
func NewStatic(built fs.FS) http.Handler {
	next := newStatic(built)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w.Header())
		next.ServeHTTP(w, r)
	})
}

// newStatic serves the built front end. A path without a file is the page itself, so that a
// reload works wherever the person is in it.
func newStatic(built fs.FS) http.Handler {
	if built == nil {
		return http.HandlerFunc(notBuilt)
	}
	page, err := fs.ReadFile(built, "index.html")
	if err != nil {
		return http.HandlerFunc(notBuilt)
	}
	files := http.FileServerFS(built)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			WriteError(w, badRequest("%s is only for /api/.", r.Method))
			return
		}
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if strings.HasPrefix(name, "assets/") {
			// Vite names these by their content.
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			if _, err := fs.Stat(built, name); errors.Is(err, fs.ErrNotExist) {
				w.Header().Set("Cache-Control", "no-store")
				WriteError(w, &Error{Code: "not_found", Message: "There is no " + name + "."})
				return
			}
		}
		if info, err := fs.Stat(built, name); err == nil && !info.IsDir() && name != "index.html" {
			files.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(page))
	})
}

var notice = template.Must(template.New("notice").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Title}}</title>
<style>{{.Style}}</style>
<h1>{{.Title}}</h1><p>{{.Text}}</p><h1 lang="zh-Hans">{{.TitleZh}}</h1><p lang="zh-Hans">{{.TextZh}}</p></html>
`))

const noticeStyle = "body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}"

// noticePolicy allows that one style, by its hash, and nothing else.
var noticePolicy = func() string {
	sum := sha256.Sum256([]byte(noticeStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; " +
		"form-action 'none'; frame-ancestors 'none'"
}()

type noticePage struct{ Title, Text, TitleZh, TextZh string }

func writeNotice(w http.ResponseWriter, status int, n noticePage) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", noticePolicy)
	w.WriteHeader(status)
	_ = notice.Execute(w, struct {
		noticePage
		Style template.CSS
	}{n, noticeStyle})
}

// NotBuilt is what a Steward without its front end says.
const NotBuilt = "This Steward was built without its interface. Run `make build` in its source folder to build the interface; " +
	"the command line works without it."

func notBuilt(w http.ResponseWriter, _ *http.Request) {
	writeNotice(w, http.StatusNotFound, noticePage{
		Title: "The interface was not built", Text: NotBuilt,
		TitleZh: "界面尚未构建", TextZh: "这个 Steward 构建时没有包含界面。请在源代码目录运行 `make build` 来构建界面；命令行无需界面即可使用。",
	})
}
