import { css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { backend, failureOf } from '../backend/client.js';
import { session } from '../backend/session.js';
import type { Directory, SuggestedSource } from '../backend/types.js';
import { t } from '../words/words.js';
import { icon } from './icons.js';
import './list.js';
import type { Chosen } from './list.js';
import { controls } from './style.js';
import { inert, nameOf } from './text.js';
import { View } from './view.js';

type Entry = NonNullable<Directory['entries']>[number];

/**
 * Choosing folders and mailboxes: those found on this computer, and any other by the
 * system's own dialog in the window or by walking the folders here. Dispatches "chosen".
 */
@customElement('steward-choose')
export class Choose extends View {
  /** The paths chosen so far. */
  @property({ attribute: false }) chosen = new Set<string>();
  @state() private suggested: SuggestedSource[] | undefined;
  @state() private others: string[] = [];
  @state() private problem = '';
  @query('steward-folders') private folders!: Folders;

  static override styles = [
    controls,
    css`
      :host {
        display: grid;
        gap: 12px;
        justify-items: start;
        grid-template-columns: minmax(0, 1fr);
      }
      ul {
        width: 100%;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      label {
        display: grid;
        grid-template-columns: 16px 16px minmax(0, 1fr) auto;
        gap: 0 12px;
        align-items: center;
        padding: 10px 12px;
      }
      label:hover {
        background: var(--hover);
      }
      label > svg {
        color: var(--muted);
      }
      .two {
        display: grid;
        min-width: 0;
      }
    `,
  ];

  override connectedCallback() {
    super.connectedCallback();
    backend.suggestedSources().then(
      (s) => (this.suggested = s ?? []),
      () => (this.suggested = []),
    );
  }

  override render() {
    const added = new Set((session.status?.sources ?? []).map((s) => s.path));
    const known = new Set((this.suggested ?? []).map((s) => s.path));
    const rest = this.others.filter((p) => !known.has(p));
    if (!this.suggested) return html`<p class="muted" role="status">${t('common.loading')}</p>`;
    return html`<h2 id="found">${t('choose.suggested')}</h2>
      ${this.suggested.length + rest.length === 0 ? html`<p class="muted">${t('choose.suggested.none')}</p>` : nothing}
      ${this.suggested.length + rest.length > 0
        ? html`<ul aria-labelledby="found">
            ${this.suggested.map((s) => this.line(s.path, s.name, s.kind, added.has(s.path)))} ${rest.map((p) => this.line(p, nameOf(p), 'folder', added.has(p)))}
          </ul>`
        : nothing}
      ${this.problem ? html`<p class="notice bad" role="alert">${icon('warn')}${this.problem}</p>` : nothing}
      <button type="button" @click=${this.other}>${icon('folder')}${t('choose.other')}</button>
      <steward-folders @folder=${(e: CustomEvent<string>) => this.take(e.detail)}></steward-folders>`;
  }

  private line(path: string, name: string, kind: string, added: boolean) {
    return html`<li>
      <label>
        <input type="checkbox" .checked=${added || this.chosen.has(path)} ?disabled=${added} @change=${(e: Event) => this.mark(path, (e.target as HTMLInputElement).checked)} />
        ${icon(kind === 'folder' || kind === 'file' ? 'folder' : 'mail')}
        <span class="two"><span class="clip" dir="auto">${inert(name)}</span><span class="clip small muted"><span class="path">${inert(path)}</span></span></span>
        ${added ? html`<span class="tag">${t('choose.already')}</span>` : nothing}
      </label>
    </li>`;
  }

  private mark(path: string, on: boolean) {
    const next = new Set(this.chosen);
    if (on) next.add(path);
    else next.delete(path);
    this.chosen = next;
    this.dispatchEvent(new CustomEvent('chosen', { detail: next }));
  }

  private take(path: string) {
    if (!this.others.includes(path)) this.others = [...this.others, path];
    this.mark(path, true);
  }

  private readonly other = async () => {
    this.problem = '';
    if (!session.status?.native) return this.folders.show();
    try {
      for (const path of (await backend.chooseFolder()).paths ?? []) this.take(path);
    } catch (e) {
      const f = failureOf(e);
      if (f.code === 'not_found') return this.folders.show();
      this.problem = f.message;
    }
  };
}

const entryStyles = css`
  .entry {
    display: flex;
    align-items: center;
    gap: 12px;
    min-height: 36px;
    padding: 0 12px;
  }
  .entry svg {
    color: var(--muted);
  }
`;

/** The folders of this computer, for choosing one where there is no dialog of the system. Dispatches "folder". */
@customElement('steward-folders')
export class Folders extends View {
  @state() private folder: Directory | undefined;
  @state() private problem = '';
  @query('dialog') private dialog!: HTMLDialogElement;

  static override styles = [
    controls,
    css`
      dialog {
        padding: 0;
        border: 1px solid var(--line);
        border-radius: 10px;
        background: var(--raised);
        color: var(--text);
        box-shadow: var(--shadow);
        width: min(640px, calc(100vw - 32px));
        height: min(560px, calc(100vh - 64px));
      }
      dialog::backdrop {
        background: rgb(10 16 15 / 35%);
      }
      .body {
        display: grid;
        grid-template-rows: auto auto minmax(0, 1fr) auto;
        gap: 12px;
        padding: 24px;
        height: 100%;
      }
      form,
      .foot {
        display: flex;
        gap: 8px;
      }
      form input {
        flex: 1;
      }
      .foot {
        justify-content: flex-end;
      }
      .list {
        border: 1px solid var(--line);
        border-radius: var(--radius);
        min-height: 0;
        overflow: hidden;
        background: var(--surface);
      }
      .list > p {
        padding: 12px;
      }
    `,
  ];

  show() {
    this.dialog.showModal();
    this.toggleAttribute('data-dialog-open', true);
    void this.enter(this.folder?.path ?? '');
  }

  private async enter(path: string) {
    this.problem = '';
    try {
      this.folder = await backend.directory(path);
    } catch (e) {
      const f = failureOf(e);
      this.problem = [f.message, f.fix].filter(Boolean).join(' ');
    }
  }

  override render() {
    const entries = this.folder?.entries ?? [];
    return html`<dialog aria-labelledby="title" @close=${() => this.toggleAttribute('data-dialog-open', false)}>
      <div class="body">
        <h1 id="title">${t('choose.title')}</h1>
        <form @submit=${this.typed}>
          <button class="icon" type="button" aria-label=${t('choose.up')} ?disabled=${!this.folder?.parent} @click=${() => void this.enter(this.folder?.parent ?? '')}>
            ${icon('up')}
          </button>
          <input type="text" name="path" aria-label=${t('choose.path')} spellcheck="false" autocomplete="off" .value=${this.folder?.path ?? ''} />
          <button type="submit">${t('choose.go')}</button>
        </form>
        <div class="list">
          ${this.problem
            ? html`<p role="alert">${this.problem}</p>`
            : entries.length === 0
              ? html`<p class="muted">${this.folder ? t('choose.empty') : t('common.loading')}</p>`
              : html`<steward-list
                  .look=${entryStyles}
                  label=${t('choose.folderOf', { path: this.folder?.path ?? '' })}
                  .items=${entries}
                  .keyOf=${(e: Entry) => e.path}
                  .textOf=${(e: Entry) => e.name}
                  .line=${(e: Entry) => html`<div class="entry">${icon(e.kind === 'folder' ? 'folder' : 'mail')}<span class="clip" dir="auto">${inert(e.name)}</span></div>`}
                  @choose=${(e: CustomEvent<Chosen<Entry>>) => (e.detail.item.kind === 'folder' ? void this.enter(e.detail.item.path) : this.take(e.detail.item.path))}
                  @mark=${(e: CustomEvent<Chosen<Entry>>) => this.take(e.detail.item.path)}
                ></steward-list>`}
        </div>
        <div class="foot">
          <button type="button" @click=${() => this.dialog.close()}>${t('common.cancel')}</button>
          <button class="primary" type="button" ?disabled=${!this.folder} @click=${() => this.take(this.folder?.path ?? '')}>${t('choose.this')}</button>
        </div>
      </div>
    </dialog>`;
  }

  private readonly typed = (e: SubmitEvent) => {
    e.preventDefault();
    void this.enter((new FormData(e.target as HTMLFormElement).get('path') as string).trim());
  };

  private take(path: string) {
    this.dialog.close();
    this.dispatchEvent(new CustomEvent('folder', { detail: path }));
  }
}
