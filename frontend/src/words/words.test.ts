import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ago, catalogues, duration, setLanguage, shortDate, size, systemLocale, t, type Entry, type Key } from './words.js';

const texts = (e: Entry): string[] => (typeof e === 'string' ? [e] : Object.values(e));
const holes = (s: string): string[] => [...s.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort();
const keys = Object.keys(catalogues.en) as Key[];

afterEach(() => setLanguage('en'));

describe('the catalogue', () => {
  it('has every key in both languages, with the same holes', () => {
    expect(Object.keys(catalogues['zh-Hans']).sort()).toEqual([...keys].sort());
    for (const key of keys) {
      const want = holes(texts(catalogues.en[key])[0] ?? '');
      for (const locale of ['en', 'zh-Hans'] as const) {
        for (const text of texts(catalogues[locale][key])) {
          expect(text.trim(), key).not.toBe('');
          expect(holes(text), `${locale} ${key}`).toEqual(want);
        }
      }
    }
  });

  it('gives every plural category English has', () => {
    const categories = new Intl.PluralRules('en').resolvedOptions().pluralCategories;
    for (const key of keys) {
      const entry: Entry = catalogues.en[key];
      if (typeof entry !== 'string') expect(Object.keys(entry).sort(), key).toEqual([...categories].sort());
    }
  });

  it('holds no exclamation mark', () => {
    for (const locale of ['en', 'zh-Hans'] as const) {
      for (const key of keys) for (const text of texts(catalogues[locale][key])) expect(text, key).not.toMatch(/[!！]/);
    }
  });

  it('has no key that nothing uses', () => {
    const source = (dir: string): string =>
      readdirSync(dir, { withFileTypes: true })
        .map((e) => (e.isDirectory() ? source(join(dir, e.name)) : /\.ts$/.test(e.name) && !dir.endsWith('words') ? readFileSync(join(dir, e.name), 'utf8') : ''))
        .join('\n');
    const code = source(join(import.meta.dirname, '..')) + readFileSync(join(import.meta.dirname, 'words.ts'), 'utf8');
    // A key may be put together from a prefix: `status.${state}`.
    const prefixes = [...code.matchAll(/`([a-z][\w.]*\.)\$\{/g)].map((m) => m[1] ?? '');
    const unused = keys.filter((k) => !code.includes(`'${k}'`) && !prefixes.some((p) => k.startsWith(p)));
    expect(unused).toEqual([]);
  });
});

describe('texts', () => {
  it('follow the plural rules of the language', () => {
    expect(t('search.results', { n: 0 })).toBe('0 results');
    expect(t('search.results', { n: 1 })).toBe('1 result');
    expect(t('search.results', { n: 1204 })).toBe('1,204 results');
    setLanguage('zh-Hans');
    expect(t('search.results', { n: 1 })).toBe('1 个结果');
  });

  it('keep a hole that was not filled, rather than invent', () => {
    expect(t('home.missing')).toContain('{path}');
  });
});

describe('formats', () => {
  it('give sizes in units people know', () => {
    expect(size(0)).toBe('0 bytes');
    expect(size(1)).toBe('1 byte');
    expect(size(1_117_320_768)).toBe('1.1 GB');
    expect(size(4_820)).toBe('4.8 kB');
  });

  it('give dates by their distance', () => {
    const now = new Date(2026, 4, 20, 12);
    expect(shortDate(new Date(2026, 4, 20, 9, 5).toISOString(), now)).toMatch(/9:05/);
    expect(shortDate(new Date(2026, 0, 3).toISOString(), now)).toBe('Jan 3');
    expect(shortDate(new Date(2019, 0, 3).toISOString(), now)).toBe('Jan 3, 2019');
    expect(shortDate(undefined)).toBe('');
    expect(shortDate('0001-01-01T00:00:00Z')).toBe('');
    expect(shortDate('nonsense')).toBe('');
  });

  it('give times past and left', () => {
    const now = Date.parse('2026-05-20T12:00:00Z');
    expect(ago('2026-05-20T11:59:40Z', now)).toBe('just now');
    expect(ago('2026-05-20T11:58:00Z', now)).toBe('2 min. ago');
    expect(ago(undefined, now)).toBe('never');
    expect(duration(3)).toBe('5 seconds');
    expect(duration(61)).toBe('1 minute');
    expect(duration(7200)).toBe('2 hours');
  });

  it('survive a system without a language', () => {
    expect(systemLocale(undefined)).toBe('en');
    expect(systemLocale([])).toBe('en');
    expect(systemLocale(['C'])).toBe('en');
    expect(systemLocale(['zh-CN', 'en'])).toBe('zh-Hans');
  });
});
