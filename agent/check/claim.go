package check

import (
	"regexp"
	"slices"
	"strings"
)

// claim is one sentence of an answer, taken apart.
type claim struct {
	words map[string]bool
	// lent are words the question had too: they weigh half.
	lent   map[string]bool
	facts  facts
	denies bool
	han    bool
	// of are the names the question asked about.
	of facts
}

// claimOf takes a sentence apart. "Yes" and "No" alone claim, or deny, what was asked.
func claimOf(body string, asked map[string]bool) claim {
	rest, verdict := cutVerdict(body)
	fs, plain := factsOf(rest, true)
	c := claim{words: words(plain), facts: fs, denies: denies(rest), han: isHan(body), lent: asked}
	if verdict != "" && len(c.words) == 0 && len(c.facts) == 0 {
		c.words, c.lent = asked, nil
		c.denies = verdict == "no"
	}
	return c
}

// cutVerdict cuts a leading yes or no off a sentence.
func cutVerdict(s string) (rest, verdict string) {
	trimmed := strings.TrimSpace(s)
	for _, v := range []struct{ word, verdict string }{
		{"yes", "yes"}, {"no", "no"}, {"是的", "yes"}, {"不是", "no"}, {"可以", "yes"}, {"不可以", "no"}, {"不能", "no"}, {"没有", "no"}, {"是", "yes"}, {"否", "no"}, {"对", "yes"}, {"不", "no"},
	} {
		if len(trimmed) >= len(v.word) && strings.EqualFold(trimmed[:len(v.word)], v.word) {
			rest := trimmed[len(v.word):]
			if strings.Trim(rest, " .。!") == "" {
				return "", v.verdict
			}
			if r := strings.TrimLeft(rest, " "); strings.HasPrefix(r, ",") || strings.HasPrefix(r, "\uFF0C") || strings.HasPrefix(r, "。") || strings.HasPrefix(r, "-") {
				return strings.TrimLeft(r, ",\uFF0C。- "), v.verdict
			}
		}
	}
	return s, ""
}

// share is the weight of the claim's words that occur in a group of sentences, of all of it. The
// question's words may stand anywhere in the source: they tell what it is about.
func (c claim) share(group []sentence, about map[string]bool) float64 {
	total, found := 0.0, 0.0
	for w := range c.words {
		weight := 1.0
		if c.lent[w] {
			weight = 0.5
		}
		total += weight
		if slices.ContainsFunc(group, func(s sentence) bool { return s.words[w] }) || c.lent[w] && about[w] {
			found += weight
		}
	}
	if total == 0 {
		return 1
	}
	return found / total
}

// agrees tells whether a group of sentences denies where the claim denies. What counts is whether
// the clause that has most of the claim's words denies one of them.
func (c claim) agrees(group []sentence) bool {
	best, denied := -1.0, false
	some := false
	for _, s := range group {
		for _, cl := range s.clauses {
			n := 0.0
			for w := range c.words {
				if cl.words[w] {
					n++
				}
			}
			n += 2 * c.facts.count(cl.facts)
			against := false
			for w := range cl.denied {
				against = against || c.words[w]
			}
			if n > best || n == best && !against {
				best, denied = n, against
			}
			some = some || cl.denies
		}
	}
	if c.denies {
		return some
	}
	return !denied
}

// bound tells whether each number and date of the claim stands, in the source, in a sentence
// that has a word of the claim (or of the question, when the claim has none of its own).
func (c claim) bound(t *text) bool {
	near := c.words
	if len(near) == 0 {
		near = c.lent
	}
	if len(near) == 0 {
		return true
	}
	if !c.ownWords() && !c.topical(t) {
		return false
	}
	for _, f := range c.facts {
		if f.kind != number && f.kind != date {
			continue
		}
		ok, seen := false, false
		for i, s := range t.sentences {
			if !f.in(s.facts) {
				continue
			}
			seen = true
			// A bare line such as "940" belongs to the lines around it.
			lo, hi := i, i+1
			if len(s.words) < 4 {
				lo, hi = max(0, i-1), min(len(t.sentences), i+2)
			}
			for _, around := range t.sentences[lo:hi] {
				for w := range near {
					ok = ok || around.words[w]
				}
			}
		}
		if seen && !ok {
			return false
		}
	}
	return true
}

// namesOf lists the names in Latin letters that a question asks about.
func namesOf(question string) facts {
	all, _ := factsOf(question, true)
	return slices.DeleteFunc(all, func(f fact) bool {
		return f.kind != name || isHan(f.raw) || weekday.MatchString(f.raw)
	})
}

var weekday = regexp.MustCompile(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|^(?:Dr|Mr|Mrs|Ms|Prof)$`)

// about tells whether a source knows every name the question asks about: the end of somebody's
// lease is not the end of Carol's.
func (c claim) about(t *text) bool {
	return c.han != t.han || !slices.ContainsFunc(c.of, func(f fact) bool { return !f.in(t.all) })
}

// ownWords tells whether the claim has a word the question did not have.
func (c claim) ownWords() bool {
	for w := range c.words {
		if !c.lent[w] {
			return true
		}
	}
	return false
}

// topical tells whether a source has enough of the question's words to be about what was asked:
// a bare "EUR 940" must come from a text on the rent, not on another price. Pairs of Chinese
// characters cross the borders of words, so fewer of them can be there.
func (c claim) topical(t *text) bool {
	least := 0.5
	if t.han {
		least = 0.4
	}
	n := 0.0
	for w := range c.lent {
		if t.about[w] {
			n++
		}
	}
	return len(c.lent) == 0 || n >= least*float64(len(c.lent))
}

// absent lists the claim's facts that a source has nowhere.
func (c claim) absent(t *text) []string {
	var out []string
	for _, f := range c.facts {
		if f.kind == name && c.han != t.han {
			continue // names are written otherwise in the other script
		}
		if !f.in(t.all) {
			out = append(out, f.raw)
		}
	}
	return out
}
