import '../engines/no-telemetry.js';
import { Worker } from 'node:worker_threads';
import { BenchError } from '../base/errors.js';
import type { Size } from '../base/size.js';
import type { ExplainedBatch, Explainer } from './explainer.js';
import type { ExplainerOptions } from './options.js';

export type Question =
  | {
      readonly kind: 'score';
      readonly images: Float32Array;
      readonly n: number;
      readonly size?: Size | undefined;
    }
  | {
      readonly kind: 'run' | 'explain' | 'gradient';
      readonly images: Float32Array;
      readonly n: number;
      readonly classIds?: Int32Array | undefined;
      readonly randomized?: number | undefined;
      readonly size?: Size | undefined;
    }
  | { readonly kind: 'close' };

export type Answer =
  | {
      readonly kind: 'ready';
      readonly shape: Omit<Explainer, 'run' | 'score' | 'explain' | 'gradient' | 'close'>;
    }
  | { readonly kind: 'explained'; readonly batch: ExplainedBatch }
  | { readonly kind: 'scored'; readonly logits: Float32Array }
  | { readonly kind: 'closed' }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly forUser: boolean;
      readonly stack?: string | undefined;
    };

/** The thread is gone, as when its memory ran out: nothing more can be asked of it. */
export class ThreadEnded extends BenchError {
  override readonly name = 'ThreadEnded';
}

/** Asks one question at a time and waits for its answer; the thread's death answers too. */
class Conversation {
  readonly #worker: Worker;
  #settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;
  /** Settled with the answer that is awaited, whatever it is. */
  #answered: Promise<unknown> = Promise.resolve();
  #ended: ThreadEnded | undefined;
  #closing = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: Answer) => this.#take()?.resolve(answer));
    worker.on('error', (error: Error) =>
      this.#end(new ThreadEnded(`the network's thread: ${error.message}`)),
    );
    worker.on('exit', (code) => this.#end(new ThreadEnded(`the network's thread ended with ${code}`)));
  }

  #end(error: ThreadEnded): void {
    this.#ended ??= error;
    this.#take()?.reject(this.#ended);
  }

  #take() {
    const settle = this.#settle;
    this.#settle = undefined;
    return settle;
  }

  async next(question?: Question, transfer: ArrayBuffer[] = []): Promise<Answer> {
    if (this.#closing) throw new ThreadEnded("the network's thread is being closed");
    return this.#ask(question, transfer);
  }

  /**
   * Waits for what the thread is computing: a thread that is ended within the runtime's native code takes the process
   * with it. What was to be asked afterwards is not.
   */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#answered;
    if (this.#ended === undefined) await this.#ask({ kind: 'close' }, []);
  }

  async #ask(question: Question | undefined, transfer: ArrayBuffer[]): Promise<Answer> {
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#settle !== undefined) throw new Error('the explainer is still at work on the last batch');
    const answered = new Promise<Answer>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#answered = answered.catch(() => {});
    if (question !== undefined) this.#worker.postMessage(question, transfer);
    const answer = await answered;
    if (answer.kind !== 'failed') return answer;
    const error = answer.forUser ? new BenchError(answer.message) : new Error(answer.message);
    if (answer.stack !== undefined) error.stack = answer.stack;
    throw error;
  }
}

function unexpected(answer: Answer): Error {
  return new Error(`the network's thread answered \`${answer.kind}\``);
}

/** Asks after what was asked before was answered: an experiment may ask while the next batch is at work. */
function inTurn(conversation: Conversation) {
  let last: Promise<unknown> = Promise.resolve();
  return (question: Question, transfer: ArrayBuffer[]): Promise<Answer> => {
    const answer = last.then(() => conversation.next(question, transfer));
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
  const ask = inTurn(conversation);
  const explained = async (question: Question & { readonly images: Float32Array }) => {
    const answer = await ask(question, [question.images.buffer as ArrayBuffer]);
    if (answer.kind !== 'explained') throw unexpected(answer);
    return answer.batch;
  };
  return {
    ...ready.shape,
    run: (images, n, classIds, size) => explained({ kind: 'run', images, n, classIds, size }),
    explain: (images, n, classIds, randomized, size) =>
      explained({ kind: 'explain', images, n, classIds, randomized, size }),
    gradient: (images, n, classIds, size) => explained({ kind: 'gradient', images, n, classIds, size }),
    score: async (images, n, size) => {
      const answer = await ask({ kind: 'score', images, n, size }, [images.buffer as ArrayBuffer]);
      if (answer.kind !== 'scored') throw unexpected(answer);
      return answer.logits;
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
