import { css } from 'lit';

export const readerStyles = css`
  :host {
    display: block;
    min-width: 0;
    min-height: 0;
    background: var(--surface);
    border-inline-start: 1px solid var(--line);
  }
  aside {
    display: grid;
    grid-template: 48px minmax(0, 1fr) / minmax(0, 1fr);
    height: 100%;
    container-type: inline-size;
  }
  .bar-top {
    display: flex;
    align-items: center;
    gap: 8px;
    padding-inline: 24px 8px;
    border-bottom: 1px solid var(--line);
  }
  .bar-top h2 {
    flex: 1;
    color: var(--text);
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .text {
    overflow: auto;
    padding: 16px 24px 64px;
    display: grid;
    gap: 16px;
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
  }
  .text:focus-visible {
    outline-offset: -2px;
  }
  .text.placed:focus-visible {
    outline: none;
  }
  dl.head {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 2px 16px;
    font-size: 12px;
    line-height: 18px;
    padding-bottom: 16px;
    border-bottom: 1px solid var(--line);
  }
  dt {
    color: var(--muted);
  }
  dd {
    overflow-wrap: anywhere;
    text-align: start;
  }
  .passages {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    font-size: 14px;
    line-height: 22px;
  }
  .passage {
    display: grid;
    grid-template-columns: 40px minmax(0, 72ch);
    margin-inline-start: -16px;
    border-inline-start: 3px solid transparent;
  }
  .passage p {
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    unicode-bidi: plaintext;
    text-align: start;
    padding: 6px 0;
  }
  .code .passage p {
    font: 12px/18px var(--mono);
    tab-size: 4;
  }
  .where {
    padding-block: 8px 0;
    padding-inline-end: 8px;
    text-align: end;
    color: var(--muted);
    user-select: none;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .target {
    border-inline-start-color: var(--accent);
    background: var(--accent-soft);
    border-radius: 2px;
  }
  .quoted p {
    color: var(--muted);
  }
  h3.page,
  h3.section {
    padding: 16px 0 4px;
    font-size: 12px;
    color: var(--muted);
  }
  h3.page {
    display: flex;
    align-items: center;
    gap: 12px;
  }
  h3.page::after {
    content: '';
    flex: 1;
    border-top: 1px solid var(--line);
  }
  h3.section {
    overflow-wrap: anywhere;
    padding-inline-start: 27px;
    color: var(--text);
  }
  .more {
    justify-self: center;
  }
  @container (max-width: 420px) {
    .wide {
      display: none;
    }
    .passage {
      grid-template-columns: 28px minmax(0, 1fr);
    }
  }
`;
