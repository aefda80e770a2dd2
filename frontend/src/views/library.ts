import { css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { actions } from '../actions/registry.js';
import { backend, failureOf } from '../backend/client.js';
import { session } from '../backend/session.js';
import type { Source } from '../backend/types.js';
import { ago, number, percent, t, type Key } from '../words/words.js';
import './choose.js';
import './coverage.js';
import { icon } from './icons.js';
import { filterStyles, ListFilter, moveAmong } from './list-filter.js';
import { indexLine, indexShare } from './status-bar.js';
import { controls, page } from './style.js';
import { inert } from './text.js';
import { go, View } from './view.js';

/** What Steward reads: the sources, how the index stands, and what became of every file. */
@customElement('steward-library')
export class Library extends View {
  /** "", "add" or "coverage". */
  @property({ reflect: true }) tab = '';
  @property({ attribute: false }) params = new URLSearchParams();
  @state() private chosen = new Set<string>();
  @state() private leaving: Source | undefined;
  @state() private problem = '';
  @state() private adding = false;
  private readonly filter: ListFilter = new ListFilter(this, () => this.renderRoot.querySelector<HTMLElement>('[data-row]')?.focus());
  @query('dialog') private dialog!: HTMLDialogElement;

  static override styles = [
    controls,
    filterStyles,
    page,
    css`
      :host {
        padding-bottom: 24px;
      }
      :host([tab='coverage']) {
        overflow: hidden;
      }
      .tabs {
        display: flex;
        gap: 24px;
        border-bottom: 1px solid var(--line);
      }
      .tabs a {
        padding: 8px 0;
        color: var(--muted);
        text-decoration: none;
        border-bottom: 2px solid transparent;
        margin-bottom: -1px;
      }
      .tabs a[aria-current] {
        color: var(--text);
        font-weight: 600;
        border-color: var(--accent);
      }
      .page {
        gap: 24px;
      }
      .page.full {
        height: 100%;
        grid-template-rows: auto minmax(0, 1fr);
      }
      ul.sources {
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
      }
      ul.sources > li {
        display: grid;
        grid-template-columns: 16px minmax(0, 1fr) auto auto;
        gap: 2px 12px;
        align-items: center;
        padding: var(--pad) 12px;
      }
      ul.sources > li + li {
        border-top: 1px solid var(--line);
      }
      button.source {
        min-width: 0;
        min-height: 24px;
        padding: 0;
        border: 0;
        background: none;
        justify-content: flex-start;
        justify-self: start;
        max-width: 100%;
      }
      button.source:hover:not(:disabled) {
        background: none;
        text-decoration: underline;
        text-underline-offset: 3px;
      }
      li > svg {
        color: var(--muted);
      }
      .notes {
        grid-column: 2 / -1;
      }
      .counts {
        display: flex;
        gap: 0 12px;
        flex-wrap: wrap;
      }
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(120px, 1fr));
        gap: 16px;
      }
      dd {
        font-size: 20px;
        line-height: 28px;
        font-weight: 600;
        font-variant-numeric: tabular-nums;
      }
      dt {
        font-size: 12px;
        color: var(--muted);
      }
      .panel {
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        padding: 16px;
        display: grid;
        gap: 16px;
      }
      .foot {
        display: flex;
        gap: 8px;
      }
      dialog {
        border: 1px solid var(--line);
        border-radius: 10px;
        background: var(--raised);
        color: var(--text);
        box-shadow: var(--shadow);
        padding: 24px;
        width: min(480px, calc(100vw - 32px));
      }
      dialog::backdrop {
        background: rgb(10 16 15 / 35%);
      }
      dialog .body {
        display: grid;
        gap: 16px;
      }
      dialog .foot {
        justify-content: flex-end;
      }
    `,
  ];

  override render() {
    const coverage = this.tab === 'coverage';
    return html`<div class="page ${coverage ? 'full' : ''}">
        <div>
          <h1>${t('nav.library')}</h1>
          <nav class="tabs" aria-label=${t('nav.library')}>
            <a href="#/library" aria-current=${coverage ? nothing : 'page'}>${t('library.sources')}</a>
            <a href="#/library/coverage" aria-current=${coverage ? 'page' : nothing}>${t('library.coverage')}</a>
          </nav>
        </div>
        ${coverage ? html`<steward-coverage .outcome=${this.params.get('outcome') ?? ''} .under=${this.params.get('under') ?? ''}></steward-coverage>` : html`${this.sources()} ${this.index()}`}
      </div>
      ${this.confirm()}`;
  }

  private sources() {
    const sources = session.status?.sources ?? [];
    const adding = this.tab === 'add';
    const through = this.filter.narrow(sources, (s) => [s.path, t(`library.kind.${s.kind}` as Key), t(`library.state.${s.state}`)].join(' '));
    return html`<section aria-labelledby="sources">
      <div class="head">
        <h2 id="sources">${t('library.sources')}</h2>
        ${adding ? nothing : html`<button type="button" @click=${() => actions.run('add')}>${icon('plus')}${t('library.add')}</button>`}
      </div>
      ${this.problem ? html`<p class="notice bad" role="alert">${icon('warn')}${this.problem}</p>` : nothing}
      ${adding ? this.adder() : nothing}
      ${sources.length === 0 && !adding
        ? html`<div class="empty"><h2>${t('library.none')}</h2><p>${t('library.none.text')}</p></div>`
        : nothing}
      ${sources.length > 0
        ? html`${this.filter.field(through.length, sources.length)}
            <ul class="sources" aria-labelledby="sources" @keydown=${this.press}>
              ${through.map((s) => this.source(s))}
            </ul>`
        : nothing}
    </section>`;
  }

  private readonly press = (e: KeyboardEvent) => {
    if (this.filter.press(e)) return;
    moveAmong(e, this.renderRoot);
  };

  private adder() {
    return html`<div class="panel">
      <p class="muted">${t('library.none.text')}</p>
      <steward-choose .chosen=${this.chosen} @chosen=${(e: CustomEvent<Set<string>>) => (this.chosen = e.detail)}></steward-choose>
      <div class="foot">
        <button class="primary" type="button" ?disabled=${this.chosen.size === 0 || this.adding} @click=${this.add}>
          ${this.chosen.size === 0 ? t('choose.none') : t('choose.add', { n: this.chosen.size })}
        </button>
        <button type="button" @click=${() => go('library')}>${t('common.cancel')}</button>
      </div>
    </div>`;
  }

  private readonly add = async () => {
    this.adding = true;
    this.problem = '';
    try {
      await backend.addSources([...this.chosen]);
      this.chosen = new Set();
      await session.refresh();
      go('library');
    } catch (e) {
      const f = failureOf(e);
      this.problem = [f.message, f.fix].filter(Boolean).join(' ');
    }
    this.adding = false;
  };

  private source(s: Source) {
    const bad = s.state === 'missing' || s.state === 'unreadable';
    return html`<li>
      ${icon(s.kind === 'maildir' || s.kind === 'mbox' ? 'mail' : s.kind === 'file' ? 'file' : 'folder')}
      <button class="source" type="button" data-row title=${t('library.coverage')} @click=${() => this.covered(s)}>
        <span class="clip path" title=${s.path}>${inert(s.path)}</span>
      </button>
      <span class="tag ${bad ? 'bad' : s.state === 'watched' ? '' : 'warn'}">${t(`library.state.${s.state}`)}</span>
      <button class="plain icon" type="button" aria-label=${t('library.remove.label', { path: s.path })} title=${t('library.remove')} @click=${() => this.ask(s)}>
        ${icon('trash')}
      </button>
      <span class="notes small muted">
        <span class="counts num">
          <span>${t(`library.kind.${s.kind}` as Key)}</span>
          <span>${t('library.files', { n: s.files })}</span><span>${t('status.documents', { n: s.documents })}</span>
          ${s.failed > 0
            ? html`<button class="link" type="button" @click=${() => this.covered(s, 'failed')}>${t('library.failed', { n: s.failed })}</button>`
            : nothing}
        </span>
        ${s.notice ? html`<p>${s.notice}</p>` : nothing}
      </span>
    </li>`;
  }

  private covered(s: Source, outcome = '') {
    go(`library/coverage?outcome=${outcome}&under=${encodeURIComponent(s.path)}`);
  }

  private index() {
    const s = session.status?.index;
    if (!s) return nothing;
    const share = indexShare(s);
    const figures: [Key, string][] = [
      ['library.index.documents', number(s.documents)],
      ['library.index.files', number(s.files)],
      ['library.index.passages', number(s.passages)],
      ['library.index.embedded', s.embeddable > 0 ? percent(s.embedded / s.embeddable) : '–'],
      ['library.index.pending', number(s.pending)],
      ['library.index.scan', ago(s.last_scan)],
    ];
    return html`<section aria-labelledby="index">
      <div class="head">
        <h2 id="index">${t('library.index')}</h2>
        <button type="button" ?disabled=${s.state !== 'idle'} @click=${() => actions.run('rescan')}>${icon('again')}${t('library.rescan')}</button>
      </div>
      <div class="panel">
        <p class="num" role="status">${indexLine(s, session.secondsLeft)}</p>
        ${share === undefined
          ? nothing
          : html`<div class="bar" role="progressbar" aria-label=${t('library.index')} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(share * 100)}>
              <div style=${styleMap({ width: `${share * 100}%` })}></div>
            </div>`}
        <dl>${figures.map(([key, v]) => html`<div><dt>${t(key)}</dt><dd>${v}</dd></div>`)}</dl>
        ${(s.notices ?? []).map((n) => html`<p class="notice warn">${icon('info')}<span>${n}</span></p>`)}
      </div>
    </section>`;
  }

  private ask(s: Source) {
    this.leaving = s;
    void this.updateComplete.then(() => {
      this.dialog.showModal();
      this.toggleAttribute('data-dialog-open', true);
    });
  }

  private confirm() {
    const path = this.leaving?.path ?? '';
    return html`<dialog aria-labelledby="sure" @close=${() => this.toggleAttribute('data-dialog-open', false)}>
      <div class="body">
        <h1 id="sure">${t('library.remove.title')}</h1>
        <p>${t('library.remove.text', { path })}</p>
        <div class="foot">
          <button type="button" @click=${() => this.dialog.close()}>${t('common.cancel')}</button>
          <button class="danger" type="button" @click=${this.removeSource}>${t('library.remove.confirm')}</button>
        </div>
      </div>
    </dialog>`;
  }

  private readonly removeSource = async () => {
    this.dialog.close();
    this.problem = '';
    try {
      await backend.removeSources([this.leaving?.path ?? '']);
      await session.refresh();
    } catch (e) {
      this.problem = failureOf(e).message;
    }
  };
}
