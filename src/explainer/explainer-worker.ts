import { parentPort, workerData } from 'node:worker_threads';
import { BenchError, messageOf } from '../base/errors.js';
import { createExplainer } from './create-explainer.js';
import type { Explainer } from './explainer.js';
import type { ExplainerOptions } from './options.js';
import type { Answer, Question } from './threaded-explainer.js';

/*
 * The other side of threaded-explainer.ts: an explainer on a thread of its own, which answers one question after
 * the other.
 */

const port = parentPort!;

function failure(error: unknown): Answer {
  const message = messageOf(error);
  if (error instanceof BenchError) return { kind: 'failed', message, forUser: true };
  return { kind: 'failed', message, forUser: false, stack: error instanceof Error ? error.stack : undefined };
}

async function answer(explainer: Explainer, question: Question): Promise<void> {
  if (question.kind === 'close') {
    await explainer.close();
    port.postMessage({ kind: 'closed' } satisfies Answer);
    port.close();
    return;
  }
  if (question.kind === 'score') {
    const logits = await explainer.score(question.images, question.n, question.size);
    port.postMessage({ kind: 'scored', logits } satisfies Answer);
    return;
  }
  const batch = await explained(explainer, question);
  port.postMessage({ kind: 'explained', batch } satisfies Answer);
}

function explained(
  explainer: Explainer,
  question: Question & { readonly kind: 'run' | 'explain' | 'gradient' },
) {
  const { kind, images, n, classIds, randomized, size } = question;
  if (kind === 'run') return explainer.run(images, n, classIds, size);
  if (kind === 'explain') return explainer.explain(images, n, classIds!, randomized, size);
  return explainer.gradient(images, n, classIds!, size);
}

try {
  const explainer = await createExplainer(workerData as ExplainerOptions);
  const { device, classCount, scored, notes, k, inputShape, outputs } = explainer;
  port.on('message', (question: Question) => {
    answer(explainer, question).catch((error: unknown) => port.postMessage(failure(error)));
  });
  const shape = { device, classCount, scored, notes, k, inputShape, outputs };
  port.postMessage({ kind: 'ready', shape } satisfies Answer);
} catch (error) {
  port.postMessage(failure(error));
}
