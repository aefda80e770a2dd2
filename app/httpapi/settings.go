package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"
)

func (h *Handler) settings(w http.ResponseWriter, r *http.Request) error {
	set, err := h.Choices.Settings(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, set)
}

func (h *Handler) saveSettings(w http.ResponseWriter, r *http.Request) error {
	// What the request leaves out stays as it is.
	set, err := h.Choices.Settings(r.Context())
	if err != nil {
		return err
	}
	if err := readJSON(r, &set); err != nil {
		return err
	}
	for _, c := range []struct {
		name, value string
		allowed     []string
	}{
		{"locale", set.Locale, []string{"", "en", "zh-Hans"}},
		{"theme", set.Theme, []string{"", "light", "dark"}},
		{"motion", set.Motion, []string{"", "reduced"}},
		{"density", set.Density, []string{"", "compact"}},
	} {
		if !slices.Contains(c.allowed, c.value) {
			return badRequest("%s cannot be %q; it is one of %q.", c.name, c.value, c.allowed)
		}
	}
	for _, text := range []*string{&set.OllamaHost, &set.ChatModel, &set.EmbedModel} {
		*text = strings.TrimSpace(*text)
		if len(*text) > 512 || strings.ContainsFunc(*text, func(r rune) bool { return r < ' ' }) {
			return badRequest("That is no address or model name.")
		}
	}
	if err := h.Choices.SaveSettings(r.Context(), set); err != nil {
		return err
	}
	return writeJSON(w, set)
}

func (h *Handler) listModels(w http.ResponseWriter, r *http.Request) error {
	m, err := h.Models.Models(r.Context())
	if err != nil {
		return err
	}
	if m.Installed == nil {
		m.Installed = []Model{}
	}
	if m.Recommended == nil {
		m.Recommended = []ModelAdvice{}
	}
	return writeJSON(w, m)
}

func (h *Handler) installModel(w http.ResponseWriter, r *http.Request) error {
	var req ModelRequest
	if err := readJSON(r, &req); err != nil {
		return err
	}
	if len(req.Name) > 512 || strings.ContainsFunc(req.Name, func(r rune) bool { return r <= ' ' }) {
		return badRequest("%q is no model name.", req.Name)
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	out := &lines{w: w}
	var last Progress
	err := h.Models.Install(ctx, req.Name, func(p Progress) {
		p.Done, p.Error = false, nil
		last = p
		if out.write(p) != nil {
			cancel()
		}
	})
	if r.Context().Err() != nil {
		return nil
	}
	if err != nil && !out.started {
		return err
	}
	last.SecondsLeft = 0
	if err != nil {
		last.Error = AsError(err)
	} else {
		last.Done = true
	}
	_ = out.write(last)
	return nil
}

func (h *Handler) doctor(w http.ResponseWriter, r *http.Request) error {
	checks := h.Diagnose(r.Context())
	if checks == nil {
		checks = []Check{}
	}
	return writeJSON(w, checks)
}
