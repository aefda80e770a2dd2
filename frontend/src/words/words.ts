import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { en, type Key } from './en.js';
import { zh } from './zh.js';

export type { Key };
export type Locale = 'en' | 'zh-Hans';
/** A text, or a text for each plural category of its `n` (Intl.PluralRules); "other" is always there. */
export type Entry = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);
export type Params = Record<string, string | number>;

export const catalogues: Record<Locale, Record<Key, Entry>> = { en, 'zh-Hans': zh };

/** The language the system asks for, as far as there is one: LANG=C gives WebKitGTK none. */
export function systemLocale(languages: readonly string[] | undefined = globalThis.navigator?.languages): Locale {
  return /^zh/i.test(languages?.[0] ?? '') ? 'zh-Hans' : 'en';
}

/** A region's dates and numbers when the system has one that Intl knows, else the language's own. */
function formatLocale(locale: Locale): string {
  const system = globalThis.navigator?.language ?? '';
  try {
    if (system && systemLocale([system]) === locale && /^(en|zh)/i.test(system)) return Intl.getCanonicalLocales(system)[0] ?? locale;
  } catch {
    // "C", "POSIX" and the like are no language tags.
  }
  return locale;
}

let current: Locale = 'en';
let region = 'en';
let plurals = new Intl.PluralRules('en');
const followers = new Set<ReactiveControllerHost>();

export const language = () => current;

/** Sets the language of the whole interface; "" follows the system. Everything shown is drawn again. */
export function setLanguage(locale: Locale | ''): void {
  const next = locale || systemLocale();
  if (globalThis.document) document.documentElement.lang = next;
  if (next === current && region === formatLocale(next)) return;
  current = next;
  region = formatLocale(next);
  plurals = new Intl.PluralRules(next);
  for (const host of followers) host.requestUpdate();
}

/** Draws its host again when the language changes. */
export class FollowLanguage implements ReactiveController {
  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }
  hostConnected() {
    followers.add(this.host);
  }
  hostDisconnected() {
    followers.delete(this.host);
  }
}

/** The text for key in the current language, with {name} replaced; `n` also picks the plural. */
export function t(key: Key, params: Params = {}): string {
  const entry = catalogues[current][key];
  const text = typeof entry === 'string' ? entry : (entry[plurals.select(Number(params['n'] ?? 0))] ?? entry.other);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? number(value) : value;
  });
}

export const number = (n: number): string => new Intl.NumberFormat(region, { maximumFractionDigits: 1 }).format(n);
export const percent = (part: number): string => new Intl.NumberFormat(region, { style: 'percent', maximumFractionDigits: 0 }).format(part);

/** A size in decimal units, the ones disks and downloads are sold in. */
export function size(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  let i = 0;
  let n = bytes;
  while (n >= 1000 && i < units.length - 1) {
    n /= 1000;
    i++;
  }
  return new Intl.NumberFormat(region, {
    style: 'unit', unit: units[i] ?? 'byte', unitDisplay: i === 0 ? 'long' : 'short', maximumFractionDigits: n < 10 && i > 0 ? 1 : 0,
  }).format(n);
}

/** A date as a list shows it: the time today, the day this year, the full date otherwise. */
export function shortDate(iso: string | undefined, now = new Date()): string {
  const d = dateOf(iso);
  if (!d) return '';
  if (d.toDateString() === now.toDateString()) return new Intl.DateTimeFormat(region, { timeStyle: 'short' }).format(d);
  const options: Intl.DateTimeFormatOptions =
    d.getFullYear() === now.getFullYear() ? { day: 'numeric', month: 'short' } : { day: 'numeric', month: 'short', year: 'numeric' };
  return new Intl.DateTimeFormat(region, options).format(d);
}

export function longDate(iso: string | undefined): string {
  const d = dateOf(iso);
  return d ? new Intl.DateTimeFormat(region, { dateStyle: 'full', timeStyle: 'short' }).format(d) : '';
}

export function dayName(d: Date): string {
  return new Intl.DateTimeFormat(region, { weekday: 'long', day: 'numeric', month: 'long' }).format(d);
}

/** "2 min ago" in the language's own words; under a minute is "just now". */
export function ago(iso: string | undefined, now = Date.now()): string {
  const d = dateOf(iso);
  if (!d) return t('time.never');
  return since((now - d.getTime()) / 1000);
}

export function since(seconds: number): string {
  if (seconds < 60) return t('time.now');
  const rtf = new Intl.RelativeTimeFormat(region, { style: 'short', numeric: 'always' });
  if (seconds < 3600) return rtf.format(-Math.floor(seconds / 60), 'minute');
  if (seconds < 86400) return rtf.format(-Math.floor(seconds / 3600), 'hour');
  return rtf.format(-Math.floor(seconds / 86400), 'day');
}

/** A length of time still to wait, rounded as a person would say it. */
export function duration(seconds: number): string {
  if (seconds < 50) return t('time.seconds', { n: Math.max(5, Math.ceil(seconds / 5) * 5) });
  if (seconds < 3300) return t('time.minutes', { n: Math.max(1, Math.round(seconds / 60)) });
  return t('time.hours', { n: Math.max(1, Math.round(seconds / 360) / 10) });
}

function dateOf(iso: string | undefined): Date | undefined {
  if (!iso) return undefined;
  const d = new Date(iso);
  return Number.isNaN(d.getTime()) || d.getUTCFullYear() <= 1 ? undefined : d;
}
