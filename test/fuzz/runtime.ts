import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface RunRequest {
  readonly model: Uint8Array;
  /** Name, shape and values of the one input. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type RunAnswer =
  | { readonly outputs: Readonly<Record<string, Float32Array>>; readonly rss: number }
  | { readonly error: string; readonly rss: number }
  /** The process ended (a signal's name or an exit code), or was ended because it did not. */
  | { readonly ended: string };

const PROGRAM = fileURLToPath(new URL('runtime-child.mjs', import.meta.url));
const LONGEST = 20_000;

/** onnxruntime in a process of its own, started again whenever a model has ended it. */
export class Runtime {
  #child: ChildProcess | undefined;

  run(request: RunRequest): Promise<RunAnswer> {
    const child =
      this.#child ??
      fork(PROGRAM, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    this.#child = child;
    return new Promise((resolve) => {
      const finish = (answer: RunAnswer) => {
        clearTimeout(timer);
        child.removeAllListeners();
        resolve(answer);
      };
      const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST);
      child.once('message', (answer) => finish(answer as RunAnswer));
      child.once('exit', (code, signal) => {
        this.#child = undefined;
        finish({ ended: signal ?? String(code) });
      });
      child.send(request);
    });
  }

  close(): void {
    this.#child?.kill();
  }
}
