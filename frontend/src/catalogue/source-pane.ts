import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { z } from 'zod';
import type { Citation, Hit } from '../backend/types.js';
import { kindIcon } from '../views/icons.js';
import { moveAmong } from '../views/list-filter.js';
import { place } from '../views/place.js';
import { controls } from '../views/style.js';
import { excerpt, inert, marked, nameOf, runsByBytes, runsByQuote, sender } from '../views/text.js';
import { openBeside } from '../views/view.js';
import { shortDate, t } from '../words/words.js';
import { SurfaceElement, value } from './element.js';

export const SourcePaneApi = {
  name: 'SourcePane',
  schema: z.object({ passages: value, cited: value.optional(), state: value }),
};

/** The passages found, shown before any model is asked; those an answer cites come first and are numbered. */
@customElement('steward-source-pane')
export class SourcePane extends SurfaceElement<typeof SourcePaneApi> {
  protected override readonly api = SourcePaneApi;
  static override styles = [
    controls,
    css`
      :host {
        display: grid;
        gap: 8px;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      ul {
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        overflow: hidden;
      }
      button.source {
        display: grid;
        gap: 4px;
        width: 100%;
        padding: 12px;
        border: 0;
        border-radius: 0;
        background: none;
        text-align: start;
        white-space: normal;
      }
      button.source:focus-visible {
        outline-offset: -2px;
      }
      .top {
        display: flex;
        align-items: center;
        gap: 8px;
        min-width: 0;
        width: 100%;
      }
      .top svg {
        color: var(--muted);
      }
      .title {
        font-weight: 600;
      }
      .n {
        min-width: 20px;
        padding: 0 6px;
        border-radius: 10px;
        background: var(--accent-soft);
        color: var(--accent);
        font-size: 12px;
        line-height: 20px;
        font-weight: 600;
        text-align: center;
      }
      .passage {
        font-size: 13px;
        line-height: 20px;
        color: var(--muted);
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 4;
        overflow: hidden;
        overflow-wrap: anywhere;
        unicode-bidi: plaintext;
        width: 100%;
      }
      .cited .passage {
        color: var(--text);
      }
      .meta {
        display: flex;
        gap: 4px 12px;
        flex-wrap: wrap;
        width: 100%;
      }
    `,
  ];

  override render() {
    const hits = this.prop<Hit[]>('passages') ?? [];
    const cited = this.prop<Citation[]>('cited') ?? [];
    if (hits.length === 0) return html`<h2>${t('sources.title')}</h2><p class="muted">${t('sources.none')}</p>`;
    const of = (h: Hit) => cited.filter((c) => c.id === h.id && c.ord === h.ord);
    const order = [...hits].sort((a, b) => rank(of(a)) - rank(of(b)));
    return html`<h2 id="title">${t('sources.title')}</h2>
      <ul aria-labelledby="title" @keydown=${(e: KeyboardEvent) => moveAmong(e, this.renderRoot)}>
        ${order.map((h) => this.source(h, of(h)))}
      </ul>`;
  }

  private source(h: Hit, citations: Citation[]) {
    const quote = citations[0]?.quote;
    const runs = (quote && runsByQuote(h.passage, quote)) || runsByBytes(h.passage, h.terms ?? []);
    const where = place(h.position);
    const open = () => openBeside(this, { id: h.id, ord: h.ord, ...(quote ? { quote } : {}), ...(h.terms ? { terms: h.terms } : {}) });
    return html`<li>
      <button class="source ${citations.length > 0 ? 'cited' : ''}" type="button" data-row @click=${open}>
        <span class="top">
          ${citations.map((c) => html`<span class="n" title=${t('sources.cited')}>${c.n}</span>`)} ${kindIcon(h.kind)}
          <span class="title clip" dir="auto">${inert(h.title || nameOf(h.path))}</span>
        </span>
        <span class="passage">${marked(excerpt(runs))}</span>
        <span class="meta small muted">
          ${h.from ? html`<span class="clip">${sender(h.from)}</span>` : nothing}
          ${h.date ? html`<span>${shortDate(h.date)}</span>` : nothing}
          ${where ? html`<span>${where}</span>` : nothing}
          ${h.kind === 'mail' ? nothing : html`<span class="clip path">${inert(nameOf(h.path))}</span>`}
        </span>
      </button>
    </li>`;
  }
}

const rank = (c: Citation[]): number => c[0]?.n ?? Number.MAX_SAFE_INTEGER;
