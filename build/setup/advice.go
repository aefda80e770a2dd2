package setup

import (
	"fmt"
	"slices"
)

// Advice is a model that can be got, with its cost.
type Advice struct {
	Name string
	// Role is "chat" or "embed".
	Role string
	// Bytes is the download and the place on disk; MemoryBytes what it needs while it runs.
	Bytes, MemoryBytes int64
	// Seconds is a guess at the download on a line of 50 Mbit/s.
	Seconds int
	// Best marks the one to take on this machine, one per role.
	Best bool
	// Why says in plain words what speaks for it.
	Why string
	// From is "library" (pulled by Ollama) or "packages" (assembled from package registries).
	From string
}

// The catalogue: models of Ollama's library that do well at short answers from given
// passages, as it stood in November 2026, sizes as listed there for the default
// quantization. The order is that of quality, best first.
var library = []struct {
	name  string
	bytes int64
	// active is how many billion parameters take part in each token: what speed without a
	// graphics processor depends on.
	active float64
	why    string
}{
	{"gpt-oss:120b", 65e9, 5.1, "the strongest that runs at home"},
	{"llama3.3:70b", 43e9, 70, "very strong at long texts"},
	{"qwen3:30b-instruct", 19e9, 3.3, "strong in English and Chinese, and quick for its size"},
	{"gemma3:27b", 17e9, 27, "strong in many languages"},
	{"gpt-oss:20b", 14e9, 3.6, "strong, and quick for its size"},
	{"gemma3:12b", 8.1e9, 12, "good in many languages"},
	{"qwen3:8b", 5.2e9, 8.2, "good in English and Chinese"},
	{"qwen3:4b-instruct", 2.5e9, 4, "good in English and Chinese, and quick"},
	{"gemma3:4b", 3.3e9, 4.3, "good in many languages, and quick"},
	{"llama3.2:3b", 2e9, 3.2, "sound in English, and quick"},
	{"qwen3:1.7b", 1.4e9, 2, "small and quick, in English and Chinese"},
	{"gemma3:1b", 815e6, 1, "very small, in many languages"},
}

var libraryEmbeds = []struct {
	name  string
	bytes int64
	why   string
}{
	{"all-minilm", 46e6, "small and very quick; best in English"},
	{"embeddinggemma", 622e6, "finds by meaning in a hundred languages; slower"},
	{"bge-m3", 1.2e9, "finds by meaning in many languages and long texts; slowest"},
}

const (
	// beside is memory the system and Steward keep, in bytes.
	beside = 3 << 30
	// slowWithout is the most active parameters, in billions, that a processor alone reads
	// and writes at a person's patience.
	slowWithout = 4.1
	smallMemory = 4 << 30
)

// Advise lists models for the machine, the best one first in each role. fromLibrary says
// whether Ollama's library can be reached; without it only Packaged's models are listed.
// Unknown memory counts as 8 GB.
func Advise(h Hardware, fromLibrary bool) []Advice {
	memory := h.Memory
	if memory == 0 {
		memory = 8 << 30
	}
	if !fromLibrary {
		return advisePackages(memory)
	}
	var out []Advice
	best := false
	for _, m := range library {
		need := running(m.bytes)
		onGPU := h.GPUMemory > 0 && need <= h.GPUMemory*95/100
		if !onGPU && need > memory-min(beside, memory/2) {
			continue
		}
		a := advice(m.name, "chat", m.bytes, "library")
		switch {
		case onGPU:
			a.Why = fmt.Sprintf("It is %s and fits in the memory of your %s.", m.why, h.GPU)
		case m.active <= slowWithout:
			a.Why = fmt.Sprintf("It is %s and fits in this computer's %s of memory.", m.why, gigabytes(memory))
		default:
			a.Why = fmt.Sprintf("It is %s, but slow on this computer.", m.why)
		}
		if !best && (onGPU || m.active <= slowWithout) {
			best, a.Best = true, true
		}
		out = append(out, a)
	}
	if len(out) == 0 { // less memory than any of them needs: the smallest, and say so
		m := library[len(library)-1]
		a := advice(m.name, "chat", m.bytes, "library")
		a.Best, a.Why = true, "It is the smallest; this computer has very little memory, so answers will be slow."
		out = append(out, a)
	}
	slices.SortStableFunc(out, func(a, b Advice) int {
		switch {
		case a.Best:
			return -1
		case b.Best:
			return 1
		}
		return 0
	})
	for i, m := range libraryEmbeds {
		a := advice(m.name, "embed", m.bytes, "library")
		a.Best = i == 0
		a.Why = "It is " + m.why + "."
		out = append(out, a)
	}
	return out
}

func advisePackages(memory int64) []Advice {
	big := advice("qwen2.5-coder:1.5b", "chat", 1117320768, "packages")
	small := advice("qwen2.5-coder:0.5b", "chat", 491400064, "packages")
	embed := advice("all-minilm", "embed", 90868376, "packages")
	big.Why = "It is the better of the two that can be had without Ollama's library."
	small.Why = "It is quick and needs little memory, but is often wrong with dates and details."
	embed.Why = "It is small and very quick; best in English."
	embed.Best = true
	if memory < smallMemory {
		small.Best = true
		small.Why = fmt.Sprintf("It fits in this computer's %s of memory; larger ones would not run well.", gigabytes(memory))
		big.Why = "It answers better, but this computer has too little memory to run it well."
		return []Advice{small, big, embed}
	}
	big.Best = true
	return []Advice{big, small, embed}
}

// Default names the models to install on the machine when nobody chose: a chat model and
// an embedding model.
func Default(h Hardware, fromLibrary bool) (chat, embed string) {
	for _, a := range Advise(h, fromLibrary) {
		switch {
		case a.Best && a.Role == "chat":
			chat = a.Name
		case a.Best:
			embed = a.Name
		}
	}
	return chat, embed
}

func advice(name, role string, bytes int64, from string) Advice {
	return Advice{
		Name: name, Role: role, Bytes: bytes, MemoryBytes: running(bytes),
		Seconds: int(bytes * 8 / 50e6), From: from,
	}
}

// running is about what a model needs in memory with a context of 4,096 tokens.
func running(bytes int64) int64 { return bytes + bytes/6 + 400e6 }

func gigabytes(n int64) string { return fmt.Sprintf("%.0f GB", float64(n)/(1<<30)) }
