package app

import (
	"cmp"
	"slices"
	"strings"

	"steward/agent/ollama"
	"steward/app/store"
)

// preferredEmbedding is the start of the name of the embedding model that is taken before others.
const preferredEmbedding = "all-minilm"

// choose picks the models in use: those of the settings when the server has them, else the
// largest chat model that fits in memory and an embedding model. A model the person chose
// and the server lacks is not replaced: that would answer with something else unsaid.
// Models that run on another computer are never taken unasked.
func choose(installed []ollama.Details, set store.Settings, memory int64) (chat, embed string) {
	find := func(name string, embeds bool) string {
		for _, d := range installed {
			if d.Embeds == embeds && ollama.SameName(d.Name, name) {
				return d.Name
			}
		}
		return ""
	}
	var chats, embeds []ollama.Details
	for _, d := range installed {
		switch {
		case d.Remote != "":
		case d.Embeds:
			embeds = append(embeds, d)
		default:
			chats = append(chats, d)
		}
	}
	// A model needs about its size and a fifth for the cache of what it has read.
	fits := func(d ollama.Details) bool { return memory <= 0 || d.Bytes+d.Bytes/5 < memory*3/4 }
	slices.SortStableFunc(chats, func(a, b ollama.Details) int {
		switch {
		case fits(a) && !fits(b):
			return -1
		case !fits(a) && fits(b):
			return 1
		case !fits(a):
			return cmp.Compare(a.Bytes, b.Bytes)
		}
		return cmp.Compare(b.Bytes, a.Bytes)
	})
	slices.SortStableFunc(embeds, func(a, b ollama.Details) int {
		first := func(d ollama.Details) int {
			if strings.HasPrefix(d.Name, preferredEmbedding) {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(first(a), first(b)), cmp.Compare(a.Bytes, b.Bytes), cmp.Compare(a.Name, b.Name))
	})
	switch {
	case set.ChatModel != "":
		chat = find(set.ChatModel, false)
	case len(chats) > 0:
		chat = chats[0].Name
	}
	switch {
	case !set.Semantic:
	case set.EmbedModel != "":
		embed = find(set.EmbedModel, true)
	case len(embeds) > 0:
		embed = embeds[0].Name
	}
	return chat, embed
}
