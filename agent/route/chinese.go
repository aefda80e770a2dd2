package route

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"steward/indexer/document"
	"steward/indexer/query"
)

// gone marks where words were cut out of a Chinese question, so that nothing reads across.
const gone = "\x01"

// chinese holds one question while it is read: rest is what is not understood yet.
type chinese struct {
	rest string
	read Reading
	mail bool
}

const (
	zhMail  = `(?:电子邮件|邮件|邮箱|来信|信件|消息|回信|回复)`
	zhDoc   = `(?:电子邮件|邮件|来信|信件|消息|文件|文档|附件|PDF|pdf|表格|Excel|excel|演示文稿|幻灯片|PPT|ppt|Word|word|笔记|合同|发票|收据|账单|报告|报价单|报价|订单|信)`
	zhMeas  = `(?:封|个|份|篇|条|张|件)`
	zhPerso = `(?:[A-Za-z][A-Za-z0-9.@_+-]*(?: [A-Z][A-Za-z.-]*)*|[\p{Han}·]{1,8}?)`
)

var (
	zhContent = regexp.MustCompile(`(说|写|讲|提到|提|记载|规定)了?(些)?(什么|多少|哪些内容|几)|内容是|是怎么(说|写)|^(?:请|帮我)*(?:总结|概括|翻译)|根据|按照|里(面)?(说|写)的`)
	zhCount   = regexp.MustCompile(`(?:多少|几)` + zhMeas + `?(?:未读)?(?:的)?` + zhDoc + `|` + zhDoc + `[^，。？]*?(?:一共|总共|共)?(?:有|收到|发了|存了)?(?:多少|几)` + zhMeas + `|(?:多少|几)` + zhMeas + `[^，。？天页元块]*?` + zhDoc + `|` + zhDoc + `的?(?:数量|总数|数目)|数(?:一下|一数|数).*?` + zhDoc + `|(?:发|寄|写|收到)[^，。？]{0,4}(?:多少|几)封|` + zhDoc + `[^，。？]{0,3}有多少[？?]?$|统计.*?` + zhDoc)
	zhList    = regexp.MustCompile(`(?:列出|列举|显示|找出|查找|找一下|找到|找找|找|搜索|搜一下|查一下|查看|给我看|打开|看看|调出)[^，。？]*?` + zhDoc + `|(?:有哪些|哪些|哪几封|哪几个|哪几份|所有的?|全部的?|哪封|哪个|哪份)[^，。？]{0,12}?` + zhDoc + `|` + zhDoc + `(?:有哪些|都有哪些|在哪(里|儿)?$|列表|清单)`)
	zhBare    = regexp.MustCompile(`^[^什么怎几谁哪吗呢为何]*(?:的)` + zhDoc + `[。]?$`)
	zhWho     = regexp.MustCompile(`谁(?:都)?(?:在)?` + gone + `*(?:都)?(?:给我)?(?:发|写|寄)(?:过|了|来)?(?:的)?(?:给我|我)?` + zhMail + `?|(?:哪些人|有谁)(?:给我)?(?:发|写|寄)`)
	zhMost    = regexp.MustCompile(`谁[^，。？]*最多|最多[^，。？]*谁`)
	zhNewest  = regexp.MustCompile(`(最近|最新|最后|上)(?:的)?(?:一|那)?(?:封|份|个|篇)?(?:的)?(` + zhDoc + `)`)
	zhNewest2 = regexp.MustCompile(`(?:最近|最新|最后|上)(?:的)?一?(?:封|份|个|篇)[^，。？]{0,40}?的?` + zhDoc)
	zhOldest  = regexp.MustCompile(`(?:最早|最旧|第一)(?:的)?一?(?:封|份|个|篇)?[^，。？]{0,10}?的?` + zhDoc)
	zhLast    = regexp.MustCompile(`(?:上一?次|最近一次|最后一次|上回)`)
	zhFirst   = regexp.MustCompile(`(?:第一次|最早一次)`)
	zhDeed    = regexp.MustCompile(`((?:上一?次|最近一次|最后一次|上回|第一次|最早一次))(?:去|看|见|交|付|缴|买|修|换)`)
	zhWhen    = regexp.MustCompile(`什么时候|何时|哪天|哪一天|几号|多久`)
)

func readChinese(text string, now time.Time) Reading {
	c := &chinese{read: Reading{Language: "zh"}}
	q := &c.read.Query
	c.rest = operators(text, now, q)
	c.mail = regexp.MustCompile(zhMail + `|发来|发给|寄来|收到|来信|给我发|给我写|写给|写信|发过|写了|发了`).MatchString(c.rest)
	before := c.rest
	after, bound := c.dates(now)
	c.kind()
	if c.read.Kind == Answer && !c.mail {
		c.rest, after, bound = before, time.Time{}, time.Time{}
	}
	q.After, q.Before = later(q.After, after), sooner(q.Before, bound)
	soft := *q
	c.grouping()
	c.folder()
	if c.take(zhThings[0].re) != nil {
		attachThing.apply(q)
		mailThing.apply(q)
	}
	people := c.people()
	c.nouns()
	if m := c.take(regexp.MustCompile(`(?:主题|标题)(?:是|为|中?包含|含有?|里?有)?[“"「]?([^”"」，。？的\x01]+)[”"」]?(?:的)?`)); m != nil {
		q.Subject = m[1]
	}
	q.Text = c.text("")
	if c.read.Kind == Answer && (q.From != "" || q.To != "" || len(q.Kinds) > 0 || len(q.Formats) > 0 || q.HasAttachment) {
		soft.Text, soft.After, soft.Before, soft.Order = c.text(people), q.After, q.Before, q.Order
		soft.Kinds = nil
		c.read.Fallback = &soft
	}
	return c.read
}

// take cuts the first match out of the rest and gives its groups, nil when there is none.
func (c *chinese) take(re *regexp.Regexp) []string {
	m := re.FindStringSubmatchIndex(c.rest)
	if m == nil {
		return nil
	}
	groups := make([]string, len(m)/2)
	for i := range groups {
		if m[2*i] >= 0 {
			groups[i] = c.rest[m[2*i]:m[2*i+1]]
		}
	}
	c.rest = c.rest[:m[0]] + gone + c.rest[m[1]:]
	return groups
}

// kind decides how the question is to be answered. Dates are cut out already.
func (c *chinese) kind() {
	r, s := &c.read, c.rest
	r.Kind = Answer
	newest := zhNewest.MatchString(s) || zhNewest2.MatchString(s)
	oldest := zhOldest.MatchString(s)
	switch {
	case zhContent.MatchString(s):
		c.order(newest, oldest)
	case zhMost.MatchString(s) && (c.mail || regexp.MustCompile(zhDoc).MatchString(s)):
		r.Kind, r.By = Count, query.FieldFrom
		c.take(regexp.MustCompile(`最多`))
	case zhCount.MatchString(s):
		r.Kind = Count
	case zhWhen.MatchString(s) && (zhLast.MatchString(s) || zhFirst.MatchString(s)):
		r.Kind = Latest
		c.rest = zhWhen.ReplaceAllString(c.rest, gone)
		c.rest = zhDeed.ReplaceAllString(c.rest, "$1")
		c.order(zhLast.MatchString(s), zhFirst.MatchString(s))
	case (newest || oldest) && !regexp.MustCompile(`为什么|怎么|多少钱|关于什么`).MatchString(s):
		r.Kind = Latest
		c.order(newest, oldest)
	case zhWho.MatchString(s) && c.mail:
		r.Kind, r.By = List, query.FieldFrom
		mailThing.apply(&r.Query)
	case zhList.MatchString(s) || zhBare.MatchString(s):
		r.Kind = List
	}
	if m := regexp.MustCompile(`发票|合同|收据|账单|报告|报价单|订单|笔记`).FindString(s); m != "" {
		r.Noun = m
	}
}

func (c *chinese) order(newest, oldest bool) {
	switch {
	case oldest:
		c.read.Query.Order = query.Oldest
	case newest:
		c.read.Query.Order = query.Newest
	default:
		return
	}
	c.rest = regexp.MustCompile(`(?:最近|最新|最后|最早|最旧|第一|上)(?:的)?(?:一|那)?(?:次|回|封|份|个|篇)?的?`).ReplaceAllString(c.rest, gone)
}

func (c *chinese) grouping() {
	if c.read.Kind != Count && c.read.Kind != List {
		return
	}
	for _, g := range []struct {
		re *regexp.Regexp
		by query.Field
	}{
		{regexp.MustCompile(`(?:按照?|每个?)(?:发件人|发信人|人)(?:分组|统计|分别|分)?`), query.FieldFrom},
		{regexp.MustCompile(`(?:按照?|每个?)(?:月份?|个月)(?:分组|统计|分别|分)?`), query.FieldMonth},
		{regexp.MustCompile(`(?:按照?|每)(?:年份?)(?:分组|统计|分别|分)?`), query.FieldYear},
		{regexp.MustCompile(`(?:按照?|每个?)(?:文件夹|目录|邮箱)(?:分组|统计|分别|分)?`), query.FieldFolder},
		{regexp.MustCompile(`(?:按照?|每种)(?:类型|格式)(?:分组|统计|分别|分)?`), query.FieldFormat},
	} {
		if c.take(g.re) != nil {
			c.read.By = g.by
			return
		}
	}
}

var (
	zhFrom = []*regexp.Regexp{
		regexp.MustCompile(`(?:来自于?)(` + zhPerso + `)(?:的|` + gone + `|$|，|？)`),
		regexp.MustCompile(`(?:收到|收到过|收到了)(?:过|了)?` + gone + `*(?:来自)?(` + zhPerso + `)` + gone + `*(?:发来|寄来|发|寄)?的`),
		regexp.MustCompile(`(` + zhPerso + `)` + gone + `*(?:最近)?(?:都)?(?:发来|寄来|发送|写来|发给我|寄给我|写给我)(?:过|了)?的?`),
		regexp.MustCompile(`(` + zhPerso + `)` + gone + `*(?:最近)?(?:一共|总共)?(?:给我们?|向我)(?:一共|总共)?(?:发|写|寄)(?:过|来|送)?(?:了|的)?`),
		regexp.MustCompile(`(` + zhPerso + `)` + gone + `*(?:写|发|寄)(?:过|了)?的?` + gone + `*(?:` + zhMeas + `|多少|几|` + zhMail + `)`),
		regexp.MustCompile(`(` + zhPerso + `)的?` + gone + `*的?(?:所有的?)?` + gone + `*` + zhMail),
		regexp.MustCompile(`(` + zhPerso + `)` + gone + `*(?:在邮件[里中]|邮件[里中])`),
		regexp.MustCompile(`(` + zhPerso + `)` + gone + `*(?:上次)?(?:给我)?(?:来信|写信|发邮件|回信|回复我?)`),
		regexp.MustCompile(`^(` + zhPerso + `)(?:说|写|讲|提)(?:了|过)?(?:些)?什么`),
		regexp.MustCompile(`^(` + zhPerso + `)(?:` + gone + `|在|关于|对|就)[^，。？]*?(?:(?:说|写|讲|提)(?:了|过)?(?:些)?什么|怎么(?:说|看|写))`),
	}
	zhTo = []*regexp.Regexp{
		regexp.MustCompile(`(?:我)?` + gone + `*(?:发|寄|写)(?:送)?给(` + zhPerso + `)(?:的|过|` + gone + `|$|，|？)`),
		regexp.MustCompile(`我?` + gone + `*给(` + zhPerso + `)` + gone + `*(?:发|寄|写)(?:过|送)?(?:的|了)?`),
	}
	zhLead = regexp.MustCompile(`^(?:请|帮我|帮忙|麻烦|给我|我想|想|要|知道|列出|列举|显示|找出|查找|找一下|找到|找找|找|搜索|搜一下|查一下|查看|看看|打开|调出|一下|统计|数一下|总结|概括|所有|全部|一共|总共|有|多少|几|封|个|份|收到|了|我|的|和|跟|与|在|从|看|哪些|是|那)+`)
)

const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤"

// zhName trims what cannot belong to a name off its front; "" when nothing is left.
func zhName(s string) string {
	s = strings.Trim(zhLead.ReplaceAllString(strings.TrimSpace(s), ""), "·. ")
	if len([]rune(s)) > 2 {
		s = strings.TrimRight(s, "在对就也都还")
	}
	runes := []rune(s)
	if len(runes) == 0 {
		return ""
	}
	if unicode.Is(unicode.Han, runes[0]) {
		if len(runes) > 4 {
			// A longer run holds more than the name: a surname and what follows it is likelier.
			for _, n := range []int{3, 2} {
				if strings.ContainsRune(surnames, runes[len(runes)-n]) {
					return string(runes[len(runes)-n:])
				}
			}
		}
		for _, bad := range []string{"什么", "谁", "我", "你", "他", "她", "哪", "这", "那", "最", "邮件", "文件", "怎", "如何", "时候", "没有", "关于", "今天"} {
			if strings.Contains(s, bad) {
				return ""
			}
		}
	}
	return s
}

// likely tells whether a run of characters is a name: in Latin letters, with a surname and
// one or two characters, or with a title.
func likely(n string) bool {
	runes := []rune(n)
	if !unicode.Is(unicode.Han, runes[0]) {
		return true
	}
	if len(runes) >= 2 && len(runes) <= 3 && strings.ContainsRune(surnames, runes[0]) {
		return true
	}
	return zhTitle.MatchString(n)
}

var zhTitle = regexp.MustCompile(`^[老小]\p{Han}$|(?:经理|老师|先生|女士|妈妈|爸爸|老板|银行|公司|医生|律师|主任|教授|总|物业|学校|房东|客服)$`)

// people finds whom documents are from and to, and returns the names as words.
func (c *chinese) people() string {
	q := &c.read.Query
	var names []string
	for _, re := range zhTo {
		if m := re.FindStringSubmatch(c.rest); m != nil && q.To == "" {
			if n := zhName(m[1]); n != "" {
				q.To = n
				names = append(names, n)
				c.take(re)
			}
		}
	}
	for i, re := range zhFrom {
		m := re.FindStringSubmatchIndex(c.rest)
		if m == nil || q.From != "" {
			continue
		}
		full := c.rest[m[2]:m[3]]
		n := zhName(full)
		if i > 1 {
			n = zhName(widen(c.rest[:m[2]]) + full)
		}
		if n == "" || i > 3 && !likely(n) {
			continue
		}
		q.From = n
		names = append(names, n)
		lead := c.rest[:m[2]]
		if i < 2 {
			lead = c.rest[:m[0]]
		} else if at := strings.LastIndex(c.rest[:m[3]], n); at >= 0 {
			lead = c.rest[:at]
		}
		tail := c.rest[m[3]:m[1]]
		if i > 7 {
			c.rest = lead + gone + tail + c.rest[m[1]:]
			continue
		}
		keep := regexp.MustCompile(zhMail + `|` + zhMeas + `|多少|几`).FindString(tail)
		c.rest = lead + gone + keep + c.rest[m[1]:]
	}
	if (q.From != "" || q.To != "") && len(q.Kinds) == 0 && len(q.Formats) == 0 && !regexp.MustCompile(`PDF|pdf|表格|Excel|excel|幻灯片|演示文稿|PPT|ppt`).MatchString(c.rest) {
		mailThing.apply(q)
	}
	return strings.Join(names, " ")
}

// widen gives the run of Han characters a text ends in: a lazy match of a name began after it.
func widen(s string) string {
	runes := []rune(s)
	i := len(runes)
	for i > 0 && unicode.Is(unicode.Han, runes[i-1]) {
		i--
	}
	return string(runes[i:])
}

var zhThings = []struct {
	re *regexp.Regexp
	thing
}{
	{regexp.MustCompile(`(?i)(?:带|带有|有|含|含有|包含)附件的?`), attachThing},
	{regexp.MustCompile(`(?i)PDF(?:文件|文档)?(?:附件)?`), format("pdf")},
	{regexp.MustCompile(`(?i)(?:Excel|电子)(?:表格|文件)|表格|Excel`), format("xlsx", "csv")},
	{regexp.MustCompile(`(?i)演示文稿|幻灯片|PPTX?(?:文件)?`), format("pptx")},
	{regexp.MustCompile(`(?i)Word(?:文档|文件)?|DOCX`), format("docx")},
	{regexp.MustCompile(`附件`), attachThing},
	{regexp.MustCompile(`电子邮件|邮件|来信|信件|消息`), mailThing},
	{regexp.MustCompile(`文档`), anyThing},
	{regexp.MustCompile(`文件(?:[^夹]|$)`), fileThing},
	{regexp.MustCompile(`日程|日历事件`), eventThing},
	{regexp.MustCompile(`联系人`), contactThing},
}

// nouns turns the nouns for documents into filters on kind and format.
func (c *chinese) nouns() {
	q := &c.read.Query
	for _, t := range zhThings {
		m := t.re.FindString(c.rest)
		if m == "" || t.attach && len(q.Formats) > 0 {
			continue
		}
		if c.read.Kind == Answer && len(t.kinds) == 1 && t.kinds[0] == document.KindFile {
			continue
		}
		if strings.HasPrefix(m, "文件") && m != "文件" {
			m = "文件"
		}
		c.rest = strings.Replace(c.rest, m, gone, 1)
		if len(t.formats) > 0 && len(q.Formats) > 0 || len(t.kinds) > 0 && len(q.Formats) > 0 {
			continue
		}
		t.apply(q)
	}
	if c.read.Kind != Answer && c.mail && len(q.Kinds) == 0 && len(q.Formats) == 0 && c.read.Noun == "" {
		mailThing.apply(q)
	}
}

// folder finds "在“发票”文件夹里", "发票文件夹中的".
func (c *chinese) folder() {
	if m := c.take(regexp.MustCompile(`(?:在|从)?(?:文件夹|目录|邮箱)[“"「]([^”"」]+)[”"」](?:里面?|中|下|内)?的?`)); m != nil {
		c.read.Folder, c.read.FolderSure = m[1], true
		return
	}
	if m := c.take(regexp.MustCompile(`(?:在|从)?[“"「]?([^\x01“"「」，。？在从的]{1,20}?)[”"」]?(?:文件夹|目录|邮箱)(?:里面?|中|下|内)?的?`)); m != nil {
		if name := zhLead.ReplaceAllString(m[1], ""); name != "" {
			c.read.Folder, c.read.FolderSure = name, true
		}
	}
}

var (
	zhStop = regexp.MustCompile(`(?:多少|几)(?:封|个|份|篇|条|张|件|点|号)?|什么时候|什么|哪里|哪儿|哪些|哪个|哪封|哪份|哪天|为什么|为何|怎么样|怎么|如何|多少钱|请问|请|帮我|帮忙|麻烦|告诉我|给我看|给我|列出|列举|显示|找出|查找|找一下|找到|找找|搜索|搜一下|查一下|查看|看看|打开|调出|一共|总共|所有的?|全部的?|有没有|是不是|是否|有关|关于|相关|提到|提及|的是|时候|上一次|上次|最近一次|最后一次|收到过?|发来|发送|发过|写过|多久|谁|我们|我|你|吗|呢|吧|啊|了|的|里面|这份|这封|这个|那份|那封|那个|一下|统计|数量|总数|总结|概括|内容|需要|应该|可以|知道`)
	// zhTail are characters that carry nothing at the end of a word, zhHead at its start.
	zhTail = "在是有里中上对说写和就来"
	zhHead = "在是从和被把对"
	zhBits = regexp.MustCompile(`^[发寄写信收有在是和与对到说里中上来都个份封过会要想最新找看去给]{1,2}$`)
)

// text is what is left to search for, as words between spaces; more is put in front.
func (c *chinese) text(more string) string {
	s := zhStop.ReplaceAllString(c.rest, " ")
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune("\"-_.@'/", r) || unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return ' '
	}, s)
	var words []string
	for _, w := range strings.Fields(more + " " + s) {
		if len([]rune(w)) > 2 {
			w = strings.TrimLeft(strings.TrimRight(w, zhTail), zhHead)
		}
		if w != "" && !zhBits.MatchString(w) {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}
