/** Lines of a byte stream as values: newline-delimited JSON, in order, blank lines skipped. */
export async function* decodeLines<T>(body: ReadableStream<Uint8Array>): AsyncGenerator<T> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const lines = rest.split('\n');
      rest = done ? '' : (lines.pop() ?? '');
      for (const line of lines) {
        if (line.trim() !== '') yield JSON.parse(line) as T;
      }
      if (done) return;
    }
  } finally {
    // Leaving early (a cancelled question) closes the request, which stops the work behind it.
    void reader.cancel().catch(() => undefined);
  }
}
