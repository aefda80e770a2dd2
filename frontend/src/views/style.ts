import { css } from 'lit';

/** What controls look like in every view. */
export const controls = css`
  :host {
    box-sizing: border-box;
    font-family: var(--font);
    color: var(--text);
  }
  :host([hidden]) {
    display: none !important;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  figure {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  h1 {
    font-size: 20px;
    line-height: 28px;
    font-weight: 600;
    letter-spacing: -0.01em;
  }
  h2 {
    font-size: 13px;
    line-height: 20px;
    font-weight: 600;
    color: var(--muted);
  }
  h3 {
    font-size: 14px;
    line-height: 20px;
    font-weight: 600;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
    margin: 0;
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-height: 32px;
    padding: 0 12px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--raised);
    cursor: default;
    white-space: nowrap;
    transition: background var(--fast);
  }
  button:hover:not(:disabled) {
    background: var(--hover);
  }
  button:disabled {
    color: var(--muted);
    opacity: 0.75;
  }
  button.primary {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--accent-text);
    font-weight: 600;
  }
  button.primary:hover:not(:disabled) {
    background: color-mix(in srgb, var(--accent) 88%, var(--text));
  }
  button.danger {
    border-color: var(--bad);
    color: var(--bad);
  }
  button.plain {
    border-color: transparent;
    background: transparent;
  }
  button.plain:hover:not(:disabled) {
    background: var(--hover);
  }
  button.link {
    min-height: 24px;
    padding: 0 2px;
    border: 0;
    background: none;
    color: var(--accent);
    text-decoration: underline;
    text-underline-offset: 3px;
    text-decoration-thickness: 1px;
    white-space: normal;
    text-align: start;
  }
  button.icon {
    width: 32px;
    padding: 0;
  }
  input[type='text'],
  input[type='search'],
  input[type='url'],
  select {
    min-height: 32px;
    padding: 0 10px;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--surface);
    min-width: 0;
  }
  input::placeholder {
    color: var(--muted);
    opacity: 1;
  }
  input[type='checkbox'],
  input[type='radio'] {
    accent-color: var(--accent);
    width: 16px;
    height: 16px;
    flex: none;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  /* What only a script focuses, such as a heading after a step, is announced but no stop of the keyboard. */
  [tabindex='-1']:focus-visible {
    outline: none;
  }
  mark {
    background: var(--mark);
    color: var(--mark-text);
    border-radius: 2px;
    padding: 0 1px;
  }
  kbd {
    font: 12px/18px var(--font);
    padding: 0 6px;
    border: 1px solid var(--line);
    border-radius: 4px;
    background: var(--sunken);
    color: var(--muted);
  }
  svg {
    width: 16px;
    height: 16px;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.5;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .muted {
    color: var(--muted);
  }
  .small {
    font-size: 12px;
    line-height: 18px;
  }
  .num {
    font-variant-numeric: tabular-nums;
  }
  .clip {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    min-width: 0;
  }
  .path {
    direction: ltr;
    unicode-bidi: isolate;
  }
  .ghost {
    font: 11px/16px var(--mono);
    padding: 0 3px;
    border: 1px solid var(--warn);
    border-radius: 3px;
    color: var(--warn);
    background: var(--warn-soft);
    unicode-bidi: isolate;
  }
  .tag {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    padding: 0 6px;
    border-radius: 4px;
    background: var(--sunken);
    color: var(--muted);
    font-size: 12px;
    line-height: 18px;
    white-space: nowrap;
  }
  .tag.accent {
    background: var(--accent-soft);
    color: var(--accent);
  }
  .tag.warn {
    background: var(--warn-soft);
    color: var(--warn);
  }
  .tag.bad {
    background: var(--bad-soft);
    color: var(--bad);
  }
  .bar {
    height: 4px;
    border-radius: 2px;
    background: var(--line);
    overflow: hidden;
  }
  .bar > div {
    height: 100%;
    background: var(--accent);
    border-radius: 2px;
    transition: width var(--fast);
  }
  .notice {
    display: flex;
    align-items: flex-start;
    gap: 8px;
    padding: 8px 12px;
    border-radius: var(--radius);
    background: var(--sunken);
  }
  .notice.warn {
    background: var(--warn-soft);
  }
  .notice.warn > svg {
    color: var(--warn);
  }
  .notice.bad {
    background: var(--bad-soft);
  }
  .notice.bad > svg {
    color: var(--bad);
  }
  .notice > svg {
    margin-top: 2px;
  }
  .empty {
    display: grid;
    justify-items: start;
    gap: 8px;
    padding: 32px 0;
    color: var(--muted);
    max-width: 52ch;
  }
  .empty h2 {
    color: var(--text);
    font-size: 15px;
  }
  .hide {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (forced-colors: active) {
    mark {
      forced-color-adjust: none;
    }
    .bar > div {
      background: Highlight;
    }
  }
`;

/** A view that fills the main area and scrolls as one page. */
export const page = css`
  :host {
    display: block;
    height: 100%;
    overflow: auto;
    padding: 24px 32px 48px;
    scrollbar-gutter: stable;
  }
  .page {
    max-width: 1040px;
    margin: 0 auto;
    display: grid;
    gap: 32px;
  }
  section {
    display: grid;
    gap: 12px;
    align-content: start;
    min-width: 0;
  }
  .head {
    display: flex;
    align-items: center;
    gap: 12px;
    flex-wrap: wrap;
  }
  .head > :first-child {
    margin-inline-end: auto;
  }
  @media (max-width: 720px) {
    :host {
      padding: 16px 16px 32px;
    }
  }
`;
