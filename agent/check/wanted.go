package check

import (
	"regexp"
	"strings"
	"unicode"

	"steward/agent/route"
)

// wanted are kinds of question that only a certain kind of words can answer.
var wanted = []struct {
	asks *regexp.Regexp
	has  func(facts, string) bool
}{
	{regexp.MustCompile(`(?i)\b(?:phone|telephone|mobile|fax) number\b|电话(?:号码)?(?:是|为)?(?:多少|什么|几)|手机号|的电话[??]?$`), func(_ facts, s string) bool {
		return strings.Count(strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return '0'
			}
			return ' '
		}, s), "0") >= 5
	}},
	{regexp.MustCompile(`(?i)\be-?mail address\b|邮箱地址|邮件地址|邮箱是`), func(_ facts, s string) bool { return strings.Contains(s, "@") }},
	{regexp.MustCompile(`(?i)\bhow (?:much|many|long|old|far|tall|big|high|often|deep|heavy|warm|hot)\b|\bwhat (?:is|was|are) the (?:price|cost|total|amount|number|age|size)\b|多少|几[个天次年月份封人岁点号分钟小时公里楼层]|多久|多大|多长|多高|多远|价格是|几点|几号`), func(fs facts, s string) bool {
		return fs.has(number) || fs.has(date) || fs.has(code) || quantity.MatchString(s)
	}},
	{regexp.MustCompile(`(?i)^\W*(?:when|(?:at |on |by )?(?:what|which) (?:time|date|day|month|year))\b|什么时候|何时|哪天|哪一天|哪年|哪月`), func(fs facts, s string) bool {
		return fs.has(number) || fs.has(date) || moment.MatchString(s)
	}},
}

var (
	quantity = regexp.MustCompile(`(?i)\b(?:none|no|nothing|free|nobody|all|several|few|many|once|twice|one|a|an|every|each|daily|weekly|monthly|yearly|always|never|until|half)\b|免费|没有|无|每|半|全部|所有|一`)
	moment   = regexp.MustCompile(`(?i)\b(?:mon|tues|wednes|thurs|fri|satur|sun)day|\b(?:today|tomorrow|yesterday|tonight|spring|summer|autumn|fall|winter|morning|noon|afternoon|evening|night|midnight|daily|every|each|after|before|once|when|never|always|week|month|year|soon|now|christmas|easter)\b|今天|明天|后天|昨天|周[一二三四五六日天末]|星期|礼拜|春|夏|秋|冬|早|晚|每|之后|之前|以后|以前|随时`)
)

// Fits tells whether text can answer a question at all: one that asks for a number, a date or an
// address is not answered by words without any. It is no proof that it does.
func Fits(question, text string) bool {
	question = route.Narrow(question)
	for _, w := range wanted {
		if w.asks.MatchString(question) {
			fs, _ := factsOf(text, true)
			return w.has(fs, route.Narrow(text))
		}
	}
	return true
}

// Closest finds one sentence that has all the words of a question (three quarters of the pairs of
// Chinese characters) and can answer it: worth quoting when a model found nothing. It is the
// shortest such sentence of the first source that has one.
func Closest(question string, sources []Source) (Quote, bool) {
	asked := words(question)
	c := claim{words: asked, lent: asked}
	least := 1.0
	if isHan(question) {
		least = 0.75
	}
	if len(c.words) < 2 {
		return Quote{}, false
	}
	for i, s := range sources {
		best := Quote{}
		t := read(s)
		for _, one := range t.sentences {
			text := s.Text[one.start:one.end]
			// Half of the words must be its own; the others may be in the title or around it.
			if group := []sentence{one}; c.share(group, nil) < 0.5 || c.share(group, t.about) < least || text[0] == '#' || denies(question) && !denies(text) || strings.HasSuffix(text, "?") || strings.HasSuffix(text, "\uFF1F") || !Fits(question, text) {
				continue
			}
			if best.End == 0 || one.end-one.start < best.End-best.Start {
				best = Quote{i, one.start, one.end}
			}
		}
		if best.End > 0 {
			return best, true
		}
	}
	return Quote{}, false
}
