import '../engines/no-telemetry.js';
import { Worker } from 'node:worker_threads';
import { BenchError, revivedError } from '../base/errors.js';
import type { Explainer, ExplainerFacts } from './explainer.js';
import type { ExplainerOptions } from './options.js';
import type { Answers, Kind, Question } from './question.js';

/** What the thread is told. */
export type ToThread<K extends Kind = Kind> = Question<K> | { readonly kind: 'close' };

/** What it says: first that it is ready, then one message for each that it was told. */
export type ToCaller =
  | { readonly kind: 'ready'; readonly facts: ExplainerFacts }
  | { readonly kind: 'answered'; readonly answer: Answers[Kind] }
  | { readonly kind: 'closed' }
  | {
      readonly kind: 'failed';
      readonly message: string;
      /** Name of its class, of an error that is written for the user. */
      readonly forUser?: string | undefined;
      readonly stack?: string | undefined;
    };

/** The thread is gone, as when its memory ran out: nothing more can be asked of it. */
export class ThreadEnded extends BenchError {
  override readonly name = 'ThreadEnded';
}

/** Asks one question at a time and waits for its answer; the thread's death answers too. */
class Conversation {
  readonly #worker: Worker;
  #caller: { resolve: (answer: ToCaller) => void; reject: (error: Error) => void } | undefined;
  /** Settled with the answer that is awaited, whatever it is. */
  #lastAnswer: Promise<unknown> = Promise.resolve();
  #endError: ThreadEnded | undefined;
  #closing = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: ToCaller) => this.#take()?.resolve(answer));
    worker.on('error', (error: Error) =>
      this.#end(new ThreadEnded(`the network's thread: ${error.message}`)),
    );
    worker.on('exit', (code) => this.#end(new ThreadEnded(`the network's thread ended with ${code}`)));
  }

  #end(error: ThreadEnded): void {
    this.#endError ??= error;
    this.#take()?.reject(this.#endError);
  }

  #take() {
    const caller = this.#caller;
    this.#caller = undefined;
    return caller;
  }

  async next<K extends Kind>(question?: ToThread<K>, transfer: ArrayBuffer[] = []): Promise<ToCaller> {
    if (this.#closing) throw new ThreadEnded("the network's thread is being closed");
    return this.#ask(question, transfer);
  }

  /**
   * Waits for what the thread is computing: a thread that is ended within the runtime's native code takes the process
   * with it. What was to be asked afterwards is not.
   */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#lastAnswer;
    if (this.#endError === undefined) await this.#ask({ kind: 'close' }, []);
  }

  async #ask<K extends Kind>(question: ToThread<K> | undefined, transfer: ArrayBuffer[]): Promise<ToCaller> {
    if (this.#endError !== undefined) throw this.#endError;
    if (this.#caller !== undefined) throw new Error('the explainer is still at work on the last batch');
    const answered = new Promise<ToCaller>((resolve, reject) => {
      this.#caller = { resolve, reject };
    });
    this.#lastAnswer = answered.catch(() => {});
    if (question !== undefined) this.#worker.postMessage(question, transfer);
    const answer = await answered;
    if (answer.kind !== 'failed') return answer;
    const { forUser, message } = answer;
    const error = forUser === undefined ? new Error(message) : revivedError(forUser, message);
    if (answer.stack !== undefined) error.stack = answer.stack;
    throw error;
  }
}

function unexpected(answer: ToCaller): Error {
  return new Error(`the network's thread answered \`${answer.kind}\``);
}

/** Asks after what was asked before was answered: an experiment may ask while the next batch is at work. */
function inTurn(conversation: Conversation) {
  let last: Promise<unknown> = Promise.resolve();
  return <K extends Kind>(question: Question<K>): Promise<ToCaller> => {
    const answer = last.then(() => conversation.next(question, [question.images.buffer as ArrayBuffer]));
    last = answer.catch(() => {});
    return answer;
  };
}

/**
 * `createExplainer` on a thread of its own. The runtime's Node binding computes on the calling thread; there, no
 * image would be decoded and no map evaluated while the network is at work. Images are taken away: the caller must not
 * use the array again. Questions may be asked at any time; they are answered in their order.
 */
export async function createThreadedExplainer(options: ExplainerOptions): Promise<Explainer> {
  const worker = new Worker(new URL('./explainer-worker.js', import.meta.url), { workerData: options });
  const conversation = new Conversation(worker);
  const ready = await conversation.next();
  if (ready.kind !== 'ready') throw unexpected(ready);
  const next = inTurn(conversation);
  return {
    ...ready.facts,
    ask: async <K extends Kind>(question: Question<K>) => {
      const reply = await next(question);
      if (reply.kind !== 'answered') throw unexpected(reply);
      // The thread answers in turn, each question by its kind.
      return reply.answer as Answers[K];
    },
    close: async () => {
      try {
        await conversation.close();
      } finally {
        await worker.terminate();
      }
    },
  };
}
