import { describe } from 'vitest';
import { BACKEND } from '../../engines/backend.js';
import { each, expectBatch, expectNear, explain } from './explain.js';
import { loadKinds } from './load.js';

const engine = `tfjs:${BACKEND}`;

describe('values of the batch on TensorFlow.js', () => {
  // Refused by both engines; see layers.test.ts.
  const kinds = loadKinds('batches').filter(({ name }) => name !== 'fixed-1-squeezed');
  each(kinds, (kind) => expectBatch(kind, { engine }));
});

describe('score heads as the file gives them on TensorFlow.js', () => {
  const refused = new Set(['transpose-softmax', 'softmax-wrong-axis', 'softmax-pairs']);
  const kinds = loadKinds('heads').filter(
    ({ name, output, logits }) =>
      output !== undefined && output.length === logits!.length && !refused.has(name),
  );
  each(
    kinds.filter(({ name }) => !name.startsWith('argmax') && !name.startsWith('topk')),
    async (kind) => {
      const { logits } = await explain(kind, { engine, choice: { score: 'output' } });
      expectNear(logits, kind.output!, 'output');
    },
  );
});
