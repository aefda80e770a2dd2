//go:build desktop

package desktop

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestBackgroundIsThePages compares the window's colours with the page's tokens: the light
// set comes first in the file, both dark ones after it.
func TestBackgroundIsThePages(t *testing.T) {
	css, err := os.ReadFile(filepath.Join("..", "..", "frontend", "src", "views", "page.css"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`--bg: (#[0-9a-f]{6});`).FindAllStringSubmatch(string(css), -1)
	if len(found) != 3 {
		t.Fatalf("%d backgrounds in page.css, not one light and two dark ones", len(found))
	}
	for i, theme := range []string{"light", "dark", "dark"} {
		c := background(theme)
		if got := fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B); got != found[i][1] {
			t.Errorf("the %s window is painted %s before the page is, the page %s", theme, got, found[i][1])
		}
	}
}
