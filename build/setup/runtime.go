package setup

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"steward/agent"
)

// The runtime that is built where none is installed. Versions and sums are pinned; the go
// command refuses anything else.
const (
	ollamaModule  = "github.com/ollama/ollama"
	OllamaVersion = "v0.17.4"
	ollamaSum     = "h1:X3KNm9x4BlHqk/AXMGtC7pBAFd46nmJmy8yDaBZLo9s="
	audioModule   = "github.com/gen2brain/malgo" // ships miniaudio.h
	audioVersion  = "v0.11.24"
	audioSum      = "h1:hHcIJVfzWcEDHFdPl5Dl/CUSOjzOleY0zzAV8Kx+imE="
)

// Runtime returns the path of an ollama to run: one on PATH when there is one, else one
// built here once from Ollama's source for this very processor and kept in cacheDir.
// Building needs Go, a C++ compiler and two header packages; what is missing is an
// *agent.Unavailable of part "runtime" that names it.
func Runtime(ctx context.Context, cacheDir string, report func(Progress)) (string, error) {
	const step = "Model runtime"
	if have, err := Installed(cacheDir); err == nil && runs(ctx, have) {
		report(Progress{Step: step, Detail: have, Done: true})
		return have, nil
	}
	binary := runtimePath(cacheDir)
	if runtime.GOOS != "linux" {
		return "", missing("Ollama is not installed.", "Install Ollama for your system, then start Steward again.", nil)
	}
	if err := build(ctx, cacheDir, binary, report); err != nil {
		return "", err
	}
	report(Progress{Step: step, Detail: "built", Done: true})
	return binary, nil
}

// Installed returns the ollama that Runtime would return without building anything, or an
// error that wraps fs.ErrNotExist.
func Installed(cacheDir string) (string, error) {
	if own, err := exec.LookPath("ollama"); err == nil {
		return own, nil
	}
	binary := runtimePath(cacheDir)
	if _, err := os.Stat(binary); err != nil {
		return "", fmt.Errorf("no model runtime is installed: %w", err)
	}
	return binary, nil
}

// runtimePath is where the runtime for this processor lies: a build with -march=native
// must not run on another one that shares the cache.
func runtimePath(cacheDir string) string {
	return filepath.Join(cacheDir, "runtime", "ollama-"+OllamaVersion+"-"+processor(), "ollama")
}

func processor() string {
	what := runtime.GOARCH
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer func() { _ = f.Close() }()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ":")
			switch strings.TrimSpace(name) {
			case "model name", "flags", "Features", "CPU part":
				what += value
			case "": // the first processor stands for all
				sum := sha256.Sum256([]byte(what))
				return runtime.GOARCH + "-" + hex.EncodeToString(sum[:4])
			}
		}
	}
	sum := sha256.Sum256([]byte(what))
	return runtime.GOARCH + "-" + hex.EncodeToString(sum[:4])
}

func runs(ctx context.Context, binary string) bool {
	return exec.CommandContext(ctx, binary, "--version").Run() == nil
}

func missing(reason, fix string, err error) error {
	return &agent.Unavailable{Part: "runtime", Reason: reason, Fix: fix, Err: err}
}

// build compiles ollama. The go command caches what it compiled, so that an interrupted
// build goes on where it was.
func build(ctx context.Context, cacheDir, binary string, report func(Progress)) error {
	goTool, err := findGo(cacheDir)
	if err != nil {
		return err
	}
	for tool, pkg := range map[string]string{"gcc": "gcc", "g++": "g++"} {
		if _, err := exec.LookPath(tool); err != nil {
			return missing("A C++ compiler is needed to build the model runtime.", "Install it, on Debian: sudo apt-get install "+pkg, err)
		}
	}
	for header, pkg := range map[string]string{
		"/usr/include/nlohmann/json.hpp": "nlohmann-json3-dev", "/usr/include/stb/stb_image.h": "libstb-dev",
	} {
		if _, err := os.Stat(header); err != nil {
			return missing("A header file is needed to build the model runtime.", "Install it, on Debian: sudo apt-get install "+pkg, err)
		}
	}
	work := filepath.Join(cacheDir, "build", "ollama-"+OllamaVersion)
	include := filepath.Join(work, "include", "miniaudio")
	if err := os.MkdirAll(include, 0o755); err != nil {
		return fmt.Errorf("making a folder for building the model runtime: %w", err)
	}
	report(Progress{Step: "Fetching the model runtime's source"})
	if _, err := module(ctx, goTool, work, ollamaModule, OllamaVersion, ollamaSum); err != nil {
		return err
	}
	audio, err := module(ctx, goTool, work, audioModule, audioVersion, audioSum)
	if err != nil {
		return err
	}
	if err := copyFile(filepath.Join(audio, "miniaudio.h"), filepath.Join(include, "miniaudio.h")); err != nil {
		return fmt.Errorf("preparing the model runtime's headers: %w", err)
	}
	report(Progress{Step: "Fetching the model runtime's source", Done: true})

	const native = "-O3 -march=native"
	env := append(
		os.Environ(), "GOBIN="+filepath.Join(work, "bin"), "CGO_ENABLED=1", "GOTOOLCHAIN=local",
		"CGO_CFLAGS="+native, "CGO_CXXFLAGS="+native+" -I"+filepath.Join(work, "include"),
	)
	if err := compile(ctx, goTool, work, env, report); err != nil {
		return err
	}
	built := filepath.Join(work, "bin", "ollama")
	if !runs(ctx, built) {
		return fmt.Errorf("the model runtime was built as %s but does not run", built)
	}
	if err := os.MkdirAll(filepath.Dir(binary), 0o755); err != nil {
		return err
	}
	if err := os.Rename(built, binary); err != nil {
		return err
	}
	return os.RemoveAll(work)
}

// findGo returns the go command: the one that set Steward up, or the one on PATH.
func findGo(cacheDir string) (string, error) {
	kept, _ := filepath.Glob(filepath.Join(cacheDir, "go-*", "bin", "go"))
	if own, err := exec.LookPath("go"); err == nil {
		kept = append(kept, own)
	}
	for _, tool := range kept {
		out, err := exec.Command(tool, "env", "GOVERSION").Output()
		var minor int
		if err == nil {
			if _, err = fmt.Sscanf(string(out), "go1.%d", &minor); err == nil && minor >= 24 {
				return tool, nil
			}
		}
	}
	return "", missing("Neither Ollama nor Go 1.24 or newer is installed, so there is no model runtime.",
		"Install Ollama, or run make run in Steward's source folder.", exec.ErrNotFound)
}

// module downloads a module and checks its sum; it returns the folder.
func module(ctx context.Context, goTool, dir, path, version, sum string) (string, error) {
	cmd := exec.CommandContext(ctx, goTool, "mod", "download", "-json", path+"@"+version)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod", "GOTOOLCHAIN=local", "GOWORK=off")
	out, err := cmd.Output()
	var m struct{ Dir, Sum, Error string }
	if jsonErr := json.Unmarshal(out, &m); jsonErr != nil && err == nil {
		err = jsonErr
	}
	if m.Error != "" {
		err = errors.New(m.Error)
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return "", fmt.Errorf("fetching the source of %s: %w (is there a network?)", path, err)
	}
	if m.Sum != sum {
		return "", fmt.Errorf("the source of %s %s has sum %s instead of %s: it is not used", path, version, m.Sum, sum)
	}
	return m.Dir, nil
}

// compile runs go install and counts the source it has compiled.
func compile(ctx context.Context, goTool, dir string, env []string, report func(Progress)) error {
	target := ollamaModule + "@" + OllamaVersion
	const step = "Building the model runtime"
	report(Progress{Step: step, Detail: "reading the source"})
	sizes, total, err := sources(ctx, goTool, dir, env)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, goTool, "install", "-trimpath", "-x",
		"-ldflags=-X="+ollamaModule+"/version.Version="+strings.TrimPrefix(OllamaVersion, "v"), target)
	cmd.Dir, cmd.Env = dir, env
	said, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	m := newMeter(step, 0, total, report)
	var done int64
	var tail []string
	lines := bufio.NewScanner(said)
	lines.Buffer(make([]byte, 0, 1<<20), 16<<20)
	for lines.Scan() {
		line := lines.Text()
		if file := compiled(line); file != "" {
			m.at(file, done)
			done += sizes[file]
		}
		if !strings.HasPrefix(line, "cat >") {
			tail = append(tail, line)
			tail = tail[max(0, len(tail)-30):]
		}
	}
	_, _ = io.Copy(io.Discard, said)
	if err := cmd.Wait(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		log := filepath.Join(dir, "build.log")
		_ = os.WriteFile(log, []byte(strings.Join(tail, "\n")), 0o644)
		return fmt.Errorf("building the model runtime: %w; the compiler's last words are in %s", err, log)
	}
	m.done("")
	return nil
}

// compiled returns the C or C++ file that a line of `go install -x` compiles, or "".
func compiled(line string) string {
	if !strings.Contains(line, " -c ") {
		return ""
	}
	fields := strings.Fields(line)
	file := filepath.Base(fields[len(fields)-1])
	switch filepath.Ext(file) {
	case ".c", ".cc", ".cpp":
		return file
	}
	return ""
}

// sources returns the sizes of the C and C++ files the runtime is made of, by name. They
// are what its build spends its time on.
func sources(ctx context.Context, goTool, dir string, env []string) (map[string]int64, int64, error) {
	src, err := module(ctx, goTool, dir, ollamaModule, OllamaVersion, ollamaSum)
	if err != nil {
		return nil, 0, err
	}
	cmd := exec.CommandContext(ctx, goTool, "list", "-deps", "-f", "{{$d := .Dir}}{{range .CFiles}}{{$d}}/{{.}}\n{{end}}{{range .CXXFiles}}{{$d}}/{{.}}\n{{end}}", ".")
	cmd.Dir, cmd.Env = src, append(env, "GOFLAGS=-mod=readonly")
	out, err := cmd.Output()
	if err != nil {
		if ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		return nil, 0, fmt.Errorf("reading the source of the model runtime: %w", err)
	}
	sizes := map[string]int64{}
	var total int64
	for file := range strings.Lines(string(out)) {
		file = strings.TrimSpace(file)
		if info, err := os.Stat(file); err == nil && file != "" {
			sizes[filepath.Base(file)] = info.Size()
			total += info.Size()
		}
	}
	return sizes, total, nil
}

func copyFile(from, to string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }()
	dst, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(dst, src); err != nil {
		_ = dst.Close()
		return err
	}
	return dst.Close()
}
