import { parentPort, workerData } from 'node:worker_threads';
import { BenchError, messageOf } from '../base/errors.js';
import { createExplainer } from './create-explainer.js';
import type { Explainer } from './explainer.js';
import type { ExplainerOptions } from './options.js';
import type { ToCaller, ToThread } from './threaded-explainer.js';

/*
 * The other side of threaded-explainer.ts: an explainer on a thread of its own, which answers one question after
 * the other.
 */

const port = parentPort!;
const send = (message: ToCaller) => port.postMessage(message);

function sendFailure(error: unknown): void {
  const forUser = error instanceof BenchError ? error.name : undefined;
  const stack = forUser === undefined && error instanceof Error ? error.stack : undefined;
  send({ kind: 'failed', message: messageOf(error), forUser, stack });
}

async function reply({ ask, close }: Explainer, message: ToThread): Promise<void> {
  if (message.kind !== 'close') return send({ kind: 'answered', answer: await ask(message) });
  await close();
  send({ kind: 'closed' });
  port.close();
}

try {
  const explainer = await createExplainer(workerData as ExplainerOptions);
  const { ask: _ask, close: _close, ...facts } = explainer;
  port.on('message', (message: ToThread) => {
    reply(explainer, message).catch(sendFailure);
  });
  send({ kind: 'ready', facts });
} catch (error) {
  sendFailure(error);
}
