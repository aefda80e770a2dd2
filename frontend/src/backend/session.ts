import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { setLanguage } from '../words/words.js';
import { backend, failureOf } from './client.js';
import { Pace } from './pace.js';
import type { Failure, Progress, Settings, Status } from './types.js';

/** A model being fetched. */
export interface Download {
  name: string;
  progress?: Progress;
  /** Bytes a second, over the last few seconds; 0 while unknown. */
  rate: number;
  state: 'running' | 'cancelled' | 'failed' | 'done';
  failure?: Failure;
  stop: AbortController;
}

const busyEvery = 1500;
const retryEvery = 3000;

/**
 * What the interface knows of the program: its status and settings, read again whenever the
 * program says that something changed, and the downloads begun here. Views follow it.
 */
class Session extends EventTarget {
  status: Status | undefined;
  settings: Settings | undefined;
  online = true;
  failure: Failure | undefined;
  readonly downloads = new Map<string, Download>();
  /** Seconds until everything waiting is read, 0 while unknown. */
  secondsLeft = 0;
  /** Grows when the index changed; views that show its content read again. */
  revision = 0;

  private events: EventSource | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private reading: Promise<void> | undefined;
  private again = false;
  private readonly pace = new Pace();

  start(): void {
    void this.refresh();
    this.listen();
  }

  /** Reads status and settings again; calls while one runs are joined into one more. */
  refresh(): Promise<void> {
    if (this.reading) {
      this.again = true;
      return this.reading;
    }
    this.reading = this.read().finally(() => {
      this.reading = undefined;
      if (this.again) {
        this.again = false;
        void this.refresh();
      }
    });
    return this.reading;
  }

  private async read(): Promise<void> {
    clearTimeout(this.timer);
    try {
      const [status, settings] = await Promise.all([backend.status(), backend.settings()]);
      this.status = status;
      this.online = true;
      this.failure = undefined;
      this.apply(settings);
      const waiting = status.index.state === 'embedding' ? status.index.embeddable - status.index.embedded : status.index.pending;
      this.secondsLeft = this.pace.left(status.index.state, waiting, Date.now());
      this.revision = status.index.revision;
      const busy = status.index.state !== 'idle' || status.index.pending > 0 || status.runtime.state === 'starting';
      if (busy) this.timer = setTimeout(() => void this.refresh(), busyEvery);
    } catch (e) {
      this.failure = failureOf(e);
      this.online = this.failure.code !== 'unreachable';
      this.timer = setTimeout(() => void this.refresh(), retryEvery);
    }
    this.changed();
  }

  private listen(): void {
    this.events = new EventSource('/api/events');
    this.events.onmessage = () => void this.refresh();
    // The program names its events in some versions; both mean "read again".
    this.events.addEventListener('change', () => void this.refresh());
    this.events.onerror = () => {
      if (this.events?.readyState === EventSource.CLOSED) setTimeout(() => this.listen(), retryEvery);
      void this.refresh();
    };
  }

  /** Saves a change of settings; what is shown follows at once and goes back if saving fails. */
  async save(change: Partial<Settings>): Promise<void> {
    const before = this.settings;
    if (!before) return;
    this.apply({ ...before, ...change });
    this.changed();
    try {
      this.apply(await backend.saveSettings({ ...before, ...change }));
    } catch (e) {
      this.apply(before);
      this.changed();
      throw e;
    }
    await this.refresh();
  }

  private apply(settings: Settings): void {
    this.settings = settings;
    setLanguage(settings.locale);
    const root = document.documentElement.dataset;
    root['theme'] = settings.theme || 'auto';
    root['density'] = settings.density || 'comfortable';
    root['motion'] = settings.motion || 'auto';
  }

  /** Fetches a model; what was fetched before is not fetched again. */
  async install(name: string): Promise<void> {
    if (this.downloads.get(name)?.state === 'running') return;
    const d: Download = { name, rate: 0, state: 'running', stop: new AbortController() };
    this.downloads.set(name, d);
    this.changed();
    const seen: [number, number][] = [];
    try {
      for await (const p of backend.installModel(name, d.stop.signal)) {
        d.progress = p;
        if (p.error) throw Object.assign(new Error(p.error.message), { failure: p.error });
        seen.push([Date.now(), p.done_bytes]);
        while (seen.length > 2 && Date.now() - (seen[0]?.[0] ?? 0) > 5000) seen.shift();
        const [first, last] = [seen[0], seen.at(-1)];
        d.rate = first && last && last[0] > first[0] && last[1] >= first[1] ? ((last[1] - first[1]) * 1000) / (last[0] - first[0]) : 0;
        this.changed();
      }
      d.state = 'done';
    } catch (e) {
      const failure = (e as { failure?: Failure }).failure ?? failureOf(e);
      d.state = d.stop.signal.aborted || failure.code === 'cancelled' ? 'cancelled' : 'failed';
      d.failure = failure;
    }
    await this.refresh();
  }

  changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

export const session = new Session();

/** Draws its host again whenever the session changed. */
export class FollowSession implements ReactiveController {
  private readonly draw = () => this.host.requestUpdate();
  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }
  hostConnected() {
    session.addEventListener('change', this.draw);
  }
  hostDisconnected() {
    session.removeEventListener('change', this.draw);
  }
}
