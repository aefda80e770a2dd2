import { describe, expect, it } from 'vitest';
import { excerpt, folderOf, nameOf, runsByBytes, runsByQuote, splitHidden, sender } from './text.js';

describe('matches', () => {
  it('are counted in bytes', () => {
    expect(runsByBytes('Die Größe ist 中', [[4, 11], [16, 19]])).toEqual([
      { text: 'Die ', marked: false }, { text: 'Größe', marked: true }, { text: ' ist ', marked: false }, { text: '中', marked: true },
    ]);
  });

  it('outside the text or over each other are left out', () => {
    expect(runsByBytes('abc', [[0, 2], [1, 3], [2, 9], [2, 2]])).toEqual([{ text: 'ab', marked: true }, { text: 'c', marked: false }]);
  });

  it('of a quotation are exact', () => {
    expect(runsByQuote('the deposit is 900', 'deposit')).toEqual([
      { text: 'the ', marked: false }, { text: 'deposit', marked: true }, { text: ' is 900', marked: false },
    ]);
    expect(runsByQuote('the deposit', 'Deposit')).toBeUndefined();
    expect(runsByQuote('the deposit', '')).toBeUndefined();
  });

  it('stay in view in an excerpt', () => {
    const runs = runsByQuote('word '.repeat(100) + 'needle' + ' tail'.repeat(200), 'needle')!;
    const text = excerpt(runs).map((r) => r.text).join('');
    expect(text.startsWith('…')).toBe(true);
    expect(text.endsWith('…')).toBe(true);
    expect(text.indexOf('needle')).toBeLessThan(80);
    expect(excerpt([{ text: 'short', marked: false }])).toEqual([{ text: 'short', marked: false }]);
  });
});

describe('what cannot be seen', () => {
  it('is shown: a turned file name, a zero-width space, tags', () => {
    expect(splitHidden('invoice\u202efdp.exe')).toEqual(['invoice', { code: 'U+202E' }, 'fdp.exe']);
    expect(splitHidden('pay\u200bpal')).toEqual(['pay', { code: 'U+200B' }, 'pal']);
    expect(splitHidden('a\u{e0041}b')).toEqual(['a', { code: 'U+E0041' }, 'b']);
    expect(splitHidden('a\u0007b')).toEqual(['a', { code: 'U+0007' }, 'b']);
    expect(splitHidden('pay\u200dpal')).toEqual(['pay', { code: 'U+200D' }, 'pal']);
  });

  it('is left where writing needs it', () => {
    expect(splitHidden('👩‍👧 می‌خواهم')).toEqual(['👩‍👧 می‌خواهم']);
    expect(splitHidden('line\r\nline\ttab')).toEqual(['line\r\nline\ttab']);
  });
});

describe('paths', () => {
  it('are cut for people', () => {
    expect(nameOf('/home/ada/Documents/lease.pdf')).toBe('lease.pdf');
    expect(nameOf('/home/ada/Documents/')).toBe('Documents');
    expect(nameOf('/')).toBe('/');
    expect(folderOf('/home/ada/lease.pdf')).toBe('/home/ada');
    expect(nameOf('C:\\Users\\ada\\lease.pdf')).toBe('lease.pdf');
  });
});

describe('senders', () => {
  const said = (from: string) => JSON.stringify(sender(from).values);

  it('are shown by name, with the address behind it', () => {
    expect(said('Grace Miller <grace@example.org>')).toBe(JSON.stringify(['grace@example.org', ['Grace Miller']]));
    expect(said('"Park, Linus" <linus@example.org>')).toContain('["Park, Linus"]');
    expect(said('office@example.org')).toBe('[["office@example.org"]]');
  });

  it('cannot hide behind the address of another', () => {
    expect(said('"bank@example.org" <mallory@example.org>')).toContain('mallory@example.org');
    expect(sender('"bank@example.org" <mallory@example.org>').values).toHaveLength(1);
  });
});
