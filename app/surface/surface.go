// Package surface owns the step from an answer to what is drawn: it compiles the events
// of a running question into A2UI v0.9.1 messages over Steward's own catalogue of
// components. It is pure: no input, no output, no clock. It refuses to send a surface
// that does not hold together (see Validate), and it writes no words of its own: labels
// are the interface's, in the language the person reads, so a surface carries only data
// and names from closed lists.
//
// The wire format is A2UI v0.9.1 (a2ui.org): createSurface, updateComponents and
// updateDataModel, with data bound by JSON Pointer (RFC 6901).
package surface

import (
	"encoding/json"
	"fmt"
)

// Version is the protocol version each message names.
const Version = "v0.9.1"

// component is one node: its type and what it is bound to.
type component struct {
	ID    string
	Type  string
	Props map[string]any
}

// MarshalJSON writes the flat object the protocol asks for: id and component beside the properties.
func (c component) MarshalJSON() ([]byte, error) {
	flat := make(map[string]any, len(c.Props)+2)
	for name, value := range c.Props {
		flat[name] = value
	}
	flat["id"], flat["component"] = c.ID, c.Type
	return json.Marshal(flat)
}

// bind is a property that follows the data model at a JSON Pointer.
type bind struct {
	Path string `json:"path"`
}

type createSurface struct {
	SurfaceID string         `json:"surfaceId"`
	CatalogID string         `json:"catalogId"`
	Theme     map[string]any `json:"theme,omitempty"`
}

type updateComponents struct {
	SurfaceID  string      `json:"surfaceId"`
	Components []component `json:"components"`
}

type updateDataModel struct {
	SurfaceID string `json:"surfaceId"`
	Path      string `json:"path"`
	Value     any    `json:"value"`
}

type message struct {
	Version          string            `json:"version"`
	CreateSurface    *createSurface    `json:"createSurface,omitempty"`
	UpdateComponents *updateComponents `json:"updateComponents,omitempty"`
	UpdateDataModel  *updateDataModel  `json:"updateDataModel,omitempty"`
}

// draft collects the messages of one step. The first error stays.
type draft struct {
	id       string
	messages []json.RawMessage
	err      error
}

func (d *draft) add(m message) {
	if d.err != nil {
		return
	}
	m.Version = Version
	raw, err := json.Marshal(m)
	switch {
	case err != nil:
		d.err = fmt.Errorf("write a message of surface %s: %w", d.id, err)
	case len(raw) > MaxMessageBytes:
		d.err = fmt.Errorf("surface %s: a message of %d bytes is over the limit of %d", d.id, len(raw), MaxMessageBytes)
	default:
		d.messages = append(d.messages, raw)
	}
}

func (d *draft) create(locale string) {
	d.add(message{CreateSurface: &createSurface{d.id, Catalogue.ID, map[string]any{"locale": locale}}})
}

func (d *draft) set(path string, value any) {
	d.add(message{UpdateDataModel: &updateDataModel{d.id, path, value}})
}

func (d *draft) show(tree []component) {
	if d.err != nil {
		return
	}
	if err := Validate(tree); err != nil {
		d.err = fmt.Errorf("surface %s: %w", d.id, err)
		return
	}
	d.add(message{UpdateComponents: &updateComponents{d.id, tree}})
}
