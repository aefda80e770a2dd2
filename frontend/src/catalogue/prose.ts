import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { z } from 'zod';
import type { Citation, Sentence } from '../backend/types.js';
import { controls } from '../views/style.js';
import { inert } from '../views/text.js';
import { openBeside } from '../views/view.js';
import { t } from '../words/words.js';
import { paragraphs, pieces } from './sentences.js';
import { SurfaceElement, value } from './element.js';

export const ProseApi = {
  name: 'Prose',
  schema: z.object({ text: value, sentences: value.optional(), citations: value.optional(), state: value }),
};

/** The answer in words: streamed, then with its citations and with what no source says marked. */
@customElement('steward-prose')
export class Prose extends SurfaceElement<typeof ProseApi> {
  protected override readonly api = ProseApi;
  static override styles = [
    controls,
    css`
      :host {
        display: block;
      }
      .prose {
        font-size: 16px;
        line-height: 26px;
        max-width: 68ch;
        display: grid;
        gap: 12px;
        overflow-wrap: anywhere;
      }
      p {
        white-space: pre-wrap;
        unicode-bidi: plaintext;
        text-align: start;
      }
      .waiting {
        color: var(--muted);
        display: flex;
        align-items: center;
        gap: 8px;
      }
      .dot {
        width: 8px;
        height: 8px;
        border-radius: 50%;
        background: var(--accent);
        animation: breathe var(--breathe) ease-in-out infinite;
      }
      @keyframes breathe {
        50% {
          opacity: 0.25;
        }
      }
      .caret {
        display: inline-block;
        width: 2px;
        height: 1.1em;
        vertical-align: -0.15em;
        margin-inline-start: 2px;
        background: var(--accent);
      }
      button.cite {
        min-height: 20px;
        min-width: 22px;
        padding: 0 6px;
        margin-inline: 2px;
        font-size: 12px;
        line-height: 18px;
        font-weight: 600;
        vertical-align: 1px;
        border-color: transparent;
        border-radius: 10px;
        background: var(--accent-soft);
        color: var(--accent);
        font-variant-numeric: tabular-nums;
      }
      button.cite:hover {
        border-color: var(--accent);
      }
      .unsupported {
        text-decoration: underline dotted var(--warn) 2px;
        text-underline-offset: 5px;
      }
      .label {
        font-size: 12px;
        line-height: 18px;
        color: var(--warn);
        margin-inline-start: 4px;
        white-space: nowrap;
      }
      .summary {
        font-size: 13px;
        line-height: 20px;
        color: var(--warn);
      }
    `,
  ];

  override render() {
    const state = this.prop<string>('state') ?? '';
    const text = this.prop<string>('text') ?? '';
    const sentences = state === 'done' ? (this.prop<Sentence[]>('sentences') ?? []) : [];
    const running = state === 'searching' || state === 'reading' || state === 'writing';
    if (text === '' && !running) return nothing;
    if (text === '') {
      return html`<p class="prose waiting"><span class="dot"></span>${t(state === 'reading' ? 'answer.reading' : 'answer.searching')}</p>`;
    }
    return html`<div class="prose" role="region" aria-label=${t('answer.label')} aria-busy=${running ? 'true' : 'false'}>
      ${sentences.length > 0 ? this.checked(text, sentences) : this.streamed(text, running)}
    </div>`;
  }

  private streamed(text: string, running: boolean) {
    const parts = text.trim().split(/\n{2,}/);
    return parts.map(
      (p, i) => html`<p>${this.withChips(p)}${running && i === parts.length - 1 ? html`<span class="caret" aria-hidden="true"></span>` : nothing}</p>`,
    );
  }

  private checked(text: string, sentences: Sentence[]) {
    const unsupported = sentences.filter((s) => !s.supported).length;
    return html`${paragraphs(text, sentences).map((p) => html`<p>${p.map((s) => this.sentence(s))}</p>`)}
    ${unsupported > 0 ? html`<p class="summary">${t('answer.unsupportedCount', { n: unsupported })}</p>` : nothing}`;
  }

  private sentence(s: Sentence & { gap: string }) {
    const named = new Set(pieces(s.text).flatMap((p) => (typeof p === 'number' ? [p] : [])));
    const chips = (s.citations ?? []).filter((n) => !named.has(n)).map((n) => this.chip(n));
    if (s.supported) return html`${s.gap}${this.withChips(s.text)}${chips}`;
    return html`${s.gap}<span class="unsupported" title=${t('answer.unsupported.title')}>${this.withChips(s.text)}</span>${chips}<span
        class="label"
        >${t('answer.unsupported')}</span
      >`;
  }

  private withChips(text: string): (TemplateResult | typeof nothing | (string | TemplateResult)[])[] {
    return pieces(text).map((p) => (typeof p === 'number' ? this.chip(p) : inert(p)));
  }

  /** A number without a verified citation behind it leads nowhere and is not shown. */
  private chip(n: number) {
    const c = (this.prop<Citation[]>('citations') ?? []).find((x) => x.n === n);
    if (!c) return nothing;
    return html`<button
      class="cite"
      type="button"
      title=${c.title}
      aria-label=${t('answer.cite', { n, title: c.title })}
      @click=${() => openBeside(this, { id: c.id, ord: c.ord, quote: c.quote })}
    >
      ${n}
    </button>`;
  }
}
