import { readModel } from '../../dist/onnx/read.js';
import { writeModel } from '../../dist/onnx/write.js';

/*
 * At a kink two runtimes may round to different sides: a rectifier's mask, or the winner of a max pool. A copy of the file that also
 * gives these values shows how many differ, as docs/measurements/peers.md counts them. Masks are read off a rectifier's output, as the
 * backward part does it: its input keeps one reader, and runtimes fuse it as before.
 */

const PREFIX = 'kink/';
const ZERO = `${PREFIX}zero`;
const INT64 = 7;

/** The nodes that give the sides of a kink: [op, inputs]. */
const SIDES = {
  Relu: ({ outputs: [y] }) => [['Greater', [y, ZERO]]],
  LeakyRelu: ({ outputs: [y] }) => [['Greater', [y, ZERO]]],
  PRelu: ({ outputs: [y] }) => [['Greater', [y, ZERO]]],
  Clip: ({ inputs: [, low, high], outputs: [y] }) => [
    ...(low ? [['Greater', [y, low]]] : []),
    ...(high ? [['Less', [y, high]]] : []),
  ],
  Max: ({ inputs: [x], outputs: [y] }) => [['Equal', [x, y]]],
  Min: ({ inputs: [x], outputs: [y] }) => [['Equal', [x, y]]],
};

/**
 * The kinks of the network itself: the backward part has none but its own rectifiers, which are continuous.
 * @returns bytes of the file with one more output for each, of whole numbers
 */
export async function withKinks(path) {
  const graph = await readModel(path);
  const nodes = [...graph.nodes];
  const outputs = [...graph.outputs];
  const add = (op, inputs, made, attributes = {}) =>
    nodes.push({ op, domain: '', name: made[0], inputs, outputs: made, attributes });
  const give = (sides) => {
    const name = `${PREFIX}${outputs.length}`;
    add('Flatten', [sides], [name]);
    outputs.push({ name, dtype: 'int64', shape: ['N', `places of ${name}`] });
  };
  for (const node of graph.nodes) {
    if (node.name.startsWith('explain/')) continue;
    const made = `${PREFIX}${node.outputs[0]}`;
    if (node.op === 'MaxPool') {
      add('MaxPool', node.inputs, [`${made}/value`, `${made}/winners`], node.attributes);
      give(`${made}/winners`);
    }
    for (const [i, [op, inputs]] of (SIDES[node.op]?.(node) ?? []).entries()) {
      add(op, inputs, [`${made}/${i}`]);
      add('Cast', [`${made}/${i}`], [`${made}/${i}/side`], { to: { type: 'int', value: INT64 } });
      give(`${made}/${i}/side`);
    }
  }
  const zero = { dtype: 'float32', shape: [], data: Float32Array.of(0) };
  return writeModel({ ...graph, nodes, outputs, constants: new Map([...graph.constants, [ZERO, zero]]) });
}

/** How many masks and winners of each picture are others. @param n pictures */
export function kinksApart(outputs, reference, n) {
  const counts = Array.from({ length: n }, () => 0);
  for (const [name, { data }] of Object.entries(reference)) {
    if (!name.startsWith(PREFIX)) continue;
    const other = outputs[name].data;
    const each = data.length / n;
    for (let i = 0; i < data.length; i++) if (data[i] !== other[i]) counts[Math.floor(i / each)]++;
  }
  return counts;
}
