package charset

import (
	"testing"

	"golang.org/x/text/encoding/htmlindex"
)

// encoded gives text in the encoding of that label.
func encoded(t *testing.T, text, label string) []byte {
	t.Helper()
	e, err := htmlindex.Get(label)
	if err != nil {
		t.Fatal(err)
	}
	b, err := e.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const (
	german   = "Grüße aus Köln: wir wünschen Euch schöne Tage und hören gern von Euch.\n"
	chinese  = "您好，这是一封中文信。我们明天下午三点在图书馆门口见面，请带上合同和发票。\n"
	russian  = "Здравствуйте! Встречаемся завтра в три часа у входа в библиотеку, возьмите договор.\n"
	japanese = "こんにちは。明日の午後三時に図書館の前で会いましょう。契約書を持ってきてください。\n"
	korean   = "안녕하세요. 내일 오후 세 시에 도서관 앞에서 만납시다. 계약서를 가져오세요.\n"
)

// TestText reads text with the right label, with none, and with the labels it is wrongly
// given in practice.
func TestText(t *testing.T) {
	for _, c := range []struct{ text, really, label string }{
		{german, "windows-1252", "iso-8859-1"},
		{german, "windows-1252", ""},
		{german, "windows-1252", "utf-8"},
		{german, "windows-1252", "us-ascii"},
		{german, "utf-8", "iso-8859-1"},
		{german, "utf-8", "us-ascii"},
		{german, "utf-8", "windows-1250"},
		{german, "utf-8", ""},
		{german, "utf-8", "no such label"},
		{chinese, "gbk", "gb2312"},
		{chinese, "gbk", "gb_2312-80"},
		{chinese, "gb18030", "gb18030"},
		{chinese, "gbk", ""},
		{chinese, "gbk", "utf-8"},
		{chinese, "gbk", "us-ascii"},
		{chinese, "gbk", "iso-8859-1"},
		{chinese, "utf-8", "gb2312"},
		{chinese, "utf-8", "big5"},
		{chinese, "utf-8", "iso-8859-1"},
		{russian, "koi8-r", "koi8-r"},
		{russian, "koi8-r", ""},
		{russian, "windows-1251", ""},
		{russian, "windows-1251", "cp1251"},
		{russian, "utf-8", "koi8-r"},
		{japanese, "shift_jis", "shift_jis"},
		{japanese, "shift_jis", ""},
		{japanese, "euc-jp", ""},
		{japanese, "iso-2022-jp", "iso-2022-jp"},
		{japanese, "iso-2022-jp", ""},
		{japanese, "utf-8", "iso-2022-jp"},
		{korean, "euc-kr", "ks_c_5601-1987"},
		{korean, "euc-kr", ""},
		{"Ää Öö Üü Éé Èè\n", "windows-1252", "iso-8859-1"},
		{"联通\n", "gbk", "gb2312"}, // its bytes are valid UTF-8 by chance
		{"plain\n", "utf-8", "gb2312"},
		{german, "utf-16le", "utf-16le"},
		{german, "utf-16be", "utf-16be"},
	} {
		if got := Text(encoded(t, c.text, c.really), c.label); got != c.text {
			t.Errorf("%s labelled %q: %q, want %q", c.really, c.label, got, c.text)
		}
	}
}
