package route

import (
	"strings"
	"time"
)

var months = map[string]time.Month{
	"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
	"september": 9, "october": 10, "november": 11, "december": 12,
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
}

var weekdays = map[string]time.Weekday{
	"monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6, "sunday": 0,
}

var units = map[string]string{
	"hour": "hour", "hours": "hour", "day": "day", "days": "day", "week": "week", "weeks": "week",
	"month": "month", "months": "month", "quarter": "quarter", "quarters": "quarter", "year": "year", "years": "year",
}

var numbers = map[string]int{
	"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"eleven": 11, "twelve": 12, "fourteen": 14, "thirty": 30, "few": 3, "couple": 2, "several": 5,
}

var ordinals = map[string]int{"first": 1, "second": 2, "third": 3, "fourth": 4}

// number reads a count at i: "3", "three", "a couple of".
func number(ws []word, i int) (n, used int) {
	w := at(ws, i)
	if w == "a" && (at(ws, i+1) == "few" || at(ws, i+1) == "couple") {
		n, used = number(ws, i+1)
		return n, used + 1
	}
	if k := atoi(w); k > 0 && k < 1000 {
		return k, 1
	}
	if k := numbers[w]; k > 0 {
		if at(ws, i+1) == "of" {
			return k, 2
		}
		return k, 1
	}
	return 0, 0
}

// englishPeriod reads a stretch of time at word i and says how many words it took, 0
// when there is none. A bare year counts only when after is true: behind a preposition.
func englishPeriod(ws []word, i int, now time.Time, after bool) (span, int) {
	loc := now.Location()
	w := at(ws, i)
	switch w {
	case "the":
		// "the March meeting" and "the 2024 report" are names, not dates.
		_, month := months[at(ws, i+1)]
		if p, n := englishPeriod(ws, i+1, now, false); n > 1 || n > 0 && !month {
			return p, n + 1
		}
		return span{}, 0
	case "today", "tonight":
		return dayAt(now, 0), 1
	case "yesterday":
		return dayAt(now, -1), 1
	case "tomorrow":
		return dayAt(now, 1), 1
	case "day":
		if at(ws, i+1) == "before" && at(ws, i+2) == "yesterday" {
			return dayAt(now, -2), 3
		}
		return span{}, 0
	case "this", "current", "last", "past", "previous", "next":
		return relative(ws, i, now)
	}
	if n, used := number(ws, i); used > 0 {
		if u := units[at(ws, i+used)]; u != "" && (at(ws, i+used+1) == "ago" || at(ws, i+used+1) == "back") {
			return ago(now, n, u), used + 2
		}
	}
	if wd, ok := weekdays[w]; ok {
		return pastWeekday(now, wd, false), 1
	}
	if p, ok := numeric(w, loc); ok {
		return p, 1
	}
	if p, n := quarterPeriod(ws, i, now); n > 0 {
		return p, n
	}
	if p, n := monthPeriod(ws, i, now, after); n > 0 {
		return p, n
	}
	if w == "year" {
		if y, ok := year(at(ws, i+1)); ok {
			return yearOf(y, loc), 2
		}
	}
	if y, ok := year(w); ok && after {
		return yearOf(y, loc), 1
	}
	return span{}, 0
}

// relative reads "this week", "last 3 days", "next Monday", "last March".
func relative(ws []word, i int, now time.Time) (span, int) {
	n := 0
	switch at(ws, i) {
	case "last", "previous", "past":
		n = -1
	case "next":
		n = 1
	}
	next := at(ws, i+1)
	switch next {
	case "morning", "afternoon", "evening":
		return dayAt(now, n), 2
	case "night":
		return dayAt(now, -1), 2
	case "weekend":
		return weekendAt(now, n), 2
	case "week", "month", "quarter", "year", "day":
		if at(ws, i) == "past" {
			return recent(now, 1, next), 2
		}
	}
	switch next {
	case "week":
		return weekAt(now, n), 2
	case "month":
		return monthAt(now, n), 2
	case "quarter":
		return quarterOf(now.Year(), quarter(now)+n, now.Location()), 2
	case "year":
		return yearOf(now.Year()+n, now.Location()), 2
	}
	if wd, ok := weekdays[next]; ok {
		if n < 0 {
			return pastWeekday(now, wd, true), 2
		}
		return weekdayAt(now, wd, n), 2
	}
	if m, ok := months[next]; ok {
		switch {
		case n > 0 && m > now.Month():
			return monthOf(now.Year(), m, now.Location()), 2
		case n > 0:
			return monthOf(now.Year()+1, m, now.Location()), 2
		case n < 0 && m == now.Month():
			return monthOf(now.Year()-1, m, now.Location()), 2
		case n < 0:
			return pastMonth(now, m), 2
		}
		return monthOf(now.Year(), m, now.Location()), 2
	}
	if k, used := number(ws, i+1); used > 0 && n < 0 {
		if u := units[at(ws, i+1+used)]; u != "" {
			return recent(now, k, u), used + 2
		}
	}
	return span{}, 0
}

// quarterPeriod reads "Q1", "Q1 2024", "first quarter of 2024".
func quarterPeriod(ws []word, i int, now time.Time) (span, int) {
	q, n := 0, 0
	w := at(ws, i)
	switch {
	case len(w) == 2 && w[0] == 'q' && w[1] >= '1' && w[1] <= '4':
		q, n = int(w[1]-'0'), 1
	case ordinals[w] > 0 && at(ws, i+1) == "quarter":
		q, n = ordinals[w], 2
	default:
		return span{}, 0
	}
	if y, used := trailingYear(ws, i+n, now); used > 0 {
		return quarterOf(y, q, now.Location()), n + used
	}
	p := quarterOf(now.Year(), q, now.Location())
	if p.from.After(now) {
		p = quarterOf(now.Year()-1, q, now.Location())
	}
	return p, n
}

// trailingYear reads "2024", "of 2024", "this year", "of last year".
func trailingYear(ws []word, i int, now time.Time) (y, used int) {
	if w := at(ws, i); w == "of" || w == "in" {
		if y, used = trailingYear(ws, i+1, now); used > 0 {
			return y, used + 1
		}
		return 0, 0
	}
	if y, ok := year(at(ws, i)); ok {
		return y, 1
	}
	if at(ws, i+1) == "year" {
		switch at(ws, i) {
		case "this":
			return now.Year(), 2
		case "last", "previous":
			return now.Year() - 1, 2
		}
	}
	return 0, 0
}

// monthPeriod reads "March", "March 2024", "5 March", "March 5th, 2024", "5th of March".
func monthPeriod(ws []word, i int, now time.Time, after bool) (span, int) {
	loc := now.Location()
	d, n := dayNumber(at(ws, i)), 0
	if d > 0 {
		n = 1
		if at(ws, i+1) == "of" {
			n = 2
		}
	}
	m, ok := months[at(ws, i+n)]
	if !ok {
		return span{}, 0
	}
	name := ws[i+n]
	n++
	if d == 0 {
		if k := dayNumber(at(ws, i+n)); k > 0 {
			d, n = k, n+1
		}
	}
	y, used := trailingYear(ws, i+n, now)
	// "may" and "march" are verbs too, and "mar", "sep" and the like may be names.
	if sure := d > 0 || used > 0 || after; !sure && (!name.capital || i == 0 || len(name.lower) < 5 && name.lower != "may" && name.lower != "june" && name.lower != "july") {
		return span{}, 0
	}
	if d > 0 {
		if used > 0 {
			p, ok := dateOf(y, m, d, loc)
			if !ok {
				return span{}, 0
			}
			return p, n + used
		}
		p, ok := pastDate(now, m, d)
		if !ok {
			return span{}, 0
		}
		return p, n
	}
	if used > 0 {
		return monthOf(y, m, loc), n + used
	}
	return pastMonth(now, m), n
}

// dayNumber reads "5", "5th", "1st"; 0 when it is no day of a month.
func dayNumber(s string) int {
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		s = strings.TrimSuffix(s, suffix)
	}
	if len(s) > 2 {
		return 0
	}
	if n := atoi(s); n >= 1 && n <= 31 {
		return n
	}
	return 0
}

// dated is what the dates of a question come to, and which words said so.
type dated struct {
	after, before time.Time
	words         []int
	found         bool
	// deadline is true for "by Friday" and the like: a date within the text, not of it.
	deadline bool
}

// englishDates finds the stretches of time a question names.
func englishDates(ws []word, now time.Time) dated {
	var d dated
	for i := 0; i < len(ws); i++ {
		p, n := bounded(ws, i, now, &d)
		if n == 0 {
			continue
		}
		d.found = true
		if !p.from.IsZero() {
			d.after = p.from
		}
		if !p.to.IsZero() {
			d.before = p.to
		}
		for k := i; k < i+n; k++ {
			d.words = append(d.words, k)
		}
		i += n - 1
	}
	return d
}

// bounded reads a stretch of time with its preposition; a zero end is open.
func bounded(ws []word, i int, now time.Time, d *dated) (span, int) {
	switch prep := at(ws, i); prep {
	case "between", "from":
		if p, n := pair(ws, i+1, now); n > 0 {
			return p, n + 1
		}
		if p, n := englishPeriod(ws, i+1, now, true); n > 0 {
			if at(ws, i+1+n) == "on" || at(ws, i+1+n) == "onwards" {
				return span{from: p.from}, n + 2
			}
			return p, n + 1
		}
	case "since":
		if p, n := englishPeriod(ws, i+1, now, true); n > 0 {
			return span{from: p.from}, n + 1
		}
	case "after":
		if p, n := englishPeriod(ws, i+1, now, true); n > 0 {
			return span{from: p.to}, n + 1
		}
	case "before":
		if p, n := englishPeriod(ws, i+1, now, true); n > 0 {
			return span{to: p.from}, n + 1
		}
	case "until", "till", "through", "by":
		if p, n := englishPeriod(ws, i+1, now, true); n > 0 {
			d.deadline = prep == "by"
			return span{to: p.to}, n + 1
		}
	case "older", "newer":
		if at(ws, i+1) != "than" {
			break
		}
		if k, used := number(ws, i+2); used > 0 && units[at(ws, i+2+used)] != "" {
			p := recent(now, k, units[at(ws, i+2+used)])
			if prep == "older" {
				return span{to: p.from}, used + 3
			}
			return span{from: p.from}, used + 3
		}
	case "in", "on", "during", "within", "over", "of", "for", "at", "dated":
		if p, n := englishPeriod(ws, i+1, now, true); n > 0 {
			return p, n + 1
		}
	default:
		return englishPeriod(ws, i, now, false)
	}
	return span{}, 0
}

// pair reads "March and May 2024", "March to May". The first date takes its year from the second.
func pair(ws []word, i int, now time.Time) (span, int) {
	_, n := englishPeriod(ws, i, now, true)
	if n == 0 {
		return span{}, 0
	}
	switch at(ws, i+n) {
	case "and", "to", "until", "till", "through", "-":
	default:
		return span{}, 0
	}
	second, m := englishPeriod(ws, i+n+1, now, true)
	if m == 0 {
		return span{}, 0
	}
	// Counting the first from the end of the second puts it before the second.
	anchor := now
	if end := second.to.Add(-time.Second); end.Before(now) {
		anchor = end
	}
	if relativeWord(at(ws, i)) {
		anchor = now
	}
	first, _ := englishPeriod(ws, i, anchor, true)
	if second.to.Before(first.from) {
		return span{}, 0
	}
	return span{first.from, second.to}, n + m + 1
}

func relativeWord(w string) bool {
	switch w {
	case "this", "last", "past", "previous", "next", "today", "yesterday":
		return true
	}
	return false
}
