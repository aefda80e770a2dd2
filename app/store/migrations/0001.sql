-- What a person chose. One row per setting, as JSON, so that a newer program can add
-- settings and an older one keeps those it does not know.
CREATE TABLE setting (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a person added. A path is a byte string and need not be UTF-8.
CREATE TABLE source (
  path  BLOB PRIMARY KEY,
  kind  TEXT NOT NULL,
  added INTEGER NOT NULL -- seconds since 1970
) STRICT;
