package route

import (
	"testing"
	"time"
)

// TestDatesFollowTheZone asks the same words at the same instant in two places, and at the edges of a week.
func TestDatesFollowTheZone(t *testing.T) {
	instant := time.Date(2026, 11, 29, 23, 30, 0, 0, time.UTC) // Sunday night; Monday in Shanghai
	shanghai := time.FixedZone("CST", 8*3600)
	for _, c := range []struct {
		words, after, before string
		at                   time.Time
	}{
		{"mails from this week", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z", instant},
		{"mails from this week", "2026-11-30T00:00:00+08:00", "2026-12-07T00:00:00+08:00", instant.In(shanghai)},
		{"mails from today", "2026-11-29T00:00:00Z", "2026-11-30T00:00:00Z", instant},
		{"今天的邮件", "2026-11-30T00:00:00+08:00", "2026-12-01T00:00:00+08:00", instant.In(shanghai)},
		{"上周日的邮件", "2026-11-29T00:00:00+08:00", "2026-11-30T00:00:00+08:00", instant.In(shanghai)},
		{"mails from the last 3 months", "2026-08-29T00:00:00Z", "2026-11-30T00:00:00Z", instant},
		{"mails from December", "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z", instant},
		{"mails between December and February", "2025-12-01T00:00:00Z", "2026-03-01T00:00:00Z", instant},
		{"十一月三十日之前的邮件", "", "2025-11-30T00:00:00Z", instant},
		{"前天的邮件", "2026-11-27T00:00:00Z", "2026-11-28T00:00:00Z", instant},
		{"mails since last quarter", "2026-07-01T00:00:00Z", "", instant},
	} {
		q := Read(c.words, c.at).Query
		if got := stamp(q.After); got != c.after {
			t.Errorf("%s: after %s, want %s", c.words, got, c.after)
		}
		if got := stamp(q.Before); got != c.before {
			t.Errorf("%s: before %s, want %s", c.words, got, c.before)
		}
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// FuzzRead looks for words that break the reader.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"", "how many", "from:", `"`, "between and", "上上周", "从到", "5th of", "Ada's", "前天之前的邮件之前", "in in the folder folder", "1.1.2024 - 2.2"} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) { Read(s, now) })
}
