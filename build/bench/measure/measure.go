// Package measure owns what the benchmarks share: running a program while watching all
// of its processes, percentiles, sizes on disk, a description of the machine and Markdown
// tables. It knows nothing of what is measured. Linux only: it reads /proc (proc(5)).
package measure

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Usage is what a run of a program cost, its child processes included.
type Usage struct {
	Wall time.Duration
	// CPU is user and system time of the program and every descendant it waited for.
	CPU time.Duration
	// PeakRSS is the largest sum of resident sizes of all processes of the run, in bytes,
	// seen at one moment (sampled); pages shared between processes count once for each.
	PeakRSS int64
	// PeakPSS is the same with shared pages divided among their users.
	PeakPSS int64
	// Load is the machine's load average over one minute when the run began: above
	// about 0.5 something else was running and the times are worth little.
	Load float64
}

// Run starts the command in a session of its own and watches that session until the
// command ends. Cancelling ctx kills the whole session.
func Run(ctx context.Context, cmd *exec.Cmd) (Usage, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGTERM}
	u := Usage{Load: Load()}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return u, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	session := cmd.Process.Pid
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case err := <-done:
			u.Wall = time.Since(start)
			u.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			if ctx.Err() != nil {
				return u, ctx.Err()
			}
			if err != nil {
				return u, fmt.Errorf("%s: %w", filepath.Base(cmd.Path), err)
			}
			return u, nil
		case <-ctx.Done():
			for _, pid := range SessionPIDs(session) {
				_ = syscall.Kill(pid, syscall.SIGKILL) // already gone is as good
			}
			return u, errors.Join(ctx.Err(), <-done)
		case <-tick.C:
			pids := SessionPIDs(session)
			u.PeakRSS = max(u.PeakRSS, RSS(pids))
			if n%10 == 0 { // costly for the kernel: once a second
				u.PeakPSS = max(u.PeakPSS, PSS(pids))
			}
		}
	}
}

// SessionPIDs lists the living processes of a session (zombies are not).
func SessionPIDs(session int) []int {
	var pids []int
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue // ended meanwhile
		}
		// The name in parentheses may hold spaces: state, ppid, pgrp, session follow the last ')'.
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if len(fields) > 3 && fields[0] != "Z" && fields[3] == strconv.Itoa(session) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// RSS sums the resident sizes of processes, in bytes.
func RSS(pids []int) (sum int64) {
	for _, pid := range pids {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
		if fields := strings.Fields(string(data)); err == nil && len(fields) > 1 {
			pages, _ := strconv.ParseInt(fields[1], 10, 64)
			sum += pages * int64(os.Getpagesize())
		}
	}
	return sum
}

// PSS sums the proportional sizes of processes, in bytes.
func PSS(pids []int) (sum int64) {
	for _, pid := range pids {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(data)) {
			if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "Pss:" {
				kb, _ := strconv.ParseInt(fields[1], 10, 64)
				sum += kb << 10
			}
		}
	}
	return sum
}

// Load is the load average over one minute.
func Load() float64 {
	data, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(data), " ")
	load, _ := strconv.ParseFloat(first, 64)
	return load
}

// Size is a tree's regular files and their bytes; symbolic links are not followed.
// onDisk counts allocated blocks instead of lengths.
func Size(root string, onDisk bool) (files int, bytes int64, err error) {
	err = filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a live index drops files while it is counted
		}
		if err != nil {
			return err
		}
		files++
		if st, ok := info.Sys().(*syscall.Stat_t); ok && onDisk {
			bytes += st.Blocks * 512
		} else {
			bytes += info.Size()
		}
		return nil
	})
	return files, bytes, err
}

// Warm reads every file once, so that all contenders find them in the page cache.
func Warm(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(io.Discard, f)
		return err
	})
}

// Percentile is the value below which the share p (0 to 1) of the durations lies, by
// the nearest rank; 0 for none. The slice is sorted in place.
func Percentile(d []time.Duration, p float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	rank := int(p*float64(len(d))+0.999999) - 1
	return d[min(max(rank, 0), len(d)-1)]
}

// Machine describes this computer in one line: processors and their model, memory, system.
func Machine() string {
	model, memory, system := "unknown processor", "unknown memory", runtime.GOOS
	scan("/proc/cpuinfo", func(line string) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			model = strings.TrimSpace(value)
		}
	})
	scan("/proc/meminfo", func(line string) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "MemTotal:" {
			kb, _ := strconv.ParseFloat(fields[1], 64)
			memory = fmt.Sprintf("%.0f GB", kb/1e6)
		}
	})
	scan("/etc/os-release", func(line string) {
		if value, ok := strings.CutPrefix(line, "PRETTY_NAME="); ok {
			system = strings.Trim(value, `"`)
		}
	})
	return fmt.Sprintf("%d cores (%s), %s of memory, %s, %s", runtime.NumCPU(), model, memory, system, runtime.Version())
}

func scan(path string, line func(string)) {
	f, err := os.Open(path)
	if err != nil {
		return
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		line(s.Text())
	}
}

// Table writes rows as a Markdown table; the first row is the heading.
func Table(w io.Writer, rows ...[]string) {
	for i, row := range rows {
		fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			fmt.Fprintln(w, "|"+strings.Repeat("---|", len(row)))
		}
	}
}

// Millis prints a duration in milliseconds with a precision that suits its size.
func Millis(d time.Duration) string {
	ms := float64(d) / 1e6
	switch {
	case ms < 10:
		return fmt.Sprintf("%.2f", ms)
	case ms < 100:
		return fmt.Sprintf("%.1f", ms)
	default:
		return fmt.Sprintf("%.0f", ms)
	}
}

// MB prints bytes in millions.
func MB(n int64) string {
	if n < 10e6 {
		return fmt.Sprintf("%.1f", float64(n)/1e6)
	}
	return fmt.Sprintf("%.0f", float64(n)/1e6)
}
