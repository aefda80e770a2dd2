// Command answer measures a question's way to its answer against the bare model: the
// time to the passages, to the first word and to the end, through the same HTTP interface
// the window uses, and then the very same calls sent straight to the same Ollama, one
// after the other in one run.
//
// A proxy between Steward and Ollama records each chat call, so that the bare side
// replays it byte for byte. Before each side the model's cache is brought into the same
// state: "warm" has the system prompt already read, as after any earlier question; "cold"
// has read something else.
//
//	go run ./build/bench/answer -corpus DIR [-ollama URL] [-models A,B] [-questions 3]
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"steward/app/httpapi"
	"steward/build/bench/measure"
	"steward/build/bench/service"
)

func main() {
	log.SetFlags(0)
	corpus := flag.String("corpus", "", "folder made by build/bench/corpus")
	ollama := flag.String("ollama", "", "address of a running Ollama; empty starts the one that steward setup installed")
	models := flag.String("models", "qwen2.5-coder:1.5b,qwen2.5-coder:0.5b", "chat models to measure, separated by commas")
	binary := flag.String("steward", "", "steward to measure; empty builds it")
	home := flag.String("home", "", "an indexed STEWARD_HOME to use; empty makes one from the corpus's mail")
	n := flag.Int("questions", 3, "questions for each model, each asked warm and cold")
	verbose := flag.Bool("v", false, "print every answer and what steward logs")
	flag.Parse()
	if *corpus == "" || *models == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	r := run{corpus: *corpus, target: *ollama, models: strings.Split(*models, ","), binary: *binary, home: *home, questions: *n, verbose: *verbose}
	if err := r.do(ctx); err != nil {
		log.Fatal("answer: ", err)
	}
}

// run is one run of the benchmark.
type run struct {
	corpus, target, binary, home string
	models                       []string
	questions                    int
	verbose                      bool
}

// fact is what the corpus's key says.
type fact struct {
	Question, Fact, Language, Attachment string
}

func (r *run) do(ctx context.Context) error {
	facts, err := readFacts(filepath.Join(r.corpus, "facts.json"), r.questions)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "steward-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if r.binary == "" {
		if r.binary, err = service.Build(ctx, work); err != nil {
			return err
		}
	}
	logged, err := os.Create(filepath.Join(work, "bench.log"))
	if err != nil {
		return err
	}
	defer logged.Close()
	out := logged
	if r.verbose {
		out = os.Stderr
	}
	if r.target == "" {
		address, stop, err := startServer(ctx, r.models, logged)
		if err != nil {
			return err
		}
		defer stop()
		r.target = address
	}
	rec, err := newRecorder(r.target)
	if err != nil {
		return err
	}
	proxy := httptest.NewServer(rec)
	defer proxy.Close()
	if r.home == "" {
		r.home = filepath.Join(work, "home")
	}
	s, err := service.Start(ctx, r.binary, r.home, out, "OLLAMA_HOST="+proxy.URL)
	if err != nil {
		return err
	}
	defer func() { _ = s.Stop() }()
	if err := s.Configure(ctx, func(c *httpapi.Settings) { c.OllamaHost, c.Semantic, c.ChatModel = proxy.URL, false, r.models[0] }); err != nil {
		return err
	}
	mail, err := filepath.Abs(filepath.Join(r.corpus, "mail"))
	if err != nil {
		return err
	}
	if err := s.Index(ctx, mail); err != nil { // what a kept home has already costs nothing
		return err
	}
	fmt.Printf("%s, %s. Load average at the start %.2f. Words only (no embedding), so that the model's server does nothing else.\n\n",
		time.Now().UTC().Format(time.DateOnly), measure.Machine(), measure.Load())
	rows := [][]string{{"model, prefix", "passages ms", "first word s: Steward / bare", "end s: Steward / bare", "end, ratio", "model calls", "prompt tokens", "reply tokens", "right"}}
	for _, model := range r.models {
		if err := s.Configure(ctx, func(c *httpapi.Settings) { c.ChatModel = model }); err != nil {
			return err
		}
		// The first question loads the model and shows which options its calls carry.
		asked := time.Now()
		probe, err := ask(ctx, s, rec, facts[len(facts)-1].Question)
		if err != nil {
			return fmt.Errorf("%s: %w", model, err)
		}
		if len(probe.calls) == 0 {
			return fmt.Errorf("%s: no call reached the model; the answer was %q", model, probe.text)
		}
		pattern := probe.calls[0]
		log.Printf("%s is loaded; the first question took %s", model, time.Since(asked).Round(time.Second))
		for _, warm := range []bool{true, false} {
			row, err := r.measure(ctx, s, rec, model, facts, pattern, warm)
			if err != nil {
				return fmt.Errorf("%s: %w", model, err)
			}
			rows = append(rows, row)
		}
	}
	measure.Table(os.Stdout, rows...)
	return nil
}

// measure asks each question of Steward and then sends the calls it made bare.
func (r *run) measure(ctx context.Context, s *service.Service, rec *recorder, model string, facts []fact, pattern *chat, warm bool) ([]string, error) {
	state := map[bool]string{true: "warm", false: "cold"}[warm]
	var passages, first, bareFirst, end, bareEnd []time.Duration
	var ratios []float64
	var calls, prompt, reply, right int
	for _, f := range facts[:r.questions] {
		if err := rec.prime(ctx, pattern, warm); err != nil {
			return nil, err
		}
		a, err := ask(ctx, s, rec, f.Question)
		if err != nil {
			return nil, err
		}
		if err := rec.prime(ctx, pattern, warm); err != nil {
			return nil, err
		}
		b, err := rec.bare(ctx, a.calls)
		if err != nil {
			return nil, err
		}
		passages, first, end = append(passages, a.passages), append(first, a.first), append(end, a.end)
		bareFirst, bareEnd = append(bareFirst, b.first), append(bareEnd, b.end)
		ratios = append(ratios, float64(a.end)/float64(b.end))
		calls, prompt, reply = calls+len(a.calls), prompt+b.prompt, reply+b.reply
		ok := strings.Contains(a.text, f.Fact)
		if ok {
			right++
		}
		if r.verbose {
			log.Printf("%s %s: %q -> %q (want %q, %v) passages %v first %v/%v end %v/%v", model, state, f.Question, a.text, f.Fact, ok, a.passages, a.first, b.first, a.end, b.end)
		}
	}
	n := len(ratios)
	slices.Sort(ratios)
	return []string{
		model + ", " + state,
		measure.Millis(measure.Percentile(passages, 0.5)),
		fmt.Sprintf("%.1f / %.1f", measure.Percentile(first, 0.5).Seconds(), measure.Percentile(bareFirst, 0.5).Seconds()),
		fmt.Sprintf("%.1f / %.1f", measure.Percentile(end, 0.5).Seconds(), measure.Percentile(bareEnd, 0.5).Seconds()),
		fmt.Sprintf("%.2f (%.2f–%.2f)", ratios[n/2], ratios[0], ratios[n-1]),
		fmt.Sprintf("%.1f", float64(calls)/float64(n)),
		fmt.Sprint(prompt / n), fmt.Sprint(reply / n),
		fmt.Sprintf("%d of %d", right, n),
	}, nil
}

// answer is one question's times, counted from the moment the request was sent.
type answer struct {
	passages, first, end time.Duration
	text                 string
	calls                []*chat
}

func ask(ctx context.Context, s *service.Service, rec *recorder, question string) (answer, error) {
	var a answer
	rec.taken()
	start := time.Now()
	resp, err := s.Do(ctx, "POST", "/api/ask", httpapi.AskRequest{
		Question: question, Locale: "en", Surface: true,
		Now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
	})
	if err != nil {
		return a, err
	}
	defer resp.Body.Close()
	for d := json.NewDecoder(resp.Body); ; {
		var e httpapi.AskEvent
		if err := d.Decode(&e); err != nil {
			return a, fmt.Errorf("the answer's stream broke off: %w", err)
		}
		switch at := time.Since(start); e.Type {
		case "passages":
			a.passages = at
		case "token":
			if a.first == 0 && strings.TrimSpace(e.Token) != "" {
				a.first = at
			}
		case "error":
			return a, fmt.Errorf("steward: %w", e.Error)
		case "done":
			a.end, a.calls = at, rec.taken()
			if e.Answer != nil {
				a.text = e.Answer.Text
			}
			return a, nil
		}
	}
}

// readFacts takes the first n+1 English facts that stand in a message's own text.
func readFacts(path string, n int) ([]fact, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all, chosen []fact
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, f := range all {
		if f.Language == "en" && f.Attachment == "" {
			chosen = append(chosen, f)
		}
	}
	if len(chosen) < n+1 {
		return nil, fmt.Errorf("%s holds %d fitting facts, %d are needed", path, len(chosen), n+1)
	}
	return chosen[:n+1], nil
}
