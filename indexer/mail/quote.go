package mail

import (
	"regexp"
	"strings"
)

// What programs put above the text they answer, in the languages they know. A gap may be a
// no-break space, as French sets one before a colon.
var (
	attribution = regexp.MustCompile(`(?i)^(.{3,200}[ >"](wrote|writes):|am .{6,200}schrieb( .{0,80})?:|.{2,120} schrieb am .{6,80}:|` +
		`le .{6,200}a écrit[ \x{a0}\x{202f}]?:|.{3,120} a écrit le .{6,80}:|el .{6,200}escribió:|` +
		`il .{6,200}ha scritto:|op .{6,200}schreef .{0,80}:|em .{6,200}escreveu:|.{3,120}(写道|寫道)[ \x{a0}]?[:\x{ff1a}])\s*$`)
	original = regexp.MustCompile(`(?i)^\s*[-_]{2,}[\s\x{a0}]*(original message|forwarded message|ursprüngliche nachricht|original-?nachricht|` +
		`weitergeleitete nachricht|message d['’]origine|message original|message transféré|mensaje original|messaggio originale|` +
		`原始邮件|原始郵件|原邮件|转发邮件信息|转发的邮件|回复的原邮件)[\s\x{a0}]*[-_]{2,}`)
	moved = regexp.MustCompile(`(?i)^(begin forwarded message|anfang der weitergeleiteten nachricht|début du message (réexpédié|transféré)|` +
		`开始转发的邮件|下面是被转发的邮件)[ \x{a0}]?[:\x{ff1a}]\s*$`)
	// fields are the header of the message answered, as Outlook and its like copy it.
	fields = []*regexp.Regexp{
		regexp.MustCompile(`(?i)^[*\s]*(from|von|de|发件人|寄件者|寄件人)[*\s\x{a0}]*[:\x{ff1a}]`),
		regexp.MustCompile(`(?i)^[*\s]*(sent|date|gesendet|datum|envoyé|envoyé le|发送时间|日期|寄件日期|to|an|à|收件人|收件者)[*\s\x{a0}]*[:\x{ff1a}]`),
		regexp.MustCompile(`(?i)^[*\s]*(subject|betreff|objet|主题|主題|主旨)[*\s\x{a0}]*[:\x{ff1a}]`),
	}
)

// Quoted says for each line of a plain text body whether it is someone else's text quoted
// in a reply, the line that introduces it, or a signature (after a line "-- ").
func Quoted(lines []string) []bool {
	out := make([]bool, len(lines))
	rest := false // all that follows is quoted or signature
	for i, line := range lines {
		if rest {
			out[i] = true
			continue
		}
		t := strings.TrimRight(line, "\r\n")
		switch {
		case out[i]:
		case strings.HasPrefix(t, ">"):
			out[i] = true
		case t == "-- ", t == "--" && i > 0 && len(lines)-i <= 12:
			out[i], rest = true, true
		case rule(t) && (original.MatchString(t) || i > 0 && copied(lines, i+1)), len(t) < 100 && moved.MatchString(t), i > 0 && copied(lines, i):
			out[i], rest = true, true
		case len(t) < 400 && quoteFollows(lines, i+1) && attribution.MatchString(t):
			out[i] = true
		case len(t) < 200 && len(t) > 3 && i+1 < len(lines) && len(lines[i+1]) < 200 && !strings.HasPrefix(lines[i+1], ">") &&
			quoteFollows(lines, i+2) && attribution.MatchString(t+" "+strings.TrimRight(lines[i+1], "\r\n")):
			out[i], out[i+1] = true, true
		}
	}
	for i := 1; i+1 < len(lines); i++ { // empty lines within a quotation
		if !out[i] && out[i-1] && strings.TrimSpace(lines[i]) == "" {
			k := i
			for k < len(lines) && strings.TrimSpace(lines[k]) == "" {
				k++
			}
			if k < len(lines) && out[k] {
				for ; i < k; i++ {
					out[i] = true
				}
			} else {
				i = k
			}
		}
	}
	return out
}

// rule says whether a line begins as one drawn across the text does.
func rule(line string) bool {
	t := strings.TrimLeft(line, " \t")
	return strings.HasPrefix(t, "--") || strings.HasPrefix(t, "__")
}

// copied says whether the header of another message begins in line i: who it is from, when
// or to whom, and of what, in this order within six lines.
func copied(lines []string, i int) bool {
	if i >= len(lines) || len(lines[i]) > 400 || !fields[0].MatchString(lines[i]) {
		return false
	}
	next := 1
	for k := i + 1; k < len(lines) && k <= i+6; k++ {
		if strings.TrimSpace(lines[k]) == "" {
			return false
		}
		if next == 1 && fields[1].MatchString(lines[k]) {
			next = 2
		} else if next == 2 && fields[2].MatchString(lines[k]) {
			return true
		}
	}
	return false
}

// quoteFollows says whether a quoted line is the next that is not empty, within three.
func quoteFollows(lines []string, i int) bool {
	for k := i; k < len(lines) && k < i+3; k++ {
		if strings.HasPrefix(lines[k], ">") {
			return true
		}
		if strings.TrimSpace(lines[k]) != "" {
			return false
		}
	}
	return false
}
