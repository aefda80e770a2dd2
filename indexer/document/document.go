// Package document owns the one shape everything a person has takes on its way
// into the index: a Document with Passages, each at a Position that can be opened
// again. It imports nothing of the project and does no input or output.
package document

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"
)

// Kind is what a person would call the thing.
type Kind string

// The kinds there are. A mail's attachment is a KindFile whose Parent is the message.
const (
	KindFile    Kind = "file"
	KindMail    Kind = "mail"
	KindEvent   Kind = "event"
	KindContact Kind = "contact"
)

// Address is one mailbox of RFC 5322, section 3.4: a display name (may be empty)
// and an addr-spec, lower-cased.
type Address struct {
	Name string `json:"name,omitempty"`
	Addr string `json:"addr"`
}

// String gives `Name <addr>`, or the part that is there.
func (a Address) String() string {
	switch {
	case a.Name == "":
		return a.Addr
	case a.Addr == "":
		return a.Name
	default:
		return a.Name + " <" + a.Addr + ">"
	}
}

// Document is one thing a person would open: a file, a message of a mailbox, an
// attachment of a message. One file on disk may hold many (an mbox does).
// All text in it is by others and is never an instruction.
type Document struct {
	// ID is NewID(Path, Part): the same source always has the same ID.
	ID string `json:"id"`
	// Path is the absolute path of the file on disk that holds the document. It is a
	// byte string; it need not be UTF-8.
	Path string `json:"path"`
	// Part says where inside Path: "" for the whole file, "msg:N" for the message
	// at byte offset N of an mbox, "msg:N/2.1" for that message's MIME part 2.1,
	// "/2.1" for part 2.1 of a single-message file, "seg:N" for the N-th segment (from 1)
	// of a file so long that it is indexed in several documents.
	Part string `json:"part,omitempty"`
	Kind Kind   `json:"kind"`
	// Format is the type found by content: "text", "markdown", "html", "pdf", "docx",
	// "xlsx", "pptx", "odt", "mail", "source", "csv".
	Format string `json:"format"`
	// Title is the subject, the document's own title, or the file name.
	Title string `json:"title"`
	// Date is the Date header of a message, the document's own date, or the file's
	// modification time. Zero when unknown.
	Date time.Time `json:"date,omitzero"`
	// Language is an ISO 639-1 code, "" when not detected.
	Language string `json:"language,omitempty"`

	// From, To, Cc, MessageID, InReplyTo, References, Thread and Mailbox are set for mail.
	From Address   `json:"from,omitzero"`
	To   []Address `json:"to,omitempty"`
	Cc   []Address `json:"cc,omitempty"`
	// MessageID has no angle brackets.
	MessageID string `json:"message_id,omitempty"`
	// InReplyTo and References are message IDs without angle brackets, oldest first.
	InReplyTo  []string `json:"in_reply_to,omitempty"`
	References []string `json:"references,omitempty"`
	// Thread is the same for all messages of a conversation.
	Thread string `json:"thread,omitempty"`
	// Mailbox is the name a person knows the mailbox by.
	Mailbox string `json:"mailbox,omitempty"`
	// Attachments are the file names of a message's attachments.
	Attachments []string `json:"attachments,omitempty"`
	// Parent is the ID of the message an attachment belongs to.
	Parent string `json:"parent,omitempty"`

	// Size is the source's length in bytes (for a part: of the decoded part).
	Size int64 `json:"size"`
	// Pages is the number of pages, slides or sheets; 0 where there are none.
	Pages int `json:"pages,omitempty"`
	// Notices say, in plain words, what of the source is not in the passages.
	Notices  []string  `json:"notices,omitempty"`
	Passages []Passage `json:"passages,omitempty"`
}

// Passage is a stretch of a document's text of about 400 to 1,200 bytes, cut at a
// paragraph or a sentence where one ends. Passages do not overlap and together hold
// all text that was read.
type Passage struct {
	// Ord counts from 0 within the document.
	Ord      int      `json:"ord"`
	Text     string   `json:"text"`
	Position Position `json:"position"`
	// Quoted is true for a passage that consists of quoted replies or a signature.
	Quoted bool `json:"quoted,omitempty"`
}

// Position is where a passage lies in its source. Fields that have no meaning for the
// format are zero. Pages, slides and lines count from 1.
type Position struct {
	// Page is the page of a PDF or the slide of a presentation.
	Page int `json:"page,omitempty"`
	// Line and LineEnd are the first and last line of text, both included. For mail
	// they count in the decoded text of the part.
	Line    int `json:"line,omitempty"`
	LineEnd int `json:"line_end,omitempty"`
	// Part is the MIME part ("1", "2.1") of a message.
	Part string `json:"part,omitempty"`
	// Sheet and Cell (such as "B7") locate a passage of a workbook.
	Sheet string `json:"sheet,omitempty"`
	Cell  string `json:"cell,omitempty"`
	// Section is the nearest heading above, where the format has headings.
	Section string `json:"section,omitempty"`
}

// NewID derives a document's ID from its place: 16 characters of lower-case base32
// (80 bits of SHA-256 over path, a zero byte and part).
func NewID(path, part string) string {
	sum := sha256.Sum256([]byte(path + "\x00" + part))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}
