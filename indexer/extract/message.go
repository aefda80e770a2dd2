package extract

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"steward/indexer/document"
	"steward/indexer/mail"
)

// readMbox reads a mailbox message by message, in the memory of one.
func (j *job) readMbox(s *source) error {
	box := mail.NewMbox(s.r, s.size)
	name := mail.MboxName(s.path)
	if s.part != "" {
		name = ""
	}
	cut := false
	for {
		e, err := box.Next()
		if errors.Is(err, io.EOF) {
			if cut {
				j.note("the mailbox ends in the middle of its last message")
			}
			return nil
		}
		if err != nil {
			return err
		}
		m := mail.Parse(e.Raw)
		if cut = e.Cut; cut {
			m.Notices = append(m.Notices, "the mailbox ends in the middle of this message")
		}
		part := "msg:" + strconv.FormatInt(e.Offset, 10)
		if s.part != "" {
			part = s.part + "/" + part
		}
		one := *s
		one.part, one.size, one.depth = part, e.Size, s.depth+1
		if err := j.writeMessage(&one, m, name); err != nil {
			return err
		}
		j.beat()
	}
}

// readMessage reads a file that is one message.
func (j *job) readMessage(s *source, mailbox string) error {
	size := min(s.size, mail.MaxMessage+1)
	raw := make([]byte, size)
	n, err := s.r.ReadAt(raw, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	m := mail.Parse(raw[:n])
	for _, notice := range m.Notices {
		j.note(notice)
	}
	return j.writeMessage(s, m, mailbox)
}

// writeMessage emits a message and then its attachments as documents of their own.
func (j *job) writeMessage(s *source, m *mail.Message, mailbox string) error {
	w := j.write(s, formatMail)
	d := &w.doc
	d.Kind, d.Title, d.From, d.To, d.Cc = document.KindMail, shorten(plain(m.Subject), 500), m.From, m.To, m.Cc
	d.MessageID, d.InReplyTo, d.References, d.Thread, d.Mailbox = m.MessageID, m.InReplyTo, m.References, m.Thread, mailbox
	if !m.Date.IsZero() {
		d.Date = m.Date
	}
	if d.Title == "" {
		d.Title = firstLine(m)
	}
	if d.Thread == "" {
		d.Thread = d.ID
	}
	for _, a := range m.Attachments {
		if name := attachmentName(a); !a.Inline || a.Name != "" {
			d.Attachments = append(d.Attachments, name)
		}
	}
	d.Notices = append(d.Notices, m.Notices...)
	if err := w.finish(j.bodies(w, m)); err != nil {
		return err
	}
	return j.attachments(s, m, d.ID)
}

func (j *job) bodies(w *writer, m *mail.Message) error {
	for _, b := range m.Bodies {
		w.paragraph()
		if b.HTML {
			h := htmlReader{w: w, mail: true, pos: document.Position{Part: b.Part}}
			if err := h.run(strings.NewReader(b.Text)); err != nil {
				return err
			}
			continue
		}
		lines := strings.Split(strings.TrimRight(b.Text, "\n"), "\n")
		quoted := mail.Quoted(lines)
		pos := document.Position{Part: b.Part}
		for i, line := range lines {
			n := i + 1
			if b.Lines != nil && i < len(b.Lines) {
				n = b.Lines[i]
			}
			if strings.TrimSpace(line) != "" {
				w.at(pos, quoted[i])
			}
			w.seen += int64(len(line)) + 1
			w.line(tidy(line), n)
			if err := w.ok(); err != nil {
				return err
			}
		}
	}
	return nil
}

// attachments reads what came with a message. What cannot be read becomes a document of
// its name alone, with the reason, so that it can be found.
func (j *job) attachments(s *source, m *mail.Message, parent string) error {
	for i, a := range m.Attachments {
		if i == attachLimit {
			j.note("a message has more than 500 attachments; the others were not read")
			break
		}
		if a.Inline && a.Name == "" && strings.HasPrefix(a.Type, "image/") {
			continue // a picture within a page
		}
		one := s.within(s.part+"/"+a.Part, attachmentName(a), a.Data)
		one.parent, one.label = parent, a.Charset
		if s.part == "" {
			one.part = "/" + a.Part
		}
		if !m.Date.IsZero() {
			one.date = m.Date
		}
		if err := j.attachment(one, a); err != nil {
			return err
		}
		j.beat()
	}
	return nil
}

func (j *job) attachment(one *source, a mail.Attachment) error {
	before := j.documents
	var t *trouble
	err := func() error {
		if one.depth > depthLimit {
			return skip("it lies too deep within other messages")
		}
		if reason, yes := Forbidden(one.name); yes {
			return skip(reason)
		}
		if a.Message {
			return j.readMessage(one, "")
		}
		_, err := j.read(one)
		return err
	}()
	if err == nil {
		return nil
	}
	if !errors.As(err, &t) {
		return err
	}
	if t.outcome == failed {
		j.note("an attachment could not be read: " + t.reason)
	}
	if j.documents > before {
		return nil
	}
	w := j.write(one, formatOf(a.Type))
	w.doc.Notices = append(w.doc.Notices, t.reason)
	return w.finish(nil)
}

// formatOf names an attachment that was not read by the type its sender states.
func formatOf(typ string) string {
	_, sub, _ := strings.Cut(typ, "/")
	switch {
	case strings.HasPrefix(typ, "image/"):
		return "image"
	case strings.HasPrefix(typ, "audio/"), strings.HasPrefix(typ, "video/"):
		return "media"
	case sub == "pdf":
		return formatPDF
	}
	return "binary"
}

func attachmentName(a mail.Attachment) string {
	if a.Name != "" {
		return plain(a.Name)
	}
	if a.Message {
		return "forwarded message"
	}
	return fmt.Sprintf("part %s (%s)", a.Part, a.Type)
}

// firstLine serves as the title of a message without a subject.
func firstLine(m *mail.Message) string {
	for _, b := range m.Bodies {
		if b.HTML {
			continue
		}
		for line := range strings.Lines(b.Text) {
			if t := plain(tidy(line)); t != "" && !strings.HasPrefix(t, ">") {
				return shorten(t, 80)
			}
		}
	}
	return ""
}
