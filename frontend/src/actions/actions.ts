import { session } from '../backend/session.js';
import { backend } from '../backend/client.js';
import type { Question } from '../catalogue/questions.js';
import { go } from '../views/view.js';
import type { Action } from './registry.js';

/** What the actions need of the frame around the views. */
export interface Frame {
  focusAsk(): void;
  showPalette(): void;
  showKeys(): void;
  /** Closes what lies on top, or stops the answer; false when there is nothing to close. */
  dismiss(): void;
  canDismiss(): boolean;
  question(): Question | undefined;
  ask(text: string): void;
  copyAnswer(): void;
  /** The id of the document open beside, if one is. */
  openDocument(): string | undefined;
  /** Whether the first run is over. */
  ready(): boolean;
}

/** Every action of the interface. */
export function allActions(frame: Frame): Action[] {
  const ready = () => frame.ready();
  const answered = () => {
    const q = frame.question();
    return !!q && q.state !== 'running';
  };
  const theme = (theme: '' | 'light' | 'dark') => () => void session.save({ theme });
  const locale = (locale: 'en' | 'zh-Hans') => () => void session.save({ locale });
  return [
    { id: 'focusAsk', label: 'action.focusAsk', icon: 'enter', keys: ['/'], possible: ready, run: () => frame.focusAsk() },
    { id: 'focusAskAlways', label: 'action.focusAsk', icon: 'enter', keys: ['Mod+L'], whileTyping: true, possible: ready, run: () => frame.focusAsk() },
    { id: 'palette', label: 'action.palette', icon: 'search', keys: ['Mod+K'], whileTyping: true, possible: ready, run: () => frame.showPalette() },
    { id: 'home', label: 'action.home', icon: 'home', keys: ['Alt+1'], whileTyping: true, possible: ready, run: () => go('home') },
    { id: 'search', label: 'action.search', icon: 'search', keys: ['Alt+2', 'Mod+Shift+F'], whileTyping: true, possible: ready, run: () => go('search') },
    { id: 'library', label: 'action.library', icon: 'library', keys: ['Alt+3'], whileTyping: true, possible: ready, run: () => go('library') },
    { id: 'settings', label: 'action.settings', icon: 'settings', keys: ['Alt+4', 'Mod+,'], whileTyping: true, possible: ready, run: () => go('settings') },
    { id: 'cancel', label: 'action.cancel', icon: 'stop', possible: () => frame.question()?.state === 'running', run: () => frame.question()?.cancel() },
    { id: 'again', label: 'action.again', icon: 'again', keys: ['Mod+Enter'], whileTyping: true, possible: answered, run: () => frame.ask(frame.question()?.text ?? '') },
    { id: 'copy', label: 'action.copy', icon: 'copy', keys: ['Mod+Shift+C'], whileTyping: true, possible: () => !!frame.question()?.answer?.answer, run: () => frame.copyAnswer() },
    { id: 'openFile', label: 'action.openFile', icon: 'open', keys: ['Mod+O'], whileTyping: true, possible: () => !!frame.openDocument(), run: () => void backend.openDocument(frame.openDocument() ?? '').catch(() => undefined) },
    { id: 'add', label: 'action.add', icon: 'plus', possible: ready, run: () => go('library/add') },
    { id: 'coverage', label: 'action.coverage', icon: 'library', possible: ready, run: () => go('library/coverage') },
    { id: 'rescan', label: 'action.rescan', icon: 'again', possible: () => ready() && session.online, run: () => void backend.rescan().catch(() => undefined) },
    { id: 'models', label: 'action.models', icon: 'settings', possible: ready, run: () => go('settings/models') },
    { id: 'light', label: 'action.light', icon: 'settings', possible: () => session.settings?.theme !== 'light', run: theme('light') },
    { id: 'dark', label: 'action.dark', icon: 'settings', possible: () => session.settings?.theme !== 'dark', run: theme('dark') },
    { id: 'auto', label: 'action.auto', icon: 'settings', possible: () => session.settings?.theme !== '', run: theme('') },
    { id: 'density', label: 'action.density', icon: 'settings', run: () => void session.save({ density: session.settings?.density === 'compact' ? '' : 'compact' }) },
    { id: 'english', label: 'action.english', icon: 'settings', possible: () => session.settings?.locale !== 'en', run: locale('en') },
    { id: 'chinese', label: 'action.chinese', icon: 'settings', possible: () => session.settings?.locale !== 'zh-Hans', run: locale('zh-Hans') },
    { id: 'keys', label: 'action.keys', icon: 'info', keys: ['?'], run: () => frame.showKeys() },
    { id: 'close', label: 'action.close', icon: 'close', keys: ['Escape'], whileTyping: true, possible: () => frame.canDismiss(), run: () => frame.dismiss() },
  ];
}
