package query

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"steward/indexer/document"
)

func TestParse(t *testing.T) {
	zone := time.FixedZone("east", 8*3600)
	now := time.Date(2026, 11, 24, 15, 30, 0, 0, zone)
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, zone) }
	for typed, want := range map[string]Query{
		"":                                  {},
		"budget 2024":                       {Text: "budget 2024"},
		`"annual report" -draft`:            {Text: `"annual report" -draft`},
		"from:anna to:bo budget":            {Text: "budget", From: "anna", To: "bo"},
		`from:"Anna Smith" hello`:           {Text: "hello", From: "Anna Smith"},
		"subject:invoice has:attachment":    {Subject: "invoice", HasAttachment: true},
		"type:pdf,docx kind:file":           {Formats: []string{"pdf", "docx"}, Kinds: []document.Kind{document.KindFile}},
		"type:word kind:email":              {Formats: []string{"docx", "odt"}, Kinds: []document.Kind{document.KindMail}},
		"in:/home/a/Mail x":                 {Text: "x", Under: "/home/a/Mail"},
		`in:"/home/a/My Files"`:             {Under: "/home/a/My Files"},
		"after:2024-05-17":                  {After: day(2024, 5, 17)},
		"before:2024-05":                    {Before: day(2024, 5, 1)},
		"on:2024-05":                        {After: day(2024, 5, 1), Before: day(2024, 6, 1)},
		"until:2023":                        {Before: day(2024, 1, 1)},
		"since:yesterday":                   {After: day(2026, 11, 23)},
		"after:2w":                          {After: day(2026, 11, 10)},
		"sort:oldest x":                     {Text: "x", Order: Oldest},
		"meet at 10:30 http://example.org/": {Text: "meet at 10:30 http://example.org/"},
		"note: this":                        {Text: "note: this"},
		"-from:anna":                        {Text: "-from:anna"},
		"项目 “预算会议”":                         {Text: `项目 "预算会议"`},
		`an "open quote`:                    {Text: `an "open quote`},
	} {
		got, err := Parse(typed, now)
		if err != nil {
			t.Errorf("%s: %v", typed, err)
			continue
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", typed, got, want)
		}
	}
	for typed, says := range map[string]string{
		"kind:song": "kind:song", "after:soon": "after:soon", "has:wings": "has:attachment", "from:": "from:anna", "sort:x": "newest",
		"before:2024-13-01": "not a date",
	} {
		if _, err := Parse(typed, now); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s gives the error %v, which does not say %q", typed, err, says)
		}
	}
}

// TestParseReadsString checks that what String writes is read back the same.
func TestParseReadsString(t *testing.T) {
	now := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	q := Query{
		Text: `budget "annual report" -draft`, Kinds: []document.Kind{document.KindMail}, Formats: []string{"mail"}, From: "Anna Smith", To: "bo", Subject: "late",
		Under: "/home/a/My Mail", Thread: "t1", HasAttachment: true, After: now.AddDate(-1, 0, 0), Before: now,
	}
	got, err := Parse(q.String(), now)
	if err != nil || !reflect.DeepEqual(got, q) {
		t.Errorf("%s is read as %+v (%v)", q, got, err)
	}
}

func TestSplitText(t *testing.T) {
	got := SplitText(`alpha "two words" -gone -"not this" say"joined words" - well-known`)
	want := Text{Words: []string{"alpha", "say", "-", "well-known"}, Phrases: []string{"two words", "joined words"}, Not: []string{"gone", "not this"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, wanted %+v", got, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`from:"a b" -x "y`, "after:1d", "::", `-"`, "in:~", "“”", "type:,"} {
		f.Add(s)
	}
	now := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		q, err := Parse(s, now)
		if err != nil {
			return
		}
		for _, w := range SplitText(q.Text).Words {
			if w == "" || w != strings.TrimSpace(w) {
				t.Errorf("%q has the word %q", s, w)
			}
		}
	})
}
