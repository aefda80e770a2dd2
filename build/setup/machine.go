package setup

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Hardware is what decides which model a machine can run.
type Hardware struct {
	// Memory is what a program may use, in bytes: the machine's, or less where a container
	// is limited to less. 0 means unknown.
	Memory int64
	// GPU is the name of a graphics processor that Ollama can use, "" when there is none.
	GPU string
	// GPUMemory is its own memory in bytes; on a machine where both share one memory, the
	// part the graphics processor may take.
	GPUMemory int64
}

// Machine looks at this machine. It asks the system only and takes at most a few seconds.
func Machine() Hardware {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	h := Hardware{Memory: memory(ctx, "/")}
	h.GPU, h.GPUMemory = nvidia(ctx)
	if h.GPU == "" {
		h.GPU, h.GPUMemory = amd("/")
	}
	if h.GPU == "" && runtime.GOOS == "darwin" && runtime.GOARCH == "arm64" {
		h.GPU, h.GPUMemory = "Apple", h.Memory*2/3
	}
	return h
}

// memory reads the machine's memory and the limits set on this process below root.
func memory(ctx context.Context, root string) int64 {
	if runtime.GOOS == "darwin" {
		out, err := exec.CommandContext(ctx, "sysctl", "-n", "hw.memsize").Output()
		if err != nil {
			return 0
		}
		n, _ := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
		return n
	}
	total := int64(0)
	eachLine(filepath.Join(root, "proc/meminfo"), func(line string) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "MemTotal:" {
			kib, _ := strconv.ParseInt(f[1], 10, 64)
			total = kib << 10
		}
	})
	lower := func(path string) {
		b, err := os.ReadFile(path)
		if err != nil {
			return
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64) // "max" is no number
		if err == nil && n > 0 && (total == 0 || n < total) {
			total = n
		}
	}
	// A limit may be set on any group above this process: cgroups(7).
	eachLine(filepath.Join(root, "proc/self/cgroup"), func(line string) {
		f := strings.SplitN(line, ":", 3)
		if len(f) != 3 {
			return
		}
		base, file := "sys/fs/cgroup", "memory.max"
		if f[1] != "" {
			if f[1] != "memory" {
				return
			}
			base, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		}
		for group := filepath.Clean("/" + f[2]); ; group = filepath.Dir(group) {
			lower(filepath.Join(root, base, group, file))
			if group == "/" {
				return
			}
		}
	})
	return total
}

func nvidia(ctx context.Context) (string, int64) {
	out, err := exec.CommandContext(ctx, "nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits").Output()
	if err != nil {
		return "", 0
	}
	return parseNvidia(string(out))
}

// parseNvidia takes the card with the most memory.
func parseNvidia(out string) (name string, bytes int64) {
	for line := range strings.Lines(out) {
		card, mib, ok := strings.Cut(strings.TrimSpace(line), ",")
		n, err := strconv.ParseInt(strings.TrimSpace(mib), 10, 64)
		if ok && err == nil && n<<20 > bytes {
			name, bytes = strings.TrimSpace(card), n<<20
		}
	}
	return name, bytes
}

// amd reads the kernel's amdgpu driver below root. Cards with under 2 GB are the built-in
// ones, which Ollama does not use.
func amd(root string) (name string, bytes int64) {
	files, _ := filepath.Glob(filepath.Join(root, "sys/class/drm/card[0-9]*/device/mem_info_vram_total"))
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
		if err != nil || n < 2<<30 || n <= bytes {
			continue
		}
		name, bytes = "AMD Radeon", n
		if b, err := os.ReadFile(filepath.Join(filepath.Dir(file), "product_name")); err == nil && len(strings.TrimSpace(string(b))) > 0 {
			name = strings.TrimSpace(string(b))
		}
	}
	return name, bytes
}

func eachLine(path string, visit func(string)) {
	f, err := os.Open(path)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		visit(lines.Text())
	}
}
