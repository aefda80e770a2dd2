import { decodeLines } from './stream.js';
import type {
  AskEvent, Check, Coverage, Directory, DocumentView, Failure, Model, Models, Outcome, Progress, Query, Result, Settings,
  Source, Status, SuggestedSource,
} from './types.js';

/** A request that did not succeed, with what happened and what the person can do. */
export class BackendError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
    this.name = 'BackendError';
  }
}

/** The reason an unknown error was thrown, in the same shape as the program's own. */
export function failureOf(e: unknown): Failure {
  if (e instanceof BackendError) return e.failure;
  if (e instanceof DOMException && e.name === 'AbortError') return { code: 'cancelled', message: '' };
  return { code: 'unreachable', message: e instanceof Error ? e.message : String(e) };
}

async function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const init: RequestInit = { method, credentials: 'same-origin' };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'Content-Type': 'application/json' };
  }
  const response = await fetch(path, init);
  if (response.ok) return response;
  let failure: Failure;
  try {
    const parsed = (await response.json()) as Failure | { error: Failure };
    failure = 'error' in parsed ? parsed.error : parsed;
  } catch {
    failure = { code: 'internal', message: `${response.status} ${response.statusText}` };
  }
  throw new BackendError(failure);
}

async function read<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await send(method, path, body, signal);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

async function* lines<T>(path: string, body: unknown, signal: AbortSignal): AsyncGenerator<T> {
  const response = await send('POST', path, body, signal);
  if (response.body) yield* decodeLines<T>(response.body);
}

export interface CoverageFilter {
  outcome?: Outcome | '';
  under?: string;
  limit?: number;
  offset?: number;
}

/** Every request the interface makes, and nothing else reaches the network. */
export const backend = {
  status: () => read<Status>('GET', '/api/status'),
  settings: () => read<Settings>('GET', '/api/settings'),
  saveSettings: (s: Settings) => read<Settings>('PUT', '/api/settings', s),
  search: (q: Query, signal?: AbortSignal) => read<Result>('POST', '/api/search', q, signal),
  ask: (question: string, locale: string, signal: AbortSignal) =>
    lines<AskEvent>('/api/ask', { question, locale, surface: true }, signal),
  document: (id: string, signal?: AbortSignal) =>
    read<DocumentView>('GET', `/api/documents/${encodeURIComponent(id)}`, undefined, signal),
  openDocument: (id: string) => read<void>('POST', `/api/documents/${encodeURIComponent(id)}/open`),
  addSources: (paths: string[]) => read<Source[]>('POST', '/api/sources', { paths }),
  removeSources: (paths: string[]) => read<Source[]>('DELETE', '/api/sources', { paths }),
  suggestedSources: () => read<SuggestedSource[] | null>('GET', '/api/sources/suggested'),
  directory: (path: string) => read<Directory>('GET', `/api/directory?path=${encodeURIComponent(path)}`),
  chooseFolder: () => read<{ paths: string[] | null }>('POST', '/api/native/choose-folder'),
  coverage: (f: CoverageFilter, signal?: AbortSignal) => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(f)) {
      if (value !== undefined && value !== '') query.set(name, String(value));
    }
    return read<Coverage>('GET', `/api/coverage?${query}`, undefined, signal);
  },
  /** Asks for a comparison with the disk and waits until it ended; progress is in the status. */
  rescan: async () => {
    for await (const _ of lines('/api/index', {}, new AbortController().signal)) void _;
  },
  models: () => read<Models>('GET', '/api/models'),
  installModel: (name: string, signal: AbortSignal) => lines<Progress>('/api/models/install', { name }, signal),
  doctor: () => read<Check[] | null>('GET', '/api/doctor'),
};

export type { Model };
