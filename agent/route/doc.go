// Package route owns the reading of a person's words: which kind of answer they ask for and which
// filters they name. It is pure and needs no model.
package route
