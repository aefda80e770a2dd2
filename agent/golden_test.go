package agent_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/agent"
	"steward/agent/ollama"
	"steward/indexer/document"
)

// The golden set: a small household's mail and notes in English and Chinese, and questions with
// what an answer must hold. Questions without "want" are ones the sources do not answer.
type golden struct {
	Question string   `json:"question"`
	Route    string   `json:"route"`
	Want     []string `json:"want"`   // each must occur; "a|b" are alternatives
	Source   string   `json:"source"` // file name of the document to cite
	Total    int      `json:"total"`
}

var goldenNow = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func goldenSet(t *testing.T) ([]document.Document, []golden) {
	t.Helper()
	var docs []document.Document
	err := filepath.WalkDir("testdata/golden", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == ".json" {
			return err
		}
		doc := document.Document{ID: document.NewID(path, ""), Path: path, Kind: document.KindFile, Format: map[string]string{".md": "markdown", ".txt": "text"}[filepath.Ext(path)], Title: filepath.Base(path), Date: goldenNow.AddDate(0, -2, 0)}
		raw, err := os.ReadFile(path)
		text := string(raw)
		if filepath.Ext(path) == ".eml" {
			f := strings.NewReader(text)
			m, err := netmail.ReadMessage(f)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			body, _ := io.ReadAll(m.Body)
			from, err := netmail.ParseAddress(m.Header.Get("From"))
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			doc.Kind, doc.Format, doc.Title, text = document.KindMail, "mail", m.Header.Get("Subject"), string(body)
			doc.From = document.Address{Name: from.Name, Addr: from.Address}
			if doc.Date, err = m.Header.Date(); err != nil {
				return err
			}
		}
		doc.Passages = []document.Passage{{Text: strings.TrimSpace(text), Position: document.Position{Line: 1}}}
		docs = append(docs, doc)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var qs []golden
	raw, err := os.ReadFile("testdata/golden/questions.json")
	if err == nil {
		err = json.Unmarshal(raw, &qs)
	}
	if err != nil {
		t.Fatal(err)
	}
	return docs, qs
}

func (g golden) met(text string) bool {
	text = strings.ToLower(text)
	for _, w := range g.Want {
		if !slices.ContainsFunc(strings.Split(strings.ToLower(w), "|"), func(s string) bool { return strings.Contains(text, s) }) {
			return false
		}
	}
	return true
}

func (g golden) cited(a agent.Answer) bool {
	return slices.ContainsFunc(a.Citations, func(c agent.Citation) bool { return filepath.Base(c.Path) == g.Source })
}

// TestGoldenIndexQuestions asks what the index alone answers, and checks that every other
// question has its source among the passages found.
func TestGoldenIndexQuestions(t *testing.T) {
	docs, qs := goldenSet(t)
	away := &agent.Unavailable{Part: "model", Reason: "No model here."}
	for _, q := range qs {
		g := agent.New(agent.Options{Model: func() (agent.Model, error) { return nil, away }, Searcher: agent.Memory(docs)})
		a, err := g.Ask(context.Background(), agent.Question{Text: q.Question, Now: goldenNow}, nil)
		if string(a.Route) != q.Route {
			t.Errorf("%s: route %s, want %s", q.Question, a.Route, q.Route)
			continue
		}
		switch q.Route {
		case "count", "list":
			if err != nil || a.Total != q.Total {
				t.Errorf("%s: total %d, want %d (%s; %v)", q.Question, a.Total, q.Total, a.Query, err)
			}
		case "latest":
			if err != nil || !q.met(a.Text) || !q.cited(a) {
				t.Errorf("%s: %q (%v)", q.Question, a.Text, err)
			}
		default:
			found := q.Source == ""
			for i, h := range a.Hits {
				found = found || i < 4 && filepath.Base(h.Path) == q.Source
			}
			if !found {
				t.Errorf("%s: %s is not among the first passages", q.Question, q.Source)
			}
		}
	}
}

// TestGoldenReal asks real models (STEWARD_REAL=1; STEWARD_MODELS names them, STEWARD_PART=2/3
// asks the second third of the questions) and prints how they did.
func TestGoldenReal(t *testing.T) {
	if os.Getenv("STEWARD_REAL") == "" {
		t.Skip("STEWARD_REAL=1 asks the real models; it takes minutes")
	}
	client, err := ollama.Find(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Fields(os.Getenv("STEWARD_MODELS"))
	if len(names) == 0 {
		names = []string{"qwen2.5-coder:1.5b", "qwen2.5-coder:0.5b"}
	}
	docs, qs := goldenSet(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			model := client.Chat(name)
			g := agent.New(agent.Options{Model: func() (agent.Model, error) { return model, nil }, Searcher: agent.Memory(docs)})
			if err := g.Warm(t.Context()); err != nil {
				t.Fatal(err)
			}
			var s score
			part, parts := 1, 1
			if p := os.Getenv("STEWARD_PART"); p != "" {
				if _, err := fmt.Sscanf(p, "%d/%d", &part, &parts); err != nil {
					t.Fatal(err)
				}
			}
			for i, q := range qs {
				if q.Route == "answer" && i%parts == part-1 {
					s.ask(t, g, q)
				}
			}
			t.Log(s.String())
			if s.right*2 < s.answerable || s.refused*2 < s.unanswerable {
				t.Error("fewer than half of the answers are right, or of the refusals")
			}
		})
	}
}

// score adds up what a model did.
type score struct {
	answerable, right, cited, flagged, withheld, wrong int
	unanswerable, refused, invented                    int
	prompt, reply                                      int
	first, total                                       []time.Duration
}

func (s *score) ask(t *testing.T, g *agent.Agent, q golden) {
	began := time.Now()
	var first time.Duration
	said := ""
	a, err := g.Ask(t.Context(), agent.Question{Text: q.Question, Now: goldenNow}, func(e agent.Event) {
		if e.Type == "token" && first == 0 {
			first = time.Since(began)
		}
		said += e.Token
	})
	if err != nil {
		t.Fatalf("%s: %v", q.Question, err)
	}
	verdict := ""
	switch {
	case len(q.Want) == 0:
		s.unanswerable++
		if a.Found {
			s.invented++
			verdict = "INVENTED"
		} else {
			s.refused++
			verdict = "refused"
		}
	default:
		s.answerable++
		switch {
		case a.Found && q.met(a.Text):
			s.right++
			verdict = "right"
			if q.cited(a) {
				s.cited++
			} else {
				verdict = "right, WRONG SOURCE"
			}
		case a.Found:
			s.wrong++
			verdict = "WRONG"
		case q.met(said):
			s.withheld++
			verdict = "WITHHELD"
		default:
			verdict = "no answer"
		}
	}
	s.flagged += len(a.Unsupported)
	for _, st := range a.Steps {
		if st.Usage != nil {
			s.prompt += st.Usage.PromptTokens
			s.reply += st.Usage.ReplyTokens
		}
	}
	if first > 0 {
		s.first = append(s.first, first)
	}
	s.total = append(s.total, time.Since(began))
	t.Logf("%-10s %5.1fs %s -> %q (said %q; unsupported %q)", verdict, time.Since(began).Seconds(), q.Question, a.Text, said, a.Unsupported)
}

func (s *score) String() string {
	slices.Sort(s.first)
	slices.Sort(s.total)
	mid := func(d []time.Duration) time.Duration {
		if len(d) == 0 {
			return 0
		}
		return d[len(d)/2].Round(100 * time.Millisecond)
	}
	n := len(s.total)
	return fmt.Sprintf("answers right %d/%d, cited rightly %d/%d, wrong %d, withheld %d; refused %d/%d, invented %d; sentences flagged %d; tokens per question %d read %d written; first word p50 %v, end p50 %v",
		s.right, s.answerable, s.cited, s.right, s.wrong, s.withheld, s.refused, s.unanswerable, s.invented, s.flagged, s.prompt/max(n, 1), s.reply/max(n, 1), mid(s.first), mid(s.total))
}
