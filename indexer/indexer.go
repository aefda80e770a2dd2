// Package indexer keeps an index equal to what lies on disk: watch gives hints, scan
// finds what differs from the known state, extract makes documents, index stores them.
// It never changes a person's file and never imports agent or app.
package indexer

import "time"

// Source is one folder, mailbox or file to keep indexed.
type Source struct {
	// Path is absolute.
	Path string
	// Kind is "folder", "maildir", "mbox" or "file"; "" is found out.
	Kind string
}

// SourceStatus is a source with what became of it.
type SourceStatus struct {
	Source
	// State is "watched", "scanned", "missing" or "unreadable".
	State     string
	Files     int
	Documents int
	Failed    int
	// Notice says what a person should know, such as that changes are found by rescans only.
	Notice string
}

// Outcome is what became of a file.
type Outcome string

// The outcomes there are.
const (
	Read    Outcome = "read"
	Partial Outcome = "partial"
	Skipped Outcome = "skipped"
	Failed  Outcome = "failed"
)

// CoveredFile is one file's line of the coverage report.
type CoveredFile struct {
	Path      string
	Outcome   Outcome
	Reason    string
	Format    string
	Size      int64
	Documents int
	At        time.Time
}

// CoverageReason counts files by outcome and reason.
type CoverageReason struct {
	Outcome Outcome
	Reason  string
	Count   int
}

// CoverageFilter picks a page of the report; zero fields pick everything, 100 files at most.
type CoverageFilter struct {
	Outcome Outcome
	Under   string
	Limit   int
	Offset  int
}

// Coverage is the report. Counts cover all files, Files one page of those matching the filter.
type Coverage struct {
	Counts  map[Outcome]int
	Reasons []CoverageReason
	Files   []CoveredFile
	Total   int
}
