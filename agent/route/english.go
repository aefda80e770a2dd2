package route

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"steward/indexer/query"
)

// word is one word of an English question.
type word struct {
	text, lower string
	capital     bool
	quoted      bool // a "phrase in quotes", quotes included in text
	owner       bool // text had 's, which is cut off
	gap         bool // punctuation lies before it
	used        bool // it became a filter
}

var wordPattern = regexp.MustCompile(`"[^"]+"|[\p{L}\p{N}][\p{L}\p{N}\p{M}._@+/&'’-]*`)

// split cuts text into words.
func split(text string) []word {
	var ws []word
	end := 0
	for _, m := range wordPattern.FindAllStringIndex(text, -1) {
		w := word{text: text[m[0]:m[1]], gap: strings.ContainsAny(text[end:m[0]], ",;:?!.()") && (len(ws) == 0 || !titles[ws[len(ws)-1].lower])}
		end = m[1]
		if w.quoted = w.text[0] == '"'; !w.quoted {
			w.text = strings.TrimRight(w.text, "._/'’-&+")
			end = m[0] + len(w.text)
			for _, s := range []string{"'s", "’s"} {
				if strings.HasSuffix(w.text, s) {
					w.text, w.owner = strings.TrimSuffix(w.text, s), true
				}
			}
			first, _ := utf8.DecodeRuneInString(w.text)
			w.capital = unicode.IsUpper(first) || unicode.Is(unicode.Han, first)
		}
		w.lower = strings.ToLower(strings.ReplaceAll(w.text, "’", "'"))
		ws = append(ws, w)
	}
	return ws
}

// at is the lower-case word at i, "" outside and for words already used or quoted.
func at(ws []word, i int) string {
	if i < 0 || i >= len(ws) || ws[i].used || ws[i].quoted {
		return ""
	}
	return ws[i].lower
}

// english holds one question while it is read.
type english struct {
	ws   []word
	line string // all words in lower case, one space between and around
	read Reading
	// mail is true when a word ties the question to mail; said when someone is quoted.
	mail, said bool
	// content is true when the question asks for what something says.
	content bool
	// given marks words that became implied filters.
	given map[int]bool
}

func readEnglish(text string, now time.Time) Reading {
	e := &english{read: Reading{Language: "en"}}
	before := strings.Join(fields(text), " ")
	text = operators(text, now, &e.read.Query)
	e.ws = split(text)
	e.line = " "
	for _, w := range e.ws {
		e.line += w.lower + " "
	}
	e.mail = mailCue.MatchString(e.line)
	e.said = saidCue.MatchString(e.line)
	e.content = contentCue.MatchString(e.line)
	dates := englishDates(e.ws, now)
	e.kind(dates)
	if e.read.Kind == Answer && !e.content && text != before && !asked.MatchString(e.line) {
		e.read.Kind = List // filters alone: from:ada type:pdf
	}
	q := &e.read.Query
	filtered := *q
	e.grouping()
	if dates.found && e.datesFilter(dates) {
		q.After, q.Before = later(q.After, dates.after), sooner(q.Before, dates.before)
		for _, i := range dates.words {
			e.ws[i].used = true
		}
	}
	e.nouns()
	soft := filtered
	e.people()
	e.folder()
	e.subject()
	q.Text = e.text(false)
	if e.read.Kind == Answer && (q.From != "" || q.To != "" || len(q.Kinds) > 0 || len(q.Formats) > 0 || q.HasAttachment) {
		soft.Text, soft.After, soft.Before, soft.Order = e.text(true), q.After, q.Before, q.Order
		e.read.Fallback = &soft
	}
	return e.read
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

var (
	mailCue = regexp.MustCompile(` (e-?mails?|mails?|messages?|inbox|correspondence|emailed|mailed|sent|send|sends|wrote|write|writes|written|receive[ds]?|received|forwarded|replied|reply|replies|hear|heard|newsletters?|(get|got) (.* )?from) `)
	saidCue = regexp.MustCompile(` (say|says|said|tell|told|write|writes|wrote|sent|send|mention|mentioned|ask|asked|want|wanted|suggest|suggested|propose|proposed|promise|promised|offer|offered|agree|agreed|decide|decided|reply|replied|think|explain|explained|report|reported|confirm|confirmed|recommend|recommended) `)
	// contentCue marks questions about what a document says, whatever else they look like.
	contentCue = regexp.MustCompile(`^ (what|how|why|who|where|when|which) .* (say|says|said|state|states|stated|contain|contains|recommend|recommends|according to|explain|explains|suggest|suggests|propose|proposes)( .*)? $|^ (please )?(summari[sz]e|sum up|explain|translate|compare|describe) | according to `)

	polite     = `^ (?:(?:please|so|and|ok|okay|hey|hi|steward|can you|could you|would you|will you|i want you to|i'd like to|i want to|i would like to|let me|help me|do you know|i need to) )*`
	countLead  = regexp.MustCompile(polite + `(?:tell me |show me |say |know |find out |see )?(?:how many|count|the number of|what is the number of|what is the total number of|what's the number of|number of|what number of|total number of)((?: [^ ]+){0,5})`)
	listLead   = regexp.MustCompile(polite + `(?:list|show|show me|see|give me|find|find me|get|get me|display|search|search for|search my|look for|look up|fetch|bring up|pull up|open|where is|where are|where's|where did i put|i am looking for|i'm looking for)((?: [^ ]+){0,8}) $`)
	whichLead  = regexp.MustCompile(polite + `(?:which|what|any|are there any|are there|is there a|is there an|is there any|do i have any|do i have a|do i have an|do i have|have i got any|did i get any|did i get a|did i receive any|did i get|have i received any|all|all the|all my)((?: [^ ]+){0,4})`)
	whoWrote   = regexp.MustCompile(polite + `(?:who|who all|which people|who else) (?:has |have |had )?(?:sent|emailed|mailed|messaged|contacted|wrote|written|replied|wrote to|written to|sends|emails|writes|forwarded)(?: to)? (?:me|us)( |$)`)
	whoMost    = regexp.MustCompile(` (?:most|fewest|least) (?:of )?(?:my |the )?(?:e-?mails?|mails?|messages?|files?|attachments?)`)
	whenLast   = regexp.MustCompile(polite + `(?:when|how long ago) (?:was|were|is|did|have|has|had)(?: [^ ]+){0,4}? (last|latest|most recent|most recently|first|earliest|newest|oldest|previous) `)
	lastTime   = regexp.MustCompile(` (last|first) time `)
	newestNoun = regexp.MustCompile(` (last|latest|newest|most recent|first|earliest|oldest) (?:few )?((?:[^ ]+ ){1,3})`)
	headLead   = regexp.MustCompile(polite + `(?:(?:show|show me|give me|find|find me|get|get me|open|see|what is|what|what was|which is|which was|where is|bring up|display) )?(?:[^ ]+'s |[^ ]+ |my |the )?(?:very )?(?:last|latest|newest|most recent|first|earliest|oldest) `)
)

// kind decides how the question is to be answered.
func (e *english) kind(d dated) {
	r := &e.read
	r.Kind = Answer
	newest, newestOld := e.newestNoun()
	switch {
	case e.content:
		if newest {
			e.order(newestOld)
		}
	case e.counts():
		r.Kind = Count
	case whoMost.MatchString(e.line) && strings.Contains(e.line, " who ") || strings.HasPrefix(e.line, " who ") && whoMost.MatchString(e.line):
		r.Kind, r.By = Count, query.FieldFrom
	case whoWrote.MatchString(e.line):
		r.Kind, r.By = List, query.FieldFrom
		e.mail = true
		mailThing.apply(&r.Query)
	case whenLast.MatchString(e.line) || lastTime.MatchString(e.line) && strings.HasPrefix(e.line, " when "):
		m := whenLast.FindStringSubmatch(e.line)
		if m == nil {
			m = lastTime.FindStringSubmatch(e.line)
		}
		r.Kind = Latest
		e.order(oldWord(m[1]))
		e.spend(deeds...)
		if e.mail {
			mailThing.apply(&r.Query)
		}
	case newest && headLead.MatchString(e.line) && !d.deadline:
		r.Kind = Latest
		e.order(newestOld)
	case e.lists():
		r.Kind = List
	case newest:
		e.order(newestOld)
	}
}

func oldWord(w string) bool { return w == "first" || w == "earliest" || w == "oldest" }

func (e *english) order(old bool) {
	if old {
		e.read.Query.Order = query.Oldest
	} else {
		e.read.Query.Order = query.Newest
	}
	e.spend("last", "latest", "newest", "most", "recent", "recently", "first", "earliest", "oldest")
}

// deeds are what people ask to have done last: papers seldom use the same verb.
var deeds = strings.Fields(`see saw seen visit visited pay paid go went gone meet met buy bought talk talked speak spoke call called renew renewed order ordered
	do did done go use used make made take took check checked change changed`)

// spend marks words as used up, wherever they stand.
func (e *english) spend(list ...string) {
	for i := range e.ws {
		for _, s := range list {
			if at(e.ws, i) == s {
				e.ws[i].used = true
			}
		}
	}
}

// newestNoun tells whether "latest", "last" or "first" stands before a noun for documents.
func (e *english) newestNoun() (found, old bool) {
	for _, m := range newestNoun.FindAllStringSubmatch(e.line, -1) {
		for k, w := range strings.Fields(m[2]) {
			if _, _, ok := nounAt(w); ok {
				return true, oldWord(m[1])
			}
			if stop[w] || k == 2 {
				break
			}
		}
	}
	return false, false
}

// counts tells whether documents are to be counted: "how many" and soon after it a noun for them.
func (e *english) counts() bool {
	m := countLead.FindStringSubmatch(e.line)
	if m == nil {
		return false
	}
	return e.noun(m[1])
}

// lists tells whether documents are to be listed.
func (e *english) lists() bool {
	if m := listLead.FindStringSubmatch(e.line); m != nil && e.noun(m[1]) {
		return true
	}
	if m := listLead2.FindStringSubmatch(e.line); m != nil && e.noun(m[1]) {
		return true
	}
	if m := whichLead.FindStringSubmatch(e.line); m != nil && e.noun(m[1]) && !asksOfOne.MatchString(e.line) {
		return true
	}
	if m := bareNoun.FindStringSubmatch(e.line); m != nil {
		t, _, ok := nounAt(m[1])
		return ok && !t.word
	}
	return false
}

var (
	listLead2 = regexp.MustCompile(strings.TrimSuffix(listLead.String(), " $"))
	// asksOfOne: "what message did the minister give" is no list unless it names mine.
	asksOfOne = regexp.MustCompile(`^ (what|which) (file|document|message|mail|email) (format|type|size|extension|number|client|address|app|provider|server)|^ what (file|document|message|mail|email) did (the|a) `)
	asked     = regexp.MustCompile(`^ (what|how|why|who|where|when|which|is|are|does|do|did|was|were|has|have|can) `)
	// bareNoun is a question that is only a noun with filters: "mails from Ada last week".
	bareNoun = regexp.MustCompile(`^ (?:all |my |the |new |any |unread )*([^ ]+) (?:from|to|by|sent|about|with|since|before|after|between|in|that|which|received|larger|older|newer|on|this|last|yesterday|today|i|we|for)`)
)

// noun tells whether the first noun in words is one for documents; it remembers its name.
func (e *english) noun(words string) bool {
	list := strings.Fields(words)
	for i, w := range list {
		t, name, ok := nounAt(w)
		if ok && i+1 < len(list) && (t.word || len(t.formats) > 0) {
			if t2, name2, ok2 := nounAt(list[i+1]); ok2 {
				t, name = t2, name2
			}
		}
		if ok {
			e.read.Noun = name
			return true
		}
		if breaks[w] {
			return false
		}
	}
	return false
}

// breaks are words after which a noun no longer belongs to "how many" or "list".
var breaks = set(`do does did is are was were has have had in of? say says that which who where when from at per days day weeks hours
	steps people pages times euros dollars minutes months years points items reasons chapters sections rules tasks names things ways
	countries cities addresses numbers ingredients dates prices topics questions requirements features options participants attendees
	with about for on to`)

func (e *english) grouping() {
	for _, g := range groupings {
		if m := g.re.FindStringIndex(e.line); m != nil && (e.read.Kind == Count || e.read.Kind == List) {
			e.read.By = g.by
			// The words of the grouping are no filters: find them again by their place.
			before := len(strings.Fields(e.line[:m[0]]))
			for i := before; i < before+len(strings.Fields(e.line[m[0]:m[1]])) && i < len(e.ws); i++ {
				e.ws[i].used = true
			}
			return
		}
	}
}

var groupings = []struct {
	re *regexp.Regexp
	by query.Field
}{
	{regexp.MustCompile(` (by|per|for each|from each|grouped by|each) (sender|person|author|correspondent|people) `), query.FieldFrom},
	{regexp.MustCompile(` (by|per|for each|in each|grouped by|each|every) month `), query.FieldMonth},
	{regexp.MustCompile(` (by|per|for each|in each|grouped by|each|every) year `), query.FieldYear},
	{regexp.MustCompile(` (by|per|for each|in each|grouped by|each|every) (folder|mailbox|directory) `), query.FieldFolder},
	{regexp.MustCompile(` (by|per|for each|of each|grouped by|each) (format|type|file type) `), query.FieldFormat},
	{regexp.MustCompile(` (by|per|for each|of each|grouped by|each) kind `), query.FieldKind},
}

// datesFilter tells whether the dates are of the documents. In a question about what a
// document says they mostly are of what it tells ("the meeting on Thursday").
func (e *english) datesFilter(d dated) bool {
	if e.read.Kind != Answer {
		return true
	}
	return !d.deadline && e.mail
}
