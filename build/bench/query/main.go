// Command query measures searches on two indexes of the same folders: Steward's, in its
// own process and over its HTTP interface, and Recoll's through its Python module, in one
// run. The searches are the corpus's: single words, two or three words, phrases, and words
// with a sender and dates; the first 20 results each.
//
//	go run ./build/bench/index -tree DIR -rounds 1 -keep KEPT
//	go run ./build/bench/query -corpus DIR -kept KEPT
package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
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
	"steward/indexer/query"
)

//go:embed recoll.py
var recollScript string

func main() {
	log.SetFlags(0)
	corpus := flag.String("corpus", "", "folder made by build/bench/corpus")
	kept := flag.String("kept", "", "the folder build/bench/index left its indexes in (-keep)")
	binary := flag.String("steward", "", "steward to measure; empty builds it")
	rounds := flag.Int("rounds", 3, "times each search is made; the first round counts apart")
	python := flag.String("python", "/usr/bin/python3", "a Python that has Recoll's module (Debian: python3-recoll)")
	flag.Parse()
	if *corpus == "" || *kept == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *corpus, *kept, *binary, *python, *rounds); err != nil {
		log.Fatal("query: ", err)
	}
}

// search is one line of queries.json.
type search struct {
	Kind, Text, From string
	After, Before    time.Time
}

func (s search) query() query.Query {
	return query.Query{Text: s.Text, From: s.From, After: s.After, Before: s.Before, Limit: 20, KeywordOnly: true}
}

// recoll is the search in Recoll's query language. Recoll takes whole days, both ends
// included, and a capital letter to keep a word from being stemmed; stemming is left on,
// as it is in its window.
func (s search) recoll() string {
	text := s.Text
	if s.From != "" {
		text += " from:" + s.From
	}
	if !s.After.IsZero() {
		text += " date:" + s.After.Format(time.DateOnly) + "/" + s.Before.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return text
}

// times are the durations of one side's searches, by kind.
type times struct {
	name     string
	byKind   map[string][]time.Duration
	first    []time.Duration // of the first round
	total    int             // hits
	nothing  int             // searches without a hit
	searches int
}

func newTimes(name string) *times { return &times{name: name, byKind: map[string][]time.Duration{}} }

func (t *times) add(kind string, round, hits int, took time.Duration) {
	if round == 0 {
		t.first = append(t.first, took)
		t.total += hits
		t.searches++
		if hits == 0 {
			t.nothing++
		}
		return
	}
	t.byKind[kind] = append(t.byKind[kind], took)
}

var kinds = []string{"word", "words", "phrase", "filtered"}

func (t *times) row() []string {
	cell := func(d []time.Duration) string {
		return measure.Millis(measure.Percentile(d, 0.5)) + " / " + measure.Millis(measure.Percentile(d, 0.99))
	}
	row := []string{t.name}
	var all []time.Duration
	for _, k := range kinds {
		row = append(row, cell(t.byKind[k]))
		all = append(all, t.byKind[k]...)
	}
	return append(row, cell(all), cell(t.first), fmt.Sprint(t.total), fmt.Sprintf("%d of %d", t.nothing, t.searches))
}

func run(ctx context.Context, corpus, kept, binary, python string, rounds int) error {
	data, err := os.ReadFile(filepath.Join(corpus, "queries.json"))
	if err != nil {
		return err
	}
	var searches []search
	if err := json.Unmarshal(data, &searches); err != nil {
		return err
	}
	rounds = max(rounds, 2)
	load := measure.Load()
	var rows []*times
	if home := filepath.Join(kept, "Steward", "home"); exists(home) {
		documents, own, err := steward(ctx, binary, home, searches, rounds)
		if err != nil {
			return fmt.Errorf("steward: %w", err)
		}
		rows = append(rows, own...)
		fmt.Printf("%s, %s. %d documents in Steward's index, %d searches, load before %.2f. Milliseconds, p50 / p99.\n\n",
			time.Now().UTC().Format(time.DateOnly), measure.Machine(), documents, len(searches), load)
	}
	if conf := filepath.Join(kept, "Recoll"); exists(conf) {
		theirs, err := recoll(ctx, python, conf, searches, rounds)
		if err != nil {
			return fmt.Errorf("recoll: %w", err)
		}
		rows = append(rows, theirs...)
	}
	table := [][]string{append(append([]string{""}, kinds...), "all", "first time", "hits", "nothing found")}
	for _, t := range rows {
		table = append(table, t.row())
	}
	measure.Table(os.Stdout, table...)
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// recoll makes the searches in one Python process.
func recoll(ctx context.Context, python, conf string, searches []search, rounds int) ([]*times, error) {
	var list [][2]any
	for range rounds {
		for i, s := range searches {
			list = append(list, [2]any{i, s.recoll()})
		}
	}
	input, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, python, "-c", recollScript, conf)
	var said bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", python, err, said.Bytes())
	}
	bare, full := newTimes("Recoll, results"), newTimes("Recoll, results with text")
	seen := 0
	for line := range strings.Lines(string(out)) {
		var id, hits int
		var found, all float64
		if _, err := fmt.Sscan(line, &id, &hits, &found, &all); err != nil {
			return nil, fmt.Errorf("%q: %w", line, err)
		}
		kind, round := searches[id].Kind, seen/len(searches)
		bare.add(kind, round, hits, time.Duration(found*1e9))
		full.add(kind, round, hits, time.Duration(all*1e9))
		seen++
	}
	if seen != len(list) {
		return nil, errors.New("the Python side ended early")
	}
	return slices.Clip([]*times{bare, full}), nil
}
