package main

import (
	"testing"
	"time"
)

func TestBothSidesAreAskedTheSame(t *testing.T) {
	s := search{
		Kind: "filtered", Text: "hereby", From: "ada",
		After: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Before: time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	// Before is exclusive here and inclusive there.
	if got, want := s.recoll(), "hereby from:ada date:2020-01-01/2020-12-31"; got != want {
		t.Errorf("recoll is asked %q, want %q", got, want)
	}
	if got, want := s.query().String(), "hereby from:ada after:2020-01-01 before:2021-01-01"; got != want {
		t.Errorf("steward is asked %q, want %q", got, want)
	}
	if got := (search{Text: `"as is"`}).recoll(); got != `"as is"` {
		t.Errorf("a phrase became %q", got)
	}
}
