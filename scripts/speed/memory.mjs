import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeModel } from '../../dist/onnx/write.js';
import { madeImages } from './made-images.mjs';
import { NETWORKS } from './networks.mjs';

export const PEAK = { name: 'peak memory / weights', goal: 2.5 };
export const FLAT = { name: 'memory at 20,000 images / at 500', goal: 1.05 };

const MEGABYTE = 2 ** 20;

/** A process of its own per figure: a peak is that of its whole life. */
async function child(...args) {
  const script = fileURLToPath(new URL('memory-child.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args]);
  return JSON.parse(stdout);
}

/** The peak of a process that compiles a network with Grad-CAM and c-MWP for five classes and runs one image. */
async function peakRow(network, folder) {
  const graph = NETWORKS[network]();
  const weights = [...graph.constants.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  const model = join(folder, `${network}.onnx`);
  await writeFile(model, writeModel(graph));
  const { peak } = await child('peak', model, String(graph.inputs[0].shape[2]));
  await rm(model);
  return {
    ...{ network, batch: 1, measure: PEAK.name, mb: peak / MEGABYTE, base_mb: weights / MEGABYTE },
    ...{ ratio: peak / weights, goal: PEAK.goal },
  };
}

/** One `bench run` over 20,000 made pictures with the quickstart's ResNet and Grad-CAM. */
async function flatRow(folder) {
  await madeImages(folder, 20_000, 22, { width: 160, height: 120 });
  const { early, late } = await child('flat', folder);
  return {
    ...{
      network: 'quickstart resnet',
      batch: 8,
      measure: FLAT.name,
      mb: late / MEGABYTE,
      base_mb: early / MEGABYTE,
    },
    ...{ ratio: late / early, goal: FLAT.goal },
  };
}

export async function* memoryRows(networks, wanted) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-speed-'));
  try {
    if (wanted(PEAK.name)) for (const network of networks) yield await peakRow(network, folder);
    if (wanted(FLAT.name)) yield await flatRow(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
