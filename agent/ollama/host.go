package ollama

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/ollama/ollama/types/model"

	"steward/agent"
)

// DefaultHost is where a person's own Ollama listens.
const DefaultHost = "127.0.0.1:11434"

// Find returns a client of the first server that answers: host (a person's setting) alone
// when it is given, else OLLAMA_HOST, else the default port. When nothing answers the
// error is an *agent.Unavailable of part "runtime"; for an empty host that is the moment
// to start our own Server.
func Find(ctx context.Context, host string) (*Client, error) {
	var candidates []string
	switch env := strings.TrimSpace(os.Getenv("OLLAMA_HOST")); {
	case host != "":
		candidates = []string{host}
	case env != "":
		candidates = []string{env, DefaultHost}
	default:
		candidates = []string{DefaultHost}
	}
	var last error
	for _, candidate := range candidates {
		c, err := New(candidate)
		if err != nil {
			last = &agent.Unavailable{
				Part: "runtime", Err: err,
				Reason: fmt.Sprintf("The model server's address %q is not one.", candidate),
				Fix:    "Write it as host:port, such as " + DefaultHost + ".",
			}
			continue
		}
		try, cancel := context.WithTimeout(ctx, 2*time.Second)
		_, err = c.Version(try)
		cancel()
		if err == nil {
			return c, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		last = &agent.Unavailable{
			Part: "runtime", Err: err,
			Reason: fmt.Sprintf("No model server answers at %s.", c.base.Host),
			Fix:    "Start Ollama there, or clear the address so that Steward uses its own.",
		}
	}
	return nil, last
}

// LibraryReachable says whether Ollama's model library can be reached from here. It opens
// one connection and sends nothing of the person's; call it only when somebody looks at
// the models they could get.
func LibraryReachable(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	library := url.URL{Scheme: "https", Host: model.DefaultName().Host, Path: "/v2/"}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, library.String(), nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode < http.StatusInternalServerError
}

// parseHost reads an address as OLLAMA_HOST is read: scheme, port and path may be absent.
// An address that means "every interface" is reached on loopback.
func parseHost(s string) (*url.URL, error) {
	s = strings.TrimSpace(s)
	scheme, rest, ok := strings.Cut(s, "://")
	port := "11434"
	switch {
	case !ok:
		scheme, rest = "http", s
	case scheme == "http":
		port = "80"
	case scheme == "https":
		port = "443"
	default:
		return nil, fmt.Errorf("model server address %q: only http and https are spoken", s)
	}
	hostport, path, _ := strings.Cut(rest, "/")
	host, given, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	} else if given != "" {
		port = given
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return nil, fmt.Errorf("model server address %q: %q is not a port", s, port)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	if strings.ContainsAny(host, " @?#") {
		return nil, fmt.Errorf("model server address %q: %q is not a host", s, host)
	}
	u := &url.URL{Scheme: scheme, Host: net.JoinHostPort(host, port)}
	if path != "" {
		u.Path = "/" + path
	}
	return u, nil
}

func isLoopback(u *url.URL) bool {
	host := u.Hostname()
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
