import { css, html, nothing, type LitElement, type ReactiveController, type TemplateResult } from 'lit';
import { t } from '../words/words.js';

/**
 * The filter of one list: "/" in the list opens it, words narrow the list to the lines that have
 * them all, Enter and ArrowDown go back into the list, Escape clears it.
 */
export class ListFilter implements ReactiveController {
  private words: string[] = [];
  private shown = false;

  constructor(
    private readonly host: LitElement,
    /** Puts the focus back on the list. */
    private readonly back: () => void,
  ) {
    host.addController(this);
  }
  hostDisconnected() {
    this.words = [];
    this.shown = false;
  }

  /** Whether words narrow the list now. */
  get active(): boolean {
    return this.words.length > 0;
  }

  /** The lines that have every word in their text. */
  narrow<T>(items: T[], textOf: (item: T) => string): T[] {
    if (!this.active) return items;
    return items.filter((item) => {
      const text = textOf(item).toLocaleLowerCase();
      return this.words.every((w) => text.includes(w));
    });
  }

  /** Takes a key pressed in the list; true when it was for the filter. */
  press(e: KeyboardEvent): boolean {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey) return false;
    if (e.key === '/') this.open();
    else if (e.key === 'Escape' && this.shown) this.clear();
    else return false;
    e.preventDefault();
    return true;
  }

  /** The field above the list, while it is open. */
  field(shown: number, all: number): TemplateResult | typeof nothing {
    if (!this.shown) return nothing;
    return html`<div class="list-filter">
      <input
        type="text"
        data-filter
        aria-label=${t('list.filter')}
        placeholder=${t('list.filter')}
        autocomplete="off"
        spellcheck="false"
        dir="auto"
        @input=${(e: Event) => this.set((e.target as HTMLInputElement).value)}
        @keydown=${(e: KeyboardEvent) => this.typing(e)}
      />
      <span class="small muted num" role="status">${this.active ? (shown > 0 ? t('list.filter.shown', { n: shown, all }) : t('list.filter.none')) : ''}</span>
      <kbd aria-hidden="true">Esc</kbd>
    </div>`;
  }

  private open() {
    this.shown = true;
    this.host.requestUpdate();
    void this.host.updateComplete.then(() => this.host.renderRoot.querySelector<HTMLElement>('[data-filter]')?.focus());
  }

  private set(line: string) {
    this.words = line.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    this.host.requestUpdate();
  }

  private clear() {
    this.shown = false;
    this.set('');
    void this.host.updateComplete.then(this.back);
  }

  private typing(e: KeyboardEvent) {
    if (e.isComposing) return;
    if (e.key === 'Escape') this.clear();
    else if (e.key === 'ArrowDown' || e.key === 'Enter') this.back();
    else return;
    // Neither the list below nor the dialog around takes the key as well.
    e.preventDefault();
    e.stopPropagation();
  }
}

export const filterStyles = css`
  .list-filter {
    display: flex;
    align-items: center;
    gap: 12px;
    padding: 8px;
    border-bottom: 1px solid var(--line);
  }
  .list-filter input {
    flex: 1;
  }
  .list-filter input:focus-visible {
    outline-offset: -1px;
  }
`;

/** Moves the focus among the lines of a short list, those marked data-row, by arrows, Home and End; true when it did. */
export function moveAmong(e: KeyboardEvent, within: ParentNode): boolean {
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey) return false;
  const rows = [...within.querySelectorAll<HTMLElement>('[data-row]')];
  const at = rows.findIndex((r) => r === e.target);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[e.key];
  if (at < 0 || to === undefined) return false;
  e.preventDefault();
  rows[Math.min(rows.length - 1, Math.max(0, to))]?.focus();
  return true;
}
