import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { backend, failureOf } from '../backend/client.js';
import { session } from '../backend/session.js';
import type { Address, DocumentView, Failure, Passage } from '../backend/types.js';
import { longDate, size, t } from '../words/words.js';
import { icon, kindIcon } from './icons.js';
import { formatName, place } from './place.js';
import { readerStyles } from './reader-style.js';
import { controls } from './style.js';
import { inert, marked, nameOf, runsByBytes, runsByQuote } from './text.js';
import { View, type OpenDocument } from './view.js';

/** How many passages are drawn around the one opened, and how many more at a time. */
const around = 40;

/** A document beside the screen, opened at a passage. Its text is inert. Dispatches "close". */
@customElement('steward-reader')
export class Reader extends View {
  @property({ attribute: false }) target!: OpenDocument;
  @state() private view: DocumentView | undefined;
  @state() private failure: Failure | undefined;
  @state() private openFailure = '';
  @state() private from = 0;
  @state() private to = 0;
  private loading: AbortController | undefined;
  private revision = -1;

  static override styles = [controls, readerStyles];

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('target')) {
      const before = changed.get('target');
      this.openFailure = '';
      if (before?.id === this.target.id && this.view) this.aim();
      else void this.load(true);
    } else if (this.view && session.revision !== this.revision) {
      void this.load(false);
    }
  }

  private async load(fresh: boolean) {
    this.loading?.abort();
    this.loading = new AbortController();
    this.revision = session.revision;
    if (fresh) {
      this.view = undefined;
      this.failure = undefined;
    }
    try {
      const view = await backend.document(this.target.id, this.loading.signal);
      this.view = view;
      if (fresh) this.aim();
    } catch (e) {
      const failure = failureOf(e);
      // A document that left the index while it is read stays in view, as missing.
      if (failure.code === 'not_found' && this.view) this.view = { ...this.view, missing: true };
      else if (failure.code !== 'cancelled') this.failure = failure;
    }
  }

  /** Draws what lies around the passage and brings it into view. */
  private aim() {
    const at = Math.max(0, this.index());
    this.from = Math.max(0, at - around);
    this.to = at + around;
    void this.updateComplete.then(() => {
      const passage = this.renderRoot.querySelector('.target');
      (passage?.querySelector('mark') ?? passage)?.scrollIntoView({ block: 'center' });
      const text = this.renderRoot.querySelector<HTMLElement>('.text');
      text?.classList.add('placed');
      text?.focus({ preventScroll: true });
    });
  }

  /** A focus the person did not ask for shows no ring; the next one, by Tab, does. */
  private readonly left = (e: Event) => (e.currentTarget as HTMLElement).classList.remove('placed');

  private index(): number {
    return this.view?.passages?.findIndex((p) => p.ord === (this.target.ord ?? 0)) ?? -1;
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.loading?.abort();
  }

  override render() {
    const d = this.view;
    return html`<aside aria-label=${t('reader.label')}>
      <div class="bar-top">
        <h2 class="clip">${d ? html`${kindIcon(d.kind)}<span class="clip" dir="auto">${inert(d.title || nameOf(d.path))}</span>` : t('reader.label')}</h2>
        ${d && !d.missing
          ? html`<button type="button" @click=${this.openFile} title=${t('reader.open')}>${icon('open')}<span class="wide">${t('reader.open')}</span></button>`
          : nothing}
        <button class="plain icon" type="button" aria-label=${t('reader.close')} @click=${() => this.dispatchEvent(new Event('close'))}>${icon('close')}</button>
      </div>
      <div class="text" tabindex="0" role="region" @blur=${this.left} aria-label=${d ? d.title || nameOf(d.path) : t('reader.label')}>${this.content(d)}</div>
    </aside>`;
  }

  private readonly openFile = async () => {
    try {
      await backend.openDocument(this.target.id);
    } catch (e) {
      const f = failureOf(e);
      this.openFailure = [f.message, f.fix].filter(Boolean).join(' ');
    }
  };

  private content(d: DocumentView | undefined) {
    if (this.failure) {
      return html`<div class="empty" role="alert"><h2>${t('reader.failed')}</h2><p>${this.failure.message}</p>
        ${this.failure.fix ? html`<p>${this.failure.fix}</p>` : nothing}
        <button type="button" @click=${() => void this.load(true)}>${t('common.retry')}</button></div>`;
    }
    if (!d) return html`<p class="muted" role="status">${t('reader.loading')}</p>`;
    const passages = d.passages ?? [];
    return html`${this.head(d)} ${this.notices(d)}
    ${this.from > 0 ? html`<button class="more" type="button" @click=${this.earlier}>${t('reader.earlier')}</button>` : nothing}
    <div class="passages ${d.format === 'source' || d.format === 'csv' ? 'code' : ''}">
      ${passages.slice(this.from, this.to + 1).map((p, i) => this.passage(p, passages[this.from + i - 1]))}
    </div>
    ${this.to + 1 < passages.length ? html`<button class="more" type="button" @click=${() => (this.to += around * 2)}>${t('reader.later')}</button>` : nothing}
    ${passages.length === 0 ? html`<p class="muted">${t('reader.empty')}</p>` : nothing}`;
  }

  /** Text above comes in without moving what is being read. */
  private readonly earlier = async () => {
    const pane = this.renderRoot.querySelector('.text');
    const before = pane?.scrollHeight ?? 0;
    this.from = Math.max(0, this.from - around * 2);
    await this.updateComplete;
    if (pane) pane.scrollTop += pane.scrollHeight - before;
  };

  private head(d: DocumentView) {
    const line = (name: string, value: unknown) => (value && value !== nothing ? html`<dt>${name}</dt><dd dir="auto">${value}</dd>` : nothing);
    const people = (list: Address[] | undefined) => (list && list.length > 0 ? inert(list.map(address).join(', ')) : nothing);
    const where = html`<span class="path">${inert(d.path)}</span>`;
    if (d.kind !== 'mail') {
      return html`<dl class="head">
        ${line(t('reader.path'), where)}
        ${line(t('rows.date'), longDate(d.date))}
        ${line(t('search.format'), [formatName(d.format), size(d.size)].filter(Boolean).join(', '))}
      </dl>`;
    }
    return html`<dl class="head">
      ${line(t('reader.from'), d.from ? inert(address(d.from)) : nothing)} ${line(t('reader.to'), people(d.to))} ${line(t('reader.cc'), people(d.cc))}
      ${line(t('reader.date'), longDate(d.date))} ${line(t('reader.subject'), inert(d.title || t('reader.untitled')))}
      ${line(t('reader.mailbox'), d.mailbox ? inert(d.mailbox) : where)}
      ${line(t('reader.attachments'), d.attachments && d.attachments.length > 0 ? inert(d.attachments.join(', ')) : nothing)}
    </dl>`;
  }

  private notices(d: DocumentView) {
    const moved = (this.target.ord !== undefined && this.index() < 0 && (d.passages ?? []).length > 0) || this.quoteGone();
    return [
      this.openFailure ? html`<p class="notice bad" role="alert">${icon('warn')}<span>${this.openFailure}</span></p>` : nothing,
      d.missing ? html`<p class="notice warn" role="status">${icon('warn')}<span>${t('reader.missing')}</span></p>` : nothing,
      d.stale && !d.missing ? html`<p class="notice warn" role="status">${icon('warn')}<span>${t('reader.stale')}</span></p>` : nothing,
      moved ? html`<p class="notice warn" role="status">${icon('info')}<span>${t('reader.moved')}</span></p>` : nothing,
      ...(d.notices ?? []).map((n) => html`<p class="notice">${icon('info')}<span>${n}</span></p>`),
    ];
  }

  private quoteGone(): boolean {
    const p = this.view?.passages?.[this.index()];
    return !!p && !!this.target.quote && !p.text.includes(this.target.quote);
  }

  private passage(p: Passage, before: Passage | undefined) {
    const target = this.index() >= 0 && p.ord === this.target.ord;
    const runs = target
      ? ((this.target.quote && runsByQuote(p.text, this.target.quote)) || runsByBytes(p.text, this.target.quote ? [] : (this.target.terms ?? [])))
      : [{ text: p.text, marked: false }];
    const page = p.position.page && p.position.page !== before?.position.page ? p.position.page : 0;
    const sheet = p.position.sheet && p.position.sheet !== before?.position.sheet ? p.position.sheet : '';
    const part = p.position.part && before && p.position.part !== before.position.part ? p.position.part : '';
    const section = p.position.section && p.position.section !== before?.position.section && !p.text.startsWith(p.position.section) ? p.position.section : '';
    return html`${page ? html`<h3 class="page">${t('reader.page', { n: page })}</h3>` : nothing}
      ${sheet ? html`<h3 class="page">${t('reader.sheet', { sheet })}</h3>` : nothing}
      ${part ? html`<h3 class="page">${t('reader.part', { part })}</h3>` : nothing}
      ${section ? html`<h3 class="section" dir="auto">${inert(section)}</h3>` : nothing}
      <div class="passage ${target ? 'target' : ''} ${p.quoted ? 'quoted' : ''}" title=${p.quoted ? t('reader.quoted') : nothing}>
        <span class="where small num" title=${place(p.position)}>${this.margin(p)}</span>
        <p dir="auto">${marked(runs)}</p>
      </div>`;
  }

  /** What stands in the margin: the line, the cell, or nothing where pages say enough. */
  private margin(p: Passage) {
    if (p.position.cell) return p.position.cell;
    return p.position.line && !p.position.page ? String(p.position.line) : '';
  }
}

const address = (a: Address): string => (a.name ? (a.addr ? `${a.name} <${a.addr}>` : a.name) : a.addr);

