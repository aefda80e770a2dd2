package mail

import (
	"regexp"
	"strings"
)

var (
	attribution = regexp.MustCompile(`(?i)^(on .{6,200}(wrote|writes):?|am .{6,200}schrieb( .{0,80})?:|le .{6,200}a écrit ?:|el .{6,200}escribió:|` +
		`il .{6,200}ha scritto:|op .{6,200}schreef .{0,80}:|em .{6,200}escreveu:|.{3,120}(写道|寫道)[:\x{ff1a}])\s*$`)
	original = regexp.MustCompile(`(?i)^\s*[-_]{2,}\s*(original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|` +
		`message d'origine|mensaje original|messaggio originale|原始邮件|原始郵件|转发的邮件|begin forwarded message)\s*[-_]{2,}`)
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
		case strings.HasPrefix(t, ">"):
			out[i] = true
		case t == "-- ", t == "--" && i > 0 && len(lines)-i <= 12:
			out[i], rest = true, true
		case strings.HasPrefix(strings.TrimLeft(t, " \t"), "--") && original.MatchString(t), strings.HasPrefix(t, "__") && original.MatchString(t):
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
