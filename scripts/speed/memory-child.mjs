import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelError } from '../../dist/base/errors.js';
import { parseConfig } from '../../dist/config/load.js';
import { createExplainer } from '../../dist/explainer/create-explainer.js';
import { runBenchmark } from '../../dist/run/benchmark.js';
import { silent } from '../../dist/run/reporter.js';

/* One figure per process, for memory.mjs; bytes, as JSON on standard output. */

/** Grad-CAM and c-MWP; Grad-CAM alone where c-MWP refuses the network. */
async function explained(model, input) {
  const make = (...methods) =>
    createExplainer({
      ...{ model, requests: methods.map((method) => ({ method })), k: 5, classes: 'top' },
      ...{ input, engine: 'onnxruntime' },
    });
  return make('grad-cam', 'c-mwp').catch((error) => {
    if (error instanceof ModelError) return make('grad-cam');
    throw error;
  });
}

async function peak(model, side) {
  const size = { height: Number(side), width: Number(side) };
  const explainer = await explained(model, size);
  await explainer.ask({
    kind: 'pass',
    images: new Float32Array(3 * size.height * size.width).fill(0.5),
    n: 1,
  });
  await explainer.close();
  return { peak: 1024 * process.resourceUsage().maxRSS };
}

/** Resident memory, the mean over the batches of images 251 to 500 and of the last 250. */
async function flat(folder) {
  const model = fileURLToPath(new URL('../../models/quickstart/resnet.onnx', import.meta.url));
  const config = parseConfig(
    {
      model: { onnx: model },
      dataset: { name: 'imagenet', root: folder },
      ...{ methods: ['grad-cam'], engine: 'onnxruntime' },
    },
    folder,
  );
  const seen = { early: [], late: [] };
  const advanced = (done) => {
    if (done > 250 && done <= 500) seen.early.push(process.memoryUsage.rss());
    if (done > 19_750) seen.late.push(process.memoryUsage.rss());
  };
  const loaded = { name: 'flat', path: '', config };
  await runBenchmark({ loaded, out: join(folder, 'out'), overlays: 0, reporter: { ...silent, advanced } });
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { early: mean(seen.early), late: mean(seen.late) };
}

const [what, ...args] = process.argv.slice(2);
console.log(JSON.stringify(await { peak, flat }[what](...args)));
