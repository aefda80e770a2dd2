import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { backend, failureOf } from '../backend/client.js';
import { session } from '../backend/session.js';
import type { Coverage, CoveredFile, Failure, Outcome } from '../backend/types.js';
import { number, size, t, type Key } from '../words/words.js';
import './list.js';
import type { List } from './list.js';
import { formatName } from './place.js';
import { controls } from './style.js';
import { inert } from './text.js';
import { View } from './view.js';

const outcomes: Outcome[] = ['read', 'partial', 'skipped', 'failed'];
const pageSize = 200;
/** A reason is not something the program filters by: this many files are looked through for it. */
const searched = 5000;

const fileStyles = css`
  .file {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto 72px;
    gap: 0 12px;
    align-items: baseline;
    padding: var(--pad) 12px;
  }
  .file .reason {
    grid-column: 1 / -1;
  }
  .file .size {
    text-align: end;
  }
`;

/** The report of what became of every file: by outcome, by reason, file by file. */
@customElement('steward-coverage')
export class CoverageReport extends View {
  @property() outcome: Outcome | '' = '';
  @property() under = '';
  @state() private reason = '';
  @state() private report: Coverage | undefined;
  @state() private files: CoveredFile[] = [];
  @state() private total = 0;
  @state() private failure: Failure | undefined;
  @state() private busy = false;
  @query('steward-list') private list!: List<CoveredFile> | null;
  private running: AbortController | undefined;
  private seen = -1;
  private more = false;

  static override styles = [
    controls,
    css`
      :host {
        display: grid;
        grid-template-rows: auto auto minmax(0, 1fr);
        gap: 12px;
        min-height: 0;
        height: 100%;
      }
      .outcomes {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(112px, 1fr));
        gap: 8px;
      }
      .outcomes button {
        display: grid;
        justify-items: start;
        justify-content: start;
        gap: 0;
        padding: 8px 12px;
        background: var(--surface);
      }
      .outcomes button[aria-pressed='true'] {
        border-color: var(--accent);
        background: var(--accent-soft);
      }
      .n {
        font-size: 20px;
        line-height: 28px;
        font-weight: 600;
        font-variant-numeric: tabular-nums;
      }
      .filters {
        display: flex;
        gap: 8px;
        flex-wrap: wrap;
        align-items: center;
      }
      .filters input {
        flex: 1 1 240px;
      }
      .filters select {
        max-width: 320px;
      }
      .files {
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        overflow: hidden;
        min-height: 160px;
      }
      .files > p {
        padding: 16px;
      }
    `,
  ];

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('outcome') || changed.has('under')) void this.load();
    else if (this.seen !== session.revision) void this.load(false);
  }

  private async load(fresh = true) {
    this.running?.abort();
    const running = (this.running = new AbortController());
    this.seen = session.revision;
    if (fresh) this.list?.reset();
    try {
      const first = await backend.coverage({ outcome: this.outcome, under: this.under, limit: pageSize }, running.signal);
      this.report = first;
      this.failure = undefined;
      let files = first.files ?? [];
      this.total = first.total;
      this.more = files.length < first.total;
      if (this.reason) {
        this.busy = true;
        while (files.length < Math.min(first.total, searched)) {
          const next = (await backend.coverage({ outcome: this.outcome, under: this.under, limit: 1000, offset: files.length }, running.signal)).files ?? [];
          if (next.length === 0) break;
          files = [...files, ...next];
        }
        files = files.filter((f) => f.reason === this.reason);
        this.total = files.length;
        this.more = false;
      }
      this.files = files;
    } catch (e) {
      const failure = failureOf(e);
      if (failure.code === 'cancelled') return;
      this.failure = failure;
    }
    this.busy = false;
  }

  private readonly reachEnd = async () => {
    if (!this.more) return;
    this.more = false;
    const next = (await backend.coverage({ outcome: this.outcome, under: this.under, limit: pageSize, offset: this.files.length })).files ?? [];
    this.files = [...this.files, ...next];
    this.more = next.length > 0 && this.files.length < this.total;
  };

  override render() {
    const r = this.report;
    if (this.failure) {
      return html`<div class="empty" role="alert"><h2>${this.failure.message}</h2><p>${this.failure.fix ?? ''}</p>
        <button type="button" @click=${() => void this.load()}>${t('common.retry')}</button></div>`;
    }
    if (!r) return html`<p class="muted" role="status">${t('common.loading')}</p>`;
    const all = r.read + r.partial + r.skipped + r.failed;
    const reasons = (r.reasons ?? []).filter((x) => !this.outcome || x.outcome === this.outcome);
    return html`<div class="outcomes" role="group" aria-label=${t('coverage.outcome')}>
        ${this.pick('', 'coverage.all', all)} ${outcomes.map((o) => this.pick(o, `coverage.${o}` as Key, r[o]))}
      </div>
      <div class="filters">
        <select aria-label=${t('coverage.reason')} @change=${(e: Event) => { this.reason = (e.target as HTMLSelectElement).value; void this.load(); }}>
          <option value="" ?selected=${this.reason === ''}>${t('coverage.anyReason')}</option>
          ${reasons.map((x) => html`<option value=${x.reason} ?selected=${this.reason === x.reason}>${t('coverage.reasonOf', { reason: x.reason, n: x.count })}</option>`)}
        </select>
        <input type="text" aria-label=${t('coverage.filter')} placeholder=${t('coverage.filter')} spellcheck="false" .value=${this.under} @change=${(e: Event) => (this.under = (e.target as HTMLInputElement).value.trim())} />
        <span class="muted num" role="status">${this.busy ? t('coverage.searching') : t('coverage.total', { n: this.total })}</span>
      </div>
      <div class="files">
        ${this.files.length === 0
          ? html`<p class="muted">${all === 0 ? t('coverage.empty') : t('coverage.none')}</p>`
          : html`<steward-list
              label=${t('coverage.files')}
              .look=${fileStyles}
              .items=${this.files}
              .total=${this.total}
              .keyOf=${(f: CoveredFile) => f.path}
              .textOf=${(f: CoveredFile) => [f.path, formatName(f.format), f.reason].join(' ')}
              .line=${(f: CoveredFile) => this.file(f)}
              @reach-end=${this.reachEnd}
            ></steward-list>`}
      </div>`;
  }

  private pick(o: Outcome | '', label: Key, n: number) {
    return html`<button type="button" aria-pressed=${this.outcome === o} @click=${() => { this.reason = ''; this.outcome = o; }}>
      <span class="n">${number(n)}</span><span class="small muted">${t(label)}</span>
    </button>`;
  }

  private file(f: CoveredFile) {
    const look = { read: '', partial: 'warn', skipped: '', failed: 'bad' }[f.outcome];
    return html`<div class="file">
      <span class="clip" title=${f.path}><span class="path">${inert(f.path)}</span></span>
      <span><span class="tag ${look}">${t(`coverage.${f.outcome}`)}</span> <span class="small muted">${formatName(f.format)}</span></span>
      <span class="size small muted num">${size(f.size)}</span>
      ${f.reason ? html`<span class="reason small muted">${f.reason}</span>` : nothing}
    </div>`;
  }
}
