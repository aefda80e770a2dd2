package check

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// text is a source, taken apart.
type text struct {
	sentences []sentence
	all       facts           // of the text and of what is known about it
	about     map[string]bool // the words of both
	han       bool
}

// sentence is one sentence of a source.
type sentence struct {
	start, end int
	words      map[string]bool
	facts      facts
	clauses    []clause
}

type clause struct {
	words  map[string]bool
	facts  facts
	denies bool
	denied map[string]bool // the words that follow a negation
}

func read(s Source) *text {
	t := &text{han: isHan(s.Text)}
	for _, span := range Split(s.Text) {
		raw := s.Text[span[0]:span[1]]
		one := sentence{start: span[0], end: span[1], words: words(raw)}
		one.facts, _ = factsOf(raw, false)
		parts := clauses.Split(raw, -1)
		for _, part := range parts {
			fs := one.facts
			if len(parts) > 1 {
				fs, _ = factsOf(part, false)
			}
			one.clauses = append(one.clauses, clause{words(part), fs, denies(part), denied(part)})
		}
		t.sentences = append(t.sentences, one)
		t.all = append(t.all, one.facts...)
	}
	about, _ := factsOf(s.About, false)
	t.all = append(t.all, about...)
	t.about = words(s.Text + "\n" + s.About)
	return t
}

// between gives the sentences of a stretch of bytes.
func (t *text) between(start, end int) []sentence {
	var out []sentence
	for _, s := range t.sentences {
		if s.start >= start && s.end <= end {
			out = append(out, s)
		}
	}
	return out
}

var clauses = regexp.MustCompile(`, |;|:|\x{FF0C}|\x{FF1B}|、| but | although | however | while | unless | until |但是|但|不过|而`)

// isHan tells whether a text is mostly written in Han characters.
func isHan(s string) bool {
	han, other := 0, 0
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			han++
		} else if unicode.IsLetter(r) {
			other++
		}
	}
	return 3*han > other
}

// abbreviations end in a full stop that ends no sentence.
var abbreviations = map[string]bool{
	"mr": true, "mrs": true, "ms": true, "dr": true, "prof": true, "st": true, "no": true, "nr": true, "vs": true, "e.g": true, "i.e": true,
	"etc": true, "approx": true, "inc": true, "ltd": true, "co": true, "p": true, "pp": true, "fig": true, "a.m": true, "p.m": true, "tel": true,
	"jan": true, "feb": true, "mar": true, "apr": true, "jun": true, "jul": true, "aug": true, "sep": true, "oct": true, "nov": true, "dec": true,
}

// Split gives the byte ranges of the sentences of a text, without white space around. A sentence
// ends at . ! ? … before white space, at 。!? and at a line's end where a new line starts afresh.
func Split(s string) [][2]int {
	var out [][2]int
	start := 0
	add := func(end int) {
		raw := s[start:end]
		lead := len(raw) - len(strings.TrimLeftFunc(raw, unicode.IsSpace))
		raw = strings.TrimSpace(raw)
		if raw != "" {
			out = append(out, [2]int{start + lead, start + lead + len(raw)})
		}
		start = end
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		next := i + n
		switch r {
		case '。', '\uFF01', '\uFF1F', '!', '?', '.', '…':
			for next < len(s) {
				c, k := utf8.DecodeRuneInString(s[next:])
				if !strings.ContainsRune("”’」』\"')]\uFF09。\uFF01\uFF1F.!?…", c) {
					break
				}
				next += k
			}
			// Marks such as [2] after the full stop belong to the sentence before it.
			if m := trailingMark.FindString(s[next:]); m != "" {
				next += len(m)
			}
			after, _ := utf8.DecodeRuneInString(s[next:])
			wide := r == '。' || r == '\uFF01' || r == '\uFF1F'
			if wide || next == len(s) || unicode.IsSpace(after) && (r != '.' || !abbreviated(s[start:i], s[next:])) {
				add(next)
			}
		case '\n':
			if breaks(s[start:i], s[next:]) {
				add(next)
			}
		}
		i = next
	}
	add(len(s))
	return out
}

var trailingMark = regexp.MustCompile(`^(?: ?\[\d{1,2}(?:, ?\d{1,2})*\])+[.。]?`)

// abbreviated tells whether the full stop after before is no end of a sentence.
func abbreviated(before, after string) bool {
	i := strings.LastIndexFunc(before, unicode.IsSpace)
	last := strings.ToLower(strings.TrimLeft(before[i+1:], "(["))
	r, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(after, unicode.IsSpace))
	if abbreviations[last] || utf8.RuneCountInString(last) == 1 && unicode.IsLetter([]rune(last)[0]) {
		return true
	}
	// "1. Item" and "on 5. May": a number goes on unless it closes a sentence.
	if _, err := strconv.Atoi(last); err == nil {
		return i < 0 || unicode.IsLower(r)
	}
	return unicode.IsLower(r) && strings.Contains(last, ".")
}

// breaks tells whether a line's end is also a sentence's: after a blank line, before a list item,
// or when either line is short (a heading, a table row).
func breaks(before, after string) bool {
	line, _, _ := strings.Cut(after, "\n")
	if strings.TrimSpace(line) == "" {
		return true
	}
	if i := strings.LastIndexByte(before, '\n'); i >= 0 {
		before = before[i+1:]
	}
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(line, " \t>"))
	if strings.ContainsRune("-*•#|+–", r) || unicode.IsDigit(r) && listItem.MatchString(line) {
		return true
	}
	return utf8.RuneCountInString(before) < 45 && !unicode.IsLower(r)
}

var listItem = regexp.MustCompile(`^\s*\d{1,2}[.)、]`)

var mark = regexp.MustCompile(`\s*[\[【](\d{1,2}(?:\s*[,\x{FF0C}、]\s*\d{1,2})*)[\]】]`)

// unmark cuts the marks [1] and [1, 2] out of a sentence and gives their numbers.
func unmark(s string) (string, []int) {
	var marks []int
	for _, m := range mark.FindAllStringSubmatch(s, -1) {
		for _, n := range strings.FieldsFunc(m[1], func(r rune) bool { return !unicode.IsDigit(r) }) {
			k, _ := strconv.Atoi(n)
			marks = append(marks, k)
		}
	}
	return strings.TrimSpace(mark.ReplaceAllString(s, "")), marks
}

// words gives a text's content words: Latin words as stems, Han text as pairs of characters.
func words(s string) map[string]bool {
	out := map[string]bool{}
	for _, run := range runs.FindAllString(strings.ToLower(s), -1) {
		r := []rune(run)
		if unicode.Is(unicode.Han, r[0]) {
			for _, piece := range hanStop.Split(run, -1) {
				p := []rune(piece)
				for i := 0; i+1 < len(p); i++ {
					out[string(p[i:i+2])] = true
				}
			}
			continue
		}
		run = strings.TrimSuffix(strings.TrimSuffix(run, "'s"), "’s")
		if stopWords[run] || numberWords[run] > 0 || len(r) < 2 {
			continue
		}
		w := stem(run)
		if same, ok := synonyms[w]; ok {
			w = same
		}
		out[w] = true
	}
	return out
}

var (
	runs    = regexp.MustCompile(`\p{Han}+|[\p{L}][\p{L}\p{M}'’]*`)
	hanStop = regexp.MustCompile(`多少|为什么|什么|几[点号个天年月次封份人]|怎么|如何|哪[里个天些家]?|谁|[的了是在和与及或着过也就都而于为把被让这那您你我他她它们吗呢吧啊将]`)
)

// stem cuts the commonest endings of English off; it need not give a word.
func stem(w string) string {
	if len(w) <= 4 {
		return strings.TrimSuffix(w, "s")
	}
	if !strings.HasSuffix(w, "ss") {
		w = strings.TrimSuffix(w, "s")
	}
	for _, end := range []string{"ation", "ment", "ing", "edly", "ied", "ed", "ly", "e", "y"} {
		if s, ok := strings.CutSuffix(w, end); ok && len(s) >= 3 && utf8.ValidString(s) {
			w = s
			break
		}
	}
	if n := len(w); n > 3 && w[n-1] == w[n-2] && w[n-1] != 's' && w[n-1] != 'l' {
		w = w[:n-1]
	}
	return strings.TrimSuffix(strings.TrimSuffix(w, "e"), "i")
}

// synonyms are stems that answers swap freely.
var synonyms = map[string]string{"cost": "pric", "begin": "start", "e-mail": "mail", "email": "mail", "phon": "telephon"}

func wordSet(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

var stopWords = wordSet(`a an the of in on at to for from by with about into over under is are was were be been being am do does did done has have had
	can could would should will shall may might must what when where who whom whose which why how and or but if so as than then that this these those
	there here it its i me my we us our you your he him his she her they them their any some also just only very more most yes no not never none nor
	cannot can't don't doesn't didn't isn't aren't wasn't won't without note notes source sources according says said say states stated mentioned mentions
	answer question between during per each up out`)

var (
	negations    = regexp.MustCompile(`(?i)\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|can't|don't|doesn't|didn't|isn't|aren't|wasn't|weren't|won't|wouldn't|shouldn't|couldn't|hasn't|haven't|hadn't|forbidden|prohibited|declined|refused|unable|excluded?|cancell?ed|rejected)\b`)
	hanNegations = regexp.MustCompile(`不|没|无|未|别|勿|禁止|拒绝|取消|非`)
	// noDenial are Han words with such a character that deny nothing, and "No. 5".
	noDenial = regexp.MustCompile(`不过|不仅|不但|不同|差不多|别的|别人|特别|分别|级别|区别|性别|非常|无论|未来|不管|不断|是不是|能不能|(?i:\bno\.? ?\d)|not only`)
)

// denies tells whether a text denies something.
func denies(s string) bool {
	s = noDenial.ReplaceAllString(s, " ")
	return negations.MatchString(s) || hanNegations.MatchString(s)
}

var (
	denier    = regexp.MustCompile(`(?i)\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|[a-z]+n't)\b`)
	hanDenier = regexp.MustCompile(`(?:不能|不可以|不可|不得|不会|不需要|不需|不用|不允许|不必|没有|没能|尚未|禁止|拒绝|取消|不|没|未|勿|无)(\p{Han}{2,3})`)
)

// denied gives the words a text denies: the two content words after each negation.
func denied(s string) map[string]bool {
	s = noDenial.ReplaceAllString(s, " ")
	out := map[string]bool{}
	for _, m := range denier.FindAllStringIndex(s, -1) {
		n := 0
		for _, w := range runs.FindAllString(s[m[1]:], -1) {
			for k := range words(w) {
				out[k] = true
				n++
			}
			if n >= 2 {
				break
			}
		}
	}
	for _, m := range hanDenier.FindAllStringSubmatch(s, -1) {
		for w := range words(m[1]) {
			out[w] = true
		}
	}
	return out
}
