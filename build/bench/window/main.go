// Command window measures how soon the window shows something and what it holds in
// memory: the production binary, in a private X session, with a new home each time.
//
//	go run ./build/bench/window [-steward BINARY] [-runs 10]
//
// First paint is WebKit's own first-contentful-paint entry (W3C Paint Timing) on the
// page's clock, from the moment before the process was started. Memory is the sum of the
// proportional set sizes of the program and WebKit's processes, model server left out.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"steward/build/bench/measure"
	"steward/build/window"
)

func main() {
	binary := flag.String("steward", "", "the production binary; built when empty")
	runs := flag.Int("runs", 10, "how often to start it")
	settle := flag.Duration("settle", 3*time.Second, "how long after the paint memory is read")
	flag.Parse()
	if err := run(*binary, *runs, *settle); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// start is what one start cost.
type start struct {
	mapped, paint, ready time.Duration
	memory               map[string]int64 // bytes by process name
}

func (s start) total() (sum int64) {
	for _, bytes := range s.memory {
		sum += bytes
	}
	return sum
}

func run(binary string, runs int, settle time.Duration) error {
	work, err := os.MkdirTemp("", "steward-window-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if binary == "" {
		binary = filepath.Join(work, "steward")
		build := exec.Command("go", "build", "-tags", "desktop,production,webkit2_41", "-trimpath", "-ldflags", "-s -w", "-o", binary, ".")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("build the window: %w", err)
		}
	}
	session, err := window.StartSession(work)
	if err != nil {
		return err
	}
	defer session.Close()
	load := measure.Load()
	var starts []start
	for i := range runs {
		home := filepath.Join(work, fmt.Sprintf("home-%d", i))
		s, err := once(session, binary, home, settle)
		if err != nil {
			return fmt.Errorf("start %d: %w", i+1, err)
		}
		starts = append(starts, s)
	}
	fmt.Printf("%s; load average at the start %.1f; %d starts, a new home each, page cache warm after the first.\n\n", measure.Machine(), load, runs)
	report(os.Stdout, starts)
	return nil
}

func once(session *window.Session, binary, home string, settle time.Duration) (s start, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := os.MkdirAll(home, 0o700); err != nil {
		return s, err
	}
	mapped := session.Mapped(ctx)
	program, err := session.Launch(io.Discard, binary, nil, "STEWARD_HOME="+home)
	if err != nil {
		return s, err
	}
	defer program.Kill()
	page, err := window.Inspect(ctx, program.Inspector)
	if err != nil {
		return s, err
	}
	defer page.Close()
	const painted = `performance.getEntriesByName("first-contentful-paint")`
	if err := page.Wait(ctx, painted+`.length`); err != nil {
		return s, err
	}
	var clock struct{ Origin, Paint, Loaded float64 } // ms; Origin since 1970
	err = page.Eval(ctx, `{Origin: performance.timeOrigin, Paint: `+painted+`[0].startTime,
		Loaded: performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart}`, &clock)
	if err != nil {
		return s, err
	}
	since := func(ms float64) time.Duration {
		return time.UnixMicro(int64((clock.Origin + ms) * 1000)).Sub(program.Launched.Round(0))
	}
	s.paint, s.ready = since(clock.Paint), since(clock.Loaded)
	if at := <-mapped; !at.IsZero() {
		s.mapped = at.Sub(program.Launched)
	}
	time.Sleep(settle)
	s.memory = map[string]int64{}
	s.memory["steward"] = measure.PSS([]int{program.PID()})
	children, err := window.Descendants(program.PID())
	if err != nil {
		return s, err
	}
	for _, child := range children {
		if !strings.HasPrefix(child.Name, "ollama") && !strings.HasPrefix(child.Name, "llama") {
			s.memory[child.Name] += measure.PSS([]int{child.PID})
		}
	}
	if err := program.Signal(os.Interrupt); err != nil {
		return s, err
	}
	_, err = program.Exit(ctx)
	return s, err
}

func report(w io.Writer, starts []start) {
	row := func(name string, value func(start) float64, format string) []string {
		values := make([]float64, 0, len(starts))
		for _, s := range starts {
			values = append(values, value(s))
		}
		first := values[0]
		slices.Sort(values)
		line := []string{name}
		for _, v := range []float64{first, values[0], values[len(values)/2], values[len(values)-1]} {
			line = append(line, fmt.Sprintf(format, v))
		}
		return line
	}
	rows := [][]string{
		{"", "first start", "least", "median", "most"},
		row("launch to the window on screen, s", func(s start) float64 { return s.mapped.Seconds() }, "%.2f"),
		row("launch to first paint, s", func(s start) float64 { return s.paint.Seconds() }, "%.2f"),
		row("launch to the page's scripts run, s", func(s start) float64 { return s.ready.Seconds() }, "%.2f"),
		row("memory, all processes, MB (PSS)", func(s start) float64 { return megabytes(s.total()) }, "%.0f"),
	}
	names := map[string]bool{}
	for _, s := range starts {
		for name := range s.memory {
			names[name] = true
		}
	}
	sorted := make([]string, 0, len(names))
	for name := range names {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	for _, name := range sorted {
		rows = append(rows, row("– "+name, func(s start) float64 { return megabytes(s.memory[name]) }, "%.0f"))
	}
	measure.Table(w, rows...)
}

func megabytes(bytes int64) float64 { return float64(bytes) / 1e6 }
