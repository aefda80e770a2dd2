package query

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"steward/indexer/document"
)

// Parse reads what a person types: words, "phrases" and -exclusions, and the filters
// from:, to:, subject:, has:attachment, type:, kind:, in:, thread:, before:, after:, on:
// and sort:. Values with spaces are quoted. A date is 2024, 2024-05, 2024-05-17, today,
// yesterday, or a span such as 7d, 3w, 6m, 1y before now, counted in now's time zone;
// after: is inclusive and before: exclusive of the day, month or year named. A name that
// is no filter is text like any other ("10:30", "http://…"). An error names the filter
// whose value cannot be understood and says what can.
func Parse(s string, now time.Time) (Query, error) {
	var q Query
	var text []string
	for _, t := range tokens(s) {
		if t.name == "" || t.not {
			text = append(text, t.raw)
			continue
		}
		known, err := q.set(t.name, t.value, now)
		if err != nil {
			return Query{}, err
		}
		if !known {
			text = append(text, t.raw)
		}
	}
	q.Text = strings.TrimSpace(strings.Join(text, " "))
	for i := range text {
		text[i] = strings.TrimSpace(text[i])
	}
	q.Text = strings.Join(text, " ")
	return q, nil
}

var kinds = map[string]document.Kind{
	"file": document.KindFile, "files": document.KindFile, "document": document.KindFile, "documents": document.KindFile,
	"mail": document.KindMail, "mails": document.KindMail, "email": document.KindMail, "message": document.KindMail,
	"event": document.KindEvent, "events": document.KindEvent, "contact": document.KindContact, "contacts": document.KindContact,
}

var formats = map[string][]string{
	"word": {"docx", "odt"}, "doc": {"docx", "odt"}, "excel": {"xlsx"}, "xls": {"xlsx"}, "spreadsheet": {"xlsx", "csv"}, "powerpoint": {"pptx"},
	"ppt": {"pptx"}, "slides": {"pptx"}, "presentation": {"pptx"}, "md": {"markdown"}, "txt": {"text"}, "htm": {"html"}, "eml": {"mail"}, "email": {"mail"},
	"code": {"source"},
}

var sorts = map[string]Order{
	"score": ByScore, "best": ByScore, "newest": Newest, "new": Newest, "oldest": Oldest, "old": Oldest, "largest": Largest, "size": Largest,
	"path": BySource, "name": BySource,
}

func (q *Query) set(name, value string, now time.Time) (known bool, err error) {
	lower := strings.ToLower(value)
	switch name {
	case "from", "to", "subject", "in", "thread", "type", "kind", "has", "before", "after", "since", "until", "on", "sort":
		if value == "" {
			return true, fmt.Errorf("%s: needs a value, such as %s", name, examples[name])
		}
	default:
		return false, nil
	}
	switch name {
	case "from":
		q.From = value
	case "to":
		q.To = value
	case "subject":
		q.Subject = strings.TrimSpace(q.Subject + " " + value)
	case "thread":
		q.Thread = value
	case "in":
		q.Under = folder(value)
	case "type":
		for _, v := range strings.Split(lower, ",") {
			if list, ok := formats[strings.TrimPrefix(v, ".")]; ok {
				q.Formats = append(q.Formats, list...)
			} else if v != "" {
				q.Formats = append(q.Formats, strings.TrimPrefix(v, "."))
			}
		}
	case "kind":
		for _, v := range strings.Split(lower, ",") {
			k, ok := kinds[v]
			if !ok {
				return true, fmt.Errorf("kind:%s is none of file, mail, event and contact", v)
			}
			q.Kinds = append(q.Kinds, k)
		}
	case "has":
		switch strings.TrimSuffix(lower, "s") {
		case "attachment", "file":
			q.HasAttachment = true
		default:
			return true, fmt.Errorf("has:%s is not known; has:attachment is", value)
		}
	case "sort":
		order, ok := sorts[lower]
		if !ok {
			return true, fmt.Errorf("sort:%s is none of score, newest, oldest, largest and path", value)
		}
		q.Order = order
	default:
		return true, q.setDate(name, lower, now)
	}
	return true, nil
}

var examples = map[string]string{
	"from": "from:anna", "to": "to:anna", "subject": "subject:invoice", "in": "in:~/Documents", "thread": "thread:ID", "type": "type:pdf",
	"kind": "kind:mail", "has": "has:attachment", "before": "before:2024-05-17", "after": "after:2024-05-17", "since": "since:2024-05-17",
	"until": "until:2024-05-17", "on": "on:2024-05-17", "sort": "sort:newest",
}

func (q *Query) setDate(name, value string, now time.Time) error {
	from, to, ok := Day(value, now)
	if !ok {
		return fmt.Errorf("%s:%s is not a date; write 2024, 2024-05, 2024-05-17, today, yesterday, or 7d, 3w, 6m, 1y for so long ago", name, value)
	}
	switch name {
	case "after", "since":
		q.After = from
	case "before":
		q.Before = from
	case "until":
		q.Before = to
	case "on":
		q.After, q.Before = from, to
	}
	return nil
}

// Day gives the span [from, to) that a typed date means, in now's time zone.
func Day(value string, now time.Time) (from, to time.Time, ok bool) {
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch value {
	case "today", "今天":
		return midnight, midnight.AddDate(0, 0, 1), true
	case "yesterday", "昨天":
		return midnight.AddDate(0, 0, -1), midnight, true
	}
	for _, form := range []struct {
		layout              string
		years, months, days int
	}{{"2006-1-2", 0, 0, 1}, {"2006/1/2", 0, 0, 1}, {"2006-1", 0, 1, 0}, {"2006/1", 0, 1, 0}, {"2006", 1, 0, 0}} {
		if t, err := time.ParseInLocation(form.layout, value, now.Location()); err == nil {
			return t, t.AddDate(form.years, form.months, form.days), true
		}
	}
	if t, err := time.Parse(time.RFC3339, value); err == nil {
		return t, t.Add(time.Second), true
	}
	if n, err := strconv.Atoi(strings.TrimRight(value, "dwmy")); err == nil && n >= 0 && n < 10000 && len(value) > 1 {
		switch value[len(value)-1] {
		case 'd':
			from = midnight.AddDate(0, 0, -n)
		case 'w':
			from = midnight.AddDate(0, 0, -7*n)
		case 'm':
			from = midnight.AddDate(0, -n, 0)
		case 'y':
			from = midnight.AddDate(-n, 0, 0)
		default:
			return from, to, false
		}
		return from, from.AddDate(0, 0, 1), true
	}
	return from, to, false
}

// folder makes an absolute path of what a person types; ~ is their home.
func folder(value string) string {
	if value == "~" || strings.HasPrefix(value, "~/") {
		if home, err := os.UserHomeDir(); err == nil {
			value = filepath.Join(home, value[1:])
		}
	}
	if abs, err := filepath.Abs(value); err == nil {
		return abs
	}
	return value
}
