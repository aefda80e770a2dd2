package extract

import (
	"errors"
	"io"

	"github.com/richardlehane/mscfb"
)

// readOLE tells what an OLE compound file is ([MS-CFB]). Office files protected by a
// password are kept in one ([MS-OFFCRYPTO], 2.3.4); old Office files are not read yet.
func (j *job) readOLE(s *source) (format string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fail("the file is broken: it cannot be opened")
		}
	}()
	doc, err := mscfb.New(s.r)
	if err != nil {
		return formatOLE, fail("the file is broken: it cannot be opened")
	}
	for range 10_000 {
		entry, err := doc.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return formatOLE, fail("the file is broken: it cannot be opened")
		}
		switch entry.Name {
		case "EncryptedPackage", "EncryptionInfo":
			return formatOLE, fail("it is protected by a password")
		case "WordDocument":
			return "doc", skip("a Word file of the old kind (.doc), which is not read yet")
		case "Workbook", "Book":
			return "xls", skip("an Excel file of the old kind (.xls), which is not read yet")
		case "PowerPoint Document":
			return "ppt", skip("a PowerPoint file of the old kind (.ppt), which is not read yet")
		case "__properties_version1.0":
			return "msg", skip("an Outlook message (.msg), which is not read yet")
		}
	}
	return formatOLE, skip("an Office file of an old kind, which is not read yet")
}
