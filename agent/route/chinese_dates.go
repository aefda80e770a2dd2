package route

import (
	"regexp"
	"strings"
	"time"
)

const zhNum = `(?:\d{1,3}|[一二两三四五六七八九十]{1,3})`

// zhInt reads a small number in digits or Chinese numerals up to 99.
func zhInt(s string) int {
	if n := atoi(s); n > 0 {
		return n
	}
	digit := map[rune]int{'一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
	n := 0
	for _, r := range s {
		if r == '十' {
			if n == 0 {
				n = 1
			}
			n *= 10
			continue
		}
		if n%10 != 0 {
			return 0
		}
		n += digit[r]
	}
	return n
}

var zhUnits = map[string]string{"天": "day", "日": "day", "周": "week", "个星期": "week", "星期": "week", "个月": "month", "月": "month", "个季度": "quarter", "年": "year", "个小时": "hour", "小时": "hour"}

const zhYear = `(?:(\d{4})年|(今年|去年|前年|明年))`

// zhPeriods are the forms a Chinese date takes, tried in this order at one place.
var zhPeriods = []struct {
	re   *regexp.Regexp
	read func(m []string, now time.Time) (span, bool)
}{
	{regexp.MustCompile(`^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{4}[-/]\d{1,2})`), func(m []string, now time.Time) (span, bool) { return numeric(m[1], now.Location()) }},
	{regexp.MustCompile(`^` + zhYear + `?的?(` + zhNum + `)月(?:份)?(` + zhNum + `)[日号]`), func(m []string, now time.Time) (span, bool) {
		month, d := zhInt(m[3]), zhInt(m[4])
		if y := zhYearOf(m, now); y > 0 {
			return dateOf(y, time.Month(month), d, now.Location())
		}
		return pastDate(now, time.Month(month), d)
	}},
	{regexp.MustCompile(`^` + zhYear + `?的?(` + zhNum + `)月份?`), func(m []string, now time.Time) (span, bool) {
		month := zhInt(m[3])
		if month < 1 || month > 12 {
			return span{}, false
		}
		if y := zhYearOf(m, now); y > 0 {
			return monthOf(y, time.Month(month), now.Location()), true
		}
		return pastMonth(now, time.Month(month)), true
	}},
	{regexp.MustCompile(`^` + zhYear + `?的?第?([一二三四1-4])季度`), func(m []string, now time.Time) (span, bool) {
		q := zhInt(m[3])
		if y := zhYearOf(m, now); y > 0 {
			return quarterOf(y, q, now.Location()), true
		}
		p := quarterOf(now.Year(), q, now.Location())
		if p.from.After(now) {
			p = quarterOf(now.Year()-1, q, now.Location())
		}
		return p, true
	}},
	{regexp.MustCompile(`^` + zhYear), func(m []string, now time.Time) (span, bool) { return yearOf(zhYearOf(m, now), now.Location()), true }},
	{regexp.MustCompile(`^(上上|上|这|本|下)个?(?:周|星期|礼拜)([一二三四五六日天])`), func(m []string, now time.Time) (span, bool) {
		return weekdayAt(now, zhWeekday(m[2]), zhStep(m[1])), true
	}},
	{regexp.MustCompile(`^(上上|上|这|本|下)个?周末`), func(m []string, now time.Time) (span, bool) { return weekendAt(now, zhStep(m[1])), true }},
	{regexp.MustCompile(`^(上上|上|这|本|下)(?:一?个)?(?:一)?(?:周|星期|礼拜)`), func(m []string, now time.Time) (span, bool) { return weekAt(now, zhStep(m[1])), true }},
	{regexp.MustCompile(`^(上上|上|这|本|下)(?:一?个)?月`), func(m []string, now time.Time) (span, bool) { return monthAt(now, zhStep(m[1])), true }},
	{regexp.MustCompile(`^(上|这|本|下)(?:一?个)?季度`), func(m []string, now time.Time) (span, bool) {
		return quarterOf(now.Year(), quarter(now)+zhStep(m[1]), now.Location()), true
	}},
	{regexp.MustCompile(`^(?:周|星期|礼拜)([一二三四五六日天])`), func(m []string, now time.Time) (span, bool) {
		return pastWeekday(now, zhWeekday(m[1]), false), true
	}},
	{regexp.MustCompile(`^(大前天|前天|昨天|昨晚|今天|今日|今早|今晚|明天|后天)`), func(m []string, now time.Time) (span, bool) {
		return dayAt(now, map[string]int{"大前天": -3, "前天": -2, "昨天": -1, "昨晚": -1, "明天": 1, "后天": 2}[m[1]]), true
	}},
	{regexp.MustCompile(`^(?:最近|过去|近)(?:的)?(` + zhNum + `)(天|日|周|个星期|星期|个月|个季度|年|个?小时)(?:内|里|以来|来)?`), func(m []string, now time.Time) (span, bool) {
		return recent(now, zhInt(m[1]), zhUnits[m[2]]), true
	}},
	{regexp.MustCompile(`^(半年|半个月)(?:内|以来|来)`), func(m []string, now time.Time) (span, bool) {
		if m[1] == "半年" {
			return recent(now, 6, "month"), true
		}
		return recent(now, 15, "day"), true
	}},
	{regexp.MustCompile(`^(` + zhNum + `)(天|日|周|个星期|星期|个月|个季度|年|个?小时)(?:之前|以前|前)`), func(m []string, now time.Time) (span, bool) {
		return ago(now, zhInt(m[1]), zhUnits[m[2]]), true
	}},
}

func zhYearOf(m []string, now time.Time) int {
	if m[1] != "" {
		return atoi(m[1])
	}
	switch m[2] {
	case "今年":
		return now.Year()
	case "去年":
		return now.Year() - 1
	case "前年":
		return now.Year() - 2
	case "明年":
		return now.Year() + 1
	}
	return 0
}

func zhStep(s string) int { return map[string]int{"上上": -2, "上": -1, "下": 1}[s] }

func zhWeekday(s string) time.Weekday {
	return map[string]time.Weekday{"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6}[s]
}

// zhPeriod reads a stretch of time at the start of s, and how many bytes it took.
func zhPeriod(s string, now time.Time) (span, int) {
	for _, p := range zhPeriods {
		if m := p.re.FindStringSubmatch(s); m != nil {
			if sp, ok := p.read(m, now); ok {
				return sp, len(m[0])
			}
		}
	}
	return span{}, 0
}

// dates cuts the stretches of time out of the rest. Either end may be open (zero).
func (c *chinese) dates(now time.Time) (after, before time.Time) {
	for i := 0; i < len(c.rest); {
		p, n := zhPeriod(c.rest[i:], now)
		// "几个月前", "十一月" after a digit, "上一次" and the like are no dates: only whole forms count.
		if n == 0 {
			i++
			continue
		}
		start, end := i, i+n
		for _, prep := range []string{"自从", "从", "自", "在", "于", "到", "至"} {
			if strings.HasSuffix(c.rest[:start], prep) {
				start -= len(prep)
				break
			}
		}
		tail := c.rest[end:]
		sub := func(list ...string) bool {
			for _, s := range list {
				if strings.HasPrefix(tail, s) {
					end += len(s)
					return true
				}
			}
			return false
		}
		switch {
		case sub("到", "至", "-", "—", "~", "和") && strings.IndexFunc(c.rest[end:], notSpace) >= 0:
			if q, m := zhPeriod(c.rest[end:], fix(p, now)); m > 0 {
				after, before = p.from, q.to
				end += m
				tail = c.rest[end:]
				sub("之间", "期间")
			} else {
				end = i + n
				after, before = p.from, p.to
			}
		case sub("以来", "起", "开始", "至今"):
			after = p.from
		case sub("之后", "以后", "后"):
			after = p.to
		case sub("之前", "以前", "前"):
			before = p.from
		case strings.HasSuffix(c.rest[start:i], "自从") || c.rest[start:i] == "自":
			after = p.from
		default:
			after, before = p.from, p.to
		}
		c.rest = c.rest[:start] + gone + strings.TrimPrefix(c.rest[end:], "的")
		i = start + len(gone)
	}
	return after, before
}

// fix gives the moment the second date of a pair is counted from: the first's year or later.
func fix(p span, now time.Time) time.Time {
	if end := p.from.AddDate(1, 0, -1); end.Before(now) {
		return end
	}
	return now
}

func notSpace(r rune) bool { return r != ' ' }
