import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { z } from 'zod';
import type { Hit, Summary } from '../backend/types.js';
import { kindIcon } from '../views/icons.js';
import { filterStyles, ListFilter, moveAmong } from '../views/list-filter.js';
import { formatName } from '../views/place.js';
import { controls } from '../views/style.js';
import { folderOf, inert, nameOf, sender } from '../views/text.js';
import { go, openBeside } from '../views/view.js';
import { number, shortDate, size, t } from '../words/words.js';
import { SurfaceElement, value } from './element.js';

const schema = z.object({ hits: value, total: value.optional() });
export const MailListApi = { name: 'MailList', schema };
export const DataTableApi = { name: 'DataTable', schema };

const rowStyles = css`
  :host {
    display: grid;
    gap: 8px;
    container-type: inline-size;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    table-layout: fixed;
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius);
  }
  caption {
    text-align: start;
    font-size: 13px;
    font-weight: 600;
    color: var(--muted);
    padding-bottom: 8px;
  }
  th {
    font-size: 12px;
    font-weight: 400;
    color: var(--muted);
    text-align: start;
    height: 28px;
    padding: 0 12px;
    border-bottom: 1px solid var(--line);
  }
  td {
    height: var(--row);
    padding: 0 12px;
    border-bottom: 1px solid var(--line);
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  tr:last-child td {
    border-bottom: 0;
  }
  tbody tr:hover {
    background: var(--hover);
  }
  button.row {
    width: 100%;
    justify-content: flex-start;
    min-height: 24px;
    padding: 0;
    border: 0;
    background: none;
    font-weight: 600;
    overflow: hidden;
  }
  tbody tr:hover button.row {
    background: none;
  }
  .date {
    width: 128px;
  }
  .size {
    width: 96px;
    text-align: end;
  }
  .from {
    width: 32%;
  }
  @container (max-width: 560px) {
    .narrow {
      display: none;
    }
  }
`;

/** What both lists share: rows keyed by id, arrow keys between them, a filter, a way to the rest. */
abstract class Rows<Api extends typeof MailListApi | typeof DataTableApi> extends SurfaceElement<Api> {
  static override styles = [controls, filterStyles, rowStyles];
  private readonly filter: ListFilter = new ListFilter(this, () => this.renderRoot.querySelector<HTMLElement>('[data-row]')?.focus());

  protected hits(): Hit[] {
    return this.prop<Hit[]>('hits') ?? [];
  }

  protected opener(h: Hit, label: unknown) {
    return html`<button
      class="row"
      type="button"
      data-row
      @click=${() => openBeside(this, { id: h.id, ord: h.ord, ...(h.terms ? { terms: h.terms } : {}) })}
      @keydown=${(e: KeyboardEvent) => this.filter.press(e) || moveAmong(e, this.renderRoot)}
    >
      ${kindIcon(h.kind)}<span class="clip" dir="auto">${label}</span>
    </button>`;
  }

  /** The hits the filter lets through, and its field while it is open. */
  protected through(): Hit[] {
    return this.filter.narrow(this.hits(), (h) => [h.title, h.kind === 'mail' ? h.from : h.path].join(' '));
  }
  protected field() {
    return this.filter.field(this.through().length, this.hits().length);
  }

  /** Says how many of all are shown, and leads to the whole list. */
  protected rest() {
    const total = this.prop<number>('total') ?? 0;
    if (total <= this.hits().length) return nothing;
    const summary = this.context.dataContext.surface.dataModel.get('/summary') as Summary | undefined;
    return html`<p class="small muted">
      ${t('rows.shown', { n: this.hits().length, total: number(total) })} ·
      <button class="link" type="button" @click=${() => go(`search?q=${encodeURIComponent(summary?.query ?? '')}`)}>${t('rows.searchAll')}</button>
    </p>`;
  }
}

/** Messages: sender, subject, date. */
@customElement('steward-mail-list')
export class MailList extends Rows<typeof MailListApi> {
  protected override readonly api = MailListApi;
  override render() {
    return html`${this.field()}
      <table>
        <caption>
          ${t('rows.mail')}
        </caption>
        <thead>
          <tr>
            <th scope="col">${t('rows.subject')}</th>
            <th scope="col" class="from narrow">${t('rows.from')}</th>
            <th scope="col" class="date">${t('rows.date')}</th>
          </tr>
        </thead>
        <tbody>
          ${this.through().map(
            (h) => html`<tr>
              <td>${this.opener(h, inert(h.title || t('reader.untitled')))}</td>
              <td class="narrow" dir="auto">${sender(h.from)}</td>
              <td class="num">${shortDate(h.date)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
      ${this.rest()}`;
  }
}

/** Documents of any kind: name, place, date, size. */
@customElement('steward-data-table')
export class DataTable extends Rows<typeof DataTableApi> {
  protected override readonly api = DataTableApi;
  override render() {
    return html`${this.field()}
      <table>
        <caption>
          ${t('rows.files')}
        </caption>
        <thead>
          <tr>
            <th scope="col">${t('rows.name')}</th>
            <th scope="col" class="from narrow">${t('rows.where')}</th>
            <th scope="col" class="date">${t('rows.date')}</th>
            <th scope="col" class="size narrow">${t('rows.size')}</th>
          </tr>
        </thead>
        <tbody>
          ${this.through().map(
            (h) => html`<tr>
              <td title=${formatName(h.format)}>${this.opener(h, inert(h.title || nameOf(h.path)))}</td>
              <td class="narrow muted"><span class="path">${inert(folderOf(h.path))}</span></td>
              <td class="num">${shortDate(h.date)}</td>
              <td class="size num narrow">${size(h.size)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
      ${this.rest()}`;
  }
}
