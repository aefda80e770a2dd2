// Package agent owns the loop from a person's words to a checked answer. It declares
// what it needs of a model and of tools; engines live in its subpackages. It never
// writes, sends or deletes by itself.
package agent

import (
	"context"
	"encoding/json"
	"time"

	"steward/indexer/document"
	"steward/indexer/query"
)

// Message is one turn given to a model.
type Message struct {
	// Role is "system", "user" or "assistant".
	Role    string
	Content string
}

// Call is one request to a model.
type Call struct {
	Messages []Message
	// Schema, when not nil, is the JSON schema the reply is constrained to.
	Schema json.RawMessage
	// MaxTokens bounds the reply; 0 means 256.
	MaxTokens int
	// Temperature 0 is greedy.
	Temperature float64
	// Seed makes a run repeatable.
	Seed int
}

// Usage is what a call cost.
type Usage struct {
	PromptTokens int `json:"prompt_tokens"`
	ReplyTokens  int `json:"reply_tokens"`
	// Load, Prompt and Reply are the server's own times.
	Load   time.Duration `json:"load_ns"`
	Prompt time.Duration `json:"prompt_ns"`
	Reply  time.Duration `json:"reply_ns"`
}

// Model is a chat model. Implementations are safe for concurrent use; calls queue.
type Model interface {
	// Name is the model's name as its server knows it.
	Name() string
	// Chat sends the call and hands each piece of the reply to token as it arrives, in
	// order, from one goroutine. An error from token stops the call and is returned.
	// Cancelling ctx stops the server's work at once and returns ctx.Err().
	// An absent server or model is reported as an *Unavailable.
	Chat(ctx context.Context, c Call, token func(string) error) (Usage, error)
}

// Unavailable says that a part an answer needs is not there.
type Unavailable struct {
	// Part is "runtime", "model" or "index".
	Part string
	// Reason is one sentence for a person; Fix is what they can do.
	Reason string
	Fix    string
	Err    error
}

func (u *Unavailable) Error() string {
	s := u.Reason
	if u.Fix != "" {
		s += " " + u.Fix
	}
	return s
}

func (u *Unavailable) Unwrap() error { return u.Err }

// Question is one thing a person asked.
type Question struct {
	Text string
	// Now is the moment relative dates are counted from; the zero value is the clock.
	Now time.Time
	// Locale is "en" or "zh-Hans"; it sets the language of fixed sentences. The answer itself
	// follows the language of the question.
	Locale string
}

// Route is how a question is answered.
type Route string

// The routes there are. Only RouteAnswer needs a model.
const (
	RouteAnswer Route = "answer" // passages, then prose with checked citations
	RouteCount  Route = "count"  // an exact number, with groups
	RouteList   Route = "list"   // every match, as a list
	RouteLatest Route = "latest" // the newest or oldest match ("when did I last")
)

// Citation is a verified quotation: Quote occurs, byte for byte, in the passage at
// Position of document ID.
type Citation struct {
	// N is the number the answer's text refers to as [N], from 1.
	N        int               `json:"n"`
	ID       string            `json:"id"`
	Path     string            `json:"path"`
	Kind     document.Kind     `json:"kind"`
	Title    string            `json:"title"`
	Date     time.Time         `json:"date,omitzero"`
	From     string            `json:"from,omitempty"`
	Quote    string            `json:"quote"`
	Ord      int               `json:"ord"`
	Position document.Position `json:"position"`
}

// Step is one thing the loop did, for the person to see.
type Step struct {
	// Name is "route", "search", "read", "model", "check".
	Name   string `json:"name"`
	Detail string `json:"detail"`
	Millis int64  `json:"ms"`
	Usage  *Usage `json:"usage,omitempty"`
}

// Sentence is one sentence of the answer with what the checks found.
type Sentence struct {
	Text string `json:"text"`
	// Citations are the numbers of the citations that support it.
	Citations []int `json:"citations,omitempty"`
	// Supported is false when no source says this; the interface marks it.
	Supported bool `json:"supported"`
}

// Answer is the outcome of a question. An answer that found nothing has Found false,
// a plain sentence in Text and no citations.
type Answer struct {
	Text      string     `json:"answer"`
	Found     bool       `json:"found"`
	Sentences []Sentence `json:"sentences"`
	Citations []Citation `json:"citations"`
	// Unsupported are the sentences no source supports. When none is supported, Text says
	// so in fixed words and these are what the model said instead.
	Unsupported []string    `json:"unsupported"`
	Route       Route       `json:"route"`
	Query       query.Query `json:"query"`
	// Hits are the passages shown first; for count and list they are the matches.
	Hits []query.Hit `json:"hits,omitempty"`
	// Total and Groups are set on RouteCount and RouteList.
	Total  int           `json:"total,omitempty"`
	Groups []query.Group `json:"groups,omitempty"`
	Steps  []Step        `json:"steps"`
	Model  string        `json:"model,omitempty"`
	// Stopped says why an answer is incomplete: "", "tokens", "time", "steps", "cancelled".
	Stopped string `json:"stopped,omitempty"`
	// IndexAge is how old the index's last known state of the disk is, in seconds; -1 when
	// nothing was indexed yet.
	IndexAge float64 `json:"index_age_seconds"`
	Millis   int64   `json:"ms"`
}

// Event is what a running question reports, in the order in which it happens: steps
// and passages first, then tokens, then exactly one done or error.
type Event struct {
	// Type is "step", "passages", "token", "done" or "error".
	Type string `json:"type"`
	Step *Step  `json:"step,omitempty"`
	// Route, Query and Hits come with "passages", before any model is called.
	Route Route        `json:"route,omitempty"`
	Query *query.Query `json:"query,omitempty"`
	Hits  []query.Hit  `json:"hits,omitempty"`
	// Token is the next piece of the answer's text.
	Token  string  `json:"token,omitempty"`
	Answer *Answer `json:"answer,omitempty"`
}

// Limits bound one question. A zero field takes the default.
type Limits struct {
	Steps       int           // model calls; default 4
	ReplyTokens int           // per call; default 320
	Time        time.Duration // of the whole question; default 3 minutes
	// PromptBytes bounds what varies in a prompt (passages and question); default 1,400,
	// about 350 tokens of English or Chinese.
	PromptBytes int
}
