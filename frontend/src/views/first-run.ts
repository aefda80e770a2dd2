import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { backend, failureOf } from '../backend/client.js';
import { session } from '../backend/session.js';
import { language, t, type Key, type Locale } from '../words/words.js';
import './choose.js';
import { icon } from './icons.js';
import './models.js';
import { controls } from './style.js';
import { go, View } from './view.js';

const steps = ['welcome', 'folders', 'model', 'ready'] as const;

/** The first run, in four steps; each can be gone through by keyboard alone. */
@customElement('steward-first-run')
export class FirstRun extends View {
  @state() private at = 0;
  @state() private chosen = new Set<string>();
  @state() private problem = '';
  @state() private busy = false;

  static override styles = [
    controls,
    css`
      :host {
        display: block;
        overflow: auto;
        background: var(--bg);
      }
      main {
        max-width: 640px;
        min-height: 100%;
        margin: 0 auto;
        padding: 48px 24px 32px;
        display: grid;
        grid-template-rows: auto auto 1fr auto;
        gap: 24px;
      }
      ol {
        display: flex;
        gap: 8px;
      }
      ol li {
        flex: 1;
        display: grid;
        gap: 8px;
        font-size: 12px;
        line-height: 18px;
        color: var(--muted);
        border-top: 3px solid var(--line);
        padding-top: 8px;
      }
      ol li[data-done] {
        border-color: var(--accent);
      }
      ol li[aria-current] {
        color: var(--text);
        font-weight: 600;
        border-color: var(--accent);
      }
      h1 {
        font-size: 28px;
        line-height: 36px;
      }
      .intro {
        display: grid;
        gap: 8px;
        font-size: 15px;
        line-height: 24px;
      }
      .foot {
        display: flex;
        gap: 8px;
        position: sticky;
        bottom: 0;
        padding: 16px 0;
        background: var(--bg);
        border-top: 1px solid var(--line);
      }
      .foot .end {
        margin-inline-start: auto;
        display: flex;
        gap: 8px;
      }
      .foot button {
        min-height: 40px;
        padding: 0 16px;
      }
      .languages {
        display: grid;
        gap: 8px;
        border: 0;
        padding: 0;
        margin: 0;
      }
      legend {
        padding: 0 0 8px;
        font-weight: 600;
        color: var(--muted);
        font-size: 13px;
      }
      .languages label {
        display: flex;
        gap: 12px;
        align-items: center;
        min-height: 48px;
        padding: 0 16px;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        font-size: 15px;
      }
      .languages label:has(:checked) {
        border-color: var(--accent);
      }
      .facts {
        display: grid;
        gap: 12px;
        font-size: 15px;
      }
      .facts li {
        display: flex;
        gap: 12px;
        align-items: center;
      }
      .facts svg {
        color: var(--accent);
      }
      .content {
        align-content: start;
        display: grid;
        gap: 16px;
        grid-template-columns: minmax(0, 1fr);
      }
    `,
  ];

  override render() {
    const step = steps[this.at] ?? 'welcome';
    return html`<main aria-labelledby="title">
      <ol aria-label=${t('first.progress')}>
        ${steps.map((s, i) => html`<li aria-current=${i === this.at ? 'step' : nothing} ?data-done=${i < this.at}>${t(`first.${s}` as Key)}</li>`)}
      </ol>
      <div class="intro">
        <p class="hide">${t('first.step', { n: this.at + 1, total: steps.length })}</p>
        <h1 id="title" tabindex="-1">${t(`first.${step}.title`)}</h1>
        <p class="muted">${t(`first.${step}.text`)}</p>
      </div>
      <div class="content">
        ${this.problem ? html`<p class="notice bad" role="alert">${icon('warn')}${this.problem}</p>` : nothing}
        ${{ welcome: () => this.welcome(), folders: () => this.folders(), model: () => html`<steward-models level="2"></steward-models>`, ready: () => this.summary() }[step]()}
      </div>
      ${this.foot(step)}
    </main>`;
  }

  private welcome() {
    const choice = (value: Locale, name: string) => html`<label lang=${value}>
      <input type="radio" name="language" value=${value} .checked=${language() === value} @change=${() => void this.try(() => session.save({ locale: value }))} />${name}
    </label>`;
    return html`<p class="notice">${icon('check')}<span>${t('first.welcome.private')}</span></p>
      <fieldset class="languages"><legend>${t('first.language')}</legend>${choice('en', 'English')}${choice('zh-Hans', '简体中文')}</fieldset>`;
  }

  private folders() {
    return html`<steward-choose .chosen=${this.chosen} @chosen=${(e: CustomEvent<Set<string>>) => (this.chosen = e.detail)}></steward-choose>`;
  }

  private summary() {
    const sources = (session.status?.sources ?? []).length;
    const chat = session.status?.runtime.chat;
    const downloading = [...session.downloads.values()].find((d) => d.state === 'running')?.name;
    return html`<ul class="facts">
      <li>${icon(sources > 0 ? 'check' : 'info')}${sources > 0 ? t('first.ready.sources', { n: sources }) : t('first.ready.noSources')}</li>
      <li>${icon(chat ? 'check' : downloading ? 'down' : 'info')}${chat ? t('first.ready.model', { name: chat }) : downloading ? t('first.ready.downloading', { name: downloading }) : t('first.ready.noModel')}</li>
    </ul>`;
  }

  private foot(step: (typeof steps)[number]) {
    const skippable = (step === 'folders' && this.chosen.size === 0 && (session.status?.sources ?? []).length === 0) || (step === 'model' && !session.status?.runtime.chat);
    return html`<div class="foot">
      ${this.at > 0 ? html`<button type="button" @click=${() => this.to(this.at - 1)}>${t('first.back')}</button>` : nothing}
      <span class="end">
        ${step === 'ready'
          ? html`<button class="primary" type="button" ?disabled=${this.busy} @click=${this.finish}>${t('first.go')}</button>`
          : html`<button class=${skippable ? '' : 'primary'} type="button" ?disabled=${this.busy} @click=${this.next}>${skippable ? t('first.skip') : t('first.next')}</button>`}
      </span>
    </div>`;
  }

  private to(step: number) {
    this.at = step;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('h1')?.focus());
  }

  private readonly next = () =>
    this.try(async () => {
      if (steps[this.at] === 'welcome') await session.save({ locale: language() });
      if (steps[this.at] === 'folders' && this.chosen.size > 0) {
        await backend.addSources([...this.chosen]);
        this.chosen = new Set();
        await session.refresh();
      }
      this.to(this.at + 1);
    });

  private readonly finish = () =>
    this.try(async () => {
      await session.save({ first_run_done: true });
      go('home');
    });

  /** Does one thing of a step; what goes wrong is told, and the step stays. */
  private async try(act: () => Promise<void>) {
    this.busy = true;
    this.problem = '';
    try {
      await act();
    } catch (e) {
      const f = failureOf(e);
      this.problem = [f.message, f.fix].filter(Boolean).join(' ');
    }
    this.busy = false;
  }
}
