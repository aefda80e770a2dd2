package cli

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"steward/indexer/document"
)

// printable makes text by others safe for a terminal: control characters, with which a mail
// could rewrite what is on the screen, and marks that turn the direction of writing are
// shown as U+FFFD. Line breaks and tabs stay.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c:
			return '\ufffd'
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// oneLine folds white space and cuts at most n characters.
func oneLine(s string, n int) string {
	s = strings.Join(strings.Fields(printable(s)), " ")
	runes := []rune(s)
	if len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return s
}

// place says where in a document a passage lies.
func place(p document.Position) string {
	var parts []string
	if p.Page > 0 {
		parts = append(parts, fmt.Sprintf("page %d", p.Page))
	}
	if p.Sheet != "" {
		parts = append(parts, "sheet "+printable(p.Sheet))
	}
	if p.Cell != "" {
		parts = append(parts, "cell "+printable(p.Cell))
	}
	if p.Part != "" && p.Part != "1" {
		parts = append(parts, "part "+printable(p.Part))
	}
	if p.Line > 0 {
		if p.LineEnd > p.Line {
			parts = append(parts, fmt.Sprintf("lines %d–%d", p.Line, p.LineEnd))
		} else {
			parts = append(parts, fmt.Sprintf("line %d", p.Line))
		}
	}
	return strings.Join(parts, ", ")
}

// age says how long ago something was, roughly.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return many(int(d.Minutes()), "minute")
	case d < 48*time.Hour:
		return many(int(d.Hours()), "hour")
	default:
		return many(int(d.Hours()/24), "day")
	}
}

// moment reads RFC 3339 or a date (2006-01-02), which is at hour o'clock of that day here.
func moment(text string, hour int) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, time.Local)
	if err != nil {
		return time.Time{}, wrongUse("%q is neither a date such as 2026-11-24 nor a time such as 2026-11-24T09:00:00Z.", text)
	}
	return time.Date(t.Year(), t.Month(), t.Day(), hour, 0, 0, 0, time.Local), nil
}
