import { describe, expect, it } from 'vitest';
import { decodeLines } from './stream.js';

function stream(...chunks: Uint8Array[]): { body: ReadableStream<Uint8Array>; cancelled: () => boolean } {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(c) {
      const next = chunks.shift();
      if (next) c.enqueue(next);
      else c.close();
    },
    cancel() {
      cancelled = true;
    },
  }, { highWaterMark: 0 });
  return { body, cancelled: () => cancelled };
}

async function all(body: ReadableStream<Uint8Array>): Promise<unknown[]> {
  const out: unknown[] = [];
  for await (const v of decodeLines(body)) out.push(v);
  return out;
}

describe('a stream of lines', () => {
  it('is the same however it is cut, within characters too', async () => {
    const bytes = new TextEncoder().encode('{"token":"中文"}\n\n{"token":"é"}\n{"type":"done"}');
    for (let cut = 1; cut < bytes.length; cut++) {
      const { body } = stream(bytes.slice(0, cut), bytes.slice(cut));
      expect(await all(body)).toEqual([{ token: '中文' }, { token: 'é' }, { type: 'done' }]);
    }
  });

  it('reports a line that is no JSON', async () => {
    await expect(all(stream(new TextEncoder().encode('{"a":1}\n{broken\n')).body)).rejects.toThrow(SyntaxError);
  });

  it('closes the request when the reader leaves early', async () => {
    const lines = [1, 2, 3].map((n) => new TextEncoder().encode(`{"n":${n}}\n`));
    const { body, cancelled } = stream(...lines);
    for await (const v of decodeLines<{ n: number }>(body)) if (v.n === 1) break;
    await new Promise((r) => setTimeout(r));
    expect(cancelled()).toBe(true);
  });
});
