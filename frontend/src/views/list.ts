import '@lit-labs/virtualizer';
import type { LitVirtualizer } from '@lit-labs/virtualizer';
import { css, html, LitElement, type CSSResult, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { filterStyles, ListFilter } from './list-filter.js';
import { controls } from './style.js';

/** A filter looks through this many lines at most, asking for more until then. */
const looked = 5000;

/** What a list tells when a person chooses a line, or marks it. */
export interface Chosen<T> {
  item: T;
  index: number;
}

/**
 * A long list of which only what is in view is drawn. One stop for Tab; arrows, Home, End and
 * the page keys move, Enter dispatches "choose", space "mark", "/" filters. "reach-end" asks for more.
 */
@customElement('steward-list')
export class List<T = unknown> extends LitElement {
  @property({ attribute: false }) items: T[] = [];
  @property({ attribute: false }) keyOf: (item: T) => string = (item) => String(item);
  @property({ attribute: false }) line: (item: T, index: number) => TemplateResult = () => html``;
  /** What a filter looks through in a line. */
  @property({ attribute: false }) textOf: (item: T) => string = (item) => this.keyOf(item);
  /** What the lines look like: they are drawn in the list's own shadow root. */
  @property({ attribute: false }) look: CSSResult | undefined;
  /** The name of the list for screen readers. */
  @property() label = '';
  /** How many there are in all, when more than items holds; 0 means items holds all. */
  @property({ type: Number }) total = 0;
  @state() private at = 0;
  /** The items the filter lets through, in view order. */
  private through: T[] = [];
  /** Whether the next items are another list, to be read from its start. */
  private fresh = false;
  private readonly filter: ListFilter = new ListFilter(this, () => this.focus());
  @query('lit-virtualizer') private scroller!: LitVirtualizer;

  static override styles = [
    controls,
    filterStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 0;
        height: 100%;
      }
      lit-virtualizer {
        flex: 1;
        outline: none;
        border-radius: var(--radius);
        overflow-anchor: none;
      }
      [role='option'] {
        width: 100%;
        border-bottom: 1px solid var(--line);
        cursor: default;
      }
      [role='option']:hover {
        background: var(--hover);
      }
      lit-virtualizer:focus-visible {
        outline: 2px solid var(--accent);
        outline-offset: -2px;
      }
      [aria-selected='true'] {
        background: var(--selected);
      }
      [aria-selected='true']:hover {
        background: var(--selected);
      }
      @media (forced-colors: active) {
        [aria-selected='true'] {
          outline: 2px solid Highlight;
          outline-offset: -2px;
        }
      }
    `,
  ];

  override willUpdate(changed: PropertyValues<this>) {
    const sheet = changed.has('look') ? this.look?.styleSheet : undefined;
    const root = this.renderRoot as ShadowRoot;
    if (sheet && !root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
    const before = this.through[this.at];
    this.through = this.filter.narrow(this.items, this.textOf);
    if (this.fresh && changed.has('items')) {
      this.fresh = false;
      this.at = 0;
    } else if (this.through[this.at] !== before) {
      const same = before === undefined ? -1 : this.through.findIndex((i) => this.keyOf(i) === this.keyOf(before));
      this.at = same >= 0 ? same : Math.min(this.at, Math.max(0, this.through.length - 1));
    }
  }

  override updated() {
    // A filter that leaves little in view looks further than what has been asked for so far.
    if (this.filter.active && this.through.length < 50 && this.items.length < Math.min(looked, this.total)) this.dispatchEvent(new Event('reach-end'));
  }

  /** Puts the focus on the list, at its first line if it has none. */
  override focus(options?: FocusOptions) {
    this.scroller?.focus(options);
  }

  /** Back to the first line, as after a new search. */
  reset() {
    this.at = 0;
    this.fresh = true;
    if (this.scroller) this.scroller.scrollTop = 0;
  }

  override render() {
    return html`${this.filter.field(this.through.length, this.items.length)}<lit-virtualizer
      scroller
      role="listbox"
      tabindex="0"
      aria-label=${this.label}
      aria-activedescendant=${this.through.length > 0 ? `line-${this.at}` : ''}
      .items=${this.through}
      .keyFunction=${(item: unknown) => this.keyOf(item as T)}
      .renderItem=${(item: unknown, index: number) => this.option(item as T, index)}
      @keydown=${this.press}
      @rangeChanged=${this.reached}
    ></lit-virtualizer>`;
  }

  private option(item: T, index: number): TemplateResult {
    return html`<div
      id=${`line-${index}`}
      role="option"
      aria-selected=${index === this.at ? 'true' : 'false'}
      aria-setsize=${this.filter.active ? this.through.length : this.total || this.items.length}
      aria-posinset=${index + 1}
      @click=${() => {
        this.at = index;
        this.tell('choose');
      }}
    >
      ${this.line(item, index)}
    </div>`;
  }

  private press(e: KeyboardEvent) {
    if (this.filter.press(e) || e.ctrlKey || e.metaKey || e.altKey) return;
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / 64));
    const last = this.through.length - 1;
    const to = { ArrowDown: this.at + 1, ArrowUp: this.at - 1, Home: 0, End: last, PageDown: this.at + page, PageUp: this.at - page }[e.key];
    if (to !== undefined) {
      e.preventDefault();
      void this.moveTo(Math.min(last, Math.max(0, to)));
    } else if (e.key === 'Enter' || e.key === ' ') {
      e.preventDefault();
      if (last >= 0) this.tell(e.key === 'Enter' ? 'choose' : 'mark');
    }
  }

  private async moveTo(index: number) {
    if (index < 0) return;
    this.at = index;
    this.scroller.element(index)?.scrollIntoView({ block: 'nearest' });
    await this.updateComplete;
    this.scroller.requestUpdate();
  }

  private reached(e: Event) {
    if ((e as Event & { last: number }).last >= this.through.length - 20) this.dispatchEvent(new Event('reach-end'));
  }

  private tell(name: 'choose' | 'mark') {
    const item = this.through[this.at];
    if (item === undefined) return;
    this.scroller.requestUpdate();
    this.dispatchEvent(new CustomEvent<Chosen<T>>(name, { detail: { item, index: this.at } }));
  }
}
