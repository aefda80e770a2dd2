import type { Sentence } from '../backend/types.js';

/** A text cut at its citation numbers: "a [1] b" is "a ", 1, " b". Space before a number is dropped. */
export function pieces(text: string): (string | number)[] {
  const out: (string | number)[] = [];
  let at = 0;
  for (const m of text.matchAll(/\s*\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\]/g)) {
    if (m.index > at) out.push(text.slice(at, m.index));
    out.push(...(m[1] ?? '').split(',').map(Number));
    at = m.index + m[0].length;
  }
  if (at < text.length) out.push(text.slice(at));
  return out;
}

/**
 * Sentences grouped by the paragraphs of the text they were cut from, each with the white
 * space that stood before it. A sentence that does not occur in the text follows the one before.
 */
export function paragraphs(text: string, sentences: readonly Sentence[]): (Sentence & { gap: string })[][] {
  const out: (Sentence & { gap: string })[][] = [[]];
  let at = 0;
  for (const s of sentences) {
    const found = text.indexOf(s.text, at);
    const between = found < 0 ? ' ' : text.slice(at, found);
    if (found >= 0) at = found + s.text.length;
    const group = out.at(-1) ?? [];
    if (/\n\s*\n/.test(between) && group.length > 0) out.push([{ ...s, gap: '' }]);
    else group.push({ ...s, gap: group.length === 0 ? '' : between.includes('\n') ? '\n' : /\s/.test(between) || found < 0 ? ' ' : '' });
  }
  return out.filter((g) => g.length > 0);
}
