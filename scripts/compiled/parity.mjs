import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cardedInput } from '../../dist/cards/expected.js';
import { factsOf } from '../../dist/cards/find.js';
import { parseInput } from '../../dist/config/load.js';
import { createExplainer } from '../../dist/explainer/create-explainer.js';
import { decodeImage } from '../../dist/images/decode.js';
import { inputPixels, writeInput } from '../../dist/images/preprocess.js';
import { isMultiPass } from '../../dist/methods/method.js';
import { methods } from '../../dist/methods/registry.js';
import { inputSpec } from '../../dist/run/input-spec.js';
import { kinksApart, withKinks } from './kinks.mjs';
import { runtimesWith } from './runtimes.mjs';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BENCH = join(ROOT, 'dist', 'cli', 'main.js');
const TOP = 2;

/** Cards of the networks of BENCH_TEST_DATA, which have none beside them. */
export const CARDS = {
  'mobilenet_v1_0.75': { size: 224, scale: '1/127.5', mean: 1 },
  'mobilenet_v2_1.0': { size: 224, scale: '1/127.5', mean: 1 },
};

/** The preprocessing of a network. */
function specOf(model) {
  const { input } = cardedInput(factsOf(model, model));
  return inputSpec(parseInput({ ...input, ...CARDS[basename(model, '.onnx')] }));
}

/** Photographs as the network takes them, [n, 3, height, width]. */
async function picturesFor(spec, files) {
  const length = 3 * spec.height * spec.width;
  const data = new Float32Array(files.length * length);
  for (const [i, file] of files.entries()) {
    writeInput(inputPixels(await decodeImage(file), spec), spec, data, i * length);
  }
  return { type: 'float32', shape: [files.length, 3, spec.height, spec.width], data };
}

/** The methods of one pass that a network takes. */
async function methodsFor(model, spec) {
  const size = `${spec.height}x${spec.width}`;
  const { stdout } = await run(process.execPath, [BENCH, 'layers', model, '--size', size]);
  const [, line] = /^methods that run on it: ([\s\S]*?)(?:\nnot |\n*$)/m.exec(stdout);
  return line
    .split(/,\s+/)
    .map((name) => name.trim())
    .filter((name) => !isMultiPass(methods.get(name)));
}

/** What the program itself computes: [n, k, h, w] by method. */
async function ourMaps(model, names, spec, { data, shape }) {
  const { layer } = factsOf(model, model).card?.card ?? {};
  const explainer = await createExplainer({
    model,
    ...(layer === undefined ? {} : { layer }),
    requests: names.map((method) => ({ method })),
    k: TOP,
    classes: 'top',
    input: { height: spec.height, width: spec.width },
    engine: 'onnxruntime',
  });
  const { maps } = await explainer.ask({ kind: 'pass', images: data.slice(), n: shape[0] });
  const found = names.map((name, i) => [
    name,
    { maps: maps[i].slice(), atInput: explainer.outputs[i].layer === 'input' },
  ]);
  await explainer.close();
  return Object.fromEntries(found);
}

/** The largest difference of each picture's maps, each relative to the map's own largest value. */
function mapsApart(got, ours, n) {
  const area = ours.length / (n * TOP);
  return Array.from({ length: n }, (_, i) => {
    let worst = 0;
    for (let map = i * TOP; map < (i + 1) * TOP; map++) {
      let [apart, largest] = [0, 0];
      for (let at = map * area; at < (map + 1) * area; at++) {
        apart = Math.max(apart, Math.abs(got[at] - ours[at]));
        largest = Math.max(largest, Math.abs(ours[at]));
      }
      worst = Math.max(worst, largest === 0 ? apart : apart / largest);
    }
    return worst;
  });
}

const most = (values) => (values.length === 0 ? '' : Math.max(...values).toExponential(1));

/**
 * Compiles a network with all methods that it takes, runs the file in each runtime, and compares.
 * @param runtimes by name, as `runtimesWith` gives them
 * @param photographs paths of pictures
 * @param folder for the files
 * @returns a row for each runtime and method, and the compiled file
 */
export async function compared(model, runtimes, photographs, folder, portable = true) {
  const name = basename(model, '.onnx');
  const spec = specOf(model);
  const names = await methodsFor(model, spec);
  const file = join(folder, `${name}${portable ? '' : '-shared'}.onnx`);
  const size = `${spec.height}x${spec.width}`;
  const flags = ['--method', names.join(), '--top', String(TOP), '--size', size, '-o', file, '--force', '-q'];
  await run(process.execPath, [BENCH, 'compile', model, ...flags, ...(portable ? [] : ['--no-portable'])]);
  const kinked = file.replace('.onnx', '-kinks.onnx');
  await writeFile(kinked, await withKinks(file));
  const input = await picturesFor(spec, photographs);
  const [n] = input.shape;
  const ours = await ourMaps(model, names, spec, input);
  const reference = (await runtimesWith({})['onnxruntime-node'](kinked, { input })).outputs;
  const rows = [];
  for (const [runtime, at] of Object.entries(runtimes)) {
    const began = performance.now();
    const { outputs, version } = await at(kinked, { input });
    const kinks = kinksApart(outputs, reference, n);
    for (const method of names) {
      const apart = mapsApart(outputs[method].data, ours[method].maps, n);
      const where = (some) => apart.filter((_, i) => kinks[i] > 0 === some);
      rows.push({
        ...{ network: name, method, at: ours[method].atInput ? 'input' : 'layer', runtime, version },
        ...{ weights: portable ? 'separate' : 'shared', pictures: n },
        ...{ kinks: kinks.reduce((sum, count) => sum + count, 0), without_kinks: where(false).length },
        ...{ difference: most(where(false)), difference_at_kinks: most(where(true)) },
      });
    }
    const worst = rows.filter((row) => row.runtime === runtime).map((row) => Number(row.difference));
    console.error(
      `${name}, ${runtime}: ${most(worst)}, kinks ${kinks.join(' ')}, ${Math.round(performance.now() - began)} ms`,
    );
  }
  return { rows, file };
}
