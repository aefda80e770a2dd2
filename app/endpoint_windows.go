package app

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"

	"steward/app/httpapi"
)

// The home's endpoint on Windows is a loopback port; a file in the home, which other users
// cannot read, tells its address and the token that every request carries.
func (h home) endpointFile() string { return h.file("steward.endpoint") }

func (h home) listen() (net.Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	text := l.Addr().String() + "\n" + rand.Text() + "\n"
	if err := os.WriteFile(h.endpointFile(), []byte(text), 0o600); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

func (h home) endpoint() (address, token string, err error) {
	text, err := os.ReadFile(h.endpointFile())
	if err != nil {
		return "", "", err
	}
	lines := strings.Fields(string(text))
	if len(lines) != 2 {
		return "", "", fmt.Errorf("%s is not as it should be", h.endpointFile())
	}
	return lines[0], lines[1], nil
}

func (h home) guardLocal(next http.Handler) http.Handler {
	_, token, err := h.endpoint()
	want := []byte("Bearer " + token)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err != nil || subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), want) != 1 {
			httpapi.WriteError(w, &httpapi.Error{Code: "unauthorized", Message: "Only this user's programs may ask."})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (h home) dial(ctx context.Context) (net.Conn, error) {
	address, _, err := h.endpoint()
	if err != nil {
		return nil, err
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", address)
}

func (h home) authorize(r *http.Request) error {
	_, token, err := h.endpoint()
	r.Header.Set("Authorization", "Bearer "+token)
	return err
}
