// Command index measures how fast an index is built from nothing, Steward's against
// Recoll's, on the same folders in one run: alternating, every round from scratch, files
// already in the page cache, words only on both sides.
//
//	go run ./build/bench/index -tree DIR[,DIR…] [-rounds 2] [-only steward|recoll]
//
// Recoll is Debian's recollcmd with its default settings. So that its filters find
// what they need, it runs with the system's own Python first in PATH (python3-lxml or
// python3-libxslt1 for DOCX and XLSX, poppler-utils for PDF must be installed).
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"steward/build/bench/measure"
	"steward/build/bench/service"
)

func main() {
	log.SetFlags(0)
	trees := flag.String("tree", "", "folders to index, separated by commas")
	rounds := flag.Int("rounds", 2, "times each side builds its index")
	binary := flag.String("steward", "", "steward to measure; empty builds it")
	only := flag.String("only", "", "measure one side: steward or recoll")
	keep := flag.String("keep", "", "empty folder to leave the last indexes in, for build/bench/query")
	cpu := flag.String("profile", "", "write a CPU profile of Steward's side to this file instead of measuring")
	flag.Parse()
	if *trees == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if *cpu != "" {
		if err := profile(ctx, strings.Split(*trees, ","), *cpu); err != nil {
			log.Fatal("index: ", err)
		}
		return
	}
	if err := run(ctx, strings.Split(*trees, ","), *rounds, *binary, *only, *keep); err != nil {
		log.Fatal("index: ", err)
	}
}

// contender builds an index of trees in an empty folder.
type contender interface {
	name() string
	// prepare makes the folder ready; it is not timed.
	prepare(ctx context.Context, dir string, trees []string) error
	// command builds the index.
	command(dir string, trees []string) *exec.Cmd
	// documents counts what is in the index afterwards; data is the folder that holds it.
	documents(ctx context.Context, dir string) (n int, data string, err error)
}

// result is one round of one contender.
type result struct {
	measure.Usage
	documents int
	size      int64
}

func run(ctx context.Context, trees []string, rounds int, binary, only, keep string) error {
	work := keep
	if work == "" {
		var err error
		if work, err = os.MkdirTemp("", "steward-bench-"); err != nil {
			return err
		}
		defer os.RemoveAll(work)
	} else if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	var files int
	var raw int64
	for i, tree := range trees {
		abs, err := filepath.Abs(tree)
		if err != nil {
			return err
		}
		trees[i] = abs
		n, bytes, err := measure.Size(abs, false)
		if err != nil {
			return err
		}
		files, raw = files+n, raw+bytes
		if err := measure.Warm(abs); err != nil {
			return err
		}
	}
	var contenders []contender
	if only != "recoll" {
		if binary == "" {
			var err error
			if binary, err = service.Build(ctx, work); err != nil {
				return err
			}
		}
		contenders = append(contenders, &stewardIndex{binary: binary})
	}
	if only != "steward" {
		contenders = append(contenders, recollIndex{})
	}
	fmt.Printf("%s, %s. %d files, %s MB.\n\n", time.Now().UTC().Format(time.DateOnly), measure.Machine(), files, measure.MB(raw))
	results := map[string][]result{}
	rows := [][]string{{"", "round", "seconds", "documents", "documents/s", "MB/s", "CPU s", "peak RSS MB", "peak PSS MB", "index MB", "index/raw", "load before"}}
	for round := range rounds {
		slices.Reverse(contenders) // neither side is always first
		for _, c := range contenders {
			dir := filepath.Join(work, c.name())
			if err := os.RemoveAll(dir); err != nil {
				return err
			}
			one, err := build(ctx, c, dir, trees)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name(), err)
			}
			results[c.name()] = append(results[c.name()], one)
			rows = append(rows, row(c.name(), fmt.Sprint(round+1), one, raw))
			log.Printf("%s, round %d: %s", c.name(), round+1, one.Wall.Round(time.Millisecond))
		}
	}
	measure.Table(os.Stdout, rows...)
	s, r := results["Steward"], results["Recoll"]
	if len(s) > 0 && len(r) > 0 {
		fmt.Printf("\nMedian MB/s, Steward over Recoll: %.2f; index size: %.2f; peak PSS: %.2f.\n",
			median(r, seconds)/median(s, seconds), median(s, size)/median(r, size), median(s, pss)/median(r, pss))
	}
	return nil
}

func build(ctx context.Context, c contender, dir string, trees []string) (result, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return result{}, err
	}
	if err := c.prepare(ctx, dir, trees); err != nil {
		return result{}, err
	}
	cmd := c.command(dir, trees)
	logged, err := os.Create(filepath.Join(dir, "bench.log"))
	if err != nil {
		return result{}, err
	}
	defer logged.Close()
	cmd.Stdout, cmd.Stderr = logged, logged
	usage, err := measure.Run(ctx, cmd)
	if err != nil {
		said, _ := os.ReadFile(logged.Name())
		return result{}, fmt.Errorf("%w\n%s", err, said[max(0, len(said)-2000):])
	}
	n, data, err := c.documents(ctx, dir)
	if err != nil {
		return result{}, err
	}
	_, size, err := measure.Size(data, true)
	return result{usage, n, size}, err
}

func row(name, round string, r result, raw int64) []string {
	s := r.Wall.Seconds()
	return []string{
		name, round, fmt.Sprintf("%.1f", s), fmt.Sprint(r.documents), fmt.Sprintf("%.0f", float64(r.documents)/s),
		fmt.Sprintf("%.2f", float64(raw)/1e6/s), fmt.Sprintf("%.1f", r.CPU.Seconds()), measure.MB(r.PeakRSS), measure.MB(r.PeakPSS),
		measure.MB(r.size), fmt.Sprintf("%.2f", float64(r.size)/float64(raw)), fmt.Sprintf("%.2f", r.Load),
	}
}

func seconds(r result) float64 { return r.Wall.Seconds() }
func size(r result) float64    { return float64(r.size) }
func pss(r result) float64     { return float64(r.PeakPSS) }

func median(list []result, of func(result) float64) float64 {
	values := make([]float64, len(list))
	for i, r := range list {
		values[i] = of(r)
	}
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}
