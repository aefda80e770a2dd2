package window

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Session is a private desktop: an X server in memory, a window manager, a message bus.
type Session struct {
	Display string
	bus     string
	started []*exec.Cmd
	home    string
}

// Tools lists the programs a session needs, with the Debian package of each.
var Tools = map[string]string{
	"Xvfb": "xvfb", "openbox": "openbox", "dbus-daemon": "dbus", "xdotool": "xdotool", "import": "imagemagick",
}

// StartSession starts a desktop whose programs have dir as their home. Close it.
func StartSession(dir string) (_ *Session, err error) {
	for tool, from := range Tools {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, fmt.Errorf("start a desktop: %s is missing, install %s", tool, from)
		}
	}
	s := &Session{home: dir}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	number, err := s.first("Xvfb", "-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp")
	if err != nil {
		return nil, err
	}
	s.Display = ":" + number
	s.bus, err = s.first("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=3")
	if err != nil {
		return nil, err
	}
	manager := s.command("openbox")
	if err := manager.Start(); err != nil {
		return nil, fmt.Errorf("start a window manager: %w", err)
	}
	s.started = append(s.started, manager)
	return s, s.waitManaged()
}

// first starts a program and returns the line it writes to descriptor 3 when it is ready.
func (s *Session) first(name string, args ...string) (string, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return "", err
	}
	cmd := s.command(name, args...)
	cmd.ExtraFiles = []*os.File{writer}
	err = cmd.Start()
	_ = writer.Close() // the child has its own
	defer reader.Close()
	if err != nil {
		return "", fmt.Errorf("start %s: %w", name, err)
	}
	s.started = append(s.started, cmd)
	if err := reader.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("start %s: it did not become ready: %w", name, err)
	}
	return strings.TrimSpace(line), nil
}

func (s *Session) waitManaged() error {
	for range 200 {
		if _, err := s.Tool(context.Background(), "xdotool", "get_desktop"); err == nil {
			return nil
		}
		time.Sleep(25 * time.Millisecond)
	}
	return errors.New("start a desktop: the window manager did not become ready")
}

func (s *Session) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = s.Env()
	// Whatever happens to the test, its desktop goes with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	return cmd
}

// Env is the environment of a program on this desktop.
func (s *Session) Env() []string {
	env := []string{
		"HOME=" + s.home, "DISPLAY=" + s.Display, "DBUS_SESSION_BUS_ADDRESS=" + s.bus,
		"XDG_RUNTIME_DIR=" + s.home, "XDG_SESSION_TYPE=x11", "GTK_USE_PORTAL=0", "NO_AT_BRIDGE=0",
	}
	for _, name := range []string{"PATH", "LANG", "LC_ALL", "TMPDIR", "OLLAMA_HOST"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// Tool runs a program on this desktop and returns what it printed.
func (s *Session) Tool(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = s.Env()
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, complaint.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// Picture saves what is on the screen as a PNG.
func (s *Session) Picture(ctx context.Context, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	_, err := s.Tool(ctx, "import", "-window", "root", path)
	return err
}

// Close ends everything the session started.
func (s *Session) Close() {
	for i := len(s.started) - 1; i >= 0; i-- {
		cmd := s.started[i]
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it may have ended by itself
		_ = cmd.Wait()                                      // killed: the error says so
	}
}

// Program is a running program with a window.
type Program struct {
	cmd       *exec.Cmd
	Inspector string // address of WebKit's inspector
	Launched  time.Time
	done      chan struct{}
	err       error
}

// Launch starts the binary with the inspector open. Output gets what it prints.
func (s *Session) Launch(output io.Writer, binary string, args []string, env ...string) (*Program, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return nil, err
	}
	cmd := s.command(binary, args...)
	cmd.Env = append(append(cmd.Env, "STEWARD_WINDOW_TEST=1", "WEBKIT_INSPECTOR_HTTP_SERVER="+address), env...)
	cmd.Stdout, cmd.Stderr = output, output
	// Killed with its parent only, so that a test may see what it leaves behind.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p := &Program{cmd: cmd, Inspector: address, Launched: time.Now(), done: make(chan struct{})}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("launch %s: %w", binary, err)
	}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// PID is the program's process id.
func (p *Program) PID() int { return p.cmd.Process.Pid }

// Signal sends a signal to the program alone.
func (p *Program) Signal(signal os.Signal) error { return p.cmd.Process.Signal(signal) }

// Exit waits for the program to end and returns its exit code, -1 for a signal.
func (p *Program) Exit(ctx context.Context) (int, error) {
	select {
	case <-p.done:
		return p.cmd.ProcessState.ExitCode(), nil
	case <-ctx.Done():
		return 0, fmt.Errorf("the program did not end: %w", ctx.Err())
	}
}

// Kill ends the program if it still runs.
func (p *Program) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.done
}
