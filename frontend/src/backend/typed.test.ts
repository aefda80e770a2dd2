import { describe, expect, it } from 'vitest';
import { parseDay, parseTyped, withoutFilter } from './typed.js';

describe('the search line', () => {
  it('reads words and phrases as they are', () => {
    expect(parseTyped('  lease  "deposit of" -draft ').query).toEqual({ text: 'lease "deposit of" -draft' });
    expect(parseTyped('').query).toEqual({});
  });

  it('reads filters', () => {
    const { query, filters } = parseTyped('deposit from:ada@example.org type:PDF kind:mail kind:file subject:"annual report" has:attachment');
    expect(query).toEqual({
      text: 'deposit', from: 'ada@example.org', formats: ['pdf'], kinds: ['mail', 'file'], subject: 'annual report', has_attachment: true,
    });
    expect(filters.map((f) => f.text)).toEqual([
      'from:ada@example.org', 'type:PDF', 'kind:mail', 'kind:file', 'subject:"annual report"', 'has:attachment',
    ]);
  });

  it('leaves what is no filter to the words', () => {
    expect(parseTyped('https://example.org 10:30 has:lunch').query).toEqual({ text: 'https://example.org 10:30 has:lunch' });
    expect(parseTyped('from:').query).toEqual({ text: 'from:' });
  });

  it('says what it cannot understand', () => {
    expect(parseTyped('after:yesterday').problem).toEqual({ key: 'search.badDate', value: 'yesterday' });
    expect(parseTyped('kind:letter').problem).toEqual({ key: 'search.badKind', value: 'letter' });
  });

  it('knows days that exist', () => {
    expect(parseDay('2026-02-31')).toBeUndefined();
    expect(parseDay('26-02-01')).toBeUndefined();
    expect(parseDay('2026')).toBe(new Date(2026, 0, 1).toISOString());
    expect(parseDay('2026-5-20')).toBe(new Date(2026, 4, 20).toISOString());
  });

  it('gives the line back without one filter', () => {
    const { filters } = parseTyped('a from:ada b');
    expect(withoutFilter('a from:ada b', filters[0]!)).toBe('a b');
  });
});
