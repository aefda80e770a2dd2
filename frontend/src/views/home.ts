import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { backend } from '../backend/client.js';
import { session } from '../backend/session.js';
import type { Hit } from '../backend/types.js';
import { questions, type Question } from '../catalogue/questions.js';
import { dayName, shortDate, t } from '../words/words.js';
import { downloadLine, downloadShare } from './download.js';
import { icon, kindIcon, type Icon } from './icons.js';
import { moveAmong } from './list-filter.js';
import { indexLine, indexShare } from './status-bar.js';
import { controls, page } from './style.js';
import { folderOf, inert, nameOf, sender } from './text.js';
import { go, openBeside, View } from './view.js';

const keys = (e: KeyboardEvent) => moveAmong(e, e.currentTarget as HTMLElement);

/** The day: what needs a decision, what runs, what is done. */
@customElement('steward-home')
export class Home extends View {
  @state() private recent: Hit[] | undefined;
  private seen = -1;
  private readonly draw = () => this.requestUpdate();

  static override styles = [
    controls,
    page,
    css`
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        gap: 32px 40px;
      }
      .card {
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        overflow: hidden;
      }
      .card > * + * {
        border-top: 1px solid var(--line);
      }
      .line {
        display: flex;
        align-items: center;
        gap: 12px;
        min-height: var(--row);
        padding: 6px 12px;
        width: 100%;
      }
      button.line {
        border-width: 0;
        border-radius: 0;
        background: none;
        justify-content: flex-start;
        text-align: start;
        white-space: normal;
      }
      .card > button.line + button.line {
        border-top-width: 1px;
      }
      button.line:focus-visible {
        outline-offset: -2px;
      }
      .line > svg {
        color: var(--muted);
      }
      .line.warn > svg {
        color: var(--warn);
      }
      .line .text {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .two {
        flex: 1;
        min-width: 0;
        display: grid;
      }
      .work {
        flex: 1;
        min-width: 0;
        display: grid;
        gap: 6px;
        padding: 4px 0;
      }
      .quiet {
        color: var(--muted);
        padding: 10px 12px;
      }
      @container (max-width: 720px) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }
      .page {
        container-type: inline-size;
      }
    `,
  ];

  override connectedCallback() {
    super.connectedCallback();
    questions.addEventListener('change', this.draw);
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    questions.removeEventListener('change', this.draw);
  }

  override willUpdate() {
    const docs = session.status?.index.documents ?? 0;
    if (session.revision === this.seen || docs === 0) return;
    this.seen = session.revision;
    backend.search({ order: 'newest', limit: 8 }).then(
      (r) => (this.recent = r.hits ?? []),
      () => (this.recent ??= []),
    );
  }

  override render() {
    const decisions = this.decisions();
    const running = this.running();
    return html`<div class="page">
      <h1>${dayName(new Date())}</h1>
      ${decisions.length > 0
        ? html`<section aria-labelledby="decide"><h2 id="decide">${t('home.decide')}</h2><div class="card">${decisions}</div></section>`
        : nothing}
      <div class="columns">
        <section aria-labelledby="running">
          <h2 id="running">${t('home.running')}</h2>
          <div class="card">
            ${running.length > 0 ? running : html`<p class="quiet">${session.status && session.status.index.documents > 0 ? indexLine(session.status.index, 0) : t('home.running.none')}</p>`}
          </div>
        </section>
        <section aria-labelledby="done">
          <h2 id="done">${t('home.done')}</h2>
          <div class="card" @keydown=${keys}>
            ${questions.all.length > 0 ? questions.all.slice(0, 6).map((q) => this.answer(q)) : html`<p class="quiet">${t('home.done.none')}</p>`}
          </div>
        </section>
      </div>
      <section aria-labelledby="recent">
        <h2 id="recent">${t('home.recent')}</h2>
        <div class="card" @keydown=${keys}>${this.changedDocuments()}</div>
      </section>
    </div>`;
  }

  private decision(text: TemplateResult | string, label: string, act: () => void, look: Icon = 'warn'): TemplateResult {
    return html`<div class="line warn">${icon(look)}<span class="text">${text}</span><button type="button" @click=${act}>${label}</button></div>`;
  }

  private decisions(): TemplateResult[] {
    const s = session.status;
    if (!s) return [];
    const out: TemplateResult[] = [];
    const sources = s.sources ?? [];
    if (sources.length === 0) out.push(this.decision(t('home.noSources'), t('home.noSources.action'), () => go('library/add'), 'folder'));
    const downloading = [...session.downloads.values()].some((d) => d.state === 'running');
    const state = s.runtime.state;
    if ((state === 'absent' || state === 'no_model' || state === 'failed') && !downloading) {
      out.push(this.decision(state === 'failed' && s.runtime.message ? s.runtime.message : t(`home.runtime.${state}`), t('home.model.action'), () => go('settings/models')));
    }
    for (const source of sources) {
      if (source.state !== 'missing' && source.state !== 'unreadable') continue;
      const text = source.state === 'missing' ? t('home.missing', { path: source.path }) : t('home.unreadable', { path: source.path });
      out.push(this.decision(text, t('home.source.action'), () => go('library')));
    }
    for (const d of session.downloads.values()) {
      if (d.state === 'failed') out.push(this.decision(`${d.name}: ${d.failure?.message ?? ''}`, t('home.model.action'), () => go('settings/models')));
    }
    const failed = sources.reduce((n, x) => n + x.failed, 0);
    if (failed > 0) out.push(this.decision(t('home.failed', { n: failed }), t('home.failed.action'), () => go('library/coverage?outcome=failed')));
    for (const n of s.index.notices ?? []) out.push(html`<div class="line warn">${icon('info')}<span class="text">${n}</span></div>`);
    return out;
  }

  private running(): TemplateResult[] {
    const out: TemplateResult[] = [];
    const s = session.status?.index;
    if (s && (s.state !== 'idle' || s.pending > 0) && s.state !== 'stopped') {
      const share = indexShare(s);
      out.push(html`<div class="line">${icon('library')}
        <div class="work">
          <span class="num">${indexLine(s, session.secondsLeft)}</span>
          ${share === undefined ? nothing : html`<div class="bar"><div style=${styleMap({ width: `${share * 100}%` })}></div></div>`}
        </div>
      </div>`);
    }
    for (const d of session.downloads.values()) {
      if (d.state !== 'running') continue;
      out.push(html`<div class="line">${icon('down')}
        <div class="work">
          <span class="clip">${t('home.download', { name: d.name })}</span>
          <div class="bar"><div style=${styleMap({ width: `${downloadShare(d) * 100}%` })}></div></div>
          <span class="small muted num">${downloadLine(d)}</span>
        </div>
        <button type="button" @click=${() => d.stop.abort()}>${t('common.cancel')}</button>
      </div>`);
    }
    return out;
  }

  private answer(q: Question): TemplateResult {
    const what = { running: t('home.answer.running'), nothing: t('home.answer.nothing'), failed: t('home.answer.failed'), cancelled: t('home.answer.cancelled'), answered: '' }[q.state];
    return html`<button class="line" type="button" data-row @click=${() => go(`ask/${q.id}`)}>
      ${icon(q.state === 'answered' ? 'check' : q.state === 'running' ? 'again' : 'info')}
      <span class="two"><span class="clip" dir="auto">${q.text}</span>
        <span class="clip small muted" dir="auto">${what || inert(q.answer?.answer ?? '')}</span></span>
      <span class="small muted num">${shortDate(q.asked.toISOString())}</span>
    </button>`;
  }

  private changedDocuments() {
    const s = session.status;
    if (!this.recent || this.recent.length === 0) {
      return html`<p class="quiet">${(s?.sources ?? []).length === 0 ? t('home.recent.noSources') : t('home.recent.none')}</p>`;
    }
    return this.recent.map(
      (h) => html`<button class="line" type="button" data-row @click=${() => openBeside(this, { id: h.id, ord: 0 })}>
        ${kindIcon(h.kind)}
        <span class="two"><span class="clip" dir="auto">${inert(h.title || nameOf(h.path))}</span>
          <span class="clip small muted">${h.kind === 'mail' ? sender(h.from) : html`<span class="path">${inert(folderOf(h.path))}</span>`}</span></span>
        <span class="small muted num">${shortDate(h.date)}</span>
      </button>`,
    );
  }
}

