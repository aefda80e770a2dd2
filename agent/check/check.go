// Package check owns the proof that an answer says what its sources say. It is pure: text in,
// verdict out. It refuses to trust a model: the numbers, dates, names and negations of every
// sentence must stand in a source, most of its words in one place of it, and what it quotes is
// copied from the source byte for byte.
package check

import (
	"cmp"
	"slices"
	"strings"
)

// Source is one passage an answer may rest on.
type Source struct {
	// Text is the passage. Quotes are cut from it.
	Text string
	// About is what else is known of it (title, sender, date). It may vouch for names and
	// dates, but is never quoted.
	About string
}

// Quote is the stretch [Start, End) of bytes of a source's text.
type Quote struct {
	Source     int // index into the sources
	Start, End int
}

// Sentence is one sentence of an answer with what was found for it.
type Sentence struct {
	// Text is the sentence without citation marks.
	Text      string
	Supported bool
	// Quotes are what supports it; more than one when it joins several sources.
	Quotes []Quote
	// Missing are the facts no source has, or the reason why there is no support.
	Missing []string
}

const (
	// threshold is the share of a sentence's words one place of a source must have.
	threshold = 0.6
	// atLeast is the share that must stand in that place when the rest are words of the
	// question that stand elsewhere in the source.
	atLeast = 0.3
	// joined is the share when two sources are taken together.
	joined = 0.75
	// widest is the number of consecutive sentences that count as one place.
	widest = 3
)

// Answer checks each sentence of answer against the sources. Marks such as [1] tell which
// sources to try first and are cut out; a wrong mark costs nothing. question lends its words to
// answers that are too short to have their own.
func Answer(answer, question string, sources []Source) []Sentence {
	texts := make([]*text, len(sources))
	for i, s := range sources {
		texts[i] = read(s)
	}
	var out []Sentence
	asked, of := words(question), namesOf(question)
	for _, span := range Split(answer) {
		raw := answer[span[0]:span[1]]
		body, marks := unmark(raw)
		if strings.Trim(body, " .。!?\uFF01\uFF1F…,;:-–*#\"'") == "" {
			continue
		}
		out = append(out, one(body, asked, of, marks, texts))
	}
	return out
}

// one checks one sentence.
func one(body string, asked map[string]bool, of facts, marks []int, sources []*text) Sentence {
	c := claimOf(body, asked)
	c.of = of
	s := Sentence{Text: body}
	if rest, verdict := cutVerdict(body); verdict == "yes" && c.denies && rest != "" {
		s.Text = strings.ToUpper(rest[:1]) + rest[1:] // "Yes, pets are not allowed" means no
	}
	order := make([]int, 0, len(sources))
	for i := range sources {
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(btoi(!slices.Contains(marks, a+1)), btoi(!slices.Contains(marks, b+1)))
	})
	var best verdict
	for _, i := range order {
		v := sources[i].support(c)
		if v.ok {
			s.Supported = true
			s.Quotes = []Quote{{i, v.start, v.end}}
			return s
		}
		if v.score > best.score || best.missing == nil {
			best = v
		}
	}
	for n, i := range order {
		for _, k := range order[n+1:] {
			if q, ok := both(c, sources[i], sources[k]); ok {
				q[0].Source, q[1].Source = i, k
				s.Supported, s.Quotes = true, q
				return s
			}
		}
	}
	s.Missing = best.missing
	return s
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// verdict is what one source says of one claim.
type verdict struct {
	ok         bool
	score      float64
	start, end int
	missing    []string
}

// support looks for the place in a source that bears a claim.
func (t *text) support(c claim) verdict {
	missing := c.absent(t)
	foreign := c.han != t.han
	if len(c.words) == 0 && len(c.facts) == 0 {
		return verdict{missing: []string{"nothing that can be checked"}}
	}
	best := verdict{missing: missing}
	var named facts
	for _, f := range c.facts {
		if f.kind == name && f.in(c.of) {
			named = append(named, f)
		}
	}
	bestWords := 0.0
	for i := range t.sentences {
		for n := 1; n <= widest && i+n <= len(t.sentences); n++ {
			group := t.sentences[i : i+n]
			share := c.share(group, nil)
			found := c.facts.in(group)
			// Facts count most, then words; a shorter quote wins. A name the question had
			// may stand elsewhere.
			score := 2*found - 2*named.in(group) + share - 0.08*float64(n-1)
			bestWords = max(bestWords, share)
			if score > best.score+1e-9 || best.end == 0 {
				best.score, best.start, best.end = score, group[0].start, group[n-1].end
				best.ok = share >= atLeast && c.share(group, t.about) >= threshold && c.agrees(group)
				if foreign {
					// The words of two languages cannot be compared; facts can.
					best.ok = len(c.facts) > 0 && found > 0
				}
			}
		}
	}
	if len(missing) > 0 {
		best.ok = false
		return best
	}
	if best.ok && !foreign && !c.bound(t) {
		best.ok = false
		best.missing = []string{"the source gives these numbers for something else"}
	}
	if best.ok && !c.about(t) {
		best.ok = false
		best.missing = []string{"the source is not about " + c.of[0].raw}
	}
	if !best.ok && len(best.missing) == 0 {
		best.missing = []string{"the sources use other words"}
		if bestWords >= threshold {
			best.missing = []string{"the source says the opposite"}
		}
	}
	return best
}

// both looks for a claim that two sources bear together, each with facts of its own.
func both(c claim, a, b *text) ([]Quote, bool) {
	if len(c.facts) < 2 || c.han != a.han || c.han != b.han {
		return nil, false
	}
	var fa, fb facts
	for _, f := range c.facts {
		if f.kind == unit {
			continue
		}
		switch {
		case f.in(a.all):
			fa = append(fa, f)
		case f.in(b.all):
			fb = append(fb, f)
		default:
			return nil, false
		}
	}
	if len(fa) == 0 || len(fb) == 0 {
		return nil, false
	}
	// An amount and its currency are in the same source.
	for _, f := range c.facts {
		if f.kind == unit && (fa.has(number) && !f.in(a.all) || fb.has(number) && !f.in(b.all)) {
			return nil, false
		}
	}
	ca, cb := c, c
	ca.facts, cb.facts = fa, fb
	va, vb := a.support(ca), b.support(cb)
	if va.end == 0 || vb.end == 0 {
		return nil, false
	}
	group := append(a.between(va.start, va.end), b.between(vb.start, vb.end)...)
	if c.share(group, nil) < joined || !c.agrees(group) || !ca.bound(a) || !cb.bound(b) {
		return nil, false
	}
	return []Quote{{Start: va.start, End: va.end}, {Start: vb.start, End: vb.end}}, true
}
