package httpapi

import (
	"crypto/rand"
	"crypto/sha256"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
)

// Loopback guards a handler that listens on a loopback port, where every page in the
// person's browser and every program of every user of the computer can reach it:
//
//   - the peer and the Host header must be this computer's own (DNS rebinding),
//   - the first request needs a token that serves once and becomes a cookie (HttpOnly,
//     SameSite=Strict), which later requests need,
//   - a write needs this handler's own Origin (RFC 6454),
//   - /api/native/ does not exist here.
//
// Cookies know no ports (RFC 6265, section 8.5), so the cookie carries the port in its name
// and another server on this computer may see it when the person opens that server's page
// in the same browser; it is worth nothing there, but could be used here until exit.
type Loopback struct {
	next http.Handler
	port int
	host string

	mu       sync.Mutex
	tokens   map[[32]byte]bool
	sessions map[[32]byte]bool
}

// maxTokens bounds the tokens given and not yet used; the oldest are not kept apart, so
// all are dropped when there are more.
const maxTokens = 64

// NewLoopback guards next on address, which must be a loopback address with its port.
func NewLoopback(next http.Handler, address netip.AddrPort) *Loopback {
	return &Loopback{
		next: next, port: int(address.Port()), host: address.String(),
		tokens: map[[32]byte]bool{}, sessions: map[[32]byte]bool{},
	}
}

// Address is where a browser finds the interface, with a new token that serves once.
func (l *Loopback) Address() string {
	token := rand.Text()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.tokens) >= maxTokens {
		clear(l.tokens)
	}
	l.tokens[sha256.Sum256([]byte(token))] = true
	return "http://" + l.host + "/?token=" + token
}

func (l *Loopback) cookie() string { return "steward_" + strconv.Itoa(l.port) }

func (l *Loopback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setHeaders(w.Header())
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err != nil || !peer.Addr().Unmap().IsLoopback() {
		WriteError(w, &Error{Code: "unauthorized", Message: "Only this computer may ask."})
		return
	}
	if !l.ownHost(r.Host) {
		WriteError(w, &Error{
			Code: "unauthorized", Message: "The address names another host.",
			Fix: "Open the address that steward serve printed.",
		})
		return
	}
	if strings.HasPrefix(r.URL.Path, "/api/native/") {
		WriteError(w, &Error{Code: "not_found", Message: "There is no " + r.URL.Path + " here."})
		return
	}
	if r.Method == http.MethodGet && r.URL.Path == "/" && r.URL.Query().Has("token") {
		l.enter(w, r)
		return
	}
	if c, err := r.Cookie(l.cookie()); err != nil || !l.known(c.Value) {
		l.refuse(w, r)
		return
	}
	// A browser sends Origin with every write, and a page cannot forge it.
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Header.Get("Origin") != "http://"+r.Host {
		WriteError(w, &Error{Code: "unauthorized", Message: "Another page may not change anything here."})
		return
	}
	// Reads from other sites' pages carry no cookie (SameSite); this also refuses those of
	// other ports, which a browser counts as the same site.
	if site := r.Header.Get("Sec-Fetch-Site"); strings.HasPrefix(r.URL.Path, "/api/") && site != "" && site != "same-origin" && site != "none" {
		WriteError(w, &Error{Code: "unauthorized", Message: "Another page may not read anything here."})
		return
	}
	l.next.ServeHTTP(w, r)
}

// ownHost tells whether a Host header is one a browser on this computer sends for a loopback
// address typed by hand; a name that resolves to it is refused.
func (l *Loopback) ownHost(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil || port != strconv.Itoa(l.port) {
		return false
	}
	if strings.EqualFold(name, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && addr.IsLoopback()
}

// enter trades the token for a cookie and leads to the page without the token in its address.
func (l *Loopback) enter(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(l.cookie()); err == nil && l.known(c.Value) {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	sum := sha256.Sum256([]byte(r.URL.Query().Get("token")))
	session := rand.Text()
	l.mu.Lock()
	ok := l.tokens[sum]
	if ok {
		delete(l.tokens, sum)
		l.sessions[sha256.Sum256([]byte(session))] = true
	}
	l.mu.Unlock()
	if !ok {
		l.refuse(w, r)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: l.cookie(), Value: session, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// known looks a session up by its hash, so that the time taken says nothing about it.
func (l *Loopback) known(session string) bool {
	sum := sha256.Sum256([]byte(session))
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sessions[sum]
}

func (l *Loopback) refuse(w http.ResponseWriter, r *http.Request) {
	const fix = "Run `steward serve` again: it prints a new address, also while another one runs."
	if strings.HasPrefix(r.URL.Path, "/api/") {
		WriteError(w, &Error{Code: "unauthorized", Message: "The address needs its token, which serves once.", Fix: fix})
		return
	}
	writeNotice(w, http.StatusUnauthorized, noticePage{
		Title: "This address serves once", Text: "Its token is missing or was used already. " + fix,
		TitleZh: "此地址只能使用一次", TextZh: "令牌缺失或已被使用。请再次运行 `steward serve`：即使它已在运行，也会显示新的地址。",
	})
}
