import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { z } from 'zod';
import type { Group, Kind } from '../backend/types.js';
import { formatName } from '../views/place.js';
import { controls } from '../views/style.js';
import { inert } from '../views/text.js';
import { number, t, type Key } from '../words/words.js';
import { SurfaceElement, value } from './element.js';

export const MetricApi = { name: 'Metric', schema: z.object({ value, kinds: value.optional(), query: value.optional() }) };

/** One exact number, with what it counts. */
@customElement('steward-metric')
export class Metric extends SurfaceElement<typeof MetricApi> {
  protected override readonly api = MetricApi;
  static override styles = [
    controls,
    css`
      :host {
        display: block;
      }
      .n {
        font-size: 40px;
        line-height: 48px;
        font-weight: 600;
        letter-spacing: -0.02em;
        font-variant-numeric: tabular-nums;
      }
      .unit {
        font-size: 16px;
        margin-inline-start: 8px;
      }
    `,
  ];
  override render() {
    const n = this.prop<number>('value') ?? 0;
    const kinds = this.prop<Kind[]>('kinds') ?? [];
    const query = this.prop<string>('query') ?? '';
    const unit = t(`count.${kinds.length === 1 ? kinds[0] : 'documents'}` as Key, { n });
    return html`<p><span class="n">${number(n)}</span><span class="unit">${unit}</span></p>
      <p class="small muted">${query ? t('count.query', { query }) : t('count.all')}</p>`;
  }
}

export const GroupTableApi = {
  name: 'GroupTable',
  schema: z.object({ groups: value, field: z.enum(['kind', 'format', 'from', 'year', 'month', 'folder']), total: value.optional() }),
};

/** A count by groups: a table whose bars show the proportions. */
@customElement('steward-group-table')
export class GroupTable extends SurfaceElement<typeof GroupTableApi> {
  protected override readonly api = GroupTableApi;
  static override styles = [
    controls,
    css`
      :host {
        display: block;
        max-width: 640px;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        table-layout: fixed;
      }
      caption {
        text-align: start;
        font-size: 13px;
        font-weight: 600;
        color: var(--muted);
        padding-bottom: 8px;
      }
      th,
      td {
        height: 28px;
        padding: 0;
        padding-inline-end: 8px;
        font-weight: 400;
        text-align: start;
      }
      th {
        width: 40%;
      }
      td.n {
        width: 72px;
        text-align: end;
        font-variant-numeric: tabular-nums;
      }
      .bar {
        height: 8px;
      }
    `,
  ];
  override render() {
    const groups = this.prop<Group[]>('groups') ?? [];
    const field = this.prop<string>('field') ?? 'kind';
    const most = Math.max(1, ...groups.map((g) => g.count));
    return html`<table>
      <caption>
        ${t(`groups.${field}` as Key)}
      </caption>
      <thead class="hide">
        <tr>
          <th scope="col">${t(`groups.${field}` as Key)}</th>
          <th scope="col">${t('groups.count')}</th>
        </tr>
      </thead>
      <tbody>
        ${groups.map(
          (g) => html`<tr>
            <th scope="row" class="clip" dir="auto">${this.named(field, g.value)}</th>
            <td class="n">${number(g.count)}</td>
            <td aria-hidden="true">
              <div class="bar"><div style=${styleMap({ width: `${(100 * g.count) / most}%` })}></div></div>
            </td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  private named(field: string, v: string) {
    if (v === '') return t('groups.none');
    if (field === 'kind') return ['file', 'mail', 'event', 'contact'].includes(v) ? t(`kind.${v}` as Key) : v;
    if (field === 'format') return formatName(v);
    return inert(v) ?? nothing;
  }
}
