import type { Kind, Query } from './types.js';

/** One filter as it was typed, so that a view can show it and take it away. */
export interface TypedFilter {
  text: string;
  name: string;
  value: string;
}

export interface TypedQuery {
  query: Query;
  filters: TypedFilter[];
  /** What was typed and cannot be understood. */
  problem?: { key: 'search.badDate' | 'search.badKind'; value: string };
}

const kinds: readonly string[] = ['mail', 'file', 'event', 'contact'];
const filter = /(^|\s)(kind|type|from|to|subject|in|thread|has|after|before):("[^"]*"?|\S+)/gi;

/** Reads what a person types into the search line: words, "a phrase", -word, and name:value filters. */
export function parseTyped(typed: string): TypedQuery {
  const out: TypedQuery = { query: {}, filters: [] };
  const q = out.query;
  const rest = typed.replace(filter, (whole, space: string, rawName: string, rawValue: string) => {
    const name = rawName.toLowerCase();
    const value = rawValue.replace(/^"|"$/g, '').trim();
    if (value === '') return space;
    switch (name) {
      case 'kind':
        if (kinds.includes(value.toLowerCase())) q.kinds = [...(q.kinds ?? []), value.toLowerCase() as Kind];
        else out.problem = { key: 'search.badKind', value };
        break;
      case 'type':
        q.formats = [...(q.formats ?? []), value.toLowerCase()];
        break;
      case 'from':
      case 'to':
      case 'subject':
      case 'thread':
        q[name] = value;
        break;
      case 'in':
        q.under = value;
        break;
      case 'has':
        if (!/^attachments?$/i.test(value)) return whole;
        q.has_attachment = true;
        break;
      default: {
        const day = parseDay(value);
        if (day) q[name as 'after' | 'before'] = day;
        else out.problem = { key: 'search.badDate', value };
      }
    }
    out.filters.push({ text: whole.trim(), name, value });
    return space;
  });
  const text = rest.replace(/\s+/g, ' ').trim();
  if (text) q.text = text;
  return out;
}

/** A day as typed (2026, 2026-05 or 2026-05-20), as the moment it begins here. */
export function parseDay(value: string): string | undefined {
  const m = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(value);
  if (!m) return undefined;
  const [year, month, day] = [Number(m[1]), Number(m[2] ?? 1), Number(m[3] ?? 1)];
  const d = new Date(year, month - 1, day);
  if (year < 1000 || d.getMonth() !== month - 1 || d.getDate() !== day) return undefined;
  return d.toISOString();
}

/** The typed line without one of its filters. */
export function withoutFilter(typed: string, f: TypedFilter): string {
  return typed.replace(f.text, ' ').replace(/\s+/g, ' ').trim();
}
