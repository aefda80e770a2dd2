// Steward is a private chief of staff on a person's own computer. This file only hands the
// built front end to package app.
package main

import (
	"embed"
	"io/fs"
	"os"

	"steward/app"
)

//go:embed all:frontend/dist
var dist embed.FS

func main() {
	static, err := fs.Sub(dist, "frontend/dist")
	if err != nil {
		panic(err) // the name above is a constant
	}
	os.Exit(app.Main(static))
}
