import { LitElement } from 'lit';
import { FollowLanguage } from '../words/words.js';
import { FollowSession } from '../backend/session.js';

/** What a person wants to see opened beside: a document, at a passage. */
export interface OpenDocument {
  id: string;
  ord?: number;
  quote?: string;
  /** Byte ranges of the passage that matched. */
  terms?: [number, number][];
}

/** A part of the interface: drawn again when the language or the session changes. */
export class View extends LitElement {
  constructor() {
    super();
    new FollowLanguage(this);
    new FollowSession(this);
  }
}

/** Asks the frame to open a document beside what is shown. */
export function openBeside(from: EventTarget, detail: OpenDocument): void {
  from.dispatchEvent(new CustomEvent<OpenDocument>('steward-open', { detail, bubbles: true, composed: true }));
}

/** Asks the frame to go to a place, such as "search?q=lease". */
export function go(place: string): void {
  location.hash = '/' + place;
}

/** The part of the address after "#/": the screen and its parameters. */
export function here(): { screen: string; rest: string; params: URLSearchParams } {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [screen = '', ...rest] = path.split('/');
  return { screen: screen || 'home', rest: decodeURIComponent(rest.join('/')), params: new URLSearchParams(query) };
}

/** The element that has the focus, within shadow roots too. */
export function focused(): Element | null {
  let e = document.activeElement;
  while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
  return e;
}

export function isTyping(): boolean {
  const e = focused();
  return e instanceof HTMLInputElement ? !['checkbox', 'radio', 'button'].includes(e.type) : e instanceof HTMLTextAreaElement || e instanceof HTMLSelectElement;
}
