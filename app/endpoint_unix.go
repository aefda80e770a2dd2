//go:build !windows

package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// longestSocket is what sockaddr_un holds on the systems there are, less some room.
const longestSocket = 100

// socket is the path of the home's socket: in the home, or, when that path is too long for
// a socket, in a folder of this user's own among the temporary files.
func (h home) socket() (string, error) {
	path := h.file("steward.sock")
	if len(path) <= longestSocket {
		return path, nil
	}
	dir := filepath.Join(os.TempDir(), "steward-"+strconv.Itoa(os.Getuid()))
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return "", err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	if s, ok := info.Sys().(*syscall.Stat_t); !ok || !info.IsDir() || int(s.Uid) != os.Getuid() || info.Mode().Perm() != 0o700 {
		return "", fmt.Errorf("%s is not this user's own folder", dir)
	}
	sum := sha256.Sum256([]byte(h))
	return filepath.Join(dir, hex.EncodeToString(sum[:8])+".sock"), nil
}

// listen opens the home's socket for this user's other processes. Only the holder of the
// lock calls it, so that a socket left behind is nobody's.
func (h home) listen() (net.Listener, error) {
	path, err := h.socket()
	if err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	// Nobody else gets this far: the folder around it is its owner's alone.
	if err := os.Chmod(path, 0o600); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// guardLocal has nothing to add: the socket's mode decides who may ask.
func (h home) guardLocal(next http.Handler) http.Handler { return next }

// dial connects to the process that has the home open.
func (h home) dial(ctx context.Context) (net.Conn, error) {
	path, err := h.socket()
	if err != nil {
		return nil, err
	}
	return (&net.Dialer{}).DialContext(ctx, "unix", path)
}

// authorize has nothing to add to a request over the socket.
func (h home) authorize(*http.Request) error { return nil }
