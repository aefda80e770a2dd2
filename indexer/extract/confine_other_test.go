//go:build !linux

package extract

import "testing"

// asNobody runs f as it is.
func asNobody(_ *testing.T, f func()) { f() }
