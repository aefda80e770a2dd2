import { html, nothing, type TemplateResult } from 'lit';
import { t } from '../words/words.js';

/** A stretch of text, and whether it is to be marked. */
export interface Run {
  text: string;
  marked: boolean;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Cuts text at byte ranges of its UTF-8 form, the way the index counts; ranges that make no sense are left out. */
export function runsByBytes(text: string, ranges: readonly (readonly [number, number])[]): Run[] {
  if (ranges.length === 0) return [{ text, marked: false }];
  const bytes = encoder.encode(text);
  const runs: Run[] = [];
  let at = 0;
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (start < at || end <= start || end > bytes.length) continue;
    if (start > at) runs.push({ text: decoder.decode(bytes.subarray(at, start)), marked: false });
    runs.push({ text: decoder.decode(bytes.subarray(start, end)), marked: true });
    at = end;
  }
  if (at < bytes.length) runs.push({ text: decoder.decode(bytes.subarray(at)), marked: false });
  return runs;
}

/** Cuts text around a quotation; undefined when it is not there. */
export function runsByQuote(text: string, quote: string): Run[] | undefined {
  const at = quote === '' ? -1 : text.indexOf(quote);
  if (at < 0) return undefined;
  return [
    { text: text.slice(0, at), marked: false },
    { text: quote, marked: true },
    { text: text.slice(at + quote.length), marked: false },
  ].filter((r) => r.text !== '');
}

/** A part of a passage around its first match, for a list of results. */
export function excerpt(runs: Run[], before = 60, length = 320): Run[] {
  const first = runs.findIndex((r) => r.marked);
  const lead = runs.slice(0, Math.max(first, 0)).map((r) => r.text).join('');
  let skip = first > 0 ? Math.max(0, lead.length - before) : 0;
  if (skip > 0) {
    const space = lead.indexOf(' ', skip);
    if (space >= 0 && space - skip < 20) skip = space + 1;
  }
  const out: Run[] = skip > 0 ? [{ text: '…', marked: false }] : [];
  let left = length;
  for (const r of runs) {
    if (skip >= r.text.length) {
      skip -= r.text.length;
      continue;
    }
    const text = r.text.slice(skip, skip + left);
    skip = 0;
    out.push({ text, marked: r.marked });
    left -= text.length;
    if (left <= 0) {
      out.push({ text: '…', marked: false });
      break;
    }
  }
  return out;
}

// Characters that show nothing, or that turn the order of others: bidirectional controls,
// zero-width ones, tags, variation tricks, and control codes (Unicode TR 36, section 2.5).
// eslint-disable-next-line no-control-regex
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Whether a joiner stands where writing needs it: between letters of a joining script, or within an emoji. */
function joins(text: string, at: number): boolean {
  const around = text.slice(Math.max(0, at - 2), at) + text.slice(at + 1, at + 3);
  return /\p{Extended_Pictographic}|\p{Script=Arabic}|\p{Script=Devanagari}|\p{Script=Bengali}|\p{Script=Malayalam}|\p{Script=Sinhala}|\p{Script=Tamil}|\p{Script=Telugu}|\p{Script=Kannada}/u.test(around);
}

/** Text of others, cut where an invisible character stands; `code` is its number for people to see. */
export function splitHidden(text: string): (string | { code: string })[] {
  const out: (string | { code: string })[] = [];
  let at = 0;
  for (const m of text.matchAll(hidden)) {
    const char = m[0];
    if ((char === '\u200c' || char === '\u200d') && joins(text, m.index)) continue;
    if (char === '\r' || char === '\f') continue;
    if (m.index > at) out.push(text.slice(at, m.index));
    out.push({ code: 'U+' + (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0') });
    at = m.index + char.length;
  }
  if (at < text.length) out.push(text.slice(at));
  return out;
}

/** Text of others, inert: never markup, with what is invisible made visible. */
export function inert(text: string): (string | TemplateResult)[] {
  return splitHidden(text).map((piece) =>
    typeof piece === 'string' ? piece : html`<span class="ghost" title=${t('reader.hidden', { code: piece.code })}>${piece.code}</span>`,
  );
}

export function marked(runs: Run[]): (TemplateResult | typeof nothing)[] {
  return runs.map((r) => (r.text === '' ? nothing : r.marked ? html`<mark>${inert(r.text)}</mark>` : html`${inert(r.text)}`));
}

/** The last two parts of a path and its folder, for showing where something is. */
export function folderOf(path: string): string {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return cut > 0 ? path.slice(0, cut) : path;
}

export function nameOf(path: string): string {
  const trimmed = path.replace(/[/\\]+$/, '');
  return trimmed.slice(Math.max(trimmed.lastIndexOf('/'), trimmed.lastIndexOf('\\')) + 1) || path;
}

const named = /^\s*"?([^"<>]+?)"?\s*<([^<>\s]+)>\s*$/;

/** Who sent a message: the name, with the address to see on it. A name that poses as an address stays beside the true one. */
export function sender(from: string | undefined): TemplateResult {
  const [, name = '', address = ''] = named.exec(from ?? '') ?? [];
  return name === '' || name.includes('@') ? html`${inert(from ?? '')}` : html`<span title=${address}>${inert(name)}</span>`;
}
