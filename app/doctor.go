package app

import (
	"context"
	"fmt"
	"os"
	"runtime"

	"steward/app/httpapi"
	"steward/build/setup"
)

// leastFree is the free space, in bytes, below which the doctor warns.
const leastFree = 1 << 30

// diagnose looks at every part and says what is wrong and what to do.
func (s *services) diagnose(ctx context.Context) []httpapi.Check {
	if err := s.model.await(ctx, true); err != nil {
		return nil
	}
	checks := s.checkModels(ctx)
	checks = append(checks, s.checkIndex(ctx))
	checks = append(checks, s.checkFolders(ctx)...)
	return append(checks, s.checkHome(ctx), s.checkDisk())
}

func (s *services) checkModels(ctx context.Context) []httpapi.Check {
	state, client, _ := s.model.now()
	server := httpapi.Check{Part: "runtime", OK: client != nil, Subject: state.Endpoint, Message: state.Message, Fix: state.Fix}
	if server.OK {
		server.Message, server.Fix = "Ollama "+state.Version+" answers.", ""
		if state.Owned {
			server.Message = "Steward's own Ollama " + state.Version + " answers."
		}
		if !client.Local() {
			server.Message += " It runs on another computer: questions and passages are sent there."
		}
	}
	const setup = "Run `steward setup`, or get a model in Settings."
	chat := httpapi.Check{Part: "model", OK: state.Chat != "", Subject: state.Chat, Message: "Answers are written with it."}
	if !chat.OK {
		chat.Message, chat.Fix = "There is no model to answer with; searching works without.", setup
		if state.State == "no_model" {
			chat.Message, chat.Fix = state.Message, state.Fix
		}
	}
	embed := httpapi.Check{Part: "embedding", OK: state.Embed != "", Subject: state.Embed, Message: "Passages are found by meaning, too."}
	if !embed.OK {
		set, err := s.store.Settings(ctx)
		switch {
		case err == nil && !set.Semantic:
			embed.OK, embed.Message = true, "Searching by meaning is turned off in Settings."
		case set.EmbedModel != "":
			embed.Message, embed.Fix = "The model server does not have "+set.EmbedModel+"; searching is by words only.", setup
		default:
			embed.Message, embed.Fix = "There is no embedding model; searching is by words only.", setup
		}
	}
	return []httpapi.Check{server, chat, embed}
}

func (s *services) checkIndex(ctx context.Context) httpapi.Check {
	c := httpapi.Check{Part: "index", Subject: s.home.file("index")}
	st, err := s.index.Status(ctx)
	if err != nil {
		c.Message, c.Fix = "It cannot be read: "+err.Error()+".", "Start Steward again; what is damaged is built anew from your files."
		return c
	}
	c.OK = true
	c.Message = fmt.Sprintf("%d documents of %d files, %d of %d passages by meaning; %s.",
		st.Documents, st.Files, st.Embedded, st.Embeddable, st.State)
	if st.Pending > 0 {
		c.Message += fmt.Sprintf(" %d files are still to be read.", st.Pending)
	}
	for _, n := range st.Notices {
		c.Message += " " + n
	}
	return c
}

func (s *services) checkFolders(ctx context.Context) []httpapi.Check {
	sources, err := s.index.Sources(ctx)
	if err != nil {
		return []httpapi.Check{{Part: "folder", Message: "The list cannot be read: " + err.Error() + "."}}
	}
	if len(sources) == 0 {
		return []httpapi.Check{{Part: "folder", Message: "Nothing was added yet.", Fix: "Add a folder or mailbox: `steward add PATH`."}}
	}
	var checks []httpapi.Check
	for _, src := range sources {
		c := httpapi.Check{Part: "folder", Subject: src.Path, OK: true}
		_, err := os.Stat(src.Path)
		switch {
		case os.IsNotExist(err) || src.State == "missing":
			c.OK, c.Message = false, "It is not there."
			c.Fix = "Connect its drive, or forget it: `steward remove PATH`. Until then what was read of it is kept."
		case err != nil || src.State == "unreadable":
			c.OK, c.Message, c.Fix = false, "It cannot be read.", "Give yourself the right to read it."
		default:
			c.Message = fmt.Sprintf("%d files, %d documents", src.Files, src.Documents)
			if src.Failed > 0 {
				c.Message += fmt.Sprintf(", %d could not be read (`steward coverage` says why)", src.Failed)
			}
			c.Message += "."
		}
		if src.Notice != "" {
			c.Message += " " + src.Notice
		}
		checks = append(checks, c)
	}
	return checks
}

func (s *services) checkHome(ctx context.Context) httpapi.Check {
	c := httpapi.Check{Part: "permissions", Subject: string(s.home), OK: true, Message: "Only you can read it."}
	info, err := os.Stat(string(s.home))
	switch {
	case err != nil:
		c.OK, c.Message = false, err.Error()
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		c.OK, c.Message, c.Fix = false, "Others can read it.", "chmod 700 "+s.home.file()
	}
	probe, err := os.CreateTemp(string(s.home), ".probe-*")
	if err != nil {
		c.OK, c.Message, c.Fix = false, "It cannot be written: "+err.Error()+".", "Give yourself the right to write there."
		return c
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	if err := s.store.Check(ctx); err != nil {
		c.OK, c.Message = false, "The settings are damaged: "+err.Error()+"."
		c.Fix = "Move steward.db away, start Steward again and add your folders; your files are not concerned."
	}
	return c
}

func (s *services) checkDisk() httpapi.Check {
	c := httpapi.Check{Part: "disk", Subject: string(s.home), OK: true}
	free, err := freeSpace(string(s.home))
	if err != nil {
		c.OK, c.Message = false, "The free space is not known: "+err.Error()+"."
		return c
	}
	c.Message = setup.Bytes(free) + " free."
	if free < leastFree {
		c.OK, c.Fix = false, "Free some space: the index needs about as much room as the text it is made from."
	}
	return c
}
