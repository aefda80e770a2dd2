import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { session } from '../backend/session.js';
import type { IndexStatus } from '../backend/types.js';
import { ago, duration, t } from '../words/words.js';
import { icon } from './icons.js';
import { controls } from './style.js';
import { go, View } from './view.js';

/** How far the index is, in one line. */
export function indexLine(s: IndexStatus, secondsLeft: number): string {
  const left = secondsLeft > 0 ? `, ${t('status.left', { time: duration(secondsLeft) })}` : '';
  switch (s.state) {
    case 'scanning':
      return t('status.scanning');
    case 'indexing':
      return (s.pending > 0 ? t('status.indexing', { done: s.files, total: s.files + s.pending }) : t('status.indexing.plain')) + left;
    case 'embedding':
      return t('status.embedding', { done: s.embedded, total: s.embeddable }) + left;
    case 'rebuilding':
      return t('status.rebuilding') + left;
    case 'stopped':
      return t('status.stopped');
    case 'idle':
      if (s.pending > 0) return t('status.indexing', { done: s.files, total: s.files + s.pending });
      return s.documents === 0 && !s.last_scan ? t('status.empty') : t('status.upToDate', { ago: ago(s.as_of ?? s.last_scan) });
  }
}

/** The part of the work that is done, from 0 to 1; undefined while it cannot be told. */
export function indexShare(s: IndexStatus): number | undefined {
  if (s.state === 'embedding' && s.embeddable > 0) return s.embedded / s.embeddable;
  if ((s.state === 'indexing' || s.state === 'rebuilding') && s.files + s.pending > 0) return s.files / (s.files + s.pending);
  return undefined;
}

/** The frame's last line: how fresh the index is, which model answers. */
@customElement('steward-status-bar')
export class StatusBar extends View {
  private clock: ReturnType<typeof setInterval> | undefined;

  static override styles = [
    controls,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 16px;
        height: 28px;
        padding: 0 12px;
        border-top: 1px solid var(--line);
        font-size: 12px;
        line-height: 18px;
        color: var(--muted);
        background: var(--bg);
      }
      button {
        min-height: 24px;
        padding: 0 4px;
        font-size: 12px;
        color: var(--muted);
        min-width: 0;
      }
      .dot {
        width: 8px;
        height: 8px;
        border-radius: 50%;
        background: var(--good);
        flex: none;
      }
      .dot.busy {
        background: var(--accent);
        animation: breathe var(--breathe) ease-in-out infinite;
      }
      .dot.off {
        background: var(--warn);
      }
      @keyframes breathe {
        50% {
          opacity: 0.25;
        }
      }
      .bar {
        width: 96px;
      }
      .end {
        margin-inline-start: auto;
      }
      @media (max-width: 560px) {
        .count,
        .bar {
          display: none;
        }
      }
    `,
  ];

  override connectedCallback() {
    super.connectedCallback();
    this.clock = setInterval(() => this.requestUpdate(), 20_000);
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.clock);
  }

  override render() {
    const s = session.status;
    if (!session.online || !s) {
      return html`<span class="dot off"></span><span role="status">${session.online ? t('common.loading') : t('status.offline')}</span>`;
    }
    const share = indexShare(s.index);
    const busy = s.index.state !== 'idle' || s.index.pending > 0;
    const model = s.runtime.chat
      ? t('status.model', { name: s.runtime.chat })
      : s.runtime.state === 'starting' ? t('status.model.starting') : t('status.model.none');
    return html`<button class="plain" type="button" aria-label="${t('status.index')}: ${indexLine(s.index, session.secondsLeft)}" @click=${() => go('library')}>
        <span class="dot ${busy ? 'busy' : s.index.state === 'stopped' ? 'off' : ''}"></span>
        <span class="clip num">${indexLine(s.index, session.secondsLeft)}</span>
      </button>
      ${share === undefined ? nothing : html`<span class="bar"><div style=${styleMap({ width: `${share * 100}%` })}></div></span>`}
      <span class="count num">${t('status.documents', { n: s.index.documents })}</span>
      <button class="plain end" type="button" @click=${() => go('settings/models')}>
        ${s.runtime.chat ? nothing : icon('warn')}<span class="clip">${model}</span>
      </button>`;
  }
}
