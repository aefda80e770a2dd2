package agent

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"steward/agent/check"
	"steward/indexer/query"
)

// errEnough stops a call whose reply needs no more words.
var errEnough = errors.New("enough was said")

// reply reads a model's constrained reply while it arrives and passes on the answer's text.
// A server that ignores the schema and sends prose is understood too.
type reply struct {
	raw    strings.Builder
	found  string // "yes", "no" or ""
	text   string // the answer so far
	done   bool
	loop   bool
	passOn func(string)
	sent   int
}

func newReply(passOn func(string)) *reply { return &reply{passOn: passOn} }

// add takes the next piece. It returns errEnough when the rest cannot matter.
func (r *reply) add(token string) error {
	r.raw.WriteString(token)
	raw := strings.TrimLeft(r.raw.String(), " \n\r\t`")
	raw = strings.TrimPrefix(raw, "json")
	raw = strings.TrimLeft(raw, " \n\r\t")
	switch {
	case raw == "":
		return nil
	case raw[0] != '{':
		r.text = r.raw.String()
	default:
		if m := foundField.FindStringSubmatch(raw); m != nil {
			r.found = m[1]
		}
		if m := answerField.FindStringIndex(raw); m != nil {
			r.text, r.done = unquote(raw[m[1]:])
		}
	}
	if r.found == "no" {
		return errEnough
	}
	if cut := repeats(r.text); cut > 0 {
		r.text, r.loop = r.text[:cut], true
	}
	r.send()
	if r.loop {
		return errEnough
	}
	return nil
}

// send passes on what is new of the answer's text, in whole runes.
func (r *reply) send() {
	end := len(r.text)
	for end > 0 && !r.done && !utf8.RuneStart(r.text[end-1]) {
		end--
	}
	if end > r.sent && utf8.ValidString(r.text[r.sent:end]) {
		r.passOn(r.text[r.sent:end])
		r.sent = end
	} else if r.text != "" && utf8.ValidString(r.text) && len(r.text) > r.sent {
		r.passOn(r.text[r.sent:])
		r.sent = len(r.text)
	}
}

// complete tells whether the reply came to its own end.
func (r *reply) complete() bool {
	return r.done || r.loop || r.found == "no" || !strings.HasPrefix(strings.TrimLeft(r.raw.String(), " \n\r\t`"), "{")
}

var (
	foundField  = regexp.MustCompile(`^\{\s*"found"\s*:\s*"(yes|no)"`)
	answerField = regexp.MustCompile(`"answer"\s*:\s*"`)
)

// unquote decodes a JSON string (RFC 8259, section 7) from after its opening quote as far as it
// has come; done is true when its closing quote was seen.
func unquote(s string) (text string, done bool) {
	var b strings.Builder
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '"':
			return b.String(), true
		case c != '\\':
			b.WriteByte(c)
			i++
		case i+1 >= len(s):
			return b.String(), false
		case s[i+1] == 'u':
			if i+6 > len(s) {
				return b.String(), false
			}
			n, err := strconv.ParseUint(s[i+2:i+6], 16, 16)
			if err != nil {
				i += 2
				continue
			}
			i += 6
			r := rune(n)
			if n >= 0xD800 && n < 0xDC00 { // the first half of a pair
				if i+6 > len(s) {
					return b.String(), false
				}
				low, err := strconv.ParseUint(strings.TrimPrefix(s[i:i+6], `\u`), 16, 16)
				if err == nil && low >= 0xDC00 && low < 0xE000 {
					r = (r-0xD800)<<10 + rune(low) - 0xDC00 + 0x10000
					i += 6
				}
			}
			b.WriteRune(r)
		default:
			switch s[i+1] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case 'r', 'b', 'f':
			default:
				b.WriteByte(s[i+1])
			}
			i += 2
		}
	}
	return b.String(), false
}

// repeats gives where an endless repetition begins, 0 when there is none: the same stretch of at
// least 4 bytes three times in a row at the end, or a sentence that was said already.
func repeats(s string) int {
	for n := 4; n <= len(s)/3 && n <= 200; n++ {
		tail := s[len(s)-n:]
		if strings.HasSuffix(s, tail+tail+tail) && strings.TrimSpace(tail) != "" && len(strings.Trim(tail, "-=_*. \n|")) > 0 {
			cut := len(s) - 2*n
			for cut > 0 && !utf8.RuneStart(s[cut]) {
				cut--
			}
			return cut
		}
	}
	spans := check.Split(s)
	if len(spans) < 2 {
		return 0
	}
	last := spans[len(spans)-1]
	for _, sp := range spans[:len(spans)-1] {
		if said := s[sp[0]:sp[1]]; len(said) > 12 && said == s[last[0]:last[1]] {
			return last[0]
		}
	}
	return 0
}

// quote answers with a source's own words.
func (r *run) quote(h query.Hit, quote string) {
	r.a.Citations = []Citation{cite(1, h, quote)}
	said := r.say.quoted(quote)
	r.a.Sentences = []Sentence{{Text: said, Citations: []int{1}, Supported: true}}
	r.a.Text = said + " [1]"
}

// supportedText is what the sources bear of the answer.
func (r *run) supportedText() string {
	var parts []string
	for _, s := range r.a.Sentences {
		if s.Supported {
			parts = append(parts, s.Text)
		}
	}
	return strings.Join(parts, " ")
}

// refusal finds a reply that only says that the notes do not say it.
var refusal = regexp.MustCompile(`(?i)^(?:sorry|unfortunately)|(?:notes?|sources?|passages?|documents?|text|information)\b[^.]*\b(?:do|does|did|is|are) ?(?:not|n't)\b[^.]*\b(?:say|mention|contain|provide|specif|give|answer|include|state|found|available|enough)|\b(?:no|not enough) (?:information|mention|answer)\b|i (?:do not|don't|cannot|can't) (?:know|find|answer)|not (?:mentioned|specified|stated|provided|found)\b[^.]*\b(?:notes?|sources?|passages?)|没有(?:提到|提及|说明|相关|找到|给出|提供|答案|信息)|未(?:提到|提及|说明|找到|给出|提供)|无法(?:回答|确定|找到)|不知道`)

// check turns a reply into the answer: sentences, each with citations that code has verified.
func (r *run) check(rep *reply, sources []source) {
	passages := make([]check.Source, len(sources))
	for i, s := range sources {
		passages[i] = check.Source{Text: s.hit.Passage, About: about(s)}
	}
	began := time.Now()
	text := strings.TrimSpace(rep.text)
	var said []check.Sentence
	if rep.found != "no" && text != "" {
		said = check.Answer(text, r.q.Text, passages)
	}
	numbers := map[string]int{}
	supported := 0
	for _, s := range said {
		if !s.Supported && refusal.MatchString(s.Text) {
			continue
		}
		out := Sentence{Text: s.Text, Supported: s.Supported}
		for _, q := range s.Quotes {
			quote := passages[q.Source].Text[q.Start:q.End]
			key := fmt.Sprintf("%d %d %d", q.Source, q.Start, q.End)
			if numbers[key] == 0 {
				numbers[key] = len(r.a.Citations) + 1
				r.a.Citations = append(r.a.Citations, cite(numbers[key], sources[q.Source].hit, quote))
			}
			out.Citations = append(out.Citations, numbers[key])
		}
		if s.Supported {
			supported++
		} else {
			r.a.Unsupported = append(r.a.Unsupported, s.Text)
		}
		r.a.Sentences = append(r.a.Sentences, out)
	}
	r.step("check", fmt.Sprintf("%d of %d sentences supported", supported, len(r.a.Sentences)), began, nil)
	// True sentences that cannot be what was asked for are no answer either.
	if supported > 0 && !check.Fits(r.q.Text, r.supportedText()) {
		supported, r.a.Citations = 0, nil
	}
	if supported == 0 {
		// A claim nobody supports is not repeated as an answer.
		r.a.Sentences = nil
		if r.ctx.Err() != nil {
			return // it was not given the time to say
		}
		if q, ok := check.Closest(r.q.Text, passages); ok {
			h := sources[q.Source].hit
			r.a.Found = true
			r.quote(h, h.Passage[q.Start:q.End])
			return
		}
		r.a.Text = r.say.unsaid()
		return
	}
	r.a.Found = true
	var parts []string
	for _, s := range r.a.Sentences {
		for _, n := range s.Citations {
			s.Text += fmt.Sprintf(" [%d]", n)
		}
		parts = append(parts, s.Text)
	}
	r.a.Text = strings.Join(parts, " ")
}
