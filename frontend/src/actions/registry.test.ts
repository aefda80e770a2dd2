import { describe, expect, it } from 'vitest';
import { t } from '../words/words.js';
import { allActions, type Frame } from './actions.js';
import { Actions, pressed, type Action } from './registry.js';

const press = (key: string, mods: Partial<Record<'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey', boolean>> = {}) =>
  ({ key, ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, ...mods }) as KeyboardEvent;

function registry(): { actions: Actions; ran: string[] } {
  const ran: string[] = [];
  const actions = new Actions();
  const make = (id: string, more: Partial<Action>): Action => ({ id, label: 'action.home', icon: 'home', run: () => ran.push(id), ...more });
  actions.add(make('a', { keys: ['/'] }), make('b', { keys: ['Mod+K'], whileTyping: true }), make('c', { keys: ['Escape'], possible: () => false }));
  return { actions, ran };
}

describe('keys', () => {
  it('are read the way actions declare them', () => {
    expect(pressed(press('k', { ctrlKey: true }))).toBe('Mod+K');
    expect(pressed(press('F', { ctrlKey: true, shiftKey: true }))).toBe('Mod+Shift+F');
    expect(pressed(press('?', { shiftKey: true }))).toBe('?');
    expect(pressed(press('Escape'))).toBe('Escape');
  });

  it('run their action, also while typing only if they may', () => {
    const { actions, ran } = registry();
    expect(actions.press(press('/'), true)).toBe(false);
    expect(actions.press(press('/'), false)).toBe(true);
    expect(actions.press(press('k', { ctrlKey: true }), true)).toBe(true);
    expect(actions.press(press('Escape'), false)).toBe(false);
    expect(ran).toEqual(['a', 'b']);
  });

  it('stand for one action only', () => {
    const { actions } = registry();
    expect(() => actions.add({ id: 'd', label: 'action.home', icon: 'home', keys: ['/'], run: () => undefined })).toThrow('/');
    expect(() => actions.add({ id: 'a', label: 'action.home', icon: 'home', run: () => undefined })).toThrow('twice');
  });
});

describe('the actions of the interface', () => {
  it('fit together and are found by their words', () => {
    const asked: string[] = [];
    const frame: Frame = {
      focusAsk: () => asked.push('focus'), showPalette: () => undefined, showKeys: () => undefined, dismiss: () => undefined,
      canDismiss: () => false, question: () => undefined, ask: () => undefined, copyAnswer: () => undefined,
      openDocument: () => undefined, ready: () => true,
    };
    const actions = new Actions();
    actions.add(...allActions(frame));
    expect(actions.matching('dark THEME', (a) => t(a.label)).map((a) => a.id)).toEqual(['dark']);
    expect(actions.possible('copy')).toBe(false);
    expect(actions.run('focusAsk')).toBe(true);
    expect(asked).toEqual(['focus']);
  });
});
