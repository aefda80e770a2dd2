//go:build unix

package ollama

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"steward/agent"
)

// parent is this test binary as a program that runs a server: it prints the processes it
// is responsible for and waits to be killed.
func parent(what string) {
	switch what {
	case "shell":
		self, _ := os.Executable()
		script := `sleep 1000 & echo "$$ $!"; wait`
		cmd := exec.Command(self, SuperviseCommand, "sh", "-c", script)
		cmd.Stdout = os.Stdout
		detach(cmd)
		if _, err := cmd.StdinPipe(); err != nil {
			panic(err)
		}
		if err := cmd.Start(); err != nil {
			panic(err)
		}
	default: // the path of a real ollama, the folder of its models, and a scratch folder
		f := strings.Split(what, "\n")
		s, err := Start(background, ServerConfig{Binary: f[0], Models: f[1], Home: f[2], Log: filepath.Join(f[2], "log")})
		if err != nil {
			panic(err)
		}
		call := agent.Call{Messages: []agent.Message{{Role: "user", Content: "Say hello."}}, MaxTokens: 4}
		if _, err := s.Client().Chat(smallModel).Chat(background, call, func(string) error { return nil }); err != nil {
			panic(err)
		}
		b, _ := json.Marshal(descendants(os.Getpid()))
		fmt.Println(strings.Trim(string(b), "[]"))
	}
	select {}
}

// descendants lists the processes below pid. It reads /proc, so it finds some on Linux only.
func descendants(pid int) (out []int) {
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range all {
		b, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		after := strings.Fields(string(b)[strings.LastIndexByte(string(b), ')')+1:])
		if len(after) > 1 && after[1] == strconv.Itoa(pid) {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			out = append(append(out, child), descendants(child)...)
		}
	}
	return out
}

// killed starts parent, kills it with SIGKILL and returns the processes it had.
func killed(t *testing.T, what string) []int {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "STEWARD_TEST_PARENT="+what)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal("the parent said nothing: ", err)
	}
	var pids []int
	for _, f := range strings.FieldsFunc(line, func(r rune) bool { return r < '0' || r > '9' }) {
		pid, _ := strconv.Atoi(f)
		pids = append(pids, pid)
		if !alive(pid) {
			t.Fatalf("process %d of %s is not running before the kill", pid, line)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_, _ = cmd.Process.Wait()
	return pids
}

func alive(pid int) bool {
	if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil {
		after := string(b)[strings.LastIndexByte(string(b), ')')+1:]
		return !strings.HasPrefix(strings.TrimSpace(after), "Z")
	}
	return false
}

func awaitGone(t *testing.T, pids []int) {
	t.Helper()
	for range 600 {
		left := 0
		for _, pid := range pids {
			if alive(pid) {
				left++
			}
		}
		if left == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	for _, pid := range pids {
		if alive(pid) {
			t.Errorf("process %d outlived its parent", pid)
		}
	}
}

func TestNothingOutlivesAKilledParent(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("reads /proc")
	}
	pids := killed(t, "shell")
	if len(pids) != 2 {
		t.Fatalf("the shell named %v", pids)
	}
	awaitGone(t, pids)
}

func TestSuperviseEndsWithItsCommand(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, SuperviseCommand, "sh", "-c", "exit 7")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	_ = cmd.Run()
	if got := cmd.ProcessState.ExitCode(); got != 7 {
		t.Errorf("exit code %d, want the command's 7", got)
	}
}

func TestServerThatCannotStart(t *testing.T) {
	dir := t.TempDir()
	cfg := ServerConfig{Models: dir + "/models", Home: dir + "/home", Log: dir + "/log"}
	cfg.Binary = filepath.Join(dir, "absent")
	_, err := Start(t.Context(), cfg)
	unavailable(t, err, "runtime")
	if cfg.Binary, err = exec.LookPath("false"); err != nil {
		t.Skip("needs the command false")
	}
	_, err = Start(t.Context(), cfg)
	unavailable(t, err, "runtime")
}
