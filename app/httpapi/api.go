// Package httpapi owns the one http.Handler behind every interface: the window's asset
// handler, `serve` on loopback, and the socket the command line talks to. The types in
// this file are the whole contract with the front end and the command line.
//
//	POST   /api/ask                  AskRequest       -> NDJSON of AskEvent
//	POST   /api/search               query.Query      -> query.Result; with ?patient=1 it waits
//	                                                     up to 15 s for the query's vector
//	GET    /api/documents/{id}                        -> DocumentView
//	GET    /api/documents/{id}/raw                    -> the file's bytes, never as active content
//	POST   /api/documents/{id}/open                   -> opens it in the person's own application
//	GET    /api/status                                -> Status
//	GET    /api/events                                -> text/event-stream of Change
//	GET    /api/sources                               -> []Source
//	POST   /api/sources              SourcePaths      -> []Source
//	DELETE /api/sources              SourcePaths      -> []Source
//	GET    /api/sources/suggested                     -> []SuggestedSource
//	GET    /api/directory?path=                       -> Directory
//	GET    /api/coverage?outcome=&under=&limit=&offset= -> Coverage
//	POST   /api/index                IndexRequest     -> NDJSON of IndexProgress
//	GET    /api/settings                              -> Settings
//	PUT    /api/settings             Settings         -> Settings
//	GET    /api/models                                -> Models
//	POST   /api/models/install       ModelRequest     -> NDJSON of Progress
//	GET    /api/doctor                                -> []Check
//
// Only the command line's socket has, when a window or `serve` set them:
//
//	POST   /api/native/show                           -> brings the window to the front
//	POST   /api/native/address                        -> NativeAddress
//
// Every error is a JSON Error with a fitting HTTP status.
package httpapi

import (
	"encoding/json"
	"time"

	"steward/agent"
	"steward/indexer/document"
	"steward/indexer/query"
)

// AskRequest asks a question.
type AskRequest struct {
	Question string `json:"question"`
	// Now is the moment relative dates count from; absent means the clock.
	Now time.Time `json:"now,omitzero"`
	// Locale is "en" or "zh-Hans"; "" means the settings'.
	Locale string `json:"locale,omitempty"`
	// Surface asks for A2UI messages beside the events.
	Surface bool `json:"surface,omitempty"`
}

// AskEvent is one line of an answer's stream. Type is one of agent.Event's, or "surface":
// Messages are then A2UI v0.9.1 messages to hand to the renderer in order. The last line
// is always "done" or "error". Closing the request cancels the question at once.
type AskEvent struct {
	agent.Event
	Messages []json.RawMessage `json:"messages,omitempty"`
	Error    *Error            `json:"error,omitempty"`
}

// Error tells what happened, to what, and what the person can do.
type Error struct {
	// Code is "bad_request", "unauthorized", "not_found", "conflict", "unavailable",
	// "cancelled" or "internal".
	Code string `json:"code"`
	// Part names what is unavailable: "runtime", "model", "index", "folder", "disk", "interface".
	Part    string `json:"part,omitempty"`
	Message string `json:"message"`
	Fix     string `json:"fix,omitempty"`
}

func (e *Error) Error() string { return e.Message }

// Status is everything the frame of the window shows.
type Status struct {
	Version string       `json:"version"`
	Home    string       `json:"home"`
	Index   query.Status `json:"index"`
	Runtime Runtime      `json:"runtime"`
	Sources []Source     `json:"sources"`
	// FirstRun is true until the person has chosen a folder and finished the first run.
	FirstRun bool `json:"first_run"`
	// Native is true in the desktop window, where the system's own folder dialog exists.
	Native bool `json:"native"`
}

// Runtime is the model server's state.
type Runtime struct {
	// State is "ready", "starting", "absent", "no_model" or "failed".
	State string `json:"state"`
	// Endpoint is the base address; Owned is true when Steward started the server.
	Endpoint string `json:"endpoint,omitempty"`
	Owned    bool   `json:"owned"`
	Version  string `json:"version,omitempty"`
	// Chat and Embed are the models in use, "" when there is none.
	Chat  string `json:"chat,omitempty"`
	Embed string `json:"embed,omitempty"`
	// Message and Fix are set unless State is "ready".
	Message string `json:"message,omitempty"`
	Fix     string `json:"fix,omitempty"`
}

// Source is one folder, mailbox or file a person gave.
type Source struct {
	Path string `json:"path"`
	// PathBytes is the path itself (base64 in JSON), set only when it is not UTF-8: Path then
	// shows U+FFFD where a byte could not be told.
	PathBytes []byte `json:"path_bytes,omitempty"`
	// Kind is "folder", "maildir", "mbox" or "file".
	Kind string `json:"kind"`
	// State is "watched", "scanned" (changes are found by rescans only), "missing" or "unreadable".
	State     string `json:"state"`
	Files     int    `json:"files"`
	Documents int    `json:"documents"`
	Failed    int    `json:"failed"`
	Notice    string `json:"notice,omitempty"`
}

// SourcePaths names sources to add or remove, by absolute path.
type SourcePaths struct {
	Paths []string `json:"paths"`
	// PathsBytes are further paths, for those that are not UTF-8 (base64 in JSON).
	PathsBytes [][]byte `json:"paths_bytes,omitempty"`
}

// SuggestedSource is a place found on this computer that a person may want to add.
type SuggestedSource struct {
	Path string `json:"path"`
	Kind string `json:"kind"`
	// Name is what a person calls it: "Documents", "Thunderbird mail of ada@example.org".
	Name string `json:"name"`
}

// Directory lists a folder's subfolders and mailboxes, for choosing one without a native dialog.
type Directory struct {
	Path    string           `json:"path"`
	Parent  string           `json:"parent,omitempty"`
	Entries []DirectoryEntry `json:"entries"`
}

// DirectoryEntry is one line of a Directory.
type DirectoryEntry struct {
	Name string `json:"name"`
	Path string `json:"path"`
	// Kind is "folder", "maildir" or "mbox".
	Kind string `json:"kind"`
}

// DocumentView is a document to be read, with what has become of its source.
type DocumentView struct {
	document.Document
	// PathBytes is as in Source.
	PathBytes []byte `json:"path_bytes,omitempty"`
	// Stale is true when the file changed since it was read; Missing when it is gone.
	Stale   bool `json:"stale"`
	Missing bool `json:"missing"`
}

// Coverage says what became of every file. Counts cover everything; Files is one page of it.
type Coverage struct {
	// Read files are in the index whole; Partial ones up to a limit that Reason names;
	// Skipped ones were left out by a rule; Failed ones could not be read.
	Read    int `json:"read"`
	Partial int `json:"partial"`
	Skipped int `json:"skipped"`
	Failed  int `json:"failed"`
	// Reasons counts skipped, partial and failed files by reason.
	Reasons []CoverageReason `json:"reasons"`
	Files   []CoveredFile    `json:"files"`
	// Total is the number of files matching the request's filter.
	Total int `json:"total"`
}

// CoverageReason is one reason with its number of files.
type CoverageReason struct {
	Outcome string `json:"outcome"`
	Reason  string `json:"reason"`
	Count   int    `json:"count"`
}

// CoveredFile is one file's outcome: "read", "partial", "skipped" or "failed".
type CoveredFile struct {
	Path string `json:"path"`
	// PathBytes is as in Source.
	PathBytes []byte    `json:"path_bytes,omitempty"`
	Outcome   string    `json:"outcome"`
	Reason    string    `json:"reason,omitempty"`
	Format    string    `json:"format,omitempty"`
	Size      int64     `json:"size"`
	Documents int       `json:"documents"`
	At        time.Time `json:"at,omitzero"`
}

// IndexRequest asks for a full comparison with the disk. With Wait the stream ends when
// everything found is in the index, vectors included.
type IndexRequest struct {
	Wait bool `json:"wait,omitempty"`
	// Words asks to wait, too, but only until everything found can be searched by its words.
	Words bool `json:"words,omitempty"`
	// NoRescan leaves out the comparison and only waits for what is known to have changed.
	NoRescan bool `json:"no_rescan,omitempty"`
}

// IndexProgress is one line of progress; the last has Done true.
type IndexProgress struct {
	Status      query.Status `json:"status"`
	SecondsLeft float64      `json:"seconds_left,omitempty"`
	Done        bool         `json:"done"`
	// Error ends the stream, too.
	Error *Error `json:"error,omitempty"`
}

// Settings are the person's choices. Empty strings mean "decide for me".
type Settings struct {
	Locale     string `json:"locale"`      // "", "en", "zh-Hans"
	Theme      string `json:"theme"`       // "", "light", "dark"
	Motion     string `json:"motion"`      // "", "reduced"
	Density    string `json:"density"`     // "", "compact"
	OllamaHost string `json:"ollama_host"` // "" means OLLAMA_HOST, the default port, then our own
	ChatModel  string `json:"chat_model"`
	EmbedModel string `json:"embed_model"`
	// Semantic false turns vectors off.
	Semantic bool `json:"semantic"`
	// FirstRunDone is set by the first run's last step.
	FirstRunDone bool `json:"first_run_done"`
}

// Models is what can be chosen.
type Models struct {
	Endpoint    string        `json:"endpoint"`
	Owned       bool          `json:"owned"`
	Installed   []Model       `json:"installed"`
	Recommended []ModelAdvice `json:"recommended"`
	// MemoryBytes and GPU describe this machine.
	MemoryBytes int64  `json:"memory_bytes"`
	GPU         string `json:"gpu,omitempty"`
	// Registry is true when Ollama's model library can be reached.
	Registry bool `json:"registry"`
}

// Model is one model the server has.
type Model struct {
	Name       string `json:"name"`
	Bytes      int64  `json:"bytes"`
	Parameters string `json:"parameters,omitempty"` // "1.5B"
	// Role is "chat" or "embed".
	Role   string `json:"role"`
	InUse  bool   `json:"in_use"`
	Loaded bool   `json:"loaded"`
}

// ModelAdvice is a model that can be got, with its cost.
type ModelAdvice struct {
	Name  string `json:"name"`
	Role  string `json:"role"`
	Bytes int64  `json:"bytes"`
	// MemoryBytes is what it needs while it runs.
	MemoryBytes int64 `json:"memory_bytes"`
	// Seconds is a guess at the download on a 50 Mbit/s line.
	Seconds int `json:"seconds"`
	// Best marks the one recommended for this machine; Why says so in plain words.
	Best bool   `json:"best"`
	Why  string `json:"why"`
	// From is "library" (pulled by Ollama) or "packages" (assembled from package registries).
	From string `json:"from"`
}

// ModelRequest names a model of Models.Recommended, or any of Ollama's library.
type ModelRequest struct {
	Name string `json:"name"`
}

// Progress is one line of a long step. The last has Done true or Error set.
type Progress struct {
	Step   string `json:"step"`
	Detail string `json:"detail,omitempty"`
	// DoneBytes of TotalBytes; TotalBytes 0 means the length is unknown.
	DoneBytes  int64 `json:"done_bytes"`
	TotalBytes int64 `json:"total_bytes"`
	// SecondsLeft is 0 when unknown.
	SecondsLeft float64 `json:"seconds_left,omitempty"`
	Done        bool    `json:"done"`
	Error       *Error  `json:"error,omitempty"`
}

// Change tells an interface to read again; it carries no data.
type Change struct {
	// Index is the index's revision, App a number that grows with every other change
	// (settings, sources, runtime).
	Index uint64 `json:"index"`
	App   uint64 `json:"app"`
}

// Check is one line of the doctor's report.
type Check struct {
	// Part is "runtime", "model", "embedding", "index", "folder", "permissions", "disk".
	Part    string `json:"part"`
	OK      bool   `json:"ok"`
	Subject string `json:"subject,omitempty"`
	Message string `json:"message"`
	Fix     string `json:"fix,omitempty"`
}

// NativeAddress is where a browser finds the interface, with a token that serves once.
type NativeAddress struct {
	Address string `json:"address"`
}
