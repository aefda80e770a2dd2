package httpapi

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// messageAt gives the byte offset in an mbox of a part "msg:N" or "msg:N/2.1".
func messageAt(part string) (int64, bool) {
	rest, ok := strings.CutPrefix(part, "msg:")
	if !ok {
		return 0, false
	}
	number, _, _ := strings.Cut(rest, "/")
	offset, err := strconv.ParseInt(number, 10, 64)
	return offset, err == nil && offset >= 0
}

// maxMessage bounds a message handed out, in bytes.
const maxMessage = 256 << 20

// message finds where the message at offset begins and how long it is: from after its
// "From " line, if offset is at one, to before the next one (RFC 4155, appendix A).
func message(f io.ReaderAt, offset int64) (start, length int64, err error) {
	r := bufio.NewReaderSize(io.NewSectionReader(f, offset, maxMessage), 64<<10)
	start = offset
	var at int64 // read so far, from offset
	blank, lineStart := false, true
	for {
		line, err := r.ReadSlice('\n')
		whole := !errors.Is(err, bufio.ErrBufferFull)
		if lineStart && bytes.HasPrefix(line, []byte("From ")) {
			if at == 0 {
				start += int64(len(line))
			} else if blank {
				return start, offset + at - start, nil
			}
		}
		at += int64(len(line))
		blank = lineStart && len(bytes.TrimRight(line, "\r\n")) == 0
		lineStart = whole
		if errors.Is(err, io.EOF) {
			if at == 0 {
				return 0, 0, &Error{Code: "not_found", Message: "The message is no longer where it was in its mailbox.", Fix: "Search again."}
			}
			return start, max(offset+at-start, 0), nil
		}
		if err != nil && whole {
			return 0, 0, fmt.Errorf("read the message: %w", err)
		}
	}
}
