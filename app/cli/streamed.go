package cli

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"
)

// streamed is an answer's text as it comes, before it was checked.
type streamed struct {
	out  io.Writer
	text strings.Builder
	// width and height are the terminal's in cells, 0 where the text does not go to one.
	width, height int
}

func newStreamed(out io.Writer) *streamed {
	s := &streamed{out: out}
	if f, ok := out.(*os.File); ok && isTerminal(out) {
		if w, h, err := term.GetSize(int(f.Fd())); err == nil {
			s.width, s.height = w, h
		}
	}
	return s
}

func (s *streamed) empty() bool { return s.text.Len() == 0 }

func (s *streamed) add(token string) error {
	token = printable(token)
	s.text.WriteString(token)
	_, err := fmt.Fprint(s.out, token)
	return err
}

var marks = regexp.MustCompile(`\s*\[\d+\]`)

func bare(text string) string {
	return strings.Join(strings.Fields(marks.ReplaceAllString(text, "")), " ")
}

// replace puts the checked text in the place of what streamed. A terminal draws it over; in a
// file or pipe, it follows, unless only one sentence's marks would be new.
func (s *streamed) replace(text string) {
	text = printable(text)
	old := s.text.String()
	switch rows := s.rows(); {
	case s.empty():
		fmt.Fprintln(s.out, text)
	case strings.TrimSpace(old) == strings.TrimSpace(text):
		fmt.Fprintln(s.out)
	case rows > 0 && rows < s.height:
		if rows > 1 {
			fmt.Fprintf(s.out, "\x1b[%dA", rows-1)
		}
		fmt.Fprintf(s.out, "\r\x1b[J%s\n", text)
	case bare(old) == bare(text) && strings.Count(text, "[") <= 1:
		fmt.Fprintln(s.out)
	default:
		fmt.Fprintf(s.out, "\n\nAfter the checks:\n%s\n", text)
	}
}

// rows is the number of the terminal's rows the text takes, 0 where there is no terminal.
func (s *streamed) rows() int {
	if s.width <= 0 {
		return 0
	}
	rows := 0
	for line := range strings.SplitSeq(s.text.String(), "\n") {
		rows++
		if w := runewidth.StringWidth(strings.ReplaceAll(line, "\t", "        ")); w > s.width {
			rows += (w - 1) / s.width
		}
	}
	return rows
}
