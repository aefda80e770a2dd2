package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"steward/indexer/document"
)

var (
	givenNames  = strings.Fields("Ada Bram Carla Deniz Elif Farid Greta Hanna Ivo Jana Karim Lena Marta Nils Olga Petra Quinn Rosa Sven Tara Uwe Vera Wim Yusuf Zoe André Zoë Jürgen François Søren Inès Łukasz")
	familyNames = strings.Fields("Abel Berg Costa Demir Engel Ferrer Grant Holm Ito Jansen Keller Lund Moreau Novak Okafor Peters Rossi Silva Thorn Ueda Vogel Weber Young Zeller Núñez Müller Lefèvre Åkesson")
	domains     = []string{"example.org", "example.com", "example.net", "mail.example.org", "office.example.com"}
	firstHalf   = strings.Fields("Amber Birch Cedar Dawn Ember Fern Granite Harbour Indigo Juniper Kestrel Larkspur Maple North Ochre Pine Quartz Rowan Saffron Tidal Umber Violet Willow Yarrow Zephyr Alder Basalt Cobalt Drift Elder Flint Garnet Heron Iris Jasper Kelp Linden Moss Nettle Opal")
	secondHalf  = strings.Fields("Bridge Court Dale Edge Field Gate Hill Isle Junction Keep Lane Mill Nook Orchard Point Quay Ridge Square Terrace Upland View Wharf Yard Annex Bay Close Deep End Forge Green Hall Inn Jetty Knoll Lodge Mews Park Row Spring Tower")
	subjects    = []string{"Notes on %s", "%s: next steps", "Question about %s", "Draft of the %s report", "Meeting on %s", "%s budget", "Review of %s", "Invoice for %s", "Minutes, %s", "%s schedule", "Travel to %s", "Problem with %s", "%s: decision needed", "Status of %s", "Photos from %s"}
	listNames   = strings.Fields("developers users announce translators infrastructure reading-group")
	companies   = []string{"Example Works", "Example Partners", "Example Studio", "Example University", "Example Logistics"}
	titles      = []string{"Project lead", "Accounting", "Engineering", "Office manager", "Research", "Customer care", "Procurement"}
	greetings   = []string{"Hi %s,", "Hello %s,", "Dear %s,", "%s,", "Good morning %s,"}
	closings    = []string{"Best regards", "Thanks", "Kind regards", "Cheers", "See you soon", "All the best"}
	latinLines  = []string{"Über die nächsten Schritte sprechen wir am Dienstag.", "Merci d'avance, à très bientôt à Genève.", "El señor Núñez llegará mañana por la mañana.", "Wir müssen den Schlüssel rechtzeitig zurückgeben.", "La réunion a été déplacée à l'après-midi.", "Die Größe der Räume genügt für dreißig Gäste."}
	chineseSubj = []string{"关于%s的会议", "%s项目进展", "%s的报价单", "请确认%s的安排", "%s合同修改意见", "%s出差行程"}
	chineseText = []string{
		"附件是上周讨论的预算表，请您查收并提出修改意见。", "下周三上午十点我们在三楼会议室开会，请准时参加。", "供应商已经确认了交货时间，预计月底之前可以到货。",
		"这份合同需要两位负责人签字，麻烦您今天下午之前处理。", "我已经预订了去上海的高铁票，酒店离会场步行十分钟。", "测试结果比预期好，不过还有几个问题需要开发部门解决。",
		"请把最新的客户名单发给我，市场部要准备年底的活动。", "财务部提醒大家，报销单必须在本月二十五日之前提交。", "新同事下周一入职，请行政部提前准备电脑和门禁卡。",
		"由于天气原因，货物运输可能会推迟两天，我会继续跟进。", "感谢您的耐心等待，我们会尽快给您一个满意的答复。", "图书馆的系统升级以后，检索速度明显提高了。",
		"孩子们的春游改到四月中旬，家长需要在回执上签名。", "体检报告已经出来了，医生建议三个月以后复查一次。", "房东同意把租约延长一年，租金保持不变。", "数据迁移已经完成，旧服务器将在周末关闭。",
	}
	japaneseSubj = []string{"%sの打ち合わせ", "%sのお見積り", "%sの件"}
	japaneseText = []string{"お世話になっております。来週の会議の資料をお送りします。", "納期について確認したいことがありますので、ご連絡ください。", "見積書を添付いたしましたので、ご確認をお願いいたします。", "東京への出張は木曜日に変更になりました。", "ご不明な点がございましたら、お気軽にお問い合わせください。"}
	chineseName  = strings.Fields("王芳 李伟 张敏 刘洋 陈静 杨磊 赵婷 黄强")
)

// pick takes one of a list.
func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// people makes n correspondents; the first is the person the mailbox belongs to.
func people(r *rand.Rand, n int) []document.Address {
	list := []document.Address{{Name: "Robin Ashby", Addr: "robin@example.org"}}
	for i := len(list); i < n; i++ {
		given, family := pick(r, givenNames), pick(r, familyNames)
		list = append(list, document.Address{Name: given + " " + family, Addr: fmt.Sprintf("%s.%s%d@%s", ascii(given), ascii(family), i, pick(r, domains))})
	}
	return list
}

var asciiOf = strings.NewReplacer("é", "e", "è", "e", "ë", "e", "ü", "ue", "ø", "o", "ç", "c", "ñ", "n", "ú", "u", "Å", "a", "Ł", "l")

func ascii(name string) string { return strings.ToLower(asciiOf.Replace(name)) }

// fact is one planted sentence with the question it answers.
type fact struct {
	Question  string `json:"question"`
	MessageID string `json:"message_id"`
	// Path is the mailbox or file below the corpus.
	Path string `json:"path"`
	// Attachment names the attachment that holds the fact, "" for the message's own text.
	Attachment string `json:"attachment,omitempty"`
	// Fact is what a right answer contains; Sentence is the whole planted sentence.
	Fact     string `json:"fact"`
	Sentence string `json:"sentence"`
	Language string `json:"language"`
}

var months = strings.Fields("January February March April May June July August September October November December")

// newFact makes a fact about a place no other fact names.
func newFact(r *rand.Rand, place, language string) fact {
	amount := fmt.Sprintf("%d,%03d", 1+r.IntN(9), r.IntN(1000))
	day := fmt.Sprintf("%d %s", 1+r.IntN(28), pick(r, months))
	code := fmt.Sprintf("%c%c%d", 'A'+r.IntN(26), 'A'+r.IntN(26), 10000+r.IntN(90000))
	plant := func(question, sentence, value string) fact {
		return fact{Question: fmt.Sprintf(question, place), Sentence: fmt.Sprintf(sentence, place, value), Fact: value, Language: language}
	}
	if language == "zh" {
		switch r.IntN(3) {
		case 0:
			return plant("%s的押金是多少？", "%s的押金是%s元。", amount)
		case 1:
			return plant("%s的订单编号是什么？", "%s的订单编号是%s。", code)
		default:
			return plant("%s的联系电话是多少？", "%s的联系电话是%s。", fmt.Sprintf("555-%04d", r.IntN(10000)))
		}
	}
	switch r.IntN(8) {
	case 0:
		return plant("How much is the deposit for %s?", "The deposit for %s is %s euros.", amount)
	case 1:
		return plant("When does the lease of %s end?", "The lease of %s ends on %s.", day)
	case 2:
		return plant("What is the booking reference for %s?", "Our booking reference for %s is %s.", code)
	case 3:
		return plant("Who keeps the spare key of %s?", "The spare key of %s is kept by %s.", pick(r, givenNames)+" "+pick(r, familyNames))
	case 4:
		return plant("What does the roof repair at %s cost?", "The roof repair at %s will cost %s pounds.", amount)
	case 5:
		return plant("How many guests can %s hold?", "According to the fire office %s can hold %s guests.", fmt.Sprint(20+r.IntN(380)))
	case 6:
		return plant("When is the inspection of %s?", "The inspection of %s was moved to %s.", day)
	default:
		return plant("What is the meter number at %s?", "The electricity meter at %s has the number %s.", code)
	}
}
