// Many pictures, a line of JSON for each: node folder.mjs [FOLDER]. Ctrl-C stops after the picture at work.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel, peakOf } from 'explanation-bench';

const folder = process.argv[2] ?? fileURLToPath(new URL('../photos', import.meta.url));
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
const { signal } = stop;

const files = (await readdir(folder)).sort().map((name) => join(folder, name));
const network = await loadModel(new URL('../../models/squeezenet1.1.onnx', import.meta.url), { signal });
try {
  // What is no picture is told of and left out.
  const onFailure = (error) => console.error(error.message);
  for await (const { item, classes } of network.explainAll(files, { batch: 4, onFailure, signal })) {
    const [{ id, name, probability, maps }] = classes;
    const { method, layer, width, height } = maps[0];
    const peak = peakOf(maps[0]);
    console.log(JSON.stringify({ item, id, name, probability, method, layer, width, height, peak }));
  }
} catch (error) {
  if (error !== signal.reason) throw error;
  console.error('stopped');
} finally {
  await network.close();
}
