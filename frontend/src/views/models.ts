import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { backend, failureOf } from '../backend/client.js';
import { session, type Download } from '../backend/session.js';
import type { Failure, Model, ModelAdvice, Models } from '../backend/types.js';
import { duration, size, t } from '../words/words.js';
import { downloadLine, downloadShare } from './download.js';
import { icon } from './icons.js';
import { controls } from './style.js';
import { View } from './view.js';

/** The models there are and those to be had, with what they cost. */
@customElement('steward-models')
export class ModelChooser extends View {
  /** The level of its headings, one below the heading it stands under. */
  @property({ type: Number }) level = 3;
  @state() private models: Models | undefined;
  @state() private failure: Failure | undefined;
  @state() private saveFailure = '';
  private seen = '';

  static override styles = [
    controls,
    css`
      :host {
        display: grid;
        gap: 16px;
        grid-template-columns: minmax(0, 1fr);
      }
      section {
        display: grid;
        gap: 8px;
      }
      ul {
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 4px 16px;
        align-items: center;
        padding: 10px 12px;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .heading {
        font-weight: 600;
      }
      .name {
        display: flex;
        gap: 8px;
        align-items: center;
        flex-wrap: wrap;
        font-weight: 600;
      }
      .name .tag {
        font-weight: 400;
      }
      .costs {
        display: flex;
        gap: 0 16px;
        flex-wrap: wrap;
      }
      .progress {
        grid-column: 1 / -1;
        display: grid;
        gap: 6px;
      }
    `,
  ];

  override willUpdate() {
    const r = session.status?.runtime;
    const done = [...session.downloads.values()].filter((d) => d.state === 'done').length;
    const now = `${r?.state} ${r?.endpoint} ${r?.chat} ${r?.embed} ${done}`;
    if (now === this.seen) return;
    this.seen = now;
    void this.load();
  }

  private async load() {
    try {
      this.models = await backend.models();
      this.failure = undefined;
    } catch (e) {
      this.failure = failureOf(e);
    }
  }

  override render() {
    const m = this.models;
    if (this.failure) {
      return html`<div class="notice warn" role="alert">${icon('warn')}<span>${this.failure.message} ${this.failure.fix ?? ''}</span></div>
        <div><button type="button" @click=${() => void this.load()}>${t('common.retry')}</button></div>`;
    }
    if (!m) return html`<p class="muted" role="status">${t('model.loading')}</p>`;
    const installed = m.installed ?? [];
    const have = new Set(installed.map((x) => x.name));
    const recommended = (m.recommended ?? []).filter((a) => !have.has(a.name) && !have.has(`${a.name}:latest`));
    return html`
      <p class="small muted">
        ${m.endpoint ? t(m.owned ? 'model.server.owned' : 'model.server.found', { endpoint: m.endpoint }) : t('model.none')}.
        ${m.memory_bytes > 0 ? t('model.machine', { memory: size(m.memory_bytes) }) : nothing} ${m.gpu ? t('model.gpu', { gpu: m.gpu }) : nothing}
        ${m.registry ? nothing : t('model.offline')}
      </p>
      ${this.saveFailure ? html`<p class="notice bad" role="alert">${icon('warn')}${this.saveFailure}</p>` : nothing}
      <section aria-labelledby="installed">
        <p class="heading" id="installed" role="heading" aria-level=${this.level}>${t('model.installed')}</p>
        ${installed.length === 0 ? html`<p class="muted">${t('model.installed.none')}</p>` : html`<ul>${installed.map((x) => this.installed(x))}</ul>`}
      </section>
      <section aria-labelledby="recommended">
        <p class="heading" id="recommended" role="heading" aria-level=${this.level}>${t('model.recommended')}</p>
        ${recommended.length === 0 ? html`<p class="muted">${t('model.recommended.none')}</p>` : html`<ul>${recommended.map((a) => this.advice(a))}</ul>`}
      </section>
    `;
  }

  private installed(m: Model) {
    return html`<li>
      <div>
        <p class="name">${m.name} ${m.in_use ? html`<span class="tag accent">${icon('check')}${t('model.inUse')}</span>` : nothing}</p>
        <p class="costs small muted">
          <span>${t(m.role === 'embed' ? 'model.embed' : 'model.chat')}</span>${m.parameters ? html`<span>${m.parameters}</span>` : nothing}<span>${t('model.disk', { size: size(m.bytes) })}</span>
        </p>
      </div>
      ${m.in_use ? nothing : html`<button type="button" aria-label=${t('model.use.label', { name: m.name })} @click=${() => this.use(m)}>${t('model.use')}</button>`}
    </li>`;
  }

  private advice(a: ModelAdvice) {
    const d = session.downloads.get(a.name);
    const running = d?.state === 'running';
    return html`<li>
      <div>
        <p class="name">${a.name} ${a.best ? html`<span class="tag accent">${t('model.best')}</span>` : nothing}</p>
        <p class="small">${a.why}</p>
        <p class="costs small muted">
          <span>${t(a.role === 'embed' ? 'model.embed' : 'model.chat')}</span>
          <span>${t('model.disk', { size: size(a.bytes) })}</span>
          ${a.memory_bytes > 0 ? html`<span>${t('model.memory', { size: size(a.memory_bytes) })}</span>` : nothing}
          ${a.seconds > 0 ? html`<span>${t('model.time', { time: duration(a.seconds) })}</span>` : nothing}
        </p>
      </div>
      ${running
        ? html`<button type="button" @click=${() => d.stop.abort()}>${icon('stop')}${t('common.cancel')}</button>`
        : html`<button class=${a.best ? 'primary' : ''} type="button" aria-label=${t('model.download.label', { name: a.name })} @click=${() => void session.install(a.name)}>
            ${icon('down')}${d && d.state !== 'done' ? t('model.resume') : t('model.download')}
          </button>`}
      ${d ? this.progress(d) : nothing}
    </li>`;
  }

  private progress(d: Download) {
    switch (d.state) {
      case 'running':
        return html`<div class="progress">
          <div class="bar" role="progressbar" aria-label=${t('home.download', { name: d.name })} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(downloadShare(d) * 100)}>
            <div style=${styleMap({ width: `${downloadShare(d) * 100}%` })}></div>
          </div>
          <span class="small muted num">${downloadLine(d)}</span>
        </div>`;
      case 'cancelled':
        return html`<p class="progress small muted" role="status">${t('model.cancelled')}</p>`;
      case 'failed':
        return html`<p class="progress notice bad" role="alert">${icon('warn')}<span>${d.failure?.message} ${d.failure?.fix ?? ''}</span></p>`;
      case 'done':
        return html`<p class="progress small muted" role="status">${t('model.done', { name: d.name })}</p>`;
    }
  }

  private async use(m: Model) {
    this.saveFailure = '';
    try {
      await session.save(m.role === 'embed' ? { embed_model: m.name } : { chat_model: m.name });
      await this.load();
    } catch (e) {
      this.saveFailure = failureOf(e).message;
    }
  }
}
