import { html, svg, type TemplateResult } from 'lit';

const shapes = {
  home: svg`<path d="M2.5 7.5 8 3l5.5 4.5V13a.5.5 0 0 1-.5.5H3a.5.5 0 0 1-.5-.5z"/>`,
  search: svg`<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3 3"/>`,
  library: svg`<path d="M3 2.5v11M6.5 2.5v11M9.5 3l3 10.5"/>`,
  settings: svg`<path d="M2.5 5h6M11.5 5h2M2.5 11h2M7.5 11h6"/><circle cx="10" cy="5" r="1.5"/><circle cx="6" cy="11" r="1.5"/>`,
  close: svg`<path d="m4 4 8 8M12 4l-8 8"/>`,
  stop: svg`<rect x="4" y="4" width="8" height="8" rx="1"/>`,
  again: svg`<path d="M13 8a5 5 0 1 1-1.5-3.6M13 2.5V5h-2.5"/>`,
  copy: svg`<rect x="5.5" y="5.5" width="8" height="8" rx="1"/><path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2"/>`,
  open: svg`<path d="M9 2.5h4.5V7M13.5 2.5 8 8M11.5 9v3.5a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1H7"/>`,
  mail: svg`<rect x="2" y="3.5" width="12" height="9" rx="1"/><path d="m2.5 4.5 5.5 4 5.5-4"/>`,
  file: svg`<path d="M4 2h5l3 3v9H4zM9 2v3h3"/>`,
  event: svg`<rect x="2.5" y="3.5" width="11" height="10" rx="1"/><path d="M2.5 6.5h11M5.5 2v3M10.5 2v3"/>`,
  contact: svg`<circle cx="8" cy="5.5" r="2.5"/><path d="M3 13.5c.5-3 2.500-4 5-4s4.500 1 5 4"/>`,
  folder: svg`<path d="M2 12.500V4a.5.5 0 0 1 .5-.5h3.500L7.500 5h6a.5.5 0 0 1 .5.5v7a.5.5 0 0 1-.5.5h-11a.5.5 0 0 1-.5-.5z"/>`,
  plus: svg`<path d="M8 3v10M3 8h10"/>`,
  up: svg`<path d="M8 13V3M4 7l4-4 4 4"/>`,
  down: svg`<path d="M8 3v7M4.500 7 8 10.500 11.500 7M3 13.500h10"/>`,
  warn: svg`<path d="M8 2.500 14 13H2zM8 6.500v3M8 11.200v.1"/>`,
  info: svg`<circle cx="8" cy="8" r="5.500"/><path d="M8 7.500V11M8 5.200v.1"/>`,
  check: svg`<path d="m3 8.500 3.500 3.500L13 4.500"/>`,
  trash: svg`<path d="M3 4.500h10M6 4.500v-2h4v2M4.500 4.500l.5 9h6l.5-9"/>`,
  enter: svg`<path d="M13 4v4a1 1 0 0 1-1 1H4M6.500 6.500 4 9l2.500 2.500"/>`,
  mark: svg`<path d="M2.500 8h2M2.500 4h11M2.500 12h11M7 8h6.500"/>`,
} satisfies Record<string, TemplateResult>;

export type Icon = keyof typeof shapes;

/** A small line drawing; it says nothing that a label beside it does not. */
export const icon = (name: Icon) => html`<svg viewBox="0 0 16 16" aria-hidden="true">${shapes[name]}</svg>`;

export const kindIcon = (kind: string): TemplateResult => icon(kind === 'mail' || kind === 'event' || kind === 'contact' ? kind : 'file');
