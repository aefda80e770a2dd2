package route

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"time"

	"steward/indexer/query"
)

// now is Tuesday afternoon, 24 November 2026, one hour east of Greenwich.
var now = time.Date(2026, 11, 24, 15, 30, 0, 0, time.FixedZone("CET", 3600))

// write gives a reading on one line.
func write(r Reading) string {
	s := string(r.Kind) + " | " + r.Query.String()
	if r.Query.Order == query.Newest || r.Query.Order == query.Oldest {
		s += " ordered:" + string(r.Query.Order)
	}
	if r.By != "" {
		s += " by:" + string(r.By)
	}
	if r.Folder != "" {
		s += " folder:" + r.Folder
		if !r.FolderSure {
			s += "?"
		}
	}
	if r.Fallback != nil {
		s += " | else " + r.Fallback.String()
	}
	return s
}

// TestUtterances reads pairs of lines: what was asked, and what is to be understood.
func TestUtterances(t *testing.T) {
	for _, name := range []string{"testdata/english.txt", "testdata/chinese.txt"} {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		var asked string
		n := 0
		for sc := bufio.NewScanner(f); sc.Scan(); {
			line := sc.Text()
			switch {
			case strings.HasPrefix(line, "#") || line == "":
			case asked == "":
				asked = line
			default:
				n++
				if got := write(Read(asked, now)); got != strings.TrimSpace(line) {
					t.Errorf("%s\n got  %s\n want %s", asked, got, strings.TrimSpace(line))
				}
				asked = ""
			}
		}
		least := 120
		if strings.Contains(name, "chinese") {
			least = 50
		}
		if n < least {
			t.Errorf("%s holds %d utterances, want at least %d", name, n, least)
		}
	}
}
