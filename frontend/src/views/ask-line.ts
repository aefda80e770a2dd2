import { css, html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { maxQuestion } from '../catalogue/questions.js';
import { t } from '../words/words.js';
import { icon } from './icons.js';
import { controls } from './style.js';
import { View } from './view.js';

/** The line a person asks in. Dispatches "ask" with the question. */
@customElement('steward-ask-line')
export class AskLine extends View {
  @query('input') private input!: HTMLInputElement;
  @state() private problem = '';

  static override styles = [
    controls,
    css`
      :host {
        display: block;
        position: relative;
      }
      form {
        display: flex;
        align-items: center;
        gap: 4px;
        height: 40px;
        padding-inline: 12px 4px;
        border: 1px solid var(--line-strong);
        border-radius: 8px;
        background: var(--surface);
        color: var(--muted);
      }
      form:focus-within {
        border-color: var(--accent);
        outline: 1px solid var(--accent);
      }
      input[type='text'] {
        flex: 1;
        height: 36px;
        border: 0;
        padding: 0 4px;
        background: none;
        outline: none;
        font-size: 15px;
        color: var(--text);
      }
      .problem {
        position: absolute;
        z-index: 3;
        top: 44px;
        inset-inline-start: 0;
        box-shadow: var(--shadow);
        background: var(--raised);
        color: var(--bad);
        border: 1px solid var(--bad);
      }
    `,
  ];

  override focus() {
    this.input.focus();
    this.input.select();
  }

  /** Shows a question, such as the one whose answer is in view. */
  set text(value: string) {
    void this.updateComplete.then(() => {
      if (this.input.value !== value) this.input.value = value;
    });
  }

  override render() {
    return html`<form role="search" aria-label=${t('ask.label')} @submit=${this.submit}>
        ${icon('enter')}
        <input
          type="text"
          name="question"
          autocomplete="off"
          spellcheck="true"
          dir="auto"
          aria-label=${t('ask.label')}
          aria-invalid=${this.problem ? 'true' : 'false'}
          aria-describedby=${this.problem ? 'problem' : nothing}
          placeholder=${t('ask.placeholder')}
          @input=${() => (this.problem = '')}
        />
        <kbd aria-hidden="true">/</kbd>
        <button class="plain" type="submit">${t('ask.submit')}</button>
      </form>
      ${this.problem ? html`<p class="notice problem" id="problem" role="alert">${icon('warn')}${this.problem}</p>` : nothing}`;
  }

  private submit(e: Event) {
    e.preventDefault();
    const text = this.input.value.trim();
    if (text === '') this.problem = t('ask.empty');
    else if (text.length > maxQuestion) this.problem = t('ask.tooLong', { n: maxQuestion });
    else this.dispatchEvent(new CustomEvent('ask', { detail: text }));
  }
}
