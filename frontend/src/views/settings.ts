import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { backend, failureOf } from '../backend/client.js';
import { session } from '../backend/session.js';
import type { Check, Settings } from '../backend/types.js';
import { t } from '../words/words.js';
import { icon } from './icons.js';
import './models.js';
import { controls, page } from './style.js';
import { inert } from './text.js';
import { View } from './view.js';

/** What the person can choose. Each choice holds at once. */
@customElement('steward-settings')
export class SettingsView extends View {
  /** "" or "models": the part to bring into view. */
  @property() tab = '';
  @state() private problem = '';
  @state() private saved = false;
  @state() private endpointProblem = '';
  @state() private checks: Check[] | undefined;
  @state() private checking = false;
  @query('#endpoint') private endpoint!: HTMLInputElement;

  static override styles = [
    controls,
    page,
    css`
      .page {
        max-width: 720px;
      }
      .rows {
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
      }
      .row {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 8px 16px;
        flex-wrap: wrap;
        min-height: 48px;
        padding: 8px 12px;
      }
      .row + .row {
        border-top: 1px solid var(--line);
      }
      fieldset {
        border: 0;
        margin: 0;
        padding: 0;
        display: flex;
        border-radius: var(--radius);
        background: var(--sunken);
        flex-wrap: wrap;
      }
      fieldset label {
        position: relative;
        padding: 0 12px;
        line-height: 28px;
        margin: 2px;
        border-radius: 4px;
        color: var(--muted);
      }
      fieldset input {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        opacity: 0;
        margin: 0;
      }
      fieldset label:has(:checked) {
        background: var(--raised);
        color: var(--text);
        box-shadow: 0 0 0 1px var(--line-strong);
      }
      fieldset label:has(:focus-visible) {
        outline: 2px solid var(--accent);
        outline-offset: 1px;
      }
      .text {
        display: grid;
        flex: 1 1 240px;
        min-width: 0;
      }
      form {
        display: flex;
        gap: 8px;
        flex: 1 1 280px;
      }
      form input {
        flex: 1;
      }
      .check {
        display: grid;
        grid-template-columns: 16px minmax(0, 1fr);
        gap: 0 12px;
        padding: 8px 12px;
        align-items: start;
      }
      .check + .check {
        border-top: 1px solid var(--line);
      }
      .check svg {
        margin-top: 2px;
        color: var(--good);
      }
      .check.bad svg {
        color: var(--bad);
      }
      dd {
        overflow-wrap: anywhere;
      }
    `,
  ];

  override updated(changed: PropertyValues<this>) {
    if (changed.has('tab') && this.tab === 'models') this.renderRoot.querySelector('#models')?.scrollIntoView({ block: 'start' });
  }

  override render() {
    const s = session.settings;
    if (!s) return nothing;
    return html`<div class="page">
      <div class="head"><h1>${t('nav.settings')}</h1><span class="muted small" role="status">${this.saved ? t('settings.saved') : ''}</span></div>
      ${this.problem ? html`<p class="notice bad" role="alert">${icon('warn')}${this.problem}</p>` : nothing}
      <section aria-labelledby="appearance">
        <h2 id="appearance">${t('settings.appearance')}</h2>
        <div class="rows">
          ${this.choice('locale', t('settings.language'), [['', t('settings.auto')], ['en', 'English'], ['zh-Hans', '简体中文']])}
          ${this.choice('theme', t('settings.theme'), [['', t('settings.auto')], ['light', t('settings.light')], ['dark', t('settings.dark')]])}
          ${this.choice('density', t('settings.density'), [['', t('settings.comfortable')], ['compact', t('settings.compact')]])}
          ${this.choice('motion', t('settings.motion'), [['', t('settings.auto')], ['reduced', t('settings.reduced')]])}
        </div>
      </section>
      <section id="models" aria-labelledby="models-title">
        <h2 id="models-title">${t('settings.models')}</h2>
        <steward-models></steward-models>
        <div class="rows">
          <label class="row">
            <span class="text"><span>${t('settings.semantic')}</span><span class="small muted">${t('settings.semantic.hint')}</span></span>
            <input type="checkbox" .checked=${s.semantic} @change=${(e: Event) => void this.save({ semantic: (e.target as HTMLInputElement).checked })} />
          </label>
          <div class="row">
            <span class="text"><label for="endpoint">${t('settings.endpoint')}</label>
              <span class="small ${this.endpointProblem ? '' : 'muted'}" id="endpoint-hint" role=${this.endpointProblem ? 'alert' : nothing}>${this.endpointProblem || t('settings.endpoint.hint')}</span></span>
            <form @submit=${this.saveEndpoint}>
              <input id="endpoint" type="text" inputmode="url" spellcheck="false" autocomplete="off" aria-describedby="endpoint-hint" aria-invalid=${this.endpointProblem ? 'true' : 'false'} placeholder="http://127.0.0.1:11434" .value=${s.ollama_host} />
              <button type="submit">${t('settings.apply')}</button>
            </form>
          </div>
        </div>
      </section>
      <section aria-labelledby="health">
        <div class="head"><h2 id="health">${t('settings.health')}</h2>
          <button type="button" ?disabled=${this.checking} @click=${this.check}>${this.checking ? t('settings.health.running') : t('settings.health.run')}</button></div>
        ${this.checks ? html`<div class="rows">${this.checks.map((c) => this.checked(c))}</div>` : nothing}
      </section>
      <section aria-labelledby="about">
        <h2 id="about">${t('settings.about')}</h2>
        <dl class="rows">
          <div class="row"><dt>${t('settings.version')}</dt><dd>${session.status?.version}</dd></div>
          <div class="row"><dt>${t('settings.data')}</dt><dd class="path">${inert(session.status?.home ?? '')}</dd></div>
          <div class="row"><dt>${t('settings.licence')}</dt><dd>Apache-2.0</dd></div>
        </dl>
      </section>
    </div>`;
  }

  private choice(name: 'locale' | 'theme' | 'density' | 'motion', label: string, options: [string, string][]): TemplateResult {
    const now = session.settings?.[name] ?? '';
    return html`<div class="row">
      <span id=${`of-${name}`}>${label}</span>
      <fieldset role="radiogroup" aria-labelledby=${`of-${name}`}>
        ${options.map(
          ([value, text]) => html`<label lang=${value === 'zh-Hans' ? 'zh-Hans' : value === 'en' ? 'en' : nothing}>
            <input type="radio" name=${name} value=${value} .checked=${now === value} @change=${() => void this.save({ [name]: value })} />${text}
          </label>`,
        )}
      </fieldset>
    </div>`;
  }

  private async save(change: Partial<Settings>) {
    this.problem = '';
    try {
      await session.save(change);
      this.saved = true;
      setTimeout(() => (this.saved = false), 2000);
    } catch (e) {
      this.problem = `${t('settings.failed')} ${failureOf(e).message}`;
    }
  }

  private readonly saveEndpoint = (e: Event) => {
    e.preventDefault();
    const value = this.endpoint.value.trim();
    this.endpointProblem = value === '' || isAddress(value) ? '' : t('settings.endpoint.bad');
    if (!this.endpointProblem) void this.save({ ollama_host: value });
  };

  private readonly check = async () => {
    this.checking = true;
    this.problem = '';
    try {
      this.checks = (await backend.doctor()) ?? [];
    } catch (e) {
      this.problem = failureOf(e).message;
    }
    this.checking = false;
  };

  private checked(c: Check) {
    return html`<div class="check ${c.ok ? '' : 'bad'}">${icon(c.ok ? 'check' : 'warn')}
      <div><p>${c.subject ? html`<span class="path">${inert(c.subject)}</span>: ` : nothing}${c.message}</p>${c.fix ? html`<p class="small muted">${c.fix}</p>` : nothing}</div>
    </div>`;
  }
}

/** An http or https address, or host:port as OLLAMA_HOST allows. */
function isAddress(value: string): boolean {
  if (/\s/.test(value)) return false;
  try {
    const u = new URL(/^[a-z]+:\/\//i.test(value) ? value : `http://${value}`);
    return ['http:', 'https:'].includes(u.protocol) && u.hostname !== '';
  } catch {
    return false;
  }
}
