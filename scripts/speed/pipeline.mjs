import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../dist/config/load.js';
import { createExplainer } from '../../dist/explainer/create-explainer.js';
import { writeModel } from '../../dist/onnx/write.js';
import { runBenchmark } from '../../dist/run/benchmark.js';
import { silent } from '../../dist/run/reporter.js';
import { madeImages } from './made-images.mjs';
import { median } from './measures.mjs';
import { seededWeights } from './net-builder.mjs';

/** `bench run` with Grad-CAM for five classes, decoding, boxes and journal, against its network alone. */
export const PIPELINE = { name: 'bench run / network alone', goal: 1.05 };

const BATCH = 8;
/** Enough images for so long, that the first image's decoding and the last one's box do not count. */
const SECONDS = 24;

async function aloneMs(explainer, batches) {
  const [channels, height, width] = explainer.inputShape;
  const images = seededWeights(BATCH * channels * height * width, 1, 7);
  const began = performance.now();
  for (let i = 0; i < batches; i++) await explainer.ask({ kind: 'pass', images, n: BATCH });
  return performance.now() - began;
}

/**
 * In turns: the wall time of all batches of a run (compilation and tables apart), and as many batches of images that
 * are ready, on the calling thread.
 */
export async function pipelineRow(network, make, { repetitions, threads }) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-speed-'));
  const graph = make();
  const side = graph.inputs[0].shape[2];
  const model = join(folder, 'model.onnx');
  await writeFile(model, writeModel(graph));
  const shared = threads === undefined ? {} : { threads };
  const explainer = await createExplainer({
    ...{ model, requests: [{ method: 'grad-cam' }], k: 5, classes: 'top', engine: 'onnxruntime' },
    ...{ input: { height: side, width: side }, ...shared },
  });
  try {
    await aloneMs(explainer, 1);
    const batches = Math.max(
      4,
      Math.min(128, Math.ceil((1000 * SECONDS) / (await aloneMs(explainer, 2)) / 0.5)),
    );
    const dataset = await madeImages(join(folder, 'data'), batches * BATCH, 1000, {
      width: 500,
      height: 376,
    });
    const document = {
      model: { onnx: model, input: { size: side } },
      ...{ dataset, methods: ['grad-cam'], engine: 'onnxruntime', batch: BATCH, ...shared },
    };
    const loaded = { name: 'speed', path: '', config: parseConfig(document, folder) };
    const times = { run: [], alone: [] };
    for (let i = 0; i < repetitions; i++) {
      const out = join(folder, `out-${i}`);
      const { networks } = await runBenchmark({ loaded, out, overlays: 0, reporter: silent });
      times.run.push(1000 * networks[0].timings.wall);
      times.alone.push(await aloneMs(explainer, batches));
    }
    const [ms, base] = [median(times.run), median(times.alone)];
    return {
      ...{ network, batch: BATCH, measure: PIPELINE.name, images: batches * BATCH },
      ...{ ms, base_ms: base, ratio: ms / base, goal: PIPELINE.goal },
    };
  } finally {
    await explainer.close();
    await rm(folder, { recursive: true });
  }
}
