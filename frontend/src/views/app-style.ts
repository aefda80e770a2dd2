import { css } from 'lit';

/** The frame's grid: header above, sections at the side (below, where it is narrow), status last. */
export const frameStyles = css`
  :host {
    display: grid;
    height: 100vh;
    height: 100dvh;
    grid-template: 'header header' 56px 'nav body' minmax(0, 1fr) 'footer footer' auto / 176px minmax(0, 1fr);
    background: var(--bg);
  }
  header {
    grid-area: header;
    display: grid;
    grid-template-columns: 160px minmax(0, 720px) auto;
    align-items: center;
    gap: 16px;
    padding: 0 16px;
    border-bottom: 1px solid var(--line);
  }
  header > button {
    justify-self: end;
    color: var(--muted);
  }
  .brand {
    font-weight: 600;
    font-size: 15px;
    letter-spacing: -0.01em;
    padding-inline-start: 8px;
  }
  nav {
    grid-area: nav;
    display: grid;
    align-content: start;
    gap: 2px;
    padding: 12px 8px;
    border-inline-end: 1px solid var(--line);
  }
  nav a {
    display: flex;
    align-items: center;
    gap: 12px;
    height: 32px;
    padding: 0 12px;
    border-radius: var(--radius);
    color: var(--muted);
    text-decoration: none;
    cursor: default;
  }
  nav a:hover {
    background: var(--hover);
    color: var(--text);
  }
  nav a[aria-current] {
    background: var(--selected);
    color: var(--text);
    font-weight: 600;
  }
  nav a[aria-current] svg {
    color: var(--accent);
  }
  .body {
    grid-area: body;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    min-height: 0;
    min-width: 0;
    background: var(--bg);
  }
  .body.with-reader {
    grid-template-columns: minmax(0, 1fr) minmax(400px, 46%);
  }
  main {
    min-width: 0;
    min-height: 0;
    height: 100%;
    overflow: hidden;
  }
  main.wait {
    grid-column: 1 / -1;
    grid-row: 1 / -1;
    display: grid;
    place-items: center;
  }
  steward-first-run {
    grid-column: 1 / -1;
    grid-row: 1 / -1;
    min-height: 0;
  }
  footer {
    grid-area: footer;
    min-width: 0;
  }
  .skip {
    position: absolute;
    z-index: 10;
    top: -64px;
    inset-inline-start: 8px;
  }
  .skip:focus {
    top: 8px;
    box-shadow: var(--shadow);
  }
  .said:not(.hide) {
    position: fixed;
    z-index: 10;
    bottom: 40px;
    inset-inline: 0;
    width: fit-content;
    margin-inline: auto;
    padding: 8px 16px;
    background: var(--text);
    color: var(--bg);
    border-radius: var(--radius);
    box-shadow: var(--shadow);
  }
  @media (max-width: 1000px) {
    .body.with-reader {
      grid-template-columns: minmax(0, 1fr);
    }
    .body.with-reader main {
      display: none;
    }
  }
  @media (max-width: 760px) {
    :host {
      grid-template: 'header' 56px 'body' minmax(0, 1fr) 'nav' auto 'footer' auto / minmax(0, 1fr);
    }
    header {
      grid-template-columns: minmax(0, 1fr) auto;
      gap: 8px;
      padding: 0 8px;
    }
    .brand,
    kbd.wide {
      display: none;
    }
    span.wide {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    nav {
      grid-auto-flow: column;
      justify-content: space-around;
      padding: 4px;
      border: 0;
      border-top: 1px solid var(--line);
    }
    nav a {
      gap: 6px;
      padding: 0 8px;
    }
  }
`;
