import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { z } from 'zod';
import type { Step, Summary } from '../backend/types.js';
import { controls } from '../views/style.js';
import { inert } from '../views/text.js';
import { number, since, t, type Key } from '../words/words.js';
import { SurfaceElement, value } from './element.js';

export const StepsApi = { name: 'Steps', schema: z.object({ steps: value, summary: value.optional(), state: value }) };

const known = ['route', 'search', 'read', 'model', 'check'];

/** How an answer came about: one quiet line, with the steps behind it. */
@customElement('steward-steps')
export class Steps extends SurfaceElement<typeof StepsApi> {
  protected override readonly api = StepsApi;
  static override styles = [
    controls,
    css`
      :host {
        display: block;
        font-size: 12px;
        line-height: 18px;
        color: var(--muted);
      }
      summary {
        cursor: default;
        padding: 4px 0;
        border-radius: 4px;
        width: fit-content;
      }
      table {
        border-collapse: collapse;
        margin-top: 8px;
      }
      td,
      th {
        padding-block: 2px;
        padding-inline-end: 16px;
        vertical-align: top;
        text-align: start;
        font-weight: 400;
        overflow-wrap: anywhere;
      }
      th {
        color: var(--text);
        white-space: nowrap;
      }
      td.ms {
        text-align: end;
        white-space: nowrap;
      }
    `,
  ];

  override render() {
    const steps = this.prop<Step[]>('steps') ?? [];
    const s = this.prop<Summary>('summary');
    if (this.prop<string>('state') !== 'done' || !s) return nothing;
    const line = [
      t('steps.took', { time: s.ms < 950 ? number(Math.max(0.1, Math.round(s.ms / 100) / 10)) : number(Math.round(s.ms / 100) / 10) }),
      s.model ? t('steps.by', { model: s.model }) : '',
      s.index_age_seconds < 60 ? t('steps.ageNow') : t('steps.age', { ago: since(s.index_age_seconds) }),
    ].filter(Boolean);
    return html`<details>
      <summary>${line.join(' · ')}</summary>
      <table>
        <caption class="hide">${t('steps.title')}</caption>
        <tbody>
          ${steps.map(
            (step) => html`<tr>
              <th scope="row">${t((known.includes(step.name) ? `steps.${step.name}` : 'steps.other') as Key)}</th>
              <td>
                ${inert(step.detail)}${step.usage
                  ? html` ${t('steps.tokens', { n: step.usage.prompt_tokens + step.usage.reply_tokens })}`
                  : nothing}
              </td>
              <td class="ms num">${t('search.took', { n: step.ms })}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </details>`;
  }
}
