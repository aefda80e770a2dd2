package surface

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// What one surface may hold. A renderer that is handed more slows down or stops.
const (
	MaxComponents   = 64
	MaxDepth        = 12
	MaxMessageBytes = 1 << 20
	// MaxHits is how many rows or passages one surface carries; the total is told beside them.
	MaxHits = 200
	// MaxTextBytes is the longest text of one field.
	MaxTextBytes = 16 << 10
)

//go:embed catalogue.json
var catalogueJSON []byte

// Catalogue is the closed list of components and their properties. The interface's tests
// hold it against the components it really has.
var Catalogue = mustCatalogue(catalogueJSON)

type property struct {
	kind     string // "child", "children", "value" or "enum"
	required bool
	options  []string
}

type catalogue struct {
	ID         string
	components map[string]map[string]property
}

// mustCatalogue reads the embedded list; a list that cannot be read is a fault of the build.
func mustCatalogue(raw []byte) catalogue {
	var file struct {
		ID         string                       `json:"id"`
		Components map[string]map[string]string `json:"components"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		panic("surface: the embedded catalogue is broken: " + err.Error())
	}
	c := catalogue{ID: file.ID, components: make(map[string]map[string]property)}
	for name, props := range file.Components {
		c.components[name] = make(map[string]property)
		for prop, spec := range props {
			kind, options, _ := strings.Cut(spec, ":")
			p := property{kind: strings.TrimSuffix(kind, "!"), required: strings.HasSuffix(kind, "!")}
			if options != "" {
				p.options = strings.Split(options, "|")
			}
			c.components[name][prop] = p
		}
	}
	return c
}

// Validate checks a whole tree of components before it is sent: at most MaxComponents,
// ids that are unique and not empty, types and properties of the catalogue, required
// properties there, enums within their lists, bindings that are absolute JSON Pointers,
// every reference to a component of the tree, a "root", no cycle, at most MaxDepth
// levels, and nothing that root does not reach. The error names the component.
func Validate(tree []component) error {
	if len(tree) > MaxComponents {
		return fmt.Errorf("%d components are over the limit of %d", len(tree), MaxComponents)
	}
	byID := make(map[string][]string, len(tree))
	for _, c := range tree {
		if c.ID == "" {
			return fmt.Errorf("a %s has no id", c.Type)
		}
		if _, twice := byID[c.ID]; twice {
			return fmt.Errorf("the id %q is used twice", c.ID)
		}
		children, err := checkComponent(c)
		if err != nil {
			return fmt.Errorf("component %q: %w", c.ID, err)
		}
		byID[c.ID] = children
	}
	if _, ok := byID["root"]; !ok {
		return fmt.Errorf("there is no component named root")
	}
	seen := make(map[string]bool, len(tree))
	if err := walk(byID, seen, "root", nil); err != nil {
		return err
	}
	for _, c := range tree {
		if !seen[c.ID] {
			return fmt.Errorf("component %q is not reached from root", c.ID)
		}
	}
	return nil
}

func walk(tree map[string][]string, seen map[string]bool, id string, above []string) error {
	if slices.Contains(above, id) {
		return fmt.Errorf("component %q contains itself", id)
	}
	if len(above) >= MaxDepth {
		return fmt.Errorf("component %q lies deeper than %d levels", id, MaxDepth)
	}
	children, ok := tree[id]
	if !ok {
		return fmt.Errorf("component %q refers to %q, which is not there", above[len(above)-1], id)
	}
	if seen[id] {
		return fmt.Errorf("component %q is shown in two places", id)
	}
	seen[id] = true
	for _, child := range children {
		if err := walk(tree, seen, child, append(above, id)); err != nil {
			return err
		}
	}
	return nil
}

// checkComponent holds one component against the catalogue and gives its children.
func checkComponent(c component) (children []string, err error) {
	spec, ok := Catalogue.components[c.Type]
	if !ok {
		return nil, fmt.Errorf("the catalogue has no %q", c.Type)
	}
	for name, p := range spec {
		if _, given := c.Props[name]; p.required && !given {
			return nil, fmt.Errorf("a %s needs %q", c.Type, name)
		}
	}
	for name, value := range c.Props {
		p, known := spec[name]
		if !known {
			return nil, fmt.Errorf("a %s has no property %q", c.Type, name)
		}
		refs, err := checkProperty(p, value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		children = append(children, refs...)
	}
	slices.Sort(children)
	return children, nil
}

func checkProperty(p property, value any) (refs []string, err error) {
	switch v := value.(type) {
	case bind:
		if p.kind != "value" || !strings.HasPrefix(v.Path, "/") {
			return nil, fmt.Errorf("%q cannot be bound here", v.Path)
		}
	case string:
		switch p.kind {
		case "child":
			return []string{v}, nil
		case "enum":
			if !slices.Contains(p.options, v) {
				return nil, fmt.Errorf("%q is none of %s", v, strings.Join(p.options, ", "))
			}
		case "value":
			if len(v) > MaxTextBytes {
				return nil, fmt.Errorf("a text of %d bytes is over the limit of %d", len(v), MaxTextBytes)
			}
		default:
			return nil, fmt.Errorf("a list of components is needed")
		}
	case []string:
		if p.kind != "children" {
			return nil, fmt.Errorf("a list of components does not belong here")
		}
		return v, nil
	default:
		return nil, fmt.Errorf("a %T does not belong here", value)
	}
	return nil, nil
}
