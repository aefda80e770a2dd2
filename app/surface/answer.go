package surface

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"steward/agent"
	"steward/indexer/document"
	"steward/indexer/query"
)

// The states of an answer's surface, at /state of its data.
const (
	stateSearching = "searching"
	stateReading   = "reading"
	stateWriting   = "writing"
	stateDone      = "done"
	stateFailed    = "failed"
)

// Failure is what stopped a question, in the words the person is shown.
type Failure struct {
	// Code is "cancelled", "unavailable" or anything else, which is shown as a fault.
	Code string
	// Part names what is unavailable: "runtime", "model", "index", "folder".
	Part    string
	Message string
	Fix     string
}

// Answer compiles the events of one question. It is for one goroutine.
//
// The data model it keeps at the interface:
//
//	/state      "searching", "reading" (passages found, no word yet), "writing", "done" or "failed"
//	/passages   the hits found, before any model is called, at most MaxHits
//	/prose      {text, sentences}: text grows with each token; sentences come with the checks
//	/citations  the verified citations
//	/steps      what was done, in order
//	/summary    {model, ms, index_age_seconds, stopped, tokens, route, query, total, groups}
//	/failure    {code, part, message, fix}
type Answer struct {
	id, locale string
	created    bool
	route      agent.Route
	passages   []query.Hit
	text       strings.Builder
	steps      []agent.Step
}

// NewAnswer starts a surface named id, which must be unique among those shown at once.
// locale ("en", "zh-Hans") is told to the renderer, which picks fonts and the language
// of prose by it.
func NewAnswer(id, locale string) *Answer {
	return &Answer{id: id, locale: locale}
}

// On gives the messages for one event, to be handed to the renderer in order: none for
// an event that changes nothing. An "error" event gives none; call Fail with its reason.
// An error means that the surface would not hold together; nothing of it may be sent.
func (a *Answer) On(e agent.Event) ([]json.RawMessage, error) {
	d := a.begin()
	switch e.Type {
	case "step":
		if e.Step != nil {
			a.steps = append(a.steps, *e.Step)
			d.set("/steps", a.steps)
		}
	case "passages":
		a.route = e.Route
		a.passages = trimHits(e.Hits)
		d.set("/passages", a.passages)
		d.set("/summary", summary{Route: e.Route, Query: queryText(e.Query), Total: len(e.Hits)})
		if e.Route == agent.RouteAnswer && len(a.passages) > 0 {
			d.set("/state", stateReading)
		}
		d.show(a.tree(nil, nil))
	case "token":
		if a.text.Len() == 0 {
			d.set("/state", stateWriting)
		}
		if a.text.Len() < MaxTextBytes {
			a.text.WriteString(e.Token)
			d.set("/prose/text", whole(a.text.String()))
		}
	case "done":
		if e.Answer == nil {
			return nil, fmt.Errorf("surface %s: a done event without an answer", a.id)
		}
		a.done(d, e.Answer)
	}
	return d.messages, d.err
}

// Fail gives the messages for a question that stopped with an error: a notice, with the
// passages already found kept in view.
func (a *Answer) Fail(f Failure) ([]json.RawMessage, error) {
	d := a.begin()
	d.set("/state", stateFailed)
	d.set("/failure", map[string]string{
		"code": f.Code, "part": f.Part, "message": clip(f.Message), "fix": clip(f.Fix),
	})
	kind := "failed"
	if f.Code == "cancelled" || f.Code == "unavailable" {
		kind = f.Code
	}
	d.show(a.tree(nil, &component{ID: "notice", Type: "Notice", Props: map[string]any{
		"kind": kind, "part": bind{"/failure/part"}, "message": bind{"/failure/message"}, "fix": bind{"/failure/fix"},
	}}))
	return d.messages, d.err
}

// begin opens a draft and, on the first call, the surface itself.
func (a *Answer) begin() *draft {
	d := &draft{id: a.id}
	if a.created {
		return d
	}
	a.created = true
	d.create(a.locale)
	d.set("/", map[string]any{
		"state": stateSearching, "passages": []query.Hit{}, "citations": []agent.Citation{}, "steps": []agent.Step{},
		"prose": prose{Sentences: []agent.Sentence{}}, "summary": summary{}, "failure": map[string]string{},
	})
	d.show(a.tree(nil, nil))
	return d
}

type prose struct {
	Text      string           `json:"text"`
	Sentences []agent.Sentence `json:"sentences"`
}

type summary struct {
	Model    string        `json:"model,omitempty"`
	Millis   int64         `json:"ms"`
	IndexAge float64       `json:"index_age_seconds"`
	Stopped  string        `json:"stopped,omitempty"`
	Tokens   int           `json:"tokens,omitempty"`
	Route    agent.Route   `json:"route,omitempty"`
	Query    string        `json:"query,omitempty"`
	Kinds    []string      `json:"kinds,omitempty"`
	Total    int           `json:"total"`
	Groups   []query.Group `json:"groups,omitempty"`
}

func (a *Answer) done(d *draft, ans *agent.Answer) {
	if ans.Route != "" {
		a.route = ans.Route
	}
	if len(ans.Hits) > 0 {
		a.passages = trimHits(ans.Hits)
	}
	s := summary{
		Model: ans.Model, Millis: ans.Millis, IndexAge: ans.IndexAge, Stopped: ans.Stopped,
		Route: a.route, Query: ans.Query.String(), Total: ans.Total, Groups: ans.Groups,
	}
	for _, k := range ans.Query.Kinds {
		s.Kinds = append(s.Kinds, string(k))
	}
	for _, step := range ans.Steps {
		if step.Usage != nil {
			s.Tokens += step.Usage.PromptTokens + step.Usage.ReplyTokens
		}
	}
	if len(ans.Steps) > 0 {
		a.steps = ans.Steps
	}
	sentences, citations := ans.Sentences, ans.Citations
	if sentences == nil {
		sentences = []agent.Sentence{}
	}
	if citations == nil {
		citations = []agent.Citation{}
	}
	d.set("/passages", orNone(a.passages))
	d.set("/citations", citations)
	d.set("/prose", prose{Text: clip(ans.Text), Sentences: sentences})
	d.set("/steps", a.steps)
	d.set("/summary", s)
	d.set("/state", stateDone)
	d.show(a.tree(ans, noticeOf(ans)))
}

// noticeOf is the notice an outcome calls for, nil when there is nothing to say.
func noticeOf(ans *agent.Answer) *component {
	kind := ""
	switch {
	case ans.Stopped == "cancelled":
		kind = "cancelled"
	case ans.Stopped != "":
		kind = "stopped"
	case !ans.Found:
		kind = "nothing"
	default:
		return nil
	}
	c := &component{ID: "notice", Type: "Notice", Props: map[string]any{
		"kind": kind, "stopped": bind{"/summary/stopped"},
	}}
	if kind == "nothing" {
		c.Props["message"] = bind{"/prose/text"}
	}
	return c
}

// tree is what is shown now. ans is nil until the question is done. A component keeps its type for as long
// as its ID lives, because a renderer that has drawn it keeps drawing that type; so root is always a
// Stack, and what is in it has an ID for each type.
func (a *Answer) tree(ans *agent.Answer, notice *component) []component {
	state := bind{"/state"}
	steps := component{ID: "steps", Type: "Steps", Props: map[string]any{
		"steps": bind{"/steps"}, "summary": bind{"/summary"}, "state": state,
	}}
	text := component{ID: "prose", Type: "Prose", Props: map[string]any{
		"text": bind{"/prose/text"}, "sentences": bind{"/prose/sentences"}, "citations": bind{"/citations"}, "state": state,
	}}
	var body []component
	if notice != nil {
		body = append(body, *notice)
	}
	if nothing := notice != nil && notice.Props["kind"] == "nothing"; !nothing {
		body = append(body, text)
	}
	switch a.route {
	case agent.RouteCount, agent.RouteList, agent.RouteLatest:
		body = append(body, a.results(ans)...)
		return stack("root", append(body, steps))
	}
	if len(a.passages) == 0 {
		return stack("root", append(body, steps))
	}
	panes := component{ID: "panes", Type: "Split", Props: map[string]any{"main": "body", "side": "sources"}}
	tree := append(stack("body", append(body, steps)),
		component{ID: "sources", Type: "SourcePane", Props: map[string]any{
			"passages": bind{"/passages"}, "cited": bind{"/citations"}, "state": state,
		}},
		panes,
	)
	return append(tree, component{ID: "root", Type: "Stack", Props: map[string]any{"children": []string{panes.ID}}})
}

// results are the number, the groups and the rows of a counting or listing answer.
func (a *Answer) results(ans *agent.Answer) []component {
	var out []component
	total := bind{"/summary/total"}
	if a.route == agent.RouteCount && ans != nil {
		out = append(out, component{ID: "metric", Type: "Metric", Props: map[string]any{
			"value": total, "kinds": bind{"/summary/kinds"}, "query": bind{"/summary/query"},
		}})
	}
	if ans != nil && len(ans.Groups) > 1 {
		out = append(out, component{ID: "groups", Type: "GroupTable", Props: map[string]any{
			"groups": bind{"/summary/groups"}, "field": string(fieldOf(ans.Groups)), "total": total,
		}})
	}
	if len(a.passages) > 0 {
		id, kind := "files", "DataTable"
		if allMail(a.passages) {
			id, kind = "mails", "MailList"
		}
		out = append(out, component{ID: id, Type: kind, Props: map[string]any{"hits": bind{"/passages"}, "total": total}})
	}
	return out
}

// stack puts children one below the other in a component named id.
func stack(id string, children []component) []component {
	ids := make([]string, len(children))
	for i, c := range children {
		ids[i] = c.ID
	}
	return append(children, component{ID: id, Type: "Stack", Props: map[string]any{"children": ids}})
}

var (
	yearLike  = regexp.MustCompile(`^\d{4}$`)
	monthLike = regexp.MustCompile(`^\d{4}-\d{2}$`)
)

// fieldOf tells what a count was grouped by from the groups' values, which say it themselves.
func fieldOf(groups []query.Group) query.Field {
	v := groups[0].Value
	switch {
	case v == string(document.KindFile), v == string(document.KindMail), v == string(document.KindEvent), v == string(document.KindContact):
		return query.FieldKind
	case yearLike.MatchString(v):
		return query.FieldYear
	case monthLike.MatchString(v):
		return query.FieldMonth
	case strings.Contains(v, "@"), strings.Contains(v, " "):
		return query.FieldFrom
	case strings.ContainsAny(v, `/\`):
		return query.FieldFolder
	default:
		return query.FieldFormat
	}
}

func allMail(hits []query.Hit) bool {
	for _, h := range hits {
		if h.Kind != document.KindMail {
			return false
		}
	}
	return true
}

func queryText(q *query.Query) string {
	if q == nil {
		return ""
	}
	return q.String()
}

func orNone(hits []query.Hit) []query.Hit {
	if hits == nil {
		return []query.Hit{}
	}
	return hits
}

// trimHits keeps a surface within its caps: MaxHits rows with short passages, or a few
// with long ones.
func trimHits(hits []query.Hit) []query.Hit {
	const few, long, short, title = 24, 2 << 10, 400, 400
	most := long
	if len(hits) > few {
		most = short
	}
	out := make([]query.Hit, 0, min(len(hits), MaxHits))
	for _, h := range hits[:min(len(hits), MaxHits)] {
		if len(h.Title) > title {
			h.Title = whole(h.Title[:title])
		}
		if len(h.Passage) > most {
			h.Passage = whole(h.Passage[:most])
			terms := h.Terms
			h.Terms = nil
			for _, t := range terms {
				if t[1] <= len(h.Passage) {
					h.Terms = append(h.Terms, t)
				}
			}
		}
		out = append(out, h)
	}
	return out
}

// clip cuts a text at MaxTextBytes.
func clip(s string) string {
	if len(s) > MaxTextBytes {
		return whole(s[:MaxTextBytes])
	}
	return s
}

// whole drops the cut rune at the end of s, if there is one.
func whole(s string) string {
	for i := 0; i < utf8.UTFMax && len(s) > 0; i++ {
		if r, size := utf8.DecodeLastRuneInString(s); r != utf8.RuneError || size > 1 {
			break
		}
		s = s[:len(s)-1]
	}
	return s
}
