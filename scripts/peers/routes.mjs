import { appendFileSync, readFileSync } from 'node:fs';
import { onnxruntime } from '../../dist/engines/onnxruntime.js';
import { prepareAll } from '../../dist/explainer/prepared.js';

/*
 * Which way gradients go in our compiled graph, and its maps, for kinks.py:
 *
 *   node routes.mjs MODEL IMAGES SIZE REQUESTS OUT
 *
 * IMAGES: float32 [n,3,SIZE,SIZE]; REQUESTS: JSON. OUT, a new file, gets for every image every rectifier's mask (uint8, whether
 * its output is positive) and every max pool's winners (int32, places in the plane) in the order of the network, then the
 * maps of the best class (float32). Standard output: how many { masks, winners } there are, and [height, width] of the { maps }.
 */
const [model, images, size, requests, out] = process.argv.slice(2);
const side = Number(size);
const options = { model, input: { height: side, width: side }, k: 1, classes: 'top' };
const plain = { keep: undefined, keepAll: (graph) => graph };
const prepared = await prepareAll({ ...options, requests: JSON.parse(requests) }, new Set(), plain);
const graph = prepared.graphs.main;
const isOurs = ({ name }) => name.startsWith('explain/');
const rectified = graph.nodes
  .filter((node) => node.op === 'Relu' && !isOurs(node))
  .map(({ outputs }) => outputs[0]);
const pools = graph.nodes.filter((node) => node.op === 'MaxPool' && !isOurs(node));
// Made on the way back.
const winners = graph.nodes
  .filter(
    (node) => isOurs(node) && (node.op === 'Mod' || (node.op === 'Cast' && node.attributes.to.value === 7)),
  )
  .map(({ outputs }) => outputs[0])
  .reverse();
if (winners.length !== pools.length) throw new Error(`${winners.length} winners of ${pools.length} pools`);
// Flat, since their ranks differ and an output must say its own.
const flat = (dtype) => (value, i) => ({ value, dtype, name: `route_${dtype}_${i}` });
const routes = [...rectified.map(flat('float32')), ...winners.map(flat('int64'))];
const session = await onnxruntime.load(
  {
    ...graph,
    outputs: [...graph.outputs, ...routes.map(({ name, dtype }) => ({ name, dtype, shape: ['n'] }))],
    nodes: [
      ...graph.nodes,
      ...routes.map(({ name, value }) => ({
        ...{ op: 'Reshape', domain: '', name, attributes: {} },
        ...{ inputs: [value, 'route_shape'], outputs: [name] },
      })),
    ],
    constants: new Map([
      ...graph.constants,
      ['route_shape', { dtype: 'int64', shape: [1], data: BigInt64Array.of(-1n) }],
    ]),
  },
  { threads: 1 },
);
const bytes = readFileSync(images);
const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4).slice();
const each = 3 * side * side;
const append = ({ buffer, byteOffset, byteLength }) =>
  appendFileSync(out, Buffer.from(buffer, byteOffset, byteLength));
for (let at = 0; at < all.length; at += each) {
  const image = { dtype: 'float32', shape: [1, 3, side, side], data: all.subarray(at, at + each) };
  const results = await session.run({ [prepared.input]: image });
  for (const { name, dtype } of routes) {
    const { data } = results[name];
    append(
      dtype === 'float32' ? Uint8Array.from(data, (y) => (y > 0 ? 1 : 0)) : Int32Array.from(data, Number),
    );
  }
  for (const i of prepared.outputs.keys()) append(results[`map_${i}`].data);
}
await session.close();
const maps = prepared.outputs.map(({ height, width }) => [height, width]);
process.stdout.write(JSON.stringify({ masks: rectified.length, winners: winners.length, maps }));
