import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { backend, failureOf } from '../backend/client.js';
import { session } from '../backend/session.js';
import { parseTyped, withoutFilter, type TypedFilter, type TypedQuery } from '../backend/typed.js';
import type { Failure, Hit, Kind, Query, Result } from '../backend/types.js';
import { shortDate, t, type Key } from '../words/words.js';
import { icon, kindIcon } from './icons.js';
import './list.js';
import type { Chosen, List } from './list.js';
import { formatName, place } from './place.js';
import { hitStyles, searchStyles } from './search-style.js';
import { controls } from './style.js';
import { excerpt, folderOf, inert, marked, nameOf, runsByBytes, sender } from './text.js';
import { openBeside, View } from './view.js';

const kinds: { kind: Kind; label: Key }[] = [
  { kind: 'mail', label: 'search.mail' },
  { kind: 'file', label: 'search.files' },
  { kind: 'event', label: 'search.events' },
  { kind: 'contact', label: 'search.contacts' },
];
const formats = ['pdf', 'docx', 'xlsx', 'pptx', 'odt', 'text', 'markdown', 'html', 'csv', 'source'];
const orders = [
  ['', 'search.byScore'],
  ['newest', 'search.newest'],
  ['oldest', 'search.oldest'],
  ['largest', 'search.largest'],
] as const;
const pageSize = 100;
/** Words are looked up while a person types; meaning, which costs more, once they pause. */
const typingPause = 90;
const meaningPause = 600;

/** Search as you type: words and filters, results in a list that holds any number. */
@customElement('steward-search')
export class Search extends View {
  /** What the address asks for. */
  @property() typed = '';
  @state() private line = '';
  @state() private kind: Kind | '' = '';
  @state() private format = '';
  @state() private order: Query['order'] | '' = '';
  @state() private result: Result | undefined;
  @state() private hits: Hit[] = [];
  @state() private failure: Failure | undefined;
  @state() private counts = new Map<Kind, number>();
  @state() private parsed: TypedQuery = parseTyped('');
  @query('input') private input!: HTMLInputElement;
  @query('steward-list') private list!: List<Hit> | null;
  private running: AbortController | undefined;
  private timers: ReturnType<typeof setTimeout>[] = [];
  private revision = 0;
  private more = false;
  /** Whether the result is by words alone because it was asked so, while typing. */
  private wordsOnly = true;

  static override styles = [controls, searchStyles];

  override connectedCallback() {
    super.connectedCallback();
    void this.updateComplete.then(() => this.input.focus());
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    this.timers.forEach(clearTimeout);
    this.running?.abort();
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('typed')) {
      this.line = this.typed;
      void this.updateComplete.then(() => (this.input.value = this.line));
      this.schedule(0);
    } else if (this.revision !== session.revision && this.result) {
      this.schedule(500);
    }
  }

  private schedule(wait: number) {
    this.parsed = parseTyped(this.line);
    this.timers.forEach(clearTimeout);
    this.timers = [setTimeout(() => void this.run(true), wait)];
    if (this.parsed.query.text && session.settings?.semantic && session.status?.runtime.embed) {
      this.timers.push(setTimeout(() => void this.run(false), wait + meaningPause));
    }
  }

  private get full(): Query {
    const q: Query = { ...this.parsed.query };
    if (this.kind) q.kinds = [this.kind];
    if (this.format) q.formats = [this.format];
    if (this.order) q.order = this.order;
    else if (!q.text) q.order = 'newest';
    return q;
  }

  private async run(keywordOnly: boolean) {
    this.running?.abort();
    const running = (this.running = new AbortController());
    this.revision = session.revision;
    try {
      const q = this.full;
      const result = await backend.search({ ...q, limit: pageSize, keyword_only: keywordOnly }, running.signal);
      this.result = result;
      this.wordsOnly = keywordOnly;
      this.hits = result.hits ?? [];
      this.failure = undefined;
      this.more = this.hits.length === pageSize;
      if (keywordOnly) {
        this.list?.reset();
        await this.count(q, running.signal);
      }
    } catch (e) {
      const failure = failureOf(e);
      if (failure.code !== 'cancelled') this.failure = failure;
    }
  }

  /** How many of each kind there are, beside the kinds to choose from. */
  private async count(q: Query, signal: AbortSignal) {
    const { kinds: asked, ...rest } = q;
    if (asked && !this.kind) return this.counts.clear();
    const totals = await Promise.all(kinds.map(({ kind }) => backend.search({ ...rest, kinds: [kind], limit: 1, keyword_only: true }, signal)));
    this.counts = new Map(kinds.map(({ kind }, i) => [kind, totals[i]?.total ?? 0]));
  }

  private readonly reachEnd = async () => {
    if (!this.more) return;
    this.more = false;
    const next = await backend.search({ ...this.full, limit: pageSize, offset: this.hits.length, keyword_only: !this.result?.semantic });
    this.hits = [...this.hits, ...(next.hits ?? [])];
    this.more = (next.hits ?? []).length === pageSize;
  };

  override render() {
    return html`<div class="top">
        <h1 class="hide">${t('search.label')}</h1>
        <div class="line">
          ${icon('search')}
          <input
            type="text"
            aria-label=${t('search.label')}
            aria-describedby="hint"
            placeholder=${t('search.placeholder')}
            autocomplete="off"
            spellcheck="false"
            dir="auto"
            @input=${this.typedMore}
            @keydown=${this.press}
          />
        </div>
        ${this.filters()}
        <p class="small muted" id="hint">${this.parsed.problem ? html`<span class="problem">${t(this.parsed.problem.key, { value: this.parsed.problem.value })}</span>` : this.told()}</p>
      </div>
      <div class="results">${this.results()}</div>`;
  }

  private filters() {
    const pick = (e: Event) => (e.target as HTMLSelectElement).value;
    return html`<div class="filters">
      <div class="kinds" role="group" aria-label=${t('search.kind')}>
        <button type="button" aria-pressed=${this.kind === ''} @click=${() => this.choose('')}>${t('search.all')}</button>
        ${kinds
          .filter(({ kind }) => kind === 'mail' || kind === 'file' || kind === this.kind || (this.counts.get(kind) ?? 0) > 0)
          .map(
            ({ kind, label }) => html`<button type="button" aria-pressed=${this.kind === kind} @click=${() => this.choose(kind)}>
              ${t(label)}${this.counts.has(kind) ? html`<span class="num count">${this.counts.get(kind)}</span>` : nothing}
            </button>`,
          )}
      </div>
      <select aria-label=${t('search.format')} .value=${this.format} @change=${(e: Event) => this.set(() => (this.format = pick(e)))}>
        <option value="">${t('search.anyFormat')}</option>
        ${formats.map((f) => html`<option value=${f} ?selected=${f === this.format}>${formatName(f)}</option>`)}
      </select>
      <select aria-label=${t('search.order')} .value=${this.order ?? ''} @change=${(e: Event) => this.set(() => (this.order = pick(e) as Query['order']))}>
        ${orders.map(([value, label]) => html`<option value=${value} ?selected=${value === this.order}>${t(label)}</option>`)}
      </select>
      ${this.parsed.filters.map((f) => this.chip(f))}
      ${this.filtered ? html`<button class="link" type="button" @click=${this.clear}>${t('search.clear')}</button>` : nothing}
    </div>`;
  }

  private get filtered(): boolean {
    return !!(this.kind || this.format || this.parsed.filters.length > 0);
  }

  private chip(f: TypedFilter) {
    return html`<button class="chip" type="button" aria-label=${t('search.remove', { filter: f.text })} @click=${() => this.setLine(withoutFilter(this.line, f))}>
      ${f.text}${icon('close')}
    </button>`;
  }

  /** The line under the filters: how many there are, or how to ask. */
  private told() {
    if (!this.result || this.failure) return t('search.hint');
    const n = this.result.total < 0 ? t('search.results.some') : t('search.results', { n: this.result.total });
    const ms = t('search.took', { n: Math.max(1, Math.round(this.result.took_ns / 1e6)) });
    return html`<span role="status">${n}</span> · ${ms}${this.line === '' ? html` · ${t('search.hint')}` : nothing}${this.result.notice && !this.wordsOnly && this.line
      ? html` · ${this.result.notice}` : nothing}`;
  }

  private results() {
    if (this.failure) {
      return html`<div class="empty" role="alert"><h2>${this.failure.message}</h2>${this.failure.fix ? html`<p>${this.failure.fix}</p>` : nothing}
        <button type="button" @click=${() => void this.run(true)}>${t('common.retry')}</button></div>`;
    }
    if (!this.result) return nothing;
    if (this.hits.length === 0) {
      const empty = session.status?.index.documents === 0;
      return html`<div class="empty"><h2>${t('search.none')}</h2><p>${empty ? t('search.none.empty') : t('search.none.text')}</p>
        ${this.filtered ? html`<button type="button" @click=${this.clear}>${t('search.clear')}</button>` : nothing}</div>`;
    }
    return html`<steward-list
      label=${t('search.label')}
      .look=${hitStyles}
      .items=${this.hits}
      .total=${Math.max(this.result.total, this.hits.length)}
      .keyOf=${(h: Hit) => h.id}
      .textOf=${(h: Hit) => [h.title, h.kind === 'mail' ? h.from : h.path, h.passage].join(' ')}
      .line=${(h: Hit) => this.hit(h)}
      @choose=${this.open}
      @mark=${this.open}
      @reach-end=${this.reachEnd}
    ></steward-list>`;
  }

  private hit(h: Hit) {
    const where = place(h.position);
    return html`<div class="hit">
      <span class="kind" title=${formatName(h.format)}>${kindIcon(h.kind)}</span>
      <span class="title clip" dir="auto">${inert(h.title || nameOf(h.path))}</span>
      <span class="date small muted num">${shortDate(h.date)}</span>
      <span class="passage small" dir="auto">${marked(excerpt(runsByBytes(h.passage.replace(/\n/g, ' '), h.terms ?? []), 60, 240))}</span>
      <span class="meta small muted clip">
        ${h.kind === 'mail' ? sender(h.from) : html`<span class="path">${inert(folderOf(h.path))}</span>`}${where ? ` · ${where}` : nothing}
      </span>
    </div>`;
  }

  private readonly open = (e: CustomEvent<Chosen<Hit>>) => {
    const h = e.detail.item;
    openBeside(e.target as HTMLElement, { id: h.id, ord: h.ord, ...(h.terms ? { terms: h.terms } : {}) });
  };

  private readonly typedMore = () => {
    this.line = this.input.value;
    history.replaceState(null, '', this.line ? `#/search?q=${encodeURIComponent(this.line)}` : '#/search');
    this.schedule(typingPause);
  };

  private readonly press = (e: KeyboardEvent) => {
    if (e.key === 'ArrowDown' && this.hits.length > 0) {
      e.preventDefault();
      this.list?.focus();
    } else if (e.key === 'Enter' && !e.isComposing) {
      this.timers.forEach(clearTimeout);
      void this.run(!(session.settings?.semantic && session.status?.runtime.embed && this.parsed.query.text));
      this.list?.focus();
    }
  };

  private choose(kind: Kind | '') {
    this.set(() => (this.kind = kind));
  }
  private set(change: () => void) {
    change();
    this.schedule(0);
  }
  private setLine(line: string) {
    this.input.value = line;
    this.typedMore();
    this.input.focus();
  }
  private readonly clear = () => {
    this.kind = '';
    this.format = '';
    let line = this.line;
    for (const f of this.parsed.filters) line = withoutFilter(line, f);
    this.setLine(line);
  };
}
