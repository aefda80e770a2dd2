import '@a2ui/lit/v0_9';
import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { actions } from '../actions/registry.js';
import type { Question } from '../catalogue/questions.js';
import { t, type Key } from '../words/words.js';
import { icon } from './icons.js';
import { controls, page } from './style.js';
import { go, View } from './view.js';

/** One question with the surface of its answer. */
@customElement('steward-ask')
export class Ask extends View {
  @property({ attribute: false }) question: Question | undefined;

  private readonly draw = () => this.requestUpdate();

  static override styles = [
    controls,
    page,
    css`
      .page {
        gap: 24px;
        max-width: 1120px;
      }
      h1 {
        overflow-wrap: anywhere;
        unicode-bidi: plaintext;
        text-align: start;
        max-width: 68ch;
      }
      .tools {
        display: flex;
        gap: 8px;
        flex-wrap: wrap;
      }
      .head {
        align-items: flex-start;
      }
      .problem {
        max-width: 68ch;
      }
      .problem h2 {
        font-size: 14px;
        color: var(--text);
      }
      .problem .text {
        display: grid;
        gap: 4px;
        justify-items: start;
      }
    `,
  ];

  override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has('question')) return;
    changed.get('question')?.removeEventListener('change', this.draw);
    this.question?.addEventListener('change', this.draw);
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    this.question?.removeEventListener('change', this.draw);
  }

  override render() {
    const q = this.question;
    if (!q) {
      return html`<div class="page">
        <div class="empty">
          <h2>${t('ask.gone')}</h2>
          <p>${t('ask.gone.text')}</p>
          <button type="button" @click=${() => actions.run('focusAsk')}>${t('action.focusAsk')}</button>
        </div>
      </div>`;
    }
    const running = q.state === 'running';
    return html`<div class="page">
      <div class="head">
        <h1>${q.text}</h1>
        <div class="tools">
          ${running
            ? html`<button type="button" @click=${() => actions.run('cancel')}>${icon('stop')}${t('ask.cancel')}<kbd>Esc</kbd></button>`
            : html`
                ${q.answer?.answer ? html`<button type="button" @click=${() => actions.run('copy')}>${icon('copy')}${t('ask.copy')}</button>` : nothing}
                <button type="button" @click=${() => this.dispatchEvent(new CustomEvent('ask', { detail: q.text }))}>${icon('again')}${t('ask.again')}</button>
              `}
        </div>
      </div>
      ${this.trouble(q)}
      ${q.surface
        ? html`<a2ui-surface .surface=${q.surface}></a2ui-surface>`
        : running
          ? html`<p class="muted" role="status">${t('answer.searching')}</p>`
          : nothing}
      <p class="hide" role="status">${running ? '' : this.outcome(q)}</p>
    </div>`;
  }

  /** What the surface cannot say itself: the request was stopped here, or broke off. */
  private trouble(q: Question) {
    const told = [...(q.surface?.componentsModel.entries ?? [])].some(([id]) => id === 'notice');
    if (q.state === 'cancelled' && !told) {
      return html`<div class="notice problem">${icon('info')}
        <div class="text"><h2>${t('notice.cancelled')}</h2><p>${t('notice.cancelled.text')}</p></div>
      </div>`;
    }
    if (q.state !== 'failed' || !q.failure || told) return nothing;
    const f = q.failure;
    const known = ['runtime', 'model', 'index', 'folder'].includes(f.part ?? '');
    const title: Key =
      f.code === 'unreachable' ? 'notice.unreachable'
      : f.code === 'unavailable' ? (known ? (`notice.unavailable.${f.part}` as Key) : 'notice.unavailable')
      : 'notice.failed';
    return html`<div class="notice problem ${f.code === 'unavailable' ? 'warn' : 'bad'}" role="alert">${icon('warn')}
      <div class="text">
        <h2>${t(title)}</h2>
        <p>${f.code === 'unreachable' ? t('notice.unreachable.fix') : f.message}</p>
        ${f.fix ? html`<p class="muted">${f.fix}</p>` : nothing}
        ${f.part === 'model' || f.part === 'runtime'
          ? html`<button class="link" type="button" @click=${() => go('settings/models')}>${t('notice.settings')}</button>`
          : nothing}
      </div>
    </div>`;
  }

  private outcome(q: Question): string {
    if (q.state === 'answered') return `${t('answer.label')}: ${q.answer?.answer ?? ''}`;
    if (q.state === 'nothing') return t('notice.nothing');
    return '';
  }
}
