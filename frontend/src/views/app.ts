import { html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { allActions, type Frame } from '../actions/actions.js';
import { actions } from '../actions/registry.js';
import { failureOf } from '../backend/client.js';
import { session } from '../backend/session.js';
import { questions, type Question } from '../catalogue/questions.js';
import { t, type Key } from '../words/words.js';
import './ask-line.js';
import type { AskLine } from './ask-line.js';
import './ask.js';
import './first-run.js';
import './home.js';
import { icon, type Icon } from './icons.js';
import './library.js';
import type { Keys, Palette } from './palette.js';
import './palette.js';
import './reader.js';
import './search.js';
import './settings.js';
import './status-bar.js';
import { frameStyles } from './app-style.js';
import { controls } from './style.js';
import { focused, go, here, isTyping, View, type OpenDocument } from './view.js';

const screens: { id: string; icon: Icon }[] = [
  { id: 'home', icon: 'home' },
  { id: 'search', icon: 'search' },
  { id: 'library', icon: 'library' },
  { id: 'settings', icon: 'settings' },
];

/** The frame: sections, ask line, the screen, the document beside it, the status. */
@customElement('steward-app')
export class App extends View implements Frame {
  @state() private place = here();
  @state() private beside: OpenDocument | undefined;
  @state() private said = '';
  /** Where the focus goes back to when the document beside is closed. */
  private opener: HTMLElement | null = null;
  @query('steward-ask-line') private line!: AskLine | null;
  @query('steward-palette') private palette!: Palette | null;
  @query('steward-keys') private keys!: Keys | null;

  static override styles = [controls, frameStyles];

  override connectedCallback() {
    super.connectedCallback();
    actions.add(...allActions(this));
    window.addEventListener('hashchange', this.moved);
    window.addEventListener('keydown', this.press);
    questions.addEventListener('change', () => this.requestUpdate());
    this.addEventListener('steward-open', (e) => this.openBeside(e as CustomEvent<OpenDocument>));
    session.start();
  }

  private readonly moved = () => {
    const before = this.place;
    this.place = here();
    if (before.screen !== this.place.screen || before.rest !== this.place.rest) this.beside = undefined;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('main')?.focus({ preventScroll: true }));
  };

  private readonly press = (e: KeyboardEvent) => {
    if (e.isComposing || e.defaultPrevented) return;
    // An open dialog closes by Escape on its own, and nothing else reaches through it.
    if (document.querySelector('dialog[open]') || this.palette?.open || this.keys?.open || this.renderRoot.querySelector('[data-dialog-open]')) return;
    if (actions.press(e, isTyping())) e.preventDefault();
  };

  private openBeside(e: CustomEvent<OpenDocument>) {
    e.stopPropagation();
    if (!this.beside) this.opener = focused() as HTMLElement;
    this.beside = e.detail;
  }

  // What the actions need of the frame.
  focusAsk() {
    this.line?.focus();
  }
  showPalette() {
    this.palette?.show();
  }
  showKeys() {
    this.keys?.show();
  }
  canDismiss() {
    return !!this.beside || this.question()?.state === 'running';
  }
  dismiss() {
    if (this.beside) {
      this.beside = undefined;
      void this.updateComplete.then(() => (this.opener?.isConnected ? this.opener.focus() : this.renderRoot.querySelector<HTMLElement>('main')?.focus()));
    } else this.question()?.cancel();
  }
  question(): Question | undefined {
    return this.place.screen === 'ask' ? questions.find(Number(this.place.rest)) : undefined;
  }
  ask(text: string) {
    const q = questions.ask(text);
    this.beside = undefined;
    go(`ask/${q.id}`);
  }
  copyAnswer() {
    const text = this.question()?.answer?.answer ?? '';
    void navigator.clipboard.writeText(text).then(
      () => this.say(t('ask.copied')),
      () => undefined,
    );
  }
  openDocument() {
    return this.beside?.id;
  }
  ready() {
    return !!session.status && !session.status.first_run;
  }

  private say(text: string) {
    this.said = text;
    setTimeout(() => (this.said = ''), 2000);
  }

  override willUpdate() {
    document.title = this.question() ? `${this.question()?.text} – Steward` : 'Steward';
  }

  override render() {
    const status = session.status;
    if (!status) return session.failure ? this.offline() : html`<main class="wait" aria-busy="true"><p class="muted" role="status">${t('common.loading')}</p></main>`;
    if (status.first_run) return html`<steward-first-run></steward-first-run>`;
    return html`<header>
        <button class="skip" type="button" @click=${this.skip}>${t('app.skip')}</button>
        <span class="brand">${t('app.name')}</span>
        <steward-ask-line .text=${this.question()?.text ?? ''} @ask=${(e: CustomEvent<string>) => this.ask(e.detail)}></steward-ask-line>
        <button class="plain" type="button" @click=${() => actions.run('palette')}>${icon('search')}<span class="wide">${t('action.palette')}</span><kbd class="wide" aria-hidden="true">Ctrl K</kbd></button>
      </header>
      <nav aria-label=${t('nav.label')}>
        ${screens.map(
          (s) => html`<a href="#/${s.id}" aria-current=${this.place.screen === s.id ? 'page' : nothing}>
            ${icon(s.icon)}<span>${t(`nav.${s.id}` as Key)}</span>
          </a>`,
        )}
      </nav>
      <div class="body ${this.beside ? 'with-reader' : ''}">
        <main id="main" tabindex="-1">${this.screen()}</main>
        ${this.beside
          ? html`<steward-reader .target=${this.beside} @close=${() => this.dismiss()}></steward-reader>`
          : nothing}
      </div>
      <footer><steward-status-bar></steward-status-bar></footer>
      <p class="said ${this.said ? '' : 'hide'}" role="status">${this.said}</p>
      <steward-palette @ask=${(e: CustomEvent<string>) => this.ask(e.detail)}></steward-palette>
      <steward-keys></steward-keys>`;
  }

  private skip() {
    this.renderRoot.querySelector<HTMLElement>('main')?.focus();
  }

  private screen() {
    const { screen, rest, params } = this.place;
    switch (screen) {
      case 'ask':
        return html`<steward-ask .question=${questions.find(Number(rest))} @ask=${(e: CustomEvent<string>) => this.ask(e.detail)}></steward-ask>`;
      case 'search':
        return html`<steward-search .typed=${params.get('q') ?? ''}></steward-search>`;
      case 'library':
        return html`<steward-library .tab=${rest} .params=${params}></steward-library>`;
      case 'settings':
        return html`<steward-settings .tab=${rest}></steward-settings>`;
      default:
        return html`<steward-home></steward-home>`;
    }
  }

  private offline() {
    const failure = session.failure ?? failureOf(undefined);
    const unreachable = failure.code === 'unreachable';
    return html`<main class="wait">
      <div class="empty" role="alert">
        <h2>${t('notice.unreachable')}</h2>
        <p>${unreachable ? t('notice.unreachable.fix') : failure.message}</p>
        ${failure.fix ? html`<p>${failure.fix}</p>` : nothing}
        <button type="button" @click=${() => void session.refresh()}>${t('common.retry')}</button>
      </div>
    </main>`;
  }
}
