import { css } from 'lit';

export const searchStyles = css`
  :host {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr);
    height: 100%;
    max-width: 1120px;
    margin: 0 auto;
    padding: 16px 24px 0;
    gap: 8px;
  }
  .top {
    display: grid;
    gap: 8px;
    min-width: 0;
  }
  .line {
    display: flex;
    align-items: center;
    gap: 8px;
    height: 40px;
    padding: 0 12px;
    border: 1px solid var(--line-strong);
    border-radius: 8px;
    background: var(--surface);
    color: var(--muted);
  }
  .line:focus-within {
    border-color: var(--accent);
    outline: 1px solid var(--accent);
  }
  .line input {
    flex: 1;
    height: 36px;
    border: 0;
    padding: 0;
    background: none;
    outline: none;
    font-size: 15px;
    color: var(--text);
  }
  .filters,
  .kinds {
    display: flex;
    align-items: center;
    gap: 8px;
    flex-wrap: wrap;
  }
  .kinds {
    gap: 2px;
  }
  .kinds button {
    border-color: transparent;
    background: none;
    color: var(--muted);
  }
  .kinds button[aria-pressed='true'] {
    background: var(--selected);
    color: var(--text);
    font-weight: 600;
  }
  .count {
    font-weight: 400;
    font-size: 12px;
    color: var(--muted);
  }
  select {
    border-color: var(--line);
  }
  .chip {
    min-height: 26px;
    border-radius: 13px;
    border-color: transparent;
    background: var(--accent-soft);
    color: var(--accent);
    font-size: 12px;
  }
  .chip svg {
    width: 12px;
    height: 12px;
  }
  .problem {
    color: var(--bad);
  }
  .results {
    min-height: 0;
    border-top: 1px solid var(--line);
  }
  @media (max-width: 760px) {
    :host {
      padding: 8px 8px 0;
    }
  }
`;

/** A line of the results. */
export const hitStyles = css`
  .hit {
    display: grid;
    grid-template-columns: 20px minmax(0, 1fr) auto;
    gap: 0 8px;
    padding: var(--pad) 12px;
    align-items: baseline;
  }
  .kind {
    align-self: center;
    display: grid;
    color: var(--muted);
  }
  .title {
    font-weight: 600;
  }
  .passage {
    grid-column: 2 / -1;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
    overflow-wrap: anywhere;
    unicode-bidi: plaintext;
    text-align: start;
  }
  .meta {
    grid-column: 2 / -1;
  }
`;
