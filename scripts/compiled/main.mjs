import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readModel } from '../../dist/onnx/read.js';
import { CARDS, compared } from './parity.mjs';
import { pixelRows } from './pixels.mjs';
import { check, findBrowser, runtimesWith } from './runtimes.mjs';

/*
 * Compiles networks with all their methods by the command line, runs the files in each runtime, and compares the maps with those of
 * the program's own explainer. README.md beside this file says how to call it.
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

async function networks(named) {
  if (named !== undefined) return named;
  const quick = join(ROOT, 'models', 'quickstart');
  const found = (await readdir(quick))
    .filter((name) => name.endsWith('.onnx'))
    .map((name) => join(quick, name));
  const data = process.env.BENCH_TEST_DATA;
  const real =
    data === undefined ? [] : Object.keys(CARDS).map((name) => join(data, 'models', `${name}.onnx`));
  return [join(ROOT, 'models', 'squeezenet1.1.onnx'), ...found, ...real];
}

/** Whether weights were written twice. */
async function hasCopies(file) {
  return [...(await readModel(file)).constants.keys()].some((name) =>
    /\/(Conv|ConvTranspose|rows|columns)_*$/.test(name),
  );
}

const csvOf = (rows) =>
  `${[Object.keys(rows[0]), ...rows.map(Object.values)].map((cells) => cells.join()).join('\n')}\n`;

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    chromium: { type: 'string' },
    network: { type: 'string', multiple: true },
    out: { type: 'string', default: join(ROOT, 'results', 'compiled.csv') },
    pixels: { type: 'string', default: join(ROOT, 'results', 'compiled-pixels.csv') },
  },
});
const browser = options.chromium ?? findBrowser();
const runtimes = runtimesWith({ python: options.python, browser });
const photos = join(ROOT, 'examples', 'photos');
const photographs = (await readdir(photos))
  .filter((name) => name.endsWith('.jpg'))
  .map((name) => join(photos, name));
const folder = await mkdtemp(join(tmpdir(), 'compiled-'));
try {
  const rows = [];
  for (const model of await networks(options.network)) {
    const portable = await compared(model, runtimes, photographs, folder);
    rows.push(...portable.rows);
    await writeFile(options.out, csvOf(rows));
    if (options.python === undefined) continue;
    const found = await check(options.python, portable.file);
    const clean = found.clean && found.foreign.length === 0 && found.batch.join() === 'N';
    console.error(
      `${basename(model)}: onnx ${found.onnx} checker: ${clean ? 'clean' : JSON.stringify(found)}`,
    );
    if (!clean) process.exitCode = 1;
    // What `--portable` is for: networks with a convolution that both directions read.
    if (!(await hasCopies(portable.file))) continue;
    const { OpenVINO } = runtimes;
    rows.push(...(await compared(model, { OpenVINO }, photographs, folder, false)).rows);
  }
  await writeFile(options.out, csvOf(rows));
  await writeFile(options.pixels, csvOf(await pixelRows(runtimes, photographs)));
} finally {
  await rm(folder, { recursive: true });
}
