import type { SurfaceModel } from '@a2ui/web_core/v0_9';
import { MessageProcessor } from '@a2ui/web_core/v0_9';
import { backend, failureOf } from '../backend/client.js';
import type { Answer, Failure } from '../backend/types.js';
import { language } from '../words/words.js';
import { catalogue } from './catalogue.js';

/** The longest question, in characters. */
export const maxQuestion = 2000;
const kept = 30;

export type QuestionState = 'running' | 'answered' | 'nothing' | 'cancelled' | 'failed';

/** One thing asked, with the surface its answer is drawn on. Dispatches "change". */
export class Question extends EventTarget {
  readonly asked = new Date();
  state: QuestionState = 'running';
  answer: Answer | undefined;
  failure: Failure | undefined;
  surface: SurfaceModel | undefined;
  private readonly stop = new AbortController();

  constructor(
    readonly id: number,
    readonly text: string,
  ) {
    super();
    void this.run();
  }

  /** Stops the answer at once; what was found stays in view. */
  cancel(): void {
    if (this.state !== 'running') return;
    this.stop.abort();
    this.end('cancelled');
  }

  private async run(): Promise<void> {
    const processor = new MessageProcessor([catalogue]);
    processor.onSurfaceCreated((s) => {
      this.surface = s;
      this.changed();
    });
    try {
      for await (const e of backend.ask(this.text, language(), this.stop.signal)) {
        if (this.state !== 'running') return;
        if (e.messages) processor.processMessages(e.messages as Parameters<typeof processor.processMessages>[0]);
        if (e.type === 'done' && e.answer) {
          this.answer = e.answer;
          this.end(e.answer.stopped === 'cancelled' ? 'cancelled' : e.answer.found ? 'answered' : 'nothing');
        } else if (e.type === 'error') {
          this.failure = e.error ?? { code: 'internal', message: '' };
          this.end(this.failure.code === 'cancelled' ? 'cancelled' : 'failed');
        }
      }
      if (this.state === 'running') throw new Error('the answer broke off');
    } catch (e) {
      if (this.state !== 'running') return;
      this.failure = failureOf(e);
      this.end(this.failure.code === 'cancelled' ? 'cancelled' : 'failed');
    }
  }

  private end(state: QuestionState): void {
    this.state = state;
    // A stream that ended without its last messages must not look as if it still ran.
    const shown = this.surface?.dataModel;
    if (shown && ['searching', 'reading', 'writing'].includes(shown.get('/state') as string)) shown.set('/state', 'failed');
    this.changed();
  }

  private changed(): void {
    this.dispatchEvent(new Event('change'));
    questions.dispatchEvent(new Event('change'));
  }
}

/** The questions of this session, newest first. */
class Questions extends EventTarget {
  all: Question[] = [];
  private last = 0;

  ask(text: string): Question {
    const q = new Question(++this.last, text);
    for (const old of this.all.splice(kept - 1)) old.cancel();
    this.all = [q, ...this.all];
    this.dispatchEvent(new Event('change'));
    return q;
  }

  find(id: number): Question | undefined {
    return this.all.find((q) => q.id === id);
  }
}

export const questions = new Questions();
