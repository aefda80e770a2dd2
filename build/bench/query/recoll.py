"""Answers searches with Recoll's own module and times them in this one process.

Reads one JSON array of [id, recoll query] from standard input and prints one line
per search: id, hits in all, seconds to the first 20 results, seconds with their
abstracts (text around the words found), which is what Steward's passages are.
"""
import json
import sys
import time

from recoll import recoll

db = recoll.connect(confdir=sys.argv[1])
for ident, text in json.load(sys.stdin):
    start = time.perf_counter()
    query = db.query()
    total = query.execute(text)
    docs = query.fetchmany(20) if total else []
    found = time.perf_counter()
    for doc in docs:
        query.makedocabstract(doc)
    print(ident, total, found - start, time.perf_counter() - start, flush=True)
