package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"steward/app/httpapi"
)

// homeVariable names the environment variable that moves the home.
const homeVariable = "STEWARD_HOME"

// home is the folder that holds all of one person's Steward: settings, index, models' log.
type home string

// findHome gives the home, made if need be, for its owner only. The system's own place is
// $XDG_DATA_HOME/steward (XDG Base Directory 0.8), ~/Library/Application Support/Steward or
// %LocalAppData%\Steward.
func findHome() (home, error) {
	dir := os.Getenv(homeVariable)
	if dir == "" {
		var err error
		if dir, err = systemHome(); err != nil {
			return "", err
		}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the home folder: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", homeError(dir, err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return "", homeError(dir, err)
	}
	if !info.IsDir() {
		return "", homeError(dir, errors.New("it is no folder"))
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return "", homeError(dir, err)
		}
	}
	return home(dir), nil
}

func homeError(dir string, err error) error {
	return &httpapi.Error{
		Code: "unavailable", Part: "folder", Message: fmt.Sprintf("Steward's own folder %s cannot be used: %v.", dir, err),
		Fix: "Give yourself the right to write there, or name another folder in " + homeVariable + ".",
	}
}

func systemHome() (string, error) {
	switch runtime.GOOS {
	case "windows", "darwin":
		base, err := os.UserConfigDir()
		if runtime.GOOS == "windows" {
			base, err = os.UserCacheDir() // %LocalAppData%: an index must not roam
		}
		if err != nil {
			return "", fmt.Errorf("find the home folder: %w; set %s", err, homeVariable)
		}
		return filepath.Join(base, "Steward"), nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "steward"), nil
	}
	person, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the home folder: %w; set %s", err, homeVariable)
	}
	return filepath.Join(person, ".local", "share", "steward"), nil
}

func (h home) file(name ...string) string {
	return filepath.Join(append([]string{string(h)}, name...)...)
}

// errHeld says that another process has the home open.
var errHeld = errors.New("another Steward has the home open")

// lock is the right to open what is in the home. The system takes it back however the
// process ends.
type lock struct{ f *os.File }

// take gets the lock without waiting; errHeld when another process has it.
func (h home) take() (*lock, error) {
	path := h.file("lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, homeError(string(h), err)
	}
	held, err := lockFile(f)
	if err != nil || held {
		_ = f.Close()
		if held {
			return nil, errHeld
		}
		return nil, homeError(string(h), fmt.Errorf("lock %s: %w", path, err))
	}
	// For a person who looks; nothing reads it to decide anything.
	_ = f.Truncate(0)
	_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return &lock{f}, nil
}

// holder gives the process number of who has the lock, or "".
func (h home) holder() string {
	text, err := os.ReadFile(h.file("lock"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

func (l *lock) release() error { return l.f.Close() }

// openLog opens the log, for appending, and keeps one older one when it has grown.
func (h home) openLog() (*os.File, error) {
	const most = 4 << 20
	path := h.file("steward.log")
	if info, err := os.Stat(path); err == nil && info.Size() > most {
		_ = os.Rename(path, path+".1")
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if errors.Is(err, fs.ErrPermission) {
		return nil, homeError(string(h), err)
	}
	return f, err
}
