// Package mail owns the reading of mail as it lies on disk: messages (RFC 5322 and MIME,
// RFC 2045 to 2049), mbox files and Maildirs. It takes what real programs have written,
// broken or not, and gives headers, text and attachments. It never sends, fetches or
// changes mail, and loads nothing a message points to.
package mail

import (
	"crypto/sha256"
	"encoding/base32"
	"sort"
	"strings"
	"time"

	"steward/indexer/document"
)

// Bounds on one message.
const (
	MaxMessage = 64 << 20 // bytes of a message that are read; the rest is named in a notice
	maxHeader  = 1 << 20  // bytes of a header
	maxDepth   = 2_000    // multiparts and messages within one another
	maxParts   = 10_000   // parts of one message
	maxAddrs   = 2_000    // addresses of one field
	maxRefs    = 500      // message IDs of one field
)

// Message is one message, decoded.
type Message struct {
	Subject    string
	From       document.Address
	To, Cc     []document.Address
	Date       time.Time // zero when it cannot be read
	MessageID  string
	InReplyTo  []string
	References []string
	// Thread is the same for all messages of a conversation, as far as their headers tell.
	Thread string
	// Bodies are the text parts in order; of alternatives only the best.
	Bodies []Body
	// Attachments are all other parts, messages within the message included.
	Attachments []Attachment
	// Notices say, in plain words, what could not be read.
	Notices []string
	// Encrypted is true for a message whose content is encrypted (OpenPGP or S/MIME).
	Encrypted bool
}

// Body is one part of a message's text.
type Body struct {
	Part string // "1", "2.1"
	HTML bool   // Text is a page, else plain text
	Text string // valid UTF-8, with "\n" line ends; format=flowed is undone
	// Lines numbers the lines of Text in the part as it was decoded; nil when they are the same.
	Lines []int
}

// Attachment is a part that is not the message's text.
type Attachment struct {
	Part    string
	Name    string // as given by the sender; may be empty
	Type    string // "application/pdf"
	Charset string // of text; may be empty or wrong
	Data    []byte
	Message bool // a message of its own, such as a forwarded one
	Inline  bool // a picture or the like within the text
}

// Parse reads one message. It never fails: what cannot be understood is taken as text and
// said in Notices. raw is not changed, and Attachments may share its memory.
func Parse(raw []byte) *Message {
	m := &Message{}
	if len(raw) > MaxMessage {
		raw = raw[:MaxMessage]
		m.notice("the message is very large; only its first 64 MiB were read")
	}
	head, body := split(raw)
	h := parseHeader(head)
	m.headers(h)
	m.content(h, body)
	m.Thread = m.thread()
	return m
}

func (m *Message) notice(s string) {
	for _, n := range m.Notices {
		if n == s {
			return
		}
	}
	m.Notices = append(m.Notices, s)
}

func (m *Message) headers(h header) {
	m.Subject = h.text("subject")
	if from := h.addresses("from"); len(from) > 0 {
		m.From = from[0]
	} else if from := h.addresses("sender"); len(from) > 0 {
		m.From = from[0]
	}
	m.To = h.addresses("to")
	m.Cc = h.addresses("cc")
	m.Date = h.date()
	if ids := messageIDs(h.raw("message-id")); len(ids) > 0 {
		m.MessageID = ids[0]
	}
	m.InReplyTo = messageIDs(h.raw("in-reply-to"))
	m.References = messageIDs(h.raw("references"))
}

// thread derives the conversation: the oldest message referred to, else the one answered,
// else the message itself. Messages without any ID go together by subject and people.
func (m *Message) thread() string {
	switch {
	case len(m.References) > 0:
		return short("id\x00" + m.References[0])
	case len(m.InReplyTo) > 0:
		return short("id\x00" + m.InReplyTo[0])
	case m.MessageID != "":
		return short("id\x00" + m.MessageID)
	}
	subject := strings.ToLower(BareSubject(m.Subject))
	if subject == "" {
		return ""
	}
	people := []string{m.From.Addr}
	for _, a := range m.To {
		people = append(people, a.Addr)
	}
	sort.Strings(people)
	return short("subject\x00" + subject + "\x00" + strings.Join(people, ","))
}

// short hashes s to 16 characters of lower-case base32.
func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

var replyPrefixes = []string{
	"re", "fwd", "fw", "aw", "wg", "sv", "vs", "antw", "tr", "rv", "r", "i", "odp", "res", "enc", "ref", "ynt", "doorst", "vb",
	"回复", "答复", "转发", "回覆", "轉寄", "返信", "转寄",
}

// BareSubject strips what programs put before a subject when answering or forwarding.
func BareSubject(s string) string {
	for {
		s = strings.TrimSpace(s)
		rest, ok := stripReply(s)
		if !ok {
			return s
		}
		s = rest
	}
}

func stripReply(s string) (string, bool) {
	for _, p := range replyPrefixes {
		if len(s) <= len(p) || !strings.EqualFold(s[:len(p)], p) {
			continue
		}
		rest := s[len(p):]
		if rest[0] == '[' { // Re[2]:
			if i := strings.IndexByte(rest, ']'); i > 0 && i < 5 {
				rest = rest[i+1:]
			}
		}
		rest = strings.TrimLeft(rest, " ")
		if strings.HasPrefix(rest, ":") {
			return rest[1:], true
		}
		if strings.HasPrefix(rest, "\uff1a") {
			return rest[len("\uff1a"):], true
		}
	}
	return s, false
}
