package window

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Process is one line of the process table.
type Process struct {
	PID, Parent int
	// State is the letter of proc(5): "Z" is one that has ended.
	State, Name string
}

// Descendants lists the living children of a process, their children and so on.
func Descendants(pid int) ([]Process, error) {
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	children := map[int][]Process{}
	for _, path := range paths {
		if p, ok := readStat(path); ok && p.State != "Z" {
			children[p.Parent] = append(children[p.Parent], p)
		}
	}
	var found []Process
	for queue := []int{pid}; len(queue) > 0; queue = queue[1:] {
		for _, child := range children[queue[0]] {
			found = append(found, child)
			queue = append(queue, child.PID)
		}
	}
	return found, nil
}

// Alive tells whether a process still runs.
func Alive(pid int) bool {
	p, ok := readStat(fmt.Sprintf("/proc/%d/stat", pid))
	return ok && p.State != "Z"
}

func readStat(path string) (Process, bool) {
	content, err := os.ReadFile(path)
	if err != nil {
		return Process{}, false // it has just ended
	}
	open, shut := bytes.IndexByte(content, '('), bytes.LastIndexByte(content, ')')
	if open < 0 || shut < open {
		return Process{}, false
	}
	fields := strings.Fields(string(content[shut+1:]))
	pid, err := strconv.Atoi(strings.TrimSpace(string(content[:open])))
	if err != nil || len(fields) < 2 {
		return Process{}, false
	}
	parent, err := strconv.Atoi(fields[1])
	if err != nil {
		return Process{}, false
	}
	return Process{PID: pid, Parent: parent, State: fields[0], Name: string(content[open+1 : shut])}, true
}
