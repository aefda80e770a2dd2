// Package build owns Steward's own picture. What builds, sets up and packs Steward lies in
// the folders below, which import nothing of this and are imported by nothing here.
package build

import _ "embed"

//go:embed appicon.png
var icon []byte

// Icon gives the program's icon, a PNG. The caller must not change it.
func Icon() []byte { return icon }
