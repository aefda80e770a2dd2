package check

import (
	"strings"
	"testing"
)

var lease = Source{
	Text: "The lease starts on 1 April 2026 and runs for two years. The monthly rent is EUR 1,940.50, due on the third day of each month.\n" +
		"The deposit is three months' rent. Pets are not allowed. Ada Byron signed for the landlord, and Bob cannot come before 14:30.",
	About: "Lease of the flat; landlord@example.org; 2026-02-03",
}

var heating = Source{
	Text:  "今年供暖从11月15日开始,到明年3月15日结束。每平方米收费22元。请于10月31日之前缴费,张伟不参加周四下午三点的会议。",
	About: "供暖通知 物业 2026年10月20日",
}

var boiler = Source{Text: "The yearly service of the boiler took place on 12 September 2026.\nPrice: $ 140\nThe next service is due in September 2027.", About: "Boiler service; Carol Heating"}

var bill = Source{Text: "Your yearly bill for 2025: you used 3,140 kWh. The amount due is EUR 1,004.80.", About: "Your electricity bill 2025\nNordlicht Energy"}

var ticket = Source{Text: "Outward: 12 June 2026, 09:20, Berlin to Riga. Return: 16 June 2026, 18:05.\nThe price was EUR 214.60. The ticket cannot be refunded.", About: "Booking KX47PL: Riga"}

func TestAnswer(t *testing.T) {
	for _, c := range []struct {
		answer, question string
		want             bool
		quote            string // a part of the first quote
	}{
		{"The monthly rent is EUR 1940.50 [1].", "How much is the rent?", true, "The monthly rent is EUR 1,940.50"},
		{"The rent is €1,940.50 per month.", "How much is the rent?", true, "monthly rent"},
		{"The monthly rent is $1,940.50.", "How much is the rent?", false, ""},
		{"The monthly rent is EUR 1,904.50.", "How much is the rent?", false, ""},
		{"EUR 1,940.50", "How much is the rent?", true, "monthly rent"},
		{"The deposit is EUR 1,940.50.", "How much is the deposit?", false, ""},
		{"The deposit is three months' rent.", "How much is the deposit?", true, "The deposit is three"},
		{"The deposit is 3 months' rent.", "How much is the deposit?", true, "The deposit is three"},
		{"The lease runs for 2 years.", "How long does it run?", true, "runs for two years"},
		{"The lease starts on April 1, 2026.", "When does it start?", true, "1 April 2026"},
		{"The lease starts on 2026-04-01.", "When does it start?", true, "1 April 2026"},
		{"The lease starts on 1 April 2025.", "When does it start?", false, ""},
		{"The lease starts in April 2026.", "When does it start?", true, "1 April 2026"},
		{"The lease starts on 4 January 2026.", "When does it start?", false, ""},
		{"Pets are not allowed.", "Are pets allowed?", true, "Pets are not allowed."},
		{"Pets are allowed.", "Are pets allowed?", false, ""},
		{"Yes, pets are allowed.", "Are pets allowed?", false, ""},
		{"Yes, pets are not allowed in the flat.", "Are pets allowed in the flat?", true, "Pets are not allowed."},
		{"No.", "Are pets allowed?", true, "Pets are not allowed."},
		{"Yes.", "Are pets allowed?", false, ""},
		{"Ada Byron signed for the landlord.", "Who signed?", true, "Ada Byron signed"},
		{"Grace Hopper signed for the landlord.", "Who signed?", false, ""},
		{"Bob cannot come before 2:30 pm.", "When can Bob come?", true, "Bob cannot come"},
		{"Bob can come before 2:30 pm.", "When can Bob come?", false, ""},
		{"EUR 1,940.50", "How much is the car insurance?", false, ""},
		{"22元", "屋顶维修的报价是多少?", false, ""},
		{"22元", "供暖每平方米收费多少?", true, "22元"},
		{"On 1 April 2026.", "When does Carol's lease start?", false, ""},
		{"On 1 April 2026.", "When does the lease of Ada Byron start?", true, "1 April 2026"},
		{"3,140 kWh", "How much electricity did I use in 2025?", true, "3,140 kWh"},
		{"No, the ticket to Riga cannot be refunded.", "Can the ticket to Riga be refunded?", true, "cannot be refunded"},
		{"Dad's birthday is on July 3.", "When is Dad's birthday?", true, "Dad 3 July"},
		{"The landlord is kind and the flat is sunny.", "What is the flat like?", false, ""},
		{"The landlord's address is ada@example.com.", "Address?", false, ""},
		{"The service costs USD 140.", "How much does the service cost?", true, "Price: $ 140"},
		{"The next boiler service is due in September 2027.", "When?", true, "The next service is due"},
		{"The rent is EUR 1,940.50 and the next boiler service is due in September 2027.", "What about rent and boiler?", true, "monthly rent"},
		{"供暖从11月15日开始。", "供暖什么时候开始?", true, "11月15日开始"},
		{"供暖从十一月十五日开始。", "供暖什么时候开始?", true, "11月15日开始"},
		{"供暖从11月16日开始。", "供暖什么时候开始?", false, ""},
		{"每平方米收费\uff12\uff12元。", "收费多少?", true, "每平方米收费22元"},
		{"每平方米收费25元。", "收费多少?", false, ""},
		{"张伟不参加会议。", "谁不参加会议?", true, "张伟不参加"},
		{"王芳不参加会议。", "谁不参加会议?", false, ""},
		{"张伟参加会议。", "谁参加会议?", false, ""},
		{"会议在下午3点。", "会议几点?", true, "下午三点的会议"},
		{"会议在15:00。", "会议几点?", true, "下午三点的会议"},
		{"会议在下午4点。", "会议几点?", false, ""},
		{"The heating starts on 15 November.", "When does the heating start?", true, "11月15日"},
		{"The heating starts on 16 November.", "When does the heating start?", false, ""},
		{"The heating is good.", "Is the heating good?", false, ""},
		{"asdf qwer zxcv uiop", "How much is the rent?", false, ""},
	} {
		sources := []Source{lease, boiler, heating, bill, ticket, {Text: "Birthdays: Mum 14 February, Dad 3 July."}}
		got := Answer(c.answer, c.question, sources)
		if len(got) != 1 {
			t.Errorf("%q became %d sentences", c.answer, len(got))
			continue
		}
		s := got[0]
		if s.Supported != c.want {
			t.Errorf("%q: supported %v, want %v (%v)", c.answer, s.Supported, c.want, s.Missing)
			continue
		}
		if s.Supported {
			q := s.Quotes[0]
			if text := sources[q.Source].Text[q.Start:q.End]; !strings.Contains(text, c.quote) {
				t.Errorf("%q: quoted %q, want it to hold %q", c.answer, text, c.quote)
			}
		} else if len(s.Missing) == 0 {
			t.Errorf("%q: unsupported without a reason", c.answer)
		}
	}
}

func TestMarksComeFirstAndMayBeWrong(t *testing.T) {
	a := Source{Text: "The shop opens at nine. The key is under the mat."}
	b := Source{Text: "The key is under the mat."}
	for answer, want := range map[string]int{"The key is under the mat [2].": 1, "The key is under the mat.[1]": 0, "The key is under the mat [7].": 0, "The key is under the mat. [2]": 1} {
		got := Answer(answer, "Where is the key?", []Source{a, b})
		if len(got) != 1 || !got[0].Supported || got[0].Quotes[0].Source != want {
			t.Errorf("%q: %+v", answer, got)
		}
		if strings.Contains(got[0].Text, "[") {
			t.Errorf("%q keeps its mark: %q", answer, got[0].Text)
		}
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"One. Two! Three?", "One.|Two!|Three?"},
		{"Dr. Emil paid 3.50 at 5 p.m. in Lisbon. Fine.", "Dr. Emil paid 3.50 at 5 p.m. in Lisbon.|Fine."},
		{"第一句。第二句\uff01第三句", "第一句。|第二句\uff01|第三句"},
		{"Title\nThe text goes on\nfor two lines.", "Title|The text goes on\nfor two lines."},
		{"a) x\n- one\n- two", "a) x|- one|- two"},
		{"He left. [1] She stayed. [2]", "He left. [1]|She stayed. [2]"},
		{"", ""},
	} {
		var got []string
		for _, s := range Split(c.in) {
			got = append(got, c.in[s[0]:s[1]])
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%q: %q, want %q", c.in, strings.Join(got, "|"), c.want)
		}
	}
}

// FuzzAnswer looks for text that breaks the checks, and for quotes outside their source.
func FuzzAnswer(f *testing.F) {
	f.Add("The rent is 5 [1].", "rent?", "The rent is 5.")
	f.Add("十一月", "几", "11月")
	f.Fuzz(func(t *testing.T, answer, question, source string) {
		for _, s := range Answer(answer, question, []Source{{Text: source}, lease}) {
			for _, q := range s.Quotes {
				n := len(lease.Text)
				if q.Source == 0 {
					n = len(source)
				}
				if q.Start < 0 || q.End > n || q.Start >= q.End {
					t.Fatalf("quote %+v lies outside %d bytes", q, n)
				}
			}
		}
	})
}

func TestFits(t *testing.T) {
	for _, c := range []struct {
		question, text string
		want           bool
	}{
		{"What is the phone number of the plumber?", "The plumber is Mr. Okafor.", false},
		{"What is the phone number of the plumber?", "Call 030 555 0172.", true},
		{"How much did it cost?", "The technician replaced the filter.", false},
		{"How much did it cost?", "It was free.", true},
		{"How many people came?", "Nobody came.", true},
		{"When is the concert?", "The concert is in the parish hall.", false},
		{"When is the concert?", "It is on Sunday.", true},
		{"When is the concert?", "On 13 December.", true},
		{"供暖缴费的电话是多少?", "请尽快缴费。", false},
		{"供暖缴费的电话是多少?", "电话是138-0055-0123。", true},
		{"会议几点开始?", "下午三点。", true},
		{"Who came?", "The plumber.", true},
	} {
		if got := Fits(c.question, c.text); got != c.want {
			t.Errorf("%s %s: %v", c.question, c.text, got)
		}
	}
}
