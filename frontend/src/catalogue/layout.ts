import { css, html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { z } from 'zod';
import { child, children, SurfaceElement } from './element.js';

export const SplitApi = { name: 'Split', schema: z.object({ main: child, side: child }) };

/** Two panes beside each other; one below the other where there is no room. */
@customElement('steward-split')
export class Split extends SurfaceElement<typeof SplitApi> {
  protected override readonly api = SplitApi;
  static override styles = css`
    :host {
      display: block;
      container-type: inline-size;
    }
    .split {
      display: grid;
      grid-template-columns: minmax(0, 3fr) minmax(280px, 2fr);
      gap: 40px;
      align-items: start;
    }
    @container (max-width: 760px) {
      .split {
        grid-template-columns: minmax(0, 1fr);
        gap: 24px;
      }
    }
  `;
  override render() {
    return html`<div class="split">
      <div>${this.renderNode(this.prop<string>('main') ?? '')}</div>
      <div>${this.renderNode(this.prop<string>('side') ?? '')}</div>
    </div>`;
  }
}

export const StackApi = { name: 'Stack', schema: z.object({ children }) };

/** Components one below the other. */
@customElement('steward-stack')
export class Stack extends SurfaceElement<typeof StackApi> {
  protected override readonly api = StackApi;
  static override styles = css`
    :host {
      display: grid;
      gap: 24px;
      grid-template-columns: minmax(0, 1fr);
    }
  `;
  override render() {
    return (this.prop<string[]>('children') ?? []).map((id) => this.renderNode(id));
  }
}
