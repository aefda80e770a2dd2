// Package check owns the proof that an answer says what its sources say. It is pure: text in, verdict out.
package check
