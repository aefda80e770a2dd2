//go:build race

package extract

// shadow is how many times the memory a child takes when the race detector watches it.
const shadow = 8
