package check

import (
	"strings"
	"testing"
)

// BenchmarkAnswer checks two sentences against four passages of about 1,200 bytes.
func BenchmarkAnswer(b *testing.B) {
	var sources []Source
	for range 3 {
		sources = append(sources, Source{Text: strings.Repeat(boiler.Text+" ", 9), About: boiler.About})
	}
	sources = append(sources, Source{Text: strings.Repeat(lease.Text+" ", 4), About: lease.About})
	for b.Loop() {
		if s := Answer("The monthly rent is EUR 1,940.50 [4]. The lease starts on 1 April 2026 [4].", "How much is the rent, and when does the lease start?", sources); !s[0].Supported || !s[1].Supported {
			b.Fatal(s)
		}
	}
}
