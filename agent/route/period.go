package route

import (
	"regexp"
	"strconv"
	"time"
)

// span is a stretch of time, from inclusive, to exclusive.
type span struct{ from, to time.Time }

func day(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

func days(from time.Time, n int) span { return span{from, from.AddDate(0, 0, n)} }

// dayAt is the day n days from now.
func dayAt(now time.Time, n int) span { return days(day(now).AddDate(0, 0, n), 1) }

// weekAt is the week, Monday to Sunday, n weeks from this one.
func weekAt(now time.Time, n int) span {
	back := (int(now.Weekday()) + 6) % 7
	return days(day(now).AddDate(0, 0, 7*n-back), 7)
}

// weekendAt is Saturday and Sunday of the week n weeks from this one.
func weekendAt(now time.Time, n int) span { return days(weekAt(now, n).from.AddDate(0, 0, 5), 2) }

// monthAt is the month n months from this one.
func monthAt(now time.Time, n int) span {
	y, m, _ := now.Date()
	return monthOf(y, m+time.Month(n), now.Location())
}

func monthOf(y int, m time.Month, loc *time.Location) span {
	from := time.Date(y, m, 1, 0, 0, 0, 0, loc)
	return span{from, from.AddDate(0, 1, 0)}
}

func yearOf(y int, loc *time.Location) span {
	from := time.Date(y, 1, 1, 0, 0, 0, 0, loc)
	return span{from, from.AddDate(1, 0, 0)}
}

// quarterOf is quarter n (1 to 4, or beyond: it carries over) of a year.
func quarterOf(y, n int, loc *time.Location) span {
	from := time.Date(y, time.Month(3*(n-1)+1), 1, 0, 0, 0, 0, loc)
	return span{from, from.AddDate(0, 3, 0)}
}

func quarter(t time.Time) int { return (int(t.Month())-1)/3 + 1 }

// pastMonth is the newest month m that has begun at now.
func pastMonth(now time.Time, m time.Month) span {
	y := now.Year()
	if m > now.Month() {
		y--
	}
	return monthOf(y, m, now.Location())
}

// pastDate is the newest m-d that has begun at now.
func pastDate(now time.Time, m time.Month, d int) (span, bool) {
	y := now.Year()
	if time.Date(y, m, d, 0, 0, 0, 0, now.Location()).After(now) {
		y--
	}
	return dateOf(y, m, d, now.Location())
}

// dateOf is one day; false when there is no such day.
func dateOf(y int, m time.Month, d int, loc *time.Location) (span, bool) {
	t := time.Date(y, m, d, 0, 0, 0, 0, loc)
	if t.Day() != d || t.Month() != m {
		return span{}, false
	}
	return days(t, 1), true
}

// weekdayAt is a weekday of the week n weeks from this one.
func weekdayAt(now time.Time, wd time.Weekday, n int) span {
	return days(weekAt(now, n).from.AddDate(0, 0, (int(wd)+6)%7), 1)
}

// pastWeekday is the newest such weekday that has begun; today counts unless strict.
func pastWeekday(now time.Time, wd time.Weekday, strict bool) span {
	p := weekdayAt(now, wd, 0)
	if p.from.After(now) || strict && !p.to.After(day(now).AddDate(0, 0, 1)) && p.from.Equal(day(now)) {
		p = weekdayAt(now, wd, -1)
	}
	return p
}

// recent is the last n units up to the end of today.
func recent(now time.Time, n int, unit string) span {
	to := day(now).AddDate(0, 0, 1)
	switch unit {
	case "hour":
		return span{now.Add(-time.Duration(n) * time.Hour), to}
	case "day":
		return span{day(now).AddDate(0, 0, -n), to}
	case "week":
		return span{day(now).AddDate(0, 0, -7*n), to}
	case "month":
		return span{day(now).AddDate(0, -n, 0), to}
	case "quarter":
		return span{day(now).AddDate(0, -3*n, 0), to}
	default:
		return span{day(now).AddDate(-n, 0, 0), to}
	}
}

// ago is the unit that lies n units back.
func ago(now time.Time, n int, unit string) span {
	switch unit {
	case "hour":
		return days(day(now.Add(-time.Duration(n)*time.Hour)), 1)
	case "day":
		return dayAt(now, -n)
	case "week":
		return weekAt(now, -n)
	case "month":
		return monthAt(now, -n)
	case "quarter":
		return quarterOf(now.Year(), quarter(now)-n, now.Location())
	default:
		return yearOf(now.Year()-n, now.Location())
	}
}

var (
	isoDate   = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$`)
	isoMonth  = regexp.MustCompile(`^(\d{4})[-/](\d{1,2})$`)
	dotDate   = regexp.MustCompile(`^(\d{1,2})\.(\d{1,2})\.(\d{4})$`)
	slashDate = regexp.MustCompile(`^(\d{1,2})/(\d{1,2})/(\d{4})$`)
)

// numeric reads a date written in digits: ISO 8601, d.m.y, and m/d/y or d/m/y where only
// one of the two is possible.
func numeric(s string, loc *time.Location) (span, bool) {
	if m := isoDate.FindStringSubmatch(s); m != nil {
		return dateOf(atoi(m[1]), time.Month(atoi(m[2])), atoi(m[3]), loc)
	}
	if m := isoMonth.FindStringSubmatch(s); m != nil && atoi(m[2]) >= 1 && atoi(m[2]) <= 12 {
		return monthOf(atoi(m[1]), time.Month(atoi(m[2])), loc), true
	}
	if m := dotDate.FindStringSubmatch(s); m != nil {
		return dateOf(atoi(m[3]), time.Month(atoi(m[2])), atoi(m[1]), loc)
	}
	if m := slashDate.FindStringSubmatch(s); m != nil {
		a, b := atoi(m[1]), atoi(m[2])
		switch {
		case a > 12 || a == b:
			return dateOf(atoi(m[3]), time.Month(b), a, loc)
		case b > 12:
			return dateOf(atoi(m[3]), time.Month(a), b, loc)
		}
	}
	return span{}, false
}

// year reads four digits that can be a year.
func year(s string) (int, bool) {
	if len(s) != 4 {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 1970 && n < 2100
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
