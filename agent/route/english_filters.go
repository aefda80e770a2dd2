package route

import (
	"path/filepath"
	"strings"

	"steward/indexer/document"
)

func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// stop are words that carry nothing to search for.
var stop = set(`a an the of in on at to for from by with about into over under is are was were be been being am do does did done has have had
	having can could would should will shall may might must what when where who whom whose which why how and or but if so as than then that
	this these those there here it its it's i me my mine we us our you your he him his she her they them their please tell show give list find
	count get got see let display search look looking up all any some many much more most few say says said know need want
	regarding concerning relating related according did didn't don't doesn't isn't hey hi ok okay steward i'd i'm i've what's who's where's when's
	exactly also just ever again last latest newest recent recently one ones called named titled mention mentions mentioned mentioning
	containing contain contains discuss discusses discussing talk talks talking during within until till since before after between ago
	received receive sent send sends wrote write writes written emailed mailed mail's me? not? else open fetch put bring pull help every each time times out came come hear heard
	summarise sum explain describe long`)

// countStop are words that belong to "how many", and to a search otherwise.
var countStop = set("number total count")

var titles = set("dr mr mrs ms prof")

var things = map[string]thing{
	"mail": mailThing, "email": mailThing, "e-mail": mailThing, "message": mailThing, "letter": {word: true}, "newsletter": {kinds: mailThing.kinds, word: true},
	"file": fileThing, "document": anyThing, "doc": anyThing, "note": {word: true}, "attachment": attachThing,
	"pdf": format("pdf"), "spreadsheet": format("xlsx", "csv"), "excel": format("xlsx"), "xlsx": format("xlsx"), "csv": format("csv"),
	"presentation": format("pptx"), "slide": format("pptx"), "slideshow": format("pptx"), "powerpoint": format("pptx"), "pptx": format("pptx"),
	"docx": format("docx"), "markdown": format("markdown"), "html": format("html"), "webpage": format("html"),
	"event": eventThing, "contact": contactThing,
	"invoice": {word: true}, "receipt": {word: true}, "contract": {word: true}, "offer": {word: true}, "bill": {word: true}, "statement": {word: true},
	"report": {word: true}, "quote": {word: true}, "order": {word: true}, "booking": {word: true}, "ticket": {word: true}, "agreement": {word: true},
	"recipe": {word: true}, "manual": {word: true}, "guide": {word: true}, "paper": {word: true}, "proposal": {word: true}, "reminder": {word: true},
	"thread": {kinds: mailThing.kinds}, "conversation": {kinds: mailThing.kinds}, "replies": mailThing, "invitation": {word: true},
	"lease": {word: true}, "minutes": {word: true}, "policy": {word: true}, "payslip": {word: true}, "memo": {word: true},
}

// nounAt gives what a noun for documents means, and its singular.
func nounAt(w string) (thing, string, bool) {
	w = strings.Trim(w, `"`)
	for _, s := range []string{w, strings.TrimSuffix(w, "s"), strings.TrimSuffix(w, "ies") + "y", strings.TrimSuffix(w, "'s")} {
		if t, ok := things[s]; ok {
			return t, s, true
		}
	}
	return thing{}, "", false
}

// nouns turns the nouns for documents into filters on kind and format.
func (e *english) nouns() {
	q := &e.read.Query
	for i := range e.ws {
		w := at(e.ws, i)
		if w == "" {
			continue
		}
		if w == "word" && (at(e.ws, i+1) == "documents" || at(e.ws, i+1) == "files" || at(e.ws, i+1) == "document" || at(e.ws, i+1) == "file") {
			q.Formats = append(q.Formats, "docx")
			e.ws[i].used, e.ws[i+1].used = true, true
			continue
		}
		if w == "text" && (at(e.ws, i+1) == "files" || at(e.ws, i+1) == "file") {
			q.Formats = append(q.Formats, "text")
			e.ws[i].used, e.ws[i+1].used = true, true
			continue
		}
		if w == "unread" || w == "inbox" && at(e.ws, i-1) == "my" {
			e.ws[i].used = true
			continue
		}
		t, _, ok := nounAt(w)
		if !ok || t.word && len(t.kinds) == 0 {
			continue
		}
		if next, _, ok := nounAt(at(e.ws, i+1)); ok && len(t.formats) > 0 && next.attach {
			// "PDF attachments" are files of that format.
			t = format(t.formats...)
			e.ws[i+1].used = true
		}
		if e.read.Kind == Answer && len(t.formats) == 0 && !t.attach && len(t.kinds) == 1 && t.kinds[0] != document.KindMail {
			e.ws[i].used = true // "the file" says nothing in a question about contents
			continue
		}
		if len(t.formats) > 0 && len(q.Kinds) == 1 && q.Kinds[0] == document.KindMail {
			continue // "mails with a PDF": a word among others
		}
		t.apply(q)
		if len(t.formats) > 0 {
			q.Kinds = nil
		}
		if !t.word {
			e.ws[i].used = true
		}
	}
	if e.read.Kind != Answer && len(q.Kinds) == 0 && len(q.Formats) == 0 && e.mail && mailVerb(e.line) {
		mailThing.apply(q)
	}
}

// mailVerb tells whether someone sends or writes something, so that mail is meant.
func mailVerb(line string) bool {
	for _, v := range []string{" sent ", " send ", " wrote ", " write ", " receive ", " received ", " emailed ", " hear from ", " heard from ", " replied ", " get from ", " got from "} {
		if strings.Contains(line, v) {
			return true
		}
	}
	return false
}

// name reads a name at word i: an address, capitalised words, or, when loose, one word of any case.
func (e *english) name(i int, loose bool) (string, int) {
	if i >= len(e.ws) || e.ws[i].used {
		return "", 0
	}
	first := e.ws[i]
	if first.quoted {
		return strings.Trim(first.text, `"`), 1
	}
	if strings.Contains(first.text, "@") {
		return first.lower, 1
	}
	if first.lower == "the" || first.lower == "my" || first.lower == "our" {
		if s, n := e.name(i+1, loose); n > 0 {
			return s, n + 1
		}
		return "", 0
	}
	n := 0
	var parts []string
	for k := i; k < len(e.ws); k++ {
		w := e.ws[k]
		particle := k > i && (w.lower == "van" || w.lower == "von" || w.lower == "de" || w.lower == "der" || w.lower == "den") && k+1 < len(e.ws) && e.ws[k+1].capital
		if w.used || w.quoted || k > i && w.gap || !w.capital && !particle || stop[w.lower] && !particle {
			break
		}
		if _, _, isNoun := nounAt(w.lower); isNoun {
			break
		}
		if n++; k > i || !titles[w.lower] {
			parts = append(parts, w.text)
		}
		if w.owner {
			break
		}
	}
	if len(parts) > 0 {
		return strings.Join(parts, " "), n
	}
	if _, _, isNoun := nounAt(first.lower); loose && !stop[first.lower] && !isNoun && months[first.lower] == 0 {
		return first.text, 1
	}
	return "", 0
}

// people finds whom documents are from and to.
func (e *english) people() {
	q := &e.read.Query
	e.given = map[int]bool{}
	explicit := e.read.Kind != Answer || e.mail
	for i := range e.ws {
		switch w := at(e.ws, i); {
		case (w == "from" || w == "by" && !strings.Contains(e.line, " by hand ")) && q.From == "" && explicit:
			if at(e.ws, i-1) == "far" {
				continue
			}
			if s, n := e.name(i+1, e.mail && w == "from"); n > 0 && (e.mail || w == "from") && !e.weakBefore(i) {
				q.From = s
				e.take(i, i+n)
			}
		case (w == "to" || w == "with") && q.To == "" && e.mail && (w == "to" || at(e.ws, i-1) == "shared"):
			verb := at(e.ws, i-1)
			if s, n := e.name(i+1, verb == "sent" || verb == "mails" || verb == "emails" || verb == "wrote" || verb == "write" || verb == "messages" || e.read.Kind != Answer); n > 0 {
				q.To = s
				e.take(i, i+n)
			}
		case isVerbOfSaying(w) && q.From == "":
			// "Ada sent me", "did Ada write", "has Ada Byron replied"
			start := i - 1
			for start >= 0 && (at(e.ws, start) == "last" || at(e.ws, start) == "ever" || at(e.ws, start) == "just" || at(e.ws, start) == "has" || at(e.ws, start) == "have" || at(e.ws, start) == "first" || e.ws[start].used) {
				start--
			}
			end := start
			for start >= 0 && !e.ws[start].used && e.ws[start].capital && !stop[e.ws[start].lower] {
				start--
			}
			if _, _, isNoun := nounAt(at(e.ws, start+1)); start < end && !isNoun {
				if s, n := e.name(start+1, false); n > 0 {
					q.From = s
					e.take(start+1, start+n)
					continue
				}
			}
			if aux := at(e.ws, end-1); end >= 1 && (aux == "did" || aux == "has" || aux == "have") {
				if s, n := e.name(end, e.read.Kind != Answer); n == 1 {
					q.From = s
					e.take(end, end)
				}
			}
		}
	}
	// "Ada's mails", "Ada's last message"
	for i := range e.ws {
		if q.From != "" || !e.ws[i].owner || e.ws[i].used || stop[e.ws[i].lower] {
			continue
		}
		for k := i + 1; k <= i+3 && k < len(e.ws); k++ {
			if t, _, ok := nounAt(e.ws[k].lower); ok && len(t.kinds) == 1 && t.kinds[0] == document.KindMail {
				q.From = e.ws[i].text
				e.take(i, i)
				break
			}
		}
	}
	// A sender means mail; an attachment of a mail is found by the mail.
	if (q.From != "" || q.To != "") && len(q.Kinds) == 0 && len(q.Formats) == 0 {
		mailThing.apply(q)
	}
}

// weakBefore tells whether "from" follows a noun such as "invoice" with no mail about:
// "invoices from ACME" are best found by their words.
func (e *english) weakBefore(i int) bool {
	t, _, ok := nounAt(at(e.ws, i-1))
	return ok && t.word && len(t.kinds) == 0 && !e.mail
}

func isVerbOfSaying(w string) bool {
	switch w {
	case "send", "sent", "sends", "write", "wrote", "writes", "written", "email", "emailed", "mail", "mailed", "say", "said", "says", "tell", "told", "ask", "asked", "reply", "replied",
		"mention", "mentioned", "forward", "forwarded", "suggest", "suggested", "propose", "proposed", "promise", "promised", "confirm", "confirmed", "recommend", "recommended", "message", "answer", "answered":
		return true
	}
	return false
}

// take marks words first to last as used by an implied filter; text(true) gives them back.
func (e *english) take(first, last int) {
	for k := first; k <= last && k < len(e.ws); k++ {
		e.ws[k].used = true
		e.given[k] = true
	}
}

// folder finds "in the Invoices folder", "in folder Invoices", "in Invoices", "under /home/ada/x".
func (e *english) folder() {
	for i := range e.ws {
		w := at(e.ws, i)
		if (w == "folder" || w == "directory" || w == "mailbox") && e.read.Folder == "" {
			e.ws[i].used = true
			if k := i - 1; k >= 0 && !e.ws[k].used && !stop[e.ws[k].lower] {
				start := k
				for start > 0 && e.ws[start].capital && e.ws[start-1].capital && !e.ws[start-1].used && !stop[e.ws[start-1].lower] && start > 1 {
					start--
				}
				var parts []string
				for ; start <= k; start++ {
					parts = append(parts, strings.Trim(e.ws[start].text, `"`))
					e.ws[start].used = true
				}
				e.read.Folder, e.read.FolderSure = strings.Join(parts, " "), true
			} else if k := i + 1; k < len(e.ws) && !e.ws[k].used && !stop[e.ws[k].lower] {
				e.read.Folder, e.read.FolderSure = strings.Trim(e.ws[k].text, `"`), true
				e.ws[k].used = true
			}
		}
		if (w == "in" || w == "under") && e.read.Kind != Answer && e.read.Folder == "" && i+1 < len(e.ws) {
			k := i + 1
			if s := at(e.ws, k); s == "my" || s == "the" {
				k++
			}
			if k < len(e.ws) && !e.ws[k].used && e.ws[k].capital && (k+1 == len(e.ws) || e.ws[k+1].gap || stop[e.ws[k+1].lower] || e.ws[k+1].used) && at(e.ws, k+1) != "folder" {
				e.read.Folder = e.ws[k].text
				e.ws[k].used = true
			}
		}
	}
}

// subject finds "with the subject X", "titled X".
func (e *english) subject() {
	for i := range e.ws {
		w := at(e.ws, i)
		if w != "subject" && w != "titled" && w != "subjects" || e.read.Query.Subject != "" {
			continue
		}
		k := i + 1
		if s := at(e.ws, k); s == "line" || s == "of" || s == "is" {
			k++
		}
		if k >= len(e.ws) {
			continue
		}
		if e.ws[k].quoted {
			e.read.Query.Subject = strings.Trim(e.ws[k].text, `"`)
			e.ws[i].used, e.ws[k].used = true, true
			continue
		}
		var parts []string
		for ; k < len(e.ws) && !e.ws[k].used && !e.ws[k].gap && !stop[e.ws[k].lower]; k++ {
			parts = append(parts, e.ws[k].text)
			e.ws[k].used = true
		}
		if len(parts) > 0 {
			e.ws[i].used = true
			e.read.Query.Subject = strings.Join(parts, " ")
		}
	}
}

// text is what is left to search for; with given, also the words of implied filters.
func (e *english) text(given bool) string {
	var parts []string
	for i, w := range e.ws {
		if w.used && (!given || !e.given[i]) {
			continue
		}
		if !w.quoted && (strings.HasPrefix(w.lower, "summari") || stop[w.lower] && (w.lower != "may" || !w.capital || i == 0) || e.read.Kind == Count && countStop[w.lower]) {
			continue
		}
		if w.lower == "word" && at(e.ws, i-1) == "the" || filepath.IsAbs(w.text) {
			continue
		}
		parts = append(parts, w.text)
	}
	return strings.Join(parts, " ")
}
