package check

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"steward/agent/route"
)

type kind int

const (
	number kind = iota
	date
	name
	unit
	code
)

// fact is something a source must have literally, whatever its notation.
type fact struct {
	kind kind
	raw  string
	// forms are the ways to read it; two facts are the same when they share one.
	forms   []string
	y, m, d int // of a date; 0 when not given
	// months is set on a date without day: it is a month.
}

type facts []fact

// in tells whether a fact is among others.
func (f fact) in(others facts) bool {
	return slices.ContainsFunc(others, func(o fact) bool { return f.same(o, others) })
}

func (f fact) same(o fact, all facts) bool {
	if f.kind == date {
		if o.kind != date || f.m != o.m || f.d != 0 && f.d != o.d {
			return false
		}
		if f.y == 0 || f.y == o.y {
			return true
		}
		// "1 April" and, elsewhere in the source, "2026".
		year := strconv.Itoa(f.y)
		return o.y == 0 && slices.ContainsFunc(all, func(p fact) bool { return p.y == f.y || slices.Contains(p.forms, year) })
	}
	if f.kind == number && o.kind == date {
		return len(f.forms) == 1 && (f.forms[0] == strconv.Itoa(o.y) || f.forms[0] == strconv.Itoa(o.d))
	}
	if f.kind != o.kind && (f.kind != name || o.kind != code) {
		return false
	}
	for _, form := range f.forms {
		if slices.Contains(o.forms, form) {
			return true
		}
	}
	return false
}

// in is the share of the facts that a group of sentences has, as a number of facts.
func (fs facts) in(group []sentence) float64 {
	var have facts
	for _, s := range group {
		have = append(have, s.facts...)
	}
	return fs.count(have)
}

func (fs facts) count(have facts) float64 {
	n := 0.0
	for _, f := range fs {
		if f.in(have) {
			n++
		}
	}
	return n
}

var monthNumbers = func() map[string]int {
	m := map[string]int{"sept": 9}
	for i, n := range strings.Fields("january february march april may june july august september october november december") {
		m[n], m[n[:3]] = i+1, i+1
	}
	return m
}()

const monthNames = `(January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)`

const hanDigits = `[〇零一二两三四五六七八九十百千万\d]`

// script is what a text must have for a pattern to be worth trying.
type script int

const (
	inWords script = iota
	inDigits
	inHan
)

// datePatterns read a date as year, month and day, each the index of a group or 0.
var datePatterns = []struct {
	needs   script
	re      *regexp.Regexp
	y, m, d int
}{
	{inDigits, regexp.MustCompile(`\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b`), 1, 2, 3},
	{inDigits, regexp.MustCompile(`\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b`), 3, 2, 1},
	{inHan, regexp.MustCompile(`(?:(\d{4})\s*年\s*)?(` + hanDigits + `{1,3})\s*月份?\s*(` + hanDigits + `{1,3})\s*[日号]`), 1, 2, 3},
	{inHan, regexp.MustCompile(`(?:(\d{4})\s*年\s*)(` + hanDigits + `{1,3})\s*月份?`), 1, 2, 0},
	{inHan, regexp.MustCompile(`([一二三四五六七八九十\d]{1,2})\s*月(?:份|底|初|中)?`), 0, 1, 0},
	{inDigits, regexp.MustCompile(`(?i)\b(\d{1,2})(?:st|nd|rd|th)?\.?(?: of)? ` + monthNames + `\b\.?,?(?: (\d{4})\b)?`), 3, 2, 1},
	{inDigits, regexp.MustCompile(`(?i)\b` + monthNames + `\b\.? (\d{1,2})(?:st|nd|rd|th)?\b(?:,? (\d{4})\b)?`), 3, 1, 2},
	{inDigits, regexp.MustCompile(`(?i)\b` + monthNames + `\b\.?,? (\d{4})\b`), 2, 1, 0},
	{inWords, regexp.MustCompile(`\b(January|February|March|April|May|June|July|August|September|October|November|December)\b`), 0, 1, 0},
}

var numberWords = map[string]int{
	"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
	"thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30,
	"forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1000, "dozen": 12, "half": -1, "twice": 2, "double": 2,
	"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "tenth": 10,
}

var (
	digits    = regexp.MustCompile(`\d+(?:[.,' ]\d{3})*(?:[.,]\d+)?|\d+`)
	clock     = regexp.MustCompile(`(?i)\b(\d{1,2})[:.h](\d{2})\b\s*([ap]\.?m\b)?|\b(\d{1,2})\s*([ap]\.?m\b)|((?:上午|下午|晚上|早上|中午|傍晚)?)(` + hanDigits + `{1,3})\s*[点时](?:(` + hanDigits + `{1,3})分?|(半))?`)
	hanNumber = regexp.MustCompile(`([一二两三四五六七八九十百千万零]+)(?:年|个|天|日|周|元|块|人|次|份|封|平|米|小时|分钟|分|岁|楼|层|号|条|点|月|%|成|倍|期|名|位|张|台|间|套|件|篇|章|节|页|行|室)`)
	letters   = regexp.MustCompile(`[A-Za-z]+`)
	codes     = regexp.MustCompile(`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+|https?://[^\s\x{FF0C}。]+|\b[A-Za-z]+[-_/]?\d[\w/-]*\b|\b\d+[A-Za-z][\w-]*\b`)
	ordinal   = regexp.MustCompile(`^\d+(?:st|nd|rd|th|h|km|kg|m|cm|mm|g|l|GB|MB|kWh|pm|am|x|k|days?|min)$`)
	proper    = regexp.MustCompile(`\p{Lu}[\p{L}\p{M}'’-]*`)
)

var units = []struct {
	name string
	re   *regexp.Regexp
}{
	{"EUR", regexp.MustCompile(`(?i)€|\bEUR\b|\beuros?\b|欧元`)},
	{"USD", regexp.MustCompile(`(?i)\$|\bUSD\b|\bdollars?\b|美元`)},
	{"GBP", regexp.MustCompile(`(?i)£|\bGBP\b|\bpounds\b|英镑`)},
	{"CNY", regexp.MustCompile(`(?i)¥|\x{FFE5}|\bCNY\b|\bRMB\b|\byuan\b|人民币|(?:\d|[十百千万])(?:元|块)`)},
	{"%", regexp.MustCompile(`(?i)%|\bper ?cent\b|百分之`)},
}

// factsOf lists the facts of a text. In a claim, capitalised words are names unless they only
// begin it; in a source every word may vouch for a name. rest is the text without its facts of
// number: what remains to be compared as words.
func factsOf(s string, claim bool) (out facts, rest string) {
	s = route.Narrow(s)
	cut := func(m []int) { s = s[:m[0]] + strings.Repeat(" ", m[1]-m[0]) + s[m[1]:] }
	for _, u := range units {
		if m := u.re.FindString(s); m != "" {
			out = append(out, fact{kind: unit, raw: m, forms: []string{u.name}})
			if !strings.ContainsAny(m, "元块") {
				s = u.re.ReplaceAllStringFunc(s, func(m string) string {
					if strings.ContainsAny(m, "元块") {
						return m
					}
					return strings.Repeat(" ", len(m))
				})
			}
		}
	}
	// Most sentences have neither digits nor Chinese: they need not be searched for either.
	digit, han := strings.ContainsAny(s, "0123456789"), strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0
	for _, p := range datePatterns {
		if p.needs == inDigits && !digit || p.needs == inHan && !han {
			continue
		}
		for _, m := range p.re.FindAllStringSubmatchIndex(s, -1) {
			get := func(i int) int {
				if i == 0 || m[2*i] < 0 {
					return 0
				}
				v := s[m[2*i]:m[2*i+1]]
				if k := monthNumbers[strings.ToLower(v)]; k > 0 {
					return k
				}
				return hanInt(v)
			}
			f := fact{kind: date, raw: strings.TrimSpace(s[m[0]:m[1]]), y: get(p.y), m: get(p.m), d: get(p.d)}
			if f.m < 1 || f.m > 12 || f.d > 31 {
				continue
			}
			out = append(out, f)
			cut(m)
		}
	}
	for _, m := range find(codes, s, digit || strings.ContainsAny(s, "@:")) {
		raw := strings.Trim(s[m[0]:m[1]], ".-")
		if ordinal.MatchString(raw) {
			continue
		}
		out = append(out, fact{kind: code, raw: raw, forms: []string{strings.ToLower(raw)}})
		if claim {
			cut(m)
		}
	}
	for _, m := range find(clock, s, digit || han) {
		if f, ok := clockFact(s, m); ok {
			out = append(out, f)
			cut(m)
		}
	}
	for _, m := range find(digits, s, digit) {
		out = append(out, fact{kind: number, raw: s[m[0]:m[1]], forms: readings(s[m[0]:m[1]])})
	}
	for _, m := range find(hanNumber, s, han) {
		if n := hanInt(s[m[2]:m[3]]); n > 1 || n == 1 && !claim {
			out = append(out, fact{kind: number, raw: s[m[0]:m[1]], forms: []string{strconv.Itoa(n)}})
			cut(m[2:4])
		}
	}
	for _, w := range letters.FindAllString(strings.ToLower(s), -1) {
		if n := numberWords[w]; n != 0 {
			out = append(out, fact{kind: number, raw: w, forms: []string{strconv.Itoa(n)}})
		} else if w == "one" && !claim {
			out = append(out, fact{kind: number, raw: w, forms: []string{"1"}})
		}
	}
	if claim {
		return append(out, names(s)...), s
	}
	for _, w := range runs.FindAllString(s, -1) {
		if !unicode.Is(unicode.Han, []rune(w)[0]) {
			out = append(out, fact{kind: name, raw: w, forms: []string{fold(w)}})
		}
	}
	for r := range hanRunes(s) {
		out = append(out, fact{kind: name, forms: []string{string(r)}})
	}
	return out, s
}

// find gives all matches when it is worth looking.
func find(re *regexp.Regexp, s string, worth bool) [][]int {
	if !worth {
		return nil
	}
	return re.FindAllStringSubmatchIndex(s, -1)
}

// names lists the names a claim has: capitalised words, and Han runs that begin with a surname.
func names(s string) facts {
	var out facts
	for _, m := range proper.FindAllStringIndex(s, -1) {
		w := s[m[0]:m[1]]
		if r, _ := utf8.DecodeLastRuneInString(s[:m[0]]); unicode.IsLetter(r) {
			continue // the middle of "kWh"
		}
		lower := strings.ToLower(w)
		if stopWords[lower] || numberWords[lower] != 0 {
			continue
		}
		if strings.TrimSpace(s[:m[0]]) == "" && !subject.MatchString(s[m[1]:]) {
			continue // it only begins the sentence
		}
		out = append(out, fact{kind: name, raw: w, forms: []string{fold(w)}})
	}
	for _, w := range hanNames.FindAllString(s, -1) {
		r := []rune(w)
		// The surname and the character after it: each must stand in the source.
		out = append(out, fact{kind: name, raw: string(r[:2]), forms: []string{string(r[0])}}, fact{kind: name, raw: string(r[:2]), forms: []string{string(r[1])}})
	}
	return out
}

var (
	subject  = regexp.MustCompile(`^(?:['’]s\b| \p{Lu}| (?:is|was|has|had|will|can|cannot|could|said|says|wrote|sent|asked|asks|wants|would|and|or|does|did|must|should|may|pays|agreed|confirmed)\b)`)
	hanNames = regexp.MustCompile(`[王李张刘陈杨赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余杜叶程魏苏吕丁卢姚沈钟姜崔谭陆范汪廖贾夏邹熊孟秦邱侯江尹薛闫段雷黎史陶贺毛郝顾龚邵钱戴严莫汤][\p{Han}]`)
)

func hanRunes(s string) map[rune]bool {
	out := map[rune]bool{}
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			out[r] = true
		}
	}
	return out
}

// fold makes two spellings of a name comparable.
func fold(w string) string {
	w = strings.ToLower(strings.ReplaceAll(w, "’", "'"))
	return strings.TrimSuffix(strings.TrimSuffix(w, "'s"), "'")
}

// clockFact reads a time of day; its forms are "h:mm" on the 24-hour and, if open, both halves.
func clockFact(s string, m []int) (fact, bool) {
	get := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return s[m[2*i]:m[2*i+1]]
	}
	var h, min int
	half := ""
	switch {
	case get(1) != "":
		h, min, half = hanInt(get(1)), hanInt(get(2)), strings.ToLower(get(3))
		if sep := s[m[3]]; sep == '.' && half == "" {
			return fact{}, false // a decimal number
		}
	case get(4) != "":
		h, half = hanInt(get(4)), strings.ToLower(get(5))
	default:
		h, min, half = hanInt(get(7)), hanInt(get(8)), get(6)
		if get(9) != "" {
			min = 30
		}
	}
	if h > 24 || min > 59 {
		return fact{}, false
	}
	mm := ":" + strconv.Itoa(min)
	forms := []string{strconv.Itoa(h) + mm}
	late := strings.HasPrefix(half, "p") || half == "下午" || half == "晚上" || half == "傍晚"
	switch {
	case late && h < 12:
		forms = append(forms, strconv.Itoa(h+12)+mm)
	case h > 12:
		forms = append(forms, strconv.Itoa(h-12)+mm)
	}
	return fact{kind: number, raw: s[m[0]:m[1]], forms: forms}, true
}

// readings gives the values a number in digits can have: 1,234 is 1234 here and 1.234 there.
func readings(s string) []string {
	s = strings.NewReplacer("'", "", " ", "").Replace(s)
	dot, comma := strings.LastIndexByte(s, '.'), strings.LastIndexByte(s, ',')
	plain := func(s string) string {
		whole, part, ok := strings.Cut(s, ".")
		whole = strings.TrimLeft(whole, "0")
		if whole == "" {
			whole = "0"
		}
		if part = strings.TrimRight(part, "0"); ok && part != "" {
			return whole + "." + part
		}
		return whole
	}
	switch {
	case dot < 0 && comma < 0:
		return []string{plain(s)}
	case dot > comma:
		s = strings.ReplaceAll(s, ",", "")
		if len(s)-strings.LastIndexByte(s, '.') == 4 && comma < 0 {
			return []string{plain(s), plain(strings.ReplaceAll(s, ".", ""))}
		}
		if strings.Count(s, ".") > 1 {
			return []string{plain(strings.ReplaceAll(s, ".", ""))}
		}
		return []string{plain(s)}
	default:
		s = strings.ReplaceAll(s, ".", "")
		if len(s)-strings.LastIndexByte(s, ',') == 4 && dot < 0 {
			return []string{plain(strings.ReplaceAll(s, ",", "")), plain(strings.ReplaceAll(s, ",", "."))}
		}
		if strings.Count(s, ",") > 1 {
			return []string{plain(strings.ReplaceAll(s, ",", ""))}
		}
		return []string{plain(strings.ReplaceAll(s, ",", "."))}
	}
}

// hanInt reads a whole number in digits or in Chinese numerals below 100 million; 0 if it is none.
func hanInt(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	total, section, digit := 0, 0, 0
	for _, r := range s {
		switch i := strings.IndexRune("零一二三四五六七八九", r); {
		case i >= 0:
			digit = i / 3
		case r == '〇':
			digit = 0
		case r == '两':
			digit = 2
		case r == '十' || r == '百' || r == '千':
			scale := map[rune]int{'十': 10, '百': 100, '千': 1000}[r]
			if digit == 0 {
				digit = 1
			}
			section += digit * scale
			digit = 0
		case r == '万':
			total += (section + digit) * 10000
			section, digit = 0, 0
		default:
			return 0
		}
	}
	return total + section + digit
}

func (fs facts) has(k kind) bool {
	return slices.ContainsFunc(fs, func(f fact) bool { return f.kind == k })
}
