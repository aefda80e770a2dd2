package indexer

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"steward/indexer/query"
)

var update = flag.Bool("update", false, "write the golden files anew")

// library is a small collection in two languages, with near misses.
var library = map[string]string{
	"lighthouse-budget.txt":    "The lighthouse project needs a new budget.\n\nThe board decides on the lamp and the tower in May.",
	"lighthouse-history.txt":   "A lighthouse stood here since 1812.\n\nIts keeper wrote a diary about storms and ships.",
	"budget-2023.txt":          "Budget of the year 2023.\n\nRent, salaries, travel. The travel budget was not used up.",
	"budget-2024.txt":          "Budget of the year 2024.\n\nRent, salaries, travel, and a lighthouse.",
	"minutes.txt":              "Minutes of the meeting.\n\nAnna said that the budget is late.\n\nBo will write to the lighthouse keeper about the project.",
	"quoted.txt":               "Agreed.\n\n> The lighthouse project needs a new budget.",
	"recipe.txt":               "Soup of leeks and potatoes.\n\nBoil, then blend. Serve with bread.",
	"resume.txt":               "Résumé of a naïve engineer from Zürich.",
	"预算会议.txt":                 "关于项目预算的会议记录。\n\n会议决定明年的预算增加百分之十。",
	"旅行计划.txt":                 "七月去云南旅行的计划。\n\n酒店已经预订，机票还没有买。",
	"mixed.txt":                "Q3 项目 review: 预算 is on track, next 会议 on Monday.",
	"猫.txt":                    "我家的猫喜欢晒太阳。",
	"changelog-of-lighthouse":  strings.Repeat("Fixed a bug in the parser.\n\n", 40) + "The lighthouse audit tool reports a score.\n\n" + strings.Repeat("Fixed a bug in the printer.\n\n", 40),
	"terms-and-conditions.txt": strings.Repeat("This budget is subject to the terms of the agreement.\n\n", 30),
}

// asks are typed queries; each ranking is in testdata/ranking.golden.
var asks = []string{
	"lighthouse", "lighthouses", "lighthouse budget", "lighthouse project budget", `"lighthouse project"`, `"project lighthouse"`, "budget -lighthouse",
	"budget 2024", "What did Anna say about the budget?", "resume zurich", "RÉSUMÉ", "lighth*", "keeper diary storms", "submarine", "lighthouse submarine",
	"预算", "预算会议", "关于预算的会议", "会议什么时候", "云南旅行", `"项目预算"`, `"预算项目"`, "猫", "晒太阳", "预算 budget", "项目 review", "subject:budget", "subject:预算",
	"the", "budget sort:path",
}

func TestRanking(t *testing.T) {
	b := start(t)
	day := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	for name, text := range library {
		if err := os.Chtimes(b.write(name, text), day, day); err != nil {
			t.Fatal(err)
		}
	}
	b.wait()
	var out strings.Builder
	for _, typed := range asks {
		q, err := query.Parse(typed, day)
		if err != nil {
			t.Fatal(err)
		}
		q.KeywordOnly, q.Limit = true, 6
		r := b.search(q)
		fmt.Fprintf(&out, "%s: %d %s\n", typed, r.Total, strings.TrimPrefix(r.Notice, "Only words were matched, as asked."))
		if strings.ContainsAny(typed, "*:") { // all score alike, in no particular order
			sort.Slice(r.Hits, func(i, j int) bool { return r.Hits[i].Path < r.Hits[j].Path })
		}
		for _, h := range r.Hits {
			var marked []string
			for _, m := range h.Terms {
				marked = append(marked, h.Passage[m[0]:m[1]])
			}
			fmt.Fprintf(&out, "\t%s line %d [%s]\n", filepath.Base(h.Path), h.Position.Line, strings.Join(marked, "|"))
		}
	}
	golden := filepath.Join("testdata", "ranking.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("the ranking changed; if for the better, run with -update. Now:\n%s", out.String())
	}
}
