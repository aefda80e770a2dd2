import type { Icon } from '../views/icons.js';
import type { Key } from '../words/words.js';

/** One thing a person can do. Buttons, keys and the palette all come from it. */
export interface Action {
  id: string;
  label: Key;
  icon: Icon;
  /** "Mod+K": Mod is Ctrl, or Command on a Mac. Several are alternatives. */
  keys?: string[];
  /** Whether its keys also work while a person types. */
  whileTyping?: boolean;
  /** Absent means always. */
  possible?: () => boolean;
  run: () => void;
}

const mac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

/** The keys of one press, in the form actions declare them. */
export function pressed(e: KeyboardEvent): string {
  const mod = mac ? e.metaKey : e.ctrlKey;
  const key = e.key.length === 1 ? e.key.toUpperCase() : e.key;
  // Shift is part of a character such as "?", and said only for letters and named keys.
  const shift = e.shiftKey && (key.length > 1 || /[A-Z]/.test(key));
  return [mod ? 'Mod' : '', e.altKey ? 'Alt' : '', shift ? 'Shift' : '', key].filter(Boolean).join('+');
}

/** Keys as they are written on a keyboard, one cap each. */
export function caps(keys: string): string[] {
  const names: Record<string, string> = mac
    ? { Mod: '⌘', Alt: '⌥', Shift: '⇧', Escape: 'Esc' }
    : { Mod: 'Ctrl', Escape: 'Esc', ArrowUp: '↑', ArrowDown: '↓' };
  return keys.split('+').map((k) => names[k] ?? k);
}

/** All actions there are, in the order in which the palette lists them. */
export class Actions {
  private readonly all = new Map<string, Action>();

  add(...actions: Action[]): void {
    for (const a of actions) {
      if (this.all.has(a.id)) throw new Error(`the action ${a.id} is there twice`);
      for (const keys of a.keys ?? []) {
        const other = [...this.all.values()].find((o) => o.keys?.includes(keys));
        if (other) throw new Error(`${keys} is for ${other.id} and ${a.id}`);
      }
      this.all.set(a.id, a);
    }
  }

  get list(): Action[] {
    return [...this.all.values()];
  }

  possible(id: string): boolean {
    const a = this.all.get(id);
    return !!a && (a.possible?.() ?? true);
  }

  /** Runs an action if it is possible now; false when it is not, or unknown. */
  run(id: string): boolean {
    if (!this.possible(id)) return false;
    this.all.get(id)?.run();
    return true;
  }

  /** Runs what the pressed keys stand for; false when they stand for nothing here. */
  press(e: KeyboardEvent, typing: boolean): boolean {
    const keys = pressed(e);
    const a = this.list.find((x) => x.keys?.includes(keys) && (!typing || x.whileTyping));
    return !!a && this.run(a.id);
  }

  /** Actions whose label has every word of the filter, possible ones only. */
  matching(filter: string, label: (a: Action) => string): Action[] {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    return this.list.filter((a) => this.possible(a.id) && words.every((w) => label(a).toLowerCase().includes(w)));
  }
}

export const actions = new Actions();
