import { css, html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { actions, caps, type Action } from '../actions/registry.js';
import { t } from '../words/words.js';
import { icon, type Icon } from './icons.js';
import { controls } from './style.js';
import { go, View } from './view.js';

const dialogStyles = css`
  dialog {
    padding: 0;
    border: 1px solid var(--line);
    border-radius: 10px;
    background: var(--raised);
    color: var(--text);
    box-shadow: var(--shadow);
    width: min(560px, calc(100vw - 32px));
    max-height: min(560px, calc(100vh - 64px));
    overflow: hidden;
  }
  dialog::backdrop {
    background: rgb(10 16 15 / 35%);
  }
  .keys {
    display: flex;
    gap: 4px;
    margin-inline-start: auto;
  }
`;

interface Line {
  id: string;
  label: string;
  icon: Icon;
  keys: string[];
  run: () => void;
}

/** Every action, found by its words; or the words themselves, asked or searched for. */
@customElement('steward-palette')
export class Palette extends View {
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('input') private input!: HTMLInputElement;
  @state() private filter = '';
  @state() private at = 0;

  static override styles = [
    controls,
    dialogStyles,
    css`
      dialog {
        margin-top: 12vh;
      }
      input[type='text'] {
        width: 100%;
        height: 48px;
        padding: 0 16px;
        border: 0;
        border-bottom: 1px solid var(--line);
        border-radius: 0;
        background: none;
        font-size: 15px;
        outline: none;
      }
      ul {
        max-height: 400px;
        overflow: auto;
        padding: 8px;
      }
      li {
        display: flex;
        align-items: center;
        gap: 12px;
        min-height: 36px;
        padding: 0 8px;
        border-radius: var(--radius);
      }
      li svg {
        color: var(--muted);
      }
      li[aria-selected='true'] {
        background: var(--selected);
      }
      p {
        padding: 16px;
      }
    `,
  ];

  show() {
    this.filter = '';
    this.at = 0;
    void this.updateComplete.then(() => {
      this.input.value = '';
      this.dialog.showModal();
      this.input.focus();
    });
  }
  get open() {
    return this.dialog?.open ?? false;
  }
  close() {
    this.dialog.close();
  }

  private get lines(): Line[] {
    const seen = new Set<string>();
    const list = actions
      .matching(this.filter, (a) => t(a.label))
      .filter((a) => a.id !== 'palette' && a.id !== 'close' && !seen.has(a.label) && !!seen.add(a.label))
      .map((a: Action): Line => ({ id: a.id, label: t(a.label), icon: a.icon, keys: a.keys ?? [], run: () => actions.run(a.id) }));
    const text = this.filter.trim();
    if (text === '') return list;
    return [
      ...list,
      { id: 'ask-this', label: t('palette.ask', { text }), icon: 'enter', keys: [], run: () => this.dispatchEvent(new CustomEvent('ask', { detail: text })) },
      { id: 'search-this', label: t('palette.search', { text }), icon: 'search', keys: [], run: () => go(`search?q=${encodeURIComponent(text)}`) },
    ];
  }

  override render() {
    const lines = this.lines;
    const at = Math.min(this.at, lines.length - 1);
    return html`<dialog aria-label=${t('palette.label')} @click=${(e: Event) => e.target === this.dialog && this.close()}>
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="lines"
        aria-activedescendant=${at >= 0 ? `p-${at}` : ''}
        aria-label=${t('palette.placeholder')}
        placeholder=${t('palette.placeholder')}
        autocomplete="off"
        spellcheck="false"
        @input=${(e: InputEvent) => {
          this.filter = (e.target as HTMLInputElement).value;
          this.at = 0;
        }}
        @keydown=${this.press}
      />
      ${lines.length === 0 ? html`<p class="muted">${t('palette.none')}</p>` : nothing}
      <ul id="lines" role="listbox" aria-label=${t('palette.label')} tabindex="-1">
        ${lines.map(
          (l, i) => html`<li id=${`p-${i}`} role="option" aria-selected=${i === at ? 'true' : 'false'} @click=${() => this.take(l)} @pointermove=${() => (this.at = i)}>
            ${icon(l.icon)}<span class="clip">${l.label}</span>
            ${l.keys[0] ? html`<span class="keys">${caps(l.keys[0]).map((c) => html`<kbd>${c}</kbd>`)}</span>` : nothing}
          </li>`,
        )}
      </ul>
    </dialog>`;
  }

  private press(e: KeyboardEvent) {
    const lines = this.lines;
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) {
      e.preventDefault();
      this.at = (Math.min(this.at, lines.length - 1) + step + lines.length) % Math.max(1, lines.length);
      void this.updateComplete.then(() => this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }));
    } else if (e.key === 'Enter' && !e.isComposing) {
      e.preventDefault();
      const line = lines[Math.min(this.at, lines.length - 1)];
      if (line) this.take(line);
    }
  }

  private take(l: Line) {
    this.close();
    l.run();
  }
}

/** The keys there are, from the same registry. */
@customElement('steward-keys')
export class Keys extends View {
  @query('dialog') private dialog!: HTMLDialogElement;

  static override styles = [
    controls,
    dialogStyles,
    css`
      dialog {
        max-height: min(760px, calc(100vh - 32px));
      }
      .body {
        padding: 24px;
        display: grid;
        gap: 16px;
        max-height: inherit;
        overflow: auto;
      }
      .top {
        display: flex;
        justify-content: space-between;
        align-items: center;
      }
      li {
        display: flex;
        align-items: center;
        min-height: 32px;
        border-bottom: 1px solid var(--line);
      }
      li:last-child {
        border: 0;
      }
    `,
  ];

  show() {
    this.dialog.showModal();
  }
  get open() {
    return this.dialog?.open ?? false;
  }
  close() {
    this.dialog.close();
  }

  override render() {
    const line = (label: string, keys: string[][]) =>
      html`<li><span>${label}</span><span class="keys">${keys.map((k) => k.map((c) => html`<kbd>${c}</kbd>`))}</span></li>`;
    const seen = new Set<string>();
    return html`<dialog aria-labelledby="title" @click=${(e: Event) => e.target === this.dialog && this.close()}>
      <div class="body" tabindex="-1">
        <div class="top">
          <h1 id="title">${t('keys.title')}</h1>
          <button class="plain icon" type="button" aria-label=${t('keys.close')} @click=${() => this.close()}>${icon('close')}</button>
        </div>
        <section>
          <h2>${t('keys.everywhere')}</h2>
          <ul>
            ${actions.list
              .filter((a) => a.keys && !seen.has(a.label) && !!seen.add(a.label))
              .map((a) => line(t(a.label), [caps(a.keys?.[0] ?? '')]))}
          </ul>
        </section>
        <section>
          <h2>${t('keys.lists')}</h2>
          <ul>
            ${line(t('keys.lists.move'), [['↑', '↓']])} ${line(t('keys.lists.ends'), [['Home', 'End']])}
            ${line(t('keys.lists.open'), [['Enter']])} ${line(t('keys.lists.mark'), [['Space']])}
            ${line(t('keys.lists.filter'), [['/']])} ${line(t('keys.lists.clear'), [['Esc']])}
          </ul>
        </section>
      </div>
    </dialog>`;
  }
}
