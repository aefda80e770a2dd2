package agent

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"steward/agent/route"
	"steward/indexer/document"
	"steward/indexer/query"
)

// phrases are the sentences written by code, in the question's language.
type phrases struct {
	zh     bool
	noun   string // what the question called the things, or ""
	folder string // what it called the folder
	loc    *time.Location
}

// speak chooses the language: the question's, or the locale's when the question has no letters.
func speak(r route.Reading, q Question) phrases {
	zh := r.Language == "zh"
	if strings.IndexFunc(q.Text, unicode.IsLetter) < 0 {
		zh = strings.HasPrefix(q.Locale, "zh")
	}
	return phrases{zh: zh, noun: r.Noun, folder: r.Folder, loc: q.Now.Location()}
}

// things names n documents of a query: "14 messages", "1 PDF", "14 封邮件".
func (p phrases) things(q query.Query, n int) string {
	if p.zh {
		noun, measure := "文件", "个"
		switch {
		case p.noun != "" && !isASCII(p.noun):
			noun, measure = p.noun, "份"
		case len(q.Formats) > 0:
			noun = strings.ToUpper(q.Formats[0]) + " 文件"
		case q.HasAttachment && mailOnly(q):
			noun, measure = "带附件的邮件", "封"
		case mailOnly(q):
			noun, measure = "邮件", "封"
		case len(q.Kinds) == 0:
			noun, measure = "文档", "份"
		}
		if n < 0 {
			return noun
		}
		return strconv.Itoa(n) + " " + measure + noun
	}
	one, many := "document", "documents"
	switch {
	case len(q.Formats) > 0:
		one = map[string]string{"pdf": "PDF", "xlsx": "spreadsheet", "pptx": "presentation", "docx": "Word document", "markdown": "Markdown file", "html": "web page", "csv": "CSV file", "text": "text file"}[q.Formats[0]]
		if one == "" {
			one = q.Formats[0] + " file"
		}
		many = one + "s"
	case mailOnly(q):
		one, many = "message", "messages"
	case len(q.Kinds) == 1 && q.Kinds[0] == document.KindFile:
		one, many = "file", "files"
	case len(q.Kinds) == 1:
		one, many = string(q.Kinds[0]), string(q.Kinds[0])+"s"
	}
	switch n {
	case -1:
		return one
	case 0:
		return "No " + many
	case 1:
		return "1 " + one
	default:
		return thousands(n) + " " + many
	}
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// filters tells the filters of a query after the thing: " from Ada in March 2026".
func (p phrases) filters(q query.Query) string {
	var b strings.Builder
	add := func(format, value string) {
		if value != "" {
			fmt.Fprintf(&b, format, value)
		}
	}
	if q.HasAttachment {
		b.WriteString(" with attachments")
	}
	add(" from %s", q.From)
	add(" to %s", q.To)
	add(" with “%s” in the subject", q.Subject)
	if q.Under != "" {
		add(" in %s", p.place(q.Under))
	}
	if q.Text != "" {
		add(" with the words “%s”", strings.ReplaceAll(q.Text, `"`, ""))
	}
	b.WriteString(p.when(q.After, q.Before))
	return b.String()
}

// filtersZh tells the filters in front of the thing: "2026年3月来自张伟的".
func (p phrases) filtersZh(q query.Query) string {
	var parts []string
	if w := p.when(q.After, q.Before); w != "" {
		parts = append(parts, w)
	}
	if q.Under != "" {
		parts = append(parts, p.place(q.Under)+"中")
	}
	if q.From != "" {
		parts = append(parts, "来自"+q.From)
	}
	if q.To != "" {
		parts = append(parts, "发给"+q.To)
	}
	if q.Subject != "" {
		parts = append(parts, "主题含“"+q.Subject+"”")
	}
	if q.Text != "" && q.Text != p.noun {
		parts = append(parts, "含“"+q.Text+"”")
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "、") + "的"
}

func (p phrases) place(under string) string {
	if p.folder != "" {
		return p.folder
	}
	return under
}

// when tells a stretch of time: whole days, months and years by their name.
func (p phrases) when(after, before time.Time) string {
	if after.IsZero() && before.IsZero() {
		return ""
	}
	a, b := after.In(p.loc), before.In(p.loc)
	last := b.AddDate(0, 0, -1)
	switch {
	case before.IsZero() && p.zh:
		return p.day(a) + "以来"
	case before.IsZero():
		return " since " + p.day(a)
	case after.IsZero() && p.zh:
		return p.day(b) + "之前"
	case after.IsZero():
		return " before " + p.day(b)
	case a.AddDate(0, 0, 1).Equal(b):
		if p.zh {
			return p.day(a)
		}
		return " on " + p.day(a)
	case a.Day() == 1 && a.AddDate(0, 1, 0).Equal(b):
		if p.zh {
			return a.Format("2006年1月")
		}
		return " in " + a.Format("January 2006")
	case a.YearDay() == 1 && a.AddDate(1, 0, 0).Equal(b):
		if p.zh {
			return a.Format("2006年")
		}
		return " in " + a.Format("2006")
	case p.zh:
		return p.day(a) + "至" + p.day(last)
	default:
		return " from " + p.day(a) + " to " + p.day(last)
	}
}

func (p phrases) day(t time.Time) string {
	if p.zh {
		return t.In(p.loc).Format("2006年1月2日")
	}
	return t.In(p.loc).Format("2 January 2006")
}

// count: "14 messages from Ada in March 2026."
func (p phrases) count(q query.Query, n int) string {
	if p.zh {
		if n == 0 {
			return "没有" + p.filtersZh(q) + p.things(q, -1) + "。"
		}
		return p.filtersZh(q) + p.things(q, -1) + "共有 " + strings.TrimSuffix(p.things(q, n), p.things(q, -1)) + "。"
	}
	return p.things(q, n) + p.filters(q) + "."
}

// list heads a list.
func (p phrases) list(q query.Query, n int) string {
	if p.zh {
		return strings.TrimSuffix(p.count(q, n), "。") + ":"
	}
	return strings.TrimSuffix(p.count(q, n), ".") + ":"
}

// item is one line of a list.
func (p phrases) item(h query.Hit) string {
	line := "• " + p.title(h)
	if h.From != "" {
		line += " — " + h.From
	}
	if !h.Date.IsZero() {
		line += ", " + p.day(h.Date)
	}
	return line
}

func (p phrases) title(h query.Hit) string {
	if t := strings.Join(strings.Fields(h.Title), " "); t != "" {
		return short(t, 120)
	}
	if p.zh {
		return "(无标题)"
	}
	return "(no subject)"
}

func (p phrases) rest(n int) string {
	if p.zh {
		return fmt.Sprintf("• 还有 %d 项。", n)
	}
	return fmt.Sprintf("• and %s more.", thousands(n))
}

// groups: "By month: 2026-03: 5, 2026-02: 2."
func (p phrases) groups(gs []query.Group) string {
	var parts []string
	for _, g := range gs[:min(listed, len(gs))] {
		parts = append(parts, fmt.Sprintf("%s: %d", g.Value, g.Count))
	}
	if len(parts) == 0 {
		return ""
	}
	if p.zh {
		return "其中 " + strings.Join(parts, "; ") + "。"
	}
	return "Of these, " + strings.Join(parts, "; ") + "."
}

// newest follows a count.
func (p phrases) newest(h query.Hit) string {
	if h.Date.IsZero() {
		return ""
	}
	if p.zh {
		return "最新的是“" + p.title(h) + "”,日期为" + p.day(h.Date) + "。"
	}
	return "The newest is “" + p.title(h) + "” of " + p.day(h.Date) + "."
}

// latest answers "when did I last": it claims no more than that this is the newest match.
func (p phrases) latest(q query.Query, h query.Hit, now time.Time) string {
	order := "newest"
	if q.Order == query.Oldest {
		order = "oldest"
	}
	bare := q
	if p.zh {
		lead := "最新的"
		if order == "oldest" {
			lead = "最早的"
		}
		return lead + "一份" + p.filtersZh(bare) + p.things(q, -1) + "是“" + p.title(h) + "”," + p.sender(q, h) + p.date(h, now) + "。"
	}
	return "The " + order + " " + p.things(q, -1) + p.filters(bare) + " is “" + p.title(h) + "”" + p.sender(q, h) + p.date(h, now) + "."
}

func (p phrases) sender(q query.Query, h query.Hit) string {
	switch {
	case q.From != "" || h.From == "":
		return ""
	case p.zh:
		return "发件人是 " + h.From + ","
	default:
		return ", from " + h.From
	}
}

// date tells a hit's date and how long ago it was.
func (p phrases) date(h query.Hit, now time.Time) string {
	if h.Date.IsZero() {
		if p.zh {
			return "日期不详"
		}
		return ", without a date"
	}
	y, m, d := now.In(p.loc).Date()
	hy, hm, hd := h.Date.In(p.loc).Date()
	days := int(time.Date(y, m, d, 12, 0, 0, 0, time.UTC).Sub(time.Date(hy, hm, hd, 12, 0, 0, 0, time.UTC)).Hours() / 24)
	ago := ""
	switch {
	case p.zh && days == 0:
		ago = "(今天)"
	case p.zh && days > 0:
		ago = fmt.Sprintf("(%d 天前)", days)
	case days == 0:
		ago = " (today)"
	case days == 1:
		ago = " (yesterday)"
	case days > 1:
		ago = fmt.Sprintf(" (%s days ago)", thousands(days))
	}
	if p.zh {
		return "日期为" + p.day(h.Date) + ago
	}
	return ", of " + p.day(h.Date) + ago
}

// nothing is the answer when the index has no match.
func (p phrases) nothing(q query.Query) string {
	if p.zh {
		return "没有找到" + p.filtersZh(q) + "内容。"
	}
	return "I found nothing" + p.filters(q) + "."
}

// empty is the answer over an empty index.
func (p phrases) empty() string {
	if p.zh {
		return "还没有索引任何内容,所以没有可搜索的。"
	}
	return "Nothing is indexed yet, so there is nothing to search."
}

// unsaid is the answer when the passages found do not bear one.
func (p phrases) unsaid() string {
	if p.zh {
		return "找到的内容中没有说明这一点。最接近的段落列在下面。"
	}
	return "The sources I found do not say this. The closest passages are listed."
}

// quoted is the answer in a source's own words.
func (p phrases) quoted(quote string) string {
	quote = strings.Join(strings.Fields(quote), " ")
	if p.zh {
		return "最接近的原文是:“" + quote + "”"
	}
	return "This comes closest: “" + quote + "”"
}

// close follows nothing when there are passages near in meaning.
func (p phrases) close() string {
	if p.zh {
		return "意思相近的内容列在下面。"
	}
	return "What comes closest in meaning is listed."
}

func (p phrases) indexAway() string {
	if p.zh {
		return "无法搜索索引。"
	}
	return "The index cannot be searched."
}

func (p phrases) modelAway() string {
	if p.zh {
		return "模型没有回答。"
	}
	return "The model did not answer."
}
