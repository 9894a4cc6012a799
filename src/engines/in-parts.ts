import type { EngineSession, EngineTensor } from './engine.js';
import { PartSizes } from './part-sizes.js';

type Tensors = Readonly<Record<string, EngineTensor>>;

/**
 * A session that cuts its batches into the parts that are fastest. All inputs and outputs of the graph have the batch as
 * their first axis, and an image's results are the same in every batch: only the time changes.
 */
export function inParts(
  session: EngineSession,
  sizes: Pick<PartSizes, 'next' | 'took'> = new PartSizes(),
): EngineSession {
  return {
    device: session.device,
    close: () => session.close(),
    run: async (feeds) => {
      const n = Object.values(feeds)[0]?.shape[0] ?? 1;
      const size = sizes.next(n);
      const start = performance.now();
      const results = size < n ? await cut(session, feeds, n, size) : await session.run(feeds);
      sizes.took(n, performance.now() - start);
      return results;
    },
  };
}

async function cut(session: EngineSession, feeds: Tensors, n: number, size: number): Promise<Tensors> {
  const parts: Tensors[] = [];
  for (let start = 0; start < n; start += size) {
    const end = Math.min(n, start + size);
    const part = Object.entries(feeds).map(([name, tensor]) => [name, rows(tensor, start, end)] as const);
    parts.push(await session.run(Object.fromEntries(part)));
  }
  const names = Object.keys(parts[0]!);
  return Object.fromEntries(names.map((name) => [name, joined(parts.map((part) => part[name]!))]));
}

function rows({ dtype, shape, data }: EngineTensor, start: number, end: number): EngineTensor {
  const [n, ...dims] = shape as [number, ...number[]];
  const each = data.length / n;
  return { dtype, shape: [end - start, ...dims], data: data.subarray(start * each, end * each) };
}

function joined(parts: readonly EngineTensor[]): EngineTensor {
  const { dtype, shape } = parts[0]!;
  const length = parts.reduce((sum, { data }) => sum + data.length, 0);
  const data = dtype === 'int64' ? new BigInt64Array(length) : new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    (data as Float32Array).set(part.data as Float32Array, at);
    at += part.data.length;
  }
  const n = parts.reduce((sum, part) => sum + part.shape[0]!, 0);
  return { dtype, shape: [n, ...shape.slice(1)], data };
}
