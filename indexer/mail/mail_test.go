package mail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"
)

// text joins the bodies of a message.
func (m *Message) text() string {
	var b strings.Builder
	for _, body := range m.Bodies {
		b.WriteString(body.Text)
	}
	return b.String()
}

// TestBrokenMessages reads what real programs have written, and worse.
func TestBrokenMessages(t *testing.T) {
	const head = "From: a@example.org\nSubject: s\n"
	for name, c := range map[string]struct{ raw, subject, text, notice string }{
		"raw Latin-1 subject":       {"From: a@example.org\nSubject: Gr\xfc\xdfe aus K\xf6ln\n\nHallo\n", "Grüße aus Köln", "Hallo\n", ""},
		"raw UTF-8 subject":         {"From: a@example.org\nSubject: Grüße\n\nHallo\n", "Grüße", "Hallo\n", ""},
		"encoded words":             {"Subject: =?iso-8859-1?Q?Caf=E9?=\n =?utf-8?B?IOKCrA==?=\n\nx\n", "Café €", "x\n", ""},
		"words without a gap":       {"Subject: =?utf-8?Q?a?==?utf-8?Q?b?=\n\nx\n", "ab", "x\n", ""},
		"a character cut in two":    {"Subject: =?utf-8?B?5rW0?= =?utf-8?B?55s=?=\n\nx\n", "浴\u76d8"[:3] + "\uFFFD", "x\n", ""},
		"unknown charset in a word": {"Subject: =?x-unknown?Q?hi?=\n\nx\n", "hi", "x\n", ""},
		"type text":                 {head + "Content-Type: text\n\nplain\n", "s", "plain\n", ""},
		"type nonsense":             {head + "Content-Type: ;;=;\n\nplain\n", "s", "plain\n", ""},
		">From first line":          {">From a@example.org Mon May  6 08:00:00 2024\n" + head + "\nbody\n", "s", "body\n", ""},
		"From first line":           {"From a@example.org Mon May  6 08:00:00 2024\n" + head + "\nbody\n", "s", "body\n", ""},
		">From amid the header":     {head + ">From x\nTo: b@example.org\n\nbody\n", "s", "body\n", ""},
		"no empty line":             {head + "this is no header line\nmore\n", "s", "this is no header line\nmore\n", ""},
		"no boundary":               {head + "Content-Type: multipart/mixed\n\n--q\nContent-Type: text/plain\n\none\n--q--\n", "s", "one", ""},
		"no boundary, no parts":     {head + "Content-Type: multipart/mixed\n\njust text\n", "s", "just text\n", "the message is broken: its parts cannot be told apart"},
		"boundary that never comes": {head + "Content-Type: multipart/mixed; boundary=x\n\njust text\n", "s", "just text\n", "the message is broken: it ends before its last part does"},
		"no closing boundary":       {head + "Content-Type: multipart/mixed; boundary=x\n\n--x\n\npart one\n", "s", "part one", "the message is broken: it ends before its last part does"},
		"part without a header":     {head + "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nbare\n--x--\n", "s", "bare", ""},
		"wrong charset":             {head + "Content-Type: text/plain; charset=utf-8\n\nK\xf6ln ist sch\xf6n\n", "s", "Köln ist schön\n", ""},
		"ascii that is not":         {head + "Content-Type: text/plain; charset=us-ascii\n\nsch\xc3\xb6n\n", "s", "schön\n", ""},
		"unknown charset":           {head + "Content-Type: text/plain; charset=x-nothing\n\nsch\xf6ne Tage am Meer\n", "s", "schöne Tage am Meer\n", ""},
		"broken base64":             {head + "Content-Transfer-Encoding: base64\n\nSGVs*bG8g\nd29y bGQ\n", "s", "Hello world", ""},
		"broken quoted-printable":   {head + "Content-Transfer-Encoding: quoted-printable\n\na=3Db =ZZ c=\nd=", "s", "a=b =ZZ cd", ""},
		"unknown transfer encoding": {head + "Content-Transfer-Encoding: x-odd\n\nas it is\n", "s", "as it is\n", ""},
		"header only":               {head, "s", "", ""},
		"nothing":                   {"", "", "", ""},
		"only text":                 {"no header at all\nsecond line\n", "", "no header at all\nsecond line\n", ""},
		"old Mac line ends":         {head + "\none\rtwo\r", "s", "one\ntwo\n", ""},
		"gb2312 subject raw":        {"Subject: \xc4\xfa\xba\xc3\xa3\xac\xd5\xe2\xca\xc7\xd2\xbb\xb7\xe2\xd6\xd0\xce\xc4\xd0\xc5\n\nx\n", "您好，这是一封中文信", "x\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := Parse([]byte(c.raw))
			if m.Subject != c.subject {
				t.Errorf("subject %q, want %q", m.Subject, c.subject)
			}
			if got := m.text(); strings.TrimRight(got, "\n") != strings.TrimRight(c.text, "\n") {
				t.Errorf("text %q, want %q", got, c.text)
			}
			if got := strings.Join(m.Notices, "; "); got != c.notice {
				t.Errorf("notices %q, want %q", got, c.notice)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{
		`Ada <ADA@Example.org>`:                            "Ada <ada@example.org>",
		`"Lovelace, Ada" <ada@example.org>, b@example.org`: "Lovelace, Ada <ada@example.org>|b@example.org",
		`ada@example.org (Ada L.)`:                         "Ada L. <ada@example.org>",
		`undisclosed-recipients:;`:                         "",
		`Team: a@example.org, b@example.org;`:              "a@example.org|b@example.org",
		`=?utf-8?q?J=C3=BCrgen?= <j@example.org>`:          "Jürgen <j@example.org>",
		"J\xfcrgen M\xfcller <j@example.org>":              "Jürgen Müller <j@example.org>",
		`a@example.org; b@example.org`:                     "a@example.org|b@example.org",
		`<a@example.org`:                                   "a@example.org",
		`Somebody`:                                         "Somebody",
		`"a@example.org" <a@example.org>`:                  "a@example.org",
	} {
		var got []string
		for _, a := range parseHeader([]byte("To: " + in + "\n")).addresses("to") {
			got = append(got, a.String())
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	want := time.Date(2024, 5, 6, 8, 0, 0, 0, time.UTC)
	for _, v := range []string{
		"Mon, 6 May 2024 08:00:00 +0000", "6 May 2024 10:00:00 +0200", "Mon, 06 May 2024 08:00:00 GMT", "Mon, 6 May 2024 08:00:00 -0000 (UTC)",
		"Mon May  6 08:00:00 2024", "2024-05-06T08:00:00Z", "Mon, 6 May 24 08:00:00 +0000", "Mon, 6 May 2024 08:00 +0000", "Mon, 6 May 2024 08:00:00 UT",
	} {
		if got, ok := parseDate(v); !ok || !got.Equal(want) {
			t.Errorf("%q: %v, %v", v, got, ok)
		}
	}
	for _, v := range []string{"", "yesterday", "Mon, 6 May 0024 08:00:00 +0000", "99 Foo 2024"} {
		if got, ok := parseDate(v); ok {
			t.Errorf("%q: %v", v, got)
		}
	}
}

// TestThread checks that the messages of a conversation share a thread and others do not.
func TestThread(t *testing.T) {
	first := Parse([]byte("Message-ID: <1@example.org>\nSubject: x\n\n"))
	reply := Parse([]byte("Message-ID: <2@example.org>\nIn-Reply-To: <1@example.org>\n\n"))
	third := Parse([]byte("Message-ID: <3@example.org>\nReferences: <1@example.org> <2@example.org>\nIn-Reply-To: <2@example.org>\n\n"))
	other := Parse([]byte("Message-ID: <4@example.org>\nSubject: Re: x\n\n"))
	if first.Thread == "" || first.Thread != reply.Thread || first.Thread != third.Thread || first.Thread == other.Thread {
		t.Error(first.Thread, reply.Thread, third.Thread, other.Thread)
	}
	a := Parse([]byte("From: a@example.org\nTo: b@example.org\nSubject: Lunch\n\n"))
	b := Parse([]byte("From: b@example.org\nTo: a@example.org\nSubject: RE: Fwd: lunch\n\n"))
	if a.Thread == "" || a.Thread != b.Thread {
		t.Error("without IDs:", a.Thread, b.Thread)
	}
	for in, want := range map[string]string{"Re[2]: AW: x": "x", "回复：转发: 你好": "你好", "Regards": "Regards", "Re: ": ""} {
		if got := BareSubject(in); got != want {
			t.Errorf("BareSubject(%q) = %q", in, got)
		}
	}
}

func TestQuoted(t *testing.T) {
	for in, want := range map[string]string{
		"mine\n\nOn Mon, 6 May 2024, Ada wrote:\n> hers\n>\n> more\n\nmine\n": "..qqqq..",
		"mine\n> a\n\n> b\nmine":                                   ".qqq.",
		"mine\n-- \nAda\nphone":                                    ".qqq",
		"mine\n\n-----Original Message-----\nFrom: x\ntext":        "..qqq",
		"Am Montag, 6. Mai 2024 um 10:00\nschrieb Ada:\n> hallo\n": "qqq",
		"On the other hand she wrote:\nnothing quoted here":        "..",
		"a -- b\n--\nlong text":                                    ".qq",
		"我的\n\n张三 <z@example.org> 于2024年5月6日周一 10:00写道：\n\n> 你好\n> 再见":                                                       "..qqqq",
		"好的\n\n------------------\u00a0原始邮件\u00a0------------------\n发件人: \"z\" <z@example.org>\n你好":                         "..qqq",
		"好的\n\n发件人: 张三\n发送时间: 2024年5月6日 10:00\n收件人: 李四\n主题: 你好\n\n原文":                                                        "..qqqqqq",
		"Ja\n\nAm Mo., 6. Mai 2024 um 10:00 Uhr schrieb Ada <\nada@example.org>:\n\n> Kommst du?":                            "..qqqq",
		"Ja\n\nAda schrieb am 06.05.2024 um 10:00 Uhr:\n> Kommst du?":                                                        "..qq",
		"Gut\n\nVon: Ada <ada@example.org>\nGesendet: Montag, 6. Mai 2024 10:00\nAn: Bob\nBetreff: Saal\n\nHallo Bob":        "..qqqqqq",
		"Oui\n\nLe lun. 6 mai 2024 à 10:00, Ada <ada@example.org> a écrit\u00a0:\n\n> Tu viens ?":                            "..qqq",
		"Oui\n\nDe : Ada <ada@example.org>\nEnvoyé : lundi 6 mai 2024 10:00\nÀ : Bob\nObjet : La salle\n\nBonjour":           "..qqqqqq",
		"Oui\n\n-----Message d’origine-----\nDe : Ada\ntexte":                                                                "..qqq",
		"Yes\n________________________________\nFrom: Ada <ada@example.org>\nSent: Monday\nTo: Bob\nSubject: Hall\n\nHi Bob": ".qqqqqqq",
		"FYI\n\nBegin forwarded message:\n\nFrom: Ada <ada@example.org>\ntext":                                               "..qqqq",
		"Ada <ada@example.org> writes:\n\n> hers\n\nmine":                                                                    "qqq..",
		"From: the garden\nwe took leaves.\n\nTo: the cellar":                                                                "....",
		"De : rien\n\nObjet : rien":         "...",
		"He wrote:\nnot quoted\n> but this": "..q",
	} {
		var got strings.Builder
		for _, q := range Quoted(strings.Split(strings.TrimRight(in, "\n"), "\n")) {
			got.WriteByte(".q"[map[bool]int{true: 1}[q]])
		}
		if got.String() != want {
			t.Errorf("%q: %s, want %s", in, got.String(), want)
		}
	}
}

func TestFlowed(t *testing.T) {
	text, lines := unflow("one \ntwo\n> q1 \n> q2\nthree\n-- \nsig\n", false)
	if text != "one two\n> q1 q2\nthree\n-- \nsig\n" || fmt.Sprint(lines) != "[1 3 5 6 7]" {
		t.Errorf("%q %v", text, lines)
	}
	if text, _ := unflow("漢 \n字\n", true); text != "漢字\n" {
		t.Errorf("delsp: %q", text)
	}
}

// TestMboxVariants reads the same three messages in each variant of the format.
func TestMboxVariants(t *testing.T) {
	const from = "From a@example.org Mon May  6 08:00:00 2024\n"
	body := "One.\n\nFrom here on it is text.\n>From quoted\n"
	second := "Two.\n\nFrom b@example.org Tue May  7 09:00:00 2024\nSubject: a message within\n\nend\n"
	build := func(escape func(string) string, length bool) string {
		var b strings.Builder
		for i, text := range []string{body, second, "Three.\n"} {
			text = escape(text)
			fmt.Fprintf(&b, "%sSubject: %d\n", from, i+1)
			if length {
				fmt.Fprintf(&b, "Content-Length: %d\n", len(text))
			}
			b.WriteString("\n" + text + "\n")
		}
		return b.String()
	}
	mboxo := func(s string) string { return strings.ReplaceAll("\n"+s, "\nFrom ", "\n>From ")[1:] }
	mboxrd := func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll("\n"+s, "\n>From ", "\n>>From "), "\nFrom ", "\n>From ")[1:]
	}
	none := func(s string) string { return s }
	for name, c := range map[string]struct {
		file string
		text string
	}{
		"mboxrd": {build(mboxrd, false), body}, "mboxo": {build(mboxo, false), strings.ReplaceAll(body, ">From quoted", "From quoted")},
		"mboxcl2": {build(none, true), body}, "mboxrd with CRLF": {strings.ReplaceAll(build(mboxrd, false), "\n", "\r\n"), body},
	} {
		t.Run(name, func(t *testing.T) {
			r := NewMbox(strings.NewReader(c.file), int64(len(c.file)))
			for i := 1; ; i++ {
				e, err := r.Next()
				if errors.Is(err, io.EOF) {
					if i != 4 {
						t.Errorf("%d messages", i-1)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				m := Parse(e.Raw)
				if m.Subject != fmt.Sprint(i) || e.Cut || !strings.HasPrefix(c.file[e.Offset:], "From a@") {
					t.Errorf("message %d: subject %q at %d, cut %v", i, m.Subject, e.Offset, e.Cut)
				}
				want := map[int]string{1: c.text, 2: second, 3: "Three.\n"}[i]
				if strings.TrimSpace(m.text()) != strings.TrimSpace(want) {
					t.Errorf("message %d: %q, want %q", i, m.text(), want)
				}
			}
		})
	}
}

// TestIsMessage checks both ways what is taken for mail.
func TestIsMessage(t *testing.T) {
	for in, want := range map[string]bool{
		"From: a@example.org\nTo: b@example.org\nSubject: x\nDate: Mon, 6 May 2024 08:00:00 +0000\n\nhi": true,
		"Received: from x\nMessage-ID: <1@example.org>\n\nhi":                                            true,
		"Title: A paper\nAuthor: Ada\n\ntext":                                                            false,
		"Note: from here\nSubject: gardening\n\ntext":                                                    false,
		"# Heading\n\ntext": false,
	} {
		if got := IsMessage([]byte(in)); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
	if !IsMbox([]byte("From a@example.org Mon May  6 08:00:00 2024\nSubject: x\n\n")) || IsMbox([]byte("From here we went on at 10:00 in 2024\nand on\n")) {
		t.Error("IsMbox")
	}
}

// TestWalkAgrees compares our walk with enmime on well-formed messages.
func TestWalkAgrees(t *testing.T) {
	for _, raw := range seeds() {
		want, err := enmime.ReadParts(strings.NewReader(raw))
		if err != nil {
			continue
		}
		var leaves [][]byte
		for _, p := range want.DepthMatchAll(func(p *enmime.Part) bool { return p.FirstChild == nil }) {
			leaves = append(leaves, p.Content)
		}
		head, body := split([]byte(raw))
		root, whole := walk(parseHeader(head), body)
		if !whole {
			t.Errorf("%q: not whole", raw)
		}
		var got [][]byte
		var collect func(*part)
		collect = func(p *part) {
			if !p.multi() {
				got = append(got, p.data)
			}
			for _, c := range p.parts {
				collect(c)
			}
		}
		collect(root)
		if len(got) != len(leaves) {
			t.Errorf("%q: %d parts, enmime finds %d", raw, len(got), len(leaves))
			continue
		}
		for i := range got {
			if !bytes.Equal(bytes.TrimSpace(got[i]), bytes.TrimSpace(leaves[i])) {
				t.Errorf("%q, part %d: %q, enmime reads %q", raw, i, got[i], leaves[i])
			}
		}
	}
}

func seeds() []string {
	return []string{
		"From: a@example.org\nSubject: s\n\nplain\n",
		"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\npre\n--a\nContent-Type: text/plain\n\none\n--a\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\ntwo\n--b\nContent-Type: text/html\n\n<p>two</p>\n--b--\n--a\nContent-Type: application/pdf; name=x.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0=\n--a--\npost\n",
		"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"=_x y\"\r\n\r\n--=_x y\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=\r\nc\r\n--=_x y--\r\n",
		"MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nSGVsbG8=\n",
	}
}

// FuzzMessage checks that no message makes the parser fail, and that all text is valid.
func FuzzMessage(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s))
	}
	f.Add([]byte("Subject: =?utf-8?B?5rW0?= =?utf-8?B?55s=?=\nContent-Type: multipart/mixed\n\n--x\n\n--x\nContent-Type: multipart/digest; boundary=x\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := Parse(raw)
		for _, s := range []string{m.Subject, m.From.Name, m.From.Addr, m.text(), m.MessageID} {
			if strings.ToValidUTF8(s, "") != s {
				t.Errorf("not valid: %q", s)
			}
		}
		for _, b := range m.Bodies {
			if b.Lines != nil && len(b.Lines) < strings.Count(b.Text, "\n") {
				t.Errorf("%d numbers for %d lines", len(b.Lines), strings.Count(b.Text, "\n"))
			}
			Quoted(strings.Split(b.Text, "\n"))
		}
	})
}

// FuzzMbox checks that every file is read to its end, offsets grow, and nothing is read twice.
func FuzzMbox(f *testing.F) {
	f.Add([]byte("From a@example.org Mon May  6 08:00:00 2024\nSubject: x\nContent-Length: 5\n\nbody\n\nFrom a@example.org Mon May  6 08:00:00 2024\n\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		IsMbox(raw)
		IsMessage(raw)
		b := NewMbox(bytes.NewReader(raw), int64(len(raw)))
		last, total := int64(-1), int64(0)
		for {
			e, err := b.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if e.Offset <= last || !bytes.HasPrefix(raw[e.Offset:], []byte("From ")) {
				t.Fatalf("a message at %d after one at %d", e.Offset, last)
			}
			last = e.Offset
			total += e.Size
		}
		if total > int64(len(raw)) {
			t.Errorf("%d bytes of %d", total, len(raw))
		}
	})
}
