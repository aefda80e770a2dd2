package surface

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"steward/agent"
	"steward/indexer/document"
	"steward/indexer/query"
)

func leaf(id string) component {
	return component{ID: id, Type: "Notice", Props: map[string]any{"kind": "nothing"}}
}

func TestValidateRefusesWhatWouldNotHold(t *testing.T) {
	deep := []component{leaf("end")}
	for i := range MaxDepth {
		child := "end"
		if i > 0 {
			child = fmt.Sprint("s", i-1)
		}
		deep = append(deep, component{ID: fmt.Sprint("s", i), Type: "Stack", Props: map[string]any{"children": []string{child}}})
	}
	deep[len(deep)-1].ID = "root"
	var many []component
	var ids []string
	for i := range MaxComponents + 1 {
		many = append(many, leaf(fmt.Sprint(i)))
		ids = append(ids, fmt.Sprint(i))
	}
	cases := map[string]struct {
		tree []component
		want string
	}{
		"no root":           {[]component{leaf("a")}, "no component named root"},
		"twice":             {[]component{leaf("root"), leaf("root")}, "used twice"},
		"no id":             {[]component{leaf("")}, "has no id"},
		"unknown type":      {[]component{{ID: "root", Type: "Image"}}, "no \"Image\""},
		"unknown property":  {[]component{{ID: "root", Type: "Notice", Props: map[string]any{"kind": "nothing", "url": "x"}}}, "no property"},
		"missing property":  {[]component{{ID: "root", Type: "Metric"}}, "needs \"value\""},
		"not in the list":   {[]component{{ID: "root", Type: "Notice", Props: map[string]any{"kind": "alarm"}}}, "none of"},
		"dangling":          {[]component{{ID: "root", Type: "Stack", Props: map[string]any{"children": []string{"gone"}}}}, "not there"},
		"relative pointer":  {[]component{{ID: "root", Type: "Metric", Props: map[string]any{"value": bind{"total"}}}}, "cannot be bound"},
		"bound child":       {[]component{{ID: "root", Type: "Split", Props: map[string]any{"main": bind{"/a"}, "side": "x"}}}, "cannot be bound"},
		"text too long":     {[]component{{ID: "root", Type: "Metric", Props: map[string]any{"value": strings.Repeat("x", MaxTextBytes+1)}}}, "over the limit"},
		"not reached":       {[]component{leaf("root"), leaf("lost")}, "not reached"},
		"two places":        {append(stack("root", []component{leaf("a")}), stack("other", []component{leaf("b")})...), "not reached"},
		"too many":          {append(many, component{ID: "root", Type: "Stack", Props: map[string]any{"children": ids}}), "over the limit"},
		"too deep":          {deep, "deeper than"},
		"itself":            {[]component{{ID: "root", Type: "Stack", Props: map[string]any{"children": []string{"root"}}}}, "contains itself"},
		"a cycle of two":    {[]component{{ID: "root", Type: "Stack", Props: map[string]any{"children": []string{"b"}}}, {ID: "b", Type: "Stack", Props: map[string]any{"children": []string{"root"}}}}, "contains itself"},
		"shown twice":       {[]component{leaf("a"), {ID: "root", Type: "Stack", Props: map[string]any{"children": []string{"a", "a"}}}}, "two places"},
		"a number property": {[]component{{ID: "root", Type: "Metric", Props: map[string]any{"value": 3}}}, "does not belong"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := Validate(c.tree)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want an error with %q", err, c.want)
			}
		})
	}
	if err := Validate(stack("root", []component{leaf("a"), leaf("b")})); err != nil {
		t.Fatalf("a sound tree was refused: %v", err)
	}
}

// screen plays messages the way a renderer does, and checks that each one is well formed.
type screen struct {
	t     *testing.T
	made  bool
	nodes map[string]map[string]any
	data  map[string]any
}

func (s *screen) play(raws []json.RawMessage, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, raw := range raws {
		var m struct {
			Version       string
			CreateSurface *struct{ SurfaceID, CatalogID string }
			Components    *struct {
				Components []map[string]any
			} `json:"updateComponents"`
			Data *struct {
				Path  string
				Value any
			} `json:"updateDataModel"`
		}
		if err := json.Unmarshal(raw, &m); err != nil {
			s.t.Fatal(err)
		}
		if m.Version != "v0.9.1" {
			s.t.Fatalf("version %q", m.Version)
		}
		switch {
		case m.CreateSurface != nil:
			if s.made {
				s.t.Fatal("the surface was created twice")
			}
			s.made = true
		case !s.made:
			s.t.Fatal("a message came before the surface was created")
		case m.Components != nil:
			for _, c := range m.Components.Components {
				id := c["id"].(string)
				if old, ok := s.nodes[id]; ok && old["component"] != c["component"] {
					s.t.Fatalf("%s was a %v and cannot become a %v: a renderer keeps what it drew", id, old["component"], c["component"])
				}
				s.nodes[id] = c
			}
		case m.Data.Path == "/":
			s.data = m.Data.Value.(map[string]any)
		default:
			keys := strings.Split(m.Data.Path[1:], "/")
			at := s.data
			for _, k := range keys[:len(keys)-1] {
				at = at[k].(map[string]any)
			}
			at[keys[len(keys)-1]] = m.Data.Value
		}
	}
}

// shown lists the types of the components root reaches, in order.
func (s *screen) shown(id string) []string {
	c := s.nodes[id]
	out := []string{c["component"].(string)}
	if kids, ok := c["children"].([]any); ok {
		for _, k := range kids {
			out = append(out, s.shown(k.(string))...)
		}
	}
	for _, side := range []string{"main", "side"} {
		if k, ok := c[side].(string); ok {
			out = append(out, s.shown(k)...)
		}
	}
	return out
}

func newScreen(t *testing.T) *screen { return &screen{t: t, nodes: map[string]map[string]any{}} }

func (s *screen) want(types string) {
	s.t.Helper()
	if got := strings.Join(s.shown("root"), " "); got != types {
		s.t.Fatalf("shown: %s\n want: %s", got, types)
	}
}

func hit(kind document.Kind) query.Hit {
	return query.Hit{ID: "a", Kind: kind, Title: "Lease", Passage: "The deposit is 900.", Terms: [][2]int{{4, 11}}}
}

func TestAnAnswerStreams(t *testing.T) {
	s, a := newScreen(t), NewAnswer("q1", "en")
	s.play(a.On(agent.Event{Type: "step", Step: &agent.Step{Name: "route", Detail: "answer"}}))
	s.want("Stack Prose Steps")
	s.play(a.On(agent.Event{Type: "passages", Route: agent.RouteAnswer, Query: &query.Query{Text: "deposit"}, Hits: []query.Hit{hit(document.KindFile)}}))
	s.want("Stack Split Stack Prose Steps SourcePane")
	for _, token := range []string{"The deposit", " is \xe4", "\xb8\xad."} {
		s.play(a.On(agent.Event{Type: "token", Token: token}))
		if text := s.data["prose"].(map[string]any)["text"].(string); !utf8.ValidString(text) || strings.Contains(text, "\ufffd") {
			t.Fatalf("a cut rune was shown: %q", text)
		}
	}
	if got := s.data["prose"].(map[string]any)["text"]; got != "The deposit is 中." {
		t.Fatalf("text %q", got)
	}
	s.play(a.On(agent.Event{Type: "done", Answer: &agent.Answer{
		Text: "The deposit is 900 [1]. It is sunny.", Found: true, Route: agent.RouteAnswer,
		Sentences: []agent.Sentence{{Text: "The deposit is 900 [1].", Citations: []int{1}, Supported: true}, {Text: "It is sunny."}},
		Citations: []agent.Citation{{N: 1, ID: "a", Quote: "The deposit is 900."}},
	}}))
	s.want("Stack Split Stack Prose Steps SourcePane")
	if s.data["state"] != "done" || len(s.data["citations"].([]any)) != 1 {
		t.Fatalf("data %v", s.data)
	}
}

func TestEachOutcomeHasItsShape(t *testing.T) {
	mail, file := hit(document.KindMail), hit(document.KindFile)
	cases := map[string]struct {
		answer agent.Answer
		want   string
	}{
		"count": {agent.Answer{
			Text: "2 messages.", Found: true, Route: agent.RouteCount, Total: 2, Hits: []query.Hit{mail, mail},
			Groups: []query.Group{{Value: "2025", Count: 1}, {Value: "2026", Count: 1}},
		}, "Stack Prose Metric GroupTable MailList Steps"},
		"list":    {agent.Answer{Text: "Here.", Found: true, Route: agent.RouteList, Total: 2, Hits: []query.Hit{mail, file}}, "Stack Prose DataTable Steps"},
		"latest":  {agent.Answer{Text: "On 3 May.", Found: true, Route: agent.RouteLatest, Total: 1, Hits: []query.Hit{mail}}, "Stack Prose MailList Steps"},
		"nothing": {agent.Answer{Text: "I found nothing about that.", Route: agent.RouteAnswer}, "Stack Notice Steps"},
		"nothing, with passages": {
			agent.Answer{Text: "Not in your files.", Route: agent.RouteAnswer, Hits: []query.Hit{file}},
			"Stack Split Stack Notice Steps SourcePane",
		},
		"none counted": {agent.Answer{Text: "None.", Route: agent.RouteCount}, "Stack Notice Metric Steps"},
		"cancelled":    {agent.Answer{Text: "The dep", Found: true, Stopped: "cancelled", Route: agent.RouteAnswer, Hits: []query.Hit{file}}, "Stack Split Stack Notice Prose Steps SourcePane"},
		"out of time":  {agent.Answer{Text: "The dep", Found: true, Stopped: "time", Route: agent.RouteAnswer, Hits: []query.Hit{file}}, "Stack Split Stack Notice Prose Steps SourcePane"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newScreen(t)
			s.play(NewAnswer("q", "en").On(agent.Event{Type: "done", Answer: &c.answer}))
			s.want(c.want)
		})
	}
}

func TestAFailureKeepsThePassages(t *testing.T) {
	s, a := newScreen(t), NewAnswer("q", "zh-Hans")
	s.play(a.On(agent.Event{Type: "passages", Route: agent.RouteAnswer, Hits: []query.Hit{hit(document.KindMail)}}))
	s.play(a.Fail(Failure{Code: "unavailable", Part: "model", Message: "There is no model.", Fix: "Get one in Settings."}))
	s.want("Stack Split Stack Notice Prose Steps SourcePane")
	if kind := s.nodes["notice"]["kind"]; kind != "unavailable" {
		t.Fatalf("kind %v", kind)
	}
	if s.data["state"] != "failed" || len(s.data["passages"].([]any)) != 1 {
		t.Fatalf("data %v", s.data)
	}
}

func TestCapsHold(t *testing.T) {
	huge := hit(document.KindFile)
	huge.Title = strings.Repeat("é", 4000)
	huge.Passage = strings.Repeat("中", 4000)
	huge.Terms = [][2]int{{0, 3}, {9000, 9003}}
	huge.Path = "/" + strings.Repeat("p", 3000)
	hits := make([]query.Hit, 1000)
	for i := range hits {
		hits[i] = huge
	}
	s := newScreen(t)
	s.play(NewAnswer("q", "en").On(agent.Event{Type: "done", Answer: &agent.Answer{
		Text: strings.Repeat("字", MaxTextBytes), Found: true, Route: agent.RouteList, Total: 1000, Hits: hits,
	}}))
	rows := s.data["passages"].([]any)
	if len(rows) != MaxHits {
		t.Fatalf("%d rows", len(rows))
	}
	first := rows[0].(map[string]any)
	if terms := first["terms"].([]any); len(terms) != 1 {
		t.Fatalf("a term outside the cut passage stayed: %v", terms)
	}
	for _, field := range []string{"title", "passage"} {
		if text := first[field].(string); strings.Contains(text, "\ufffd") {
			t.Fatalf("%s was cut within a character", field)
		}
	}
	if text := s.data["prose"].(map[string]any)["text"].(string); len(text) > MaxTextBytes || strings.Contains(text, "\ufffd") {
		t.Fatalf("text of %d bytes", len(text))
	}
	if huge.Terms[1][0] != 9000 {
		t.Fatal("the caller's hits were changed")
	}
}

func TestADoneEventNeedsItsAnswer(t *testing.T) {
	if _, err := NewAnswer("q", "en").On(agent.Event{Type: "done"}); err == nil {
		t.Fatal("no error")
	}
}
