package httpapi

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// guarded is a Loopback before a handler that says "in", on a real listener.
func guarded(t *testing.T) (*Loopback, *httptest.Server) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	guard := NewLoopback(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "in")
	}), netip.MustParseAddrPort(server.Listener.Addr().String()))
	server.Config.Handler = guard
	server.Start()
	t.Cleanup(server.Close)
	return guard, server
}

func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

func fetch(t *testing.T, c *http.Client, method, address string, change func(*http.Request)) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(req)
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body), resp.Header
}

func TestTokenServesOnceAndBecomesACookie(t *testing.T) {
	guard, server := guarded(t)
	ada, eve := browser(t), browser(t)
	address := guard.Address()
	if code, body, _ := fetch(t, ada, http.MethodGet, server.URL+"/api/status", nil); code != http.StatusUnauthorized {
		t.Fatalf("without token: %d %s", code, body)
	}
	noRedirect := &http.Client{Jar: ada.Jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	code, _, head := fetch(t, noRedirect, http.MethodGet, address, nil)
	if code != http.StatusSeeOther || head.Get("Location") != "/" {
		t.Fatalf("with token: %d to %q", code, head.Get("Location"))
	}
	cookie := head.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("cookie %q lacks %s", cookie, want)
		}
	}
	if strings.Contains(cookie, "token") || strings.Contains(cookie, mustToken(t, address)) {
		t.Error("the cookie holds the token")
	}
	if code, body, _ := fetch(t, ada, http.MethodGet, server.URL+"/api/status", nil); code != http.StatusOK || body != "in" {
		t.Fatalf("with the cookie: %d %s", code, body)
	}
	if code, _, _ := fetch(t, eve, http.MethodGet, address, nil); code != http.StatusUnauthorized {
		t.Fatalf("the token served twice: %d", code)
	}
	if code, _, _ := fetch(t, ada, http.MethodGet, address, nil); code != http.StatusOK {
		t.Fatalf("the same address opened again in the same browser: %d", code)
	}
	if code, _, _ := fetch(t, eve, http.MethodGet, guard.Address(), nil); code != http.StatusOK {
		t.Fatalf("a second address: %d", code)
	}
	for _, bad := range []string{"/?token=", "/?token=x"} {
		if code, _, _ := fetch(t, browser(t), http.MethodGet, server.URL+bad, nil); code != http.StatusUnauthorized {
			t.Errorf("%s: %d", bad, code)
		}
	}
}

func mustToken(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Query().Get("token") == "" {
		t.Fatalf("address %q: %v", address, err)
	}
	return u.Query().Get("token")
}

func TestOtherHostsAreRefused(t *testing.T) {
	guard, server := guarded(t)
	c := browser(t)
	fetch(t, c, http.MethodGet, guard.Address(), nil)
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	here, _ := url.Parse(server.URL)
	cookies := c.Jar.Cookies(here)
	if len(cookies) != 1 {
		t.Fatalf("cookies: %v", cookies)
	}
	for host, want := range map[string]int{
		"127.0.0.1:" + port:        http.StatusOK,
		"localhost:" + port:        http.StatusOK,
		"[::1]:" + port:            http.StatusOK,
		"evil.example.org:" + port: http.StatusUnauthorized, // DNS rebinding
		"evil.example.org":         http.StatusUnauthorized,
		"127.0.0.1":                http.StatusUnauthorized,
		"127.0.0.1:1":              http.StatusUnauthorized,
		"192.0.2.1:" + port:        http.StatusUnauthorized,
	} {
		code, _, _ := fetch(t, c, http.MethodGet, server.URL+"/api/status", func(r *http.Request) {
			r.Host = host
			r.Header.Set("Cookie", cookies[0].String()) // a jar goes by the host
		})
		if code != want {
			t.Errorf("Host %s: %d, want %d", host, code, want)
		}
	}
}

func TestOtherPeersAreRefused(t *testing.T) {
	guard, _ := guarded(t)
	for peer, want := range map[string]int{
		"192.0.2.7:4000": http.StatusUnauthorized, "[2001:db8::1]:4000": http.StatusUnauthorized, "": http.StatusUnauthorized,
	} {
		r := httptest.NewRequest(http.MethodGet, guard.Address(), nil)
		r.RemoteAddr = peer
		w := httptest.NewRecorder()
		guard.ServeHTTP(w, r)
		if w.Code != want || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("peer %q: %d", peer, w.Code)
		}
	}
	r := httptest.NewRequest(http.MethodGet, guard.Address(), nil)
	r.RemoteAddr = "[::ffff:127.0.0.1]:4000"
	w := httptest.NewRecorder()
	guard.ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther {
		t.Errorf("loopback as IPv6: %d", w.Code)
	}
}

func TestWritesNeedOurOrigin(t *testing.T) {
	guard, server := guarded(t)
	c := browser(t)
	fetch(t, c, http.MethodGet, guard.Address(), nil)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
		for origin, want := range map[string]int{
			server.URL: http.StatusOK, "": http.StatusUnauthorized, "null": http.StatusUnauthorized,
			"http://127.0.0.1:1": http.StatusUnauthorized, "https://" + strings.TrimPrefix(server.URL, "http://"): http.StatusUnauthorized,
			"http://evil.example.org": http.StatusUnauthorized,
		} {
			code, _, _ := fetch(t, c, method, server.URL+"/api/sources", func(r *http.Request) {
				if origin != "" {
					r.Header.Set("Origin", origin)
				}
			})
			if code != want {
				t.Errorf("%s with Origin %q: %d, want %d", method, origin, code, want)
			}
		}
	}
}

func TestReadsFromOtherSitesAreRefused(t *testing.T) {
	guard, server := guarded(t)
	c := browser(t)
	fetch(t, c, http.MethodGet, guard.Address(), nil)
	for site, want := range map[string]int{
		"": http.StatusOK, "none": http.StatusOK, "same-origin": http.StatusOK,
		"same-site": http.StatusUnauthorized, "cross-site": http.StatusUnauthorized,
	} {
		code, _, _ := fetch(t, c, http.MethodGet, server.URL+"/api/status", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", site) })
		if code != want {
			t.Errorf("Sec-Fetch-Site %q: %d, want %d", site, code, want)
		}
	}
}

func TestNativeRoutesAreNotOnThePort(t *testing.T) {
	guard, server := guarded(t)
	c := browser(t)
	fetch(t, c, http.MethodGet, guard.Address(), nil)
	for _, name := range []string{"show", "address", "process"} {
		code, _, _ := fetch(t, c, http.MethodPost, server.URL+"/api/native/"+name, func(r *http.Request) { r.Header.Set("Origin", server.URL) })
		if code != http.StatusNotFound {
			t.Errorf("%s: %d", name, code)
		}
	}
}
