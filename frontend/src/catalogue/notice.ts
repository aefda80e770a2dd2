import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { z } from 'zod';
import { icon } from '../views/icons.js';
import { controls } from '../views/style.js';
import { go } from '../views/view.js';
import { t, type Key } from '../words/words.js';
import { SurfaceElement, value } from './element.js';

export const NoticeApi = {
  name: 'Notice',
  schema: z.object({
    kind: z.enum(['nothing', 'unavailable', 'cancelled', 'stopped', 'failed']),
    part: value.optional(),
    message: value.optional(),
    fix: value.optional(),
    stopped: value.optional(),
  }),
};

const parts = ['runtime', 'model', 'index', 'folder'];
const limits = ['tokens', 'time', 'steps'];

/** What came of a question that has no ordinary answer, and what the person can do. */
@customElement('steward-notice')
export class Notice extends SurfaceElement<typeof NoticeApi> {
  protected override readonly api = NoticeApi;
  static override styles = [
    controls,
    css`
      :host {
        display: block;
        max-width: 68ch;
      }
      .notice {
        padding: 12px 16px;
      }
      h2 {
        font-size: 14px;
        color: var(--text);
      }
      .body {
        display: grid;
        gap: 4px;
        justify-items: start;
      }
    `,
  ];

  override render() {
    const kind = this.prop<string>('kind') ?? 'failed';
    const part = this.prop<string>('part') ?? '';
    const stopped = this.prop<string>('stopped') ?? '';
    const titleKey = kind === 'unavailable' && parts.includes(part) ? `notice.unavailable.${part}` : `notice.${kind}`;
    const ownText = { nothing: t('notice.nothing.text'), cancelled: t('notice.cancelled.text') }[kind] ?? '';
    const text = kind === 'stopped' && limits.includes(stopped) ? t(`notice.stopped.${stopped}` as Key) : this.prop<string>('message') || ownText;
    const fix = this.prop<string>('fix') || (kind === 'nothing' ? t('notice.nothing.fix') : '');
    const look = { failed: 'bad', unavailable: 'warn', stopped: 'warn' }[kind] ?? '';
    return html`<div class="notice ${look}" role=${kind === 'failed' ? 'alert' : 'status'}>
      ${icon(look ? 'warn' : 'info')}
      <div class="body">
        <h2>${t(titleKey as Key)}</h2>
        ${text ? html`<p>${text}</p>` : nothing} ${fix ? html`<p class="muted">${fix}</p>` : nothing}
        ${kind === 'unavailable' && (part === 'model' || part === 'runtime')
          ? html`<button class="link" type="button" @click=${() => go('settings/models')}>${t('notice.settings')}</button>`
          : nothing}
      </div>
    </div>`;
  }
}
