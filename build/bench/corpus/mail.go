package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"steward/indexer/document"
)

// message is one mail before it is encoded.
type message struct {
	id, subject, inReplyTo string
	references             []string
	from                   document.Address
	to, cc                 []document.Address
	date                   time.Time
	list                   string
	language               string
	// body is what the sender wrote, whole what is sent: body, signature and quotation.
	body, whole string
	attachments []attachment
}

// generator makes threads of messages and hands them to the writer.
type generator struct {
	r           *rand.Rand
	prose       *prose
	out         *writer
	people      []document.Address
	places      []string
	facts       []fact
	queries     *queries
	factEvery   int
	factLimit   int
	written     int
	threads     int
	attachments int
}

func newGenerator(r *rand.Rand, p *prose, out *writer, facts, mails int) *generator {
	g := &generator{r: r, prose: p, out: out, people: people(r, 400), queries: newQueries(p)}
	for _, first := range firstHalf {
		for _, second := range secondHalf {
			g.places = append(g.places, first+" "+second)
		}
	}
	r.Shuffle(len(g.places), func(i, j int) { g.places[i], g.places[j] = g.places[j], g.places[i] })
	g.factLimit = min(facts, len(g.places)*3/4, mails)
	if g.factLimit > 0 {
		g.factEvery = mails / g.factLimit
	}
	return g
}

// run writes n messages, thread after thread, the threads' first dates rising over
// ten years.
func (g *generator) run(n int) error {
	first := time.Date(2016, 11, 24, 8, 0, 0, 0, time.UTC)
	span := 10 * 365 * 24 * time.Hour
	for g.written < n {
		g.threads++
		start := first.Add(time.Duration(float64(span) * float64(g.written) / float64(n)))
		if err := g.thread(start, n-g.written); err != nil {
			return err
		}
	}
	return nil
}

// thread writes one conversation of at most limit messages: half are a single mail,
// lists run longer.
func (g *generator) thread(start time.Time, limit int) error {
	r := g.r
	var root message
	root.language = "en"
	switch x := r.IntN(100); {
	case x < 12:
		root.language = "zh"
	case x < 13:
		root.language = "ja"
	}
	// Three quarters of the places are kept for facts; mail talks about the others.
	place := pick(r, g.places[len(g.places)*3/4:])
	length := 1
	if r.IntN(2) == 0 {
		length += 1 + int(r.ExpFloat64()*2)
	}
	if root.language == "en" && r.IntN(5) == 0 {
		root.list = pick(r, listNames)
		length += int(r.ExpFloat64() * 5)
	}
	switch root.language {
	case "zh":
		root.subject = fmt.Sprintf(pick(r, chineseSubj), place)
	case "ja":
		root.subject = fmt.Sprintf(pick(r, japaneseSubj), place)
	default:
		root.subject = fmt.Sprintf(pick(r, subjects), place)
	}
	box := g.out.choose(r, root.list)
	members := []document.Address{g.people[0], pick(r, g.people[1:])}
	for len(members) < 2+r.IntN(4) {
		members = append(members, pick(r, g.people[1:]))
	}
	thread := []message{}
	at := start
	for i := range min(length, limit, 60) {
		at = at.Add(time.Duration(20+r.ExpFloat64()*900) * time.Minute)
		m := root
		m.date = at.In(time.FixedZone("", (r.IntN(5)-1)*3600))
		m.id = fmt.Sprintf("%s.%06d.%08x@%s", at.Format("20060102150405"), g.written, r.Uint32(), domains[g.written%len(domains)])
		sender := r.IntN(len(members))
		m.from = members[sender]
		for j, p := range members {
			switch {
			case j == sender:
			case len(m.to) == 0:
				m.to = append(m.to, p)
			default:
				m.cc = append(m.cc, p)
			}
		}
		if m.list != "" {
			m.to, m.cc = []document.Address{{Name: m.list, Addr: m.list + "@lists.example.org"}}, nil
		}
		if i > 0 {
			parent := thread[r.IntN(len(thread))]
			if r.IntN(3) > 0 {
				parent = thread[len(thread)-1]
			}
			m.inReplyTo = parent.id
			m.references = append(append([]string{}, parent.references...), parent.id)
			m.subject = "Re: " + root.subject
			g.compose(&m, &parent)
		} else {
			g.compose(&m, nil)
		}
		path, err := g.out.write(box, &m, r)
		if err != nil {
			return err
		}
		if n := len(g.facts); n > 0 && g.facts[n-1].MessageID == m.id {
			g.facts[n-1].Path = path
		}
		g.written++
		thread = append(thread, m)
	}
	return nil
}

// compose fills in body, attachments and, when one is due, a fact.
func (g *generator) compose(m *message, parent *message) {
	r := g.r
	var paragraphs []string
	for range 1 + int(r.ExpFloat64()*2.2) {
		paragraphs = append(paragraphs, g.paragraph(m.language))
	}
	if m.language == "en" && r.IntN(12) == 0 {
		paragraphs = append(paragraphs, pick(r, latinLines))
	}
	var planted *fact
	if g.factEvery > 0 && g.written%g.factEvery == g.factEvery/2 && len(g.facts) < g.factLimit {
		language := m.language
		if language == "ja" {
			language = "en"
		}
		f := newFact(r, g.places[len(g.facts)], language)
		f.MessageID = m.id
		g.facts = append(g.facts, f)
		planted = &g.facts[len(g.facts)-1]
	}
	if r.IntN(8) == 0 || planted != nil && r.IntN(4) == 0 {
		a := g.attach(planted)
		m.attachments = append(m.attachments, a)
		g.attachments++
	}
	if planted != nil && planted.Attachment == "" {
		i := r.IntN(len(paragraphs))
		paragraphs[i] = planted.Sentence + " " + paragraphs[i]
	}
	if m.language == "en" {
		g.queries.see(r, paragraphs[0], m)
	}
	for i, p := range paragraphs {
		if m.language == "en" {
			paragraphs[i] = wrap(p)
		}
	}
	given, _, _ := strings.Cut(m.from.Name, " ")
	name := "all"
	if m.list == "" && len(m.to) > 0 {
		name, _, _ = strings.Cut(m.to[0].Name, " ")
	}
	greeting, closing := fmt.Sprintf(pick(r, greetings), name), pick(r, closings)+"\n"+given
	switch m.language {
	case "zh":
		greeting, closing = pick(r, chineseName)+"，您好：", "此致\n敬礼\n"+pick(r, chineseName)
	case "ja":
		greeting, closing = "各位", "よろしくお願いいたします。"
	}
	m.body = greeting + "\n\n" + strings.Join(paragraphs, "\n\n") + "\n\n" + closing + "\n"
	m.whole = m.body
	if r.IntN(2) == 0 {
		m.whole += "\n-- \n" + m.from.Name + "\n" + titles[len(m.from.Addr)%len(titles)] + ", " + companies[len(m.from.Name)%len(companies)] + "\nhttps://www.example.org/\n"
	}
	if parent != nil {
		quoted := strings.Split(strings.TrimRight(parent.whole, "\n"), "\n")
		quoted = quoted[:min(len(quoted), 60)]
		intro := fmt.Sprintf("On %s, %s wrote:", parent.date.Format("Mon, 2 Jan 2006 at 15:04"), parent.from.Name)
		quotation := intro + "\n> " + strings.Join(quoted, "\n> ") + "\n"
		if r.IntN(5) == 0 {
			m.whole = quotation + "\n" + m.whole // replies below the quotation
		} else {
			m.whole += "\n" + quotation
		}
	}
}

func (g *generator) paragraph(language string) string {
	list := chineseText
	switch language {
	case "zh":
	case "ja":
		list = japaneseText
	default:
		return g.prose.paragraph(g.r)
	}
	var b strings.Builder
	for range 2 + g.r.IntN(4) {
		b.WriteString(pick(g.r, list))
	}
	return b.String()
}
