import { readModel } from '../../dist/onnx/read.js';
import { writeModel } from '../../dist/onnx/write.js';

/*
 * At a kink two runtimes may round to different sides: a rectifier's mask, or the winner of a max pool. A copy of the file that also
 * gives these values shows how many differ, as docs/measurements/peers.md counts them.
 */

const PREFIX = 'kink/';

/** The rectifiers and max pools of the network itself: the backward part is linear in them, and in nothing else. */
const KINKS = ['Relu', 'Clip', 'LeakyRelu', 'PRelu', 'MaxPool', 'Max', 'Min'];

/** @returns bytes of the file with one more output for each kink, of whole numbers */
export async function withKinks(path) {
  const graph = await readModel(path);
  const kinks = graph.nodes.filter(({ op, name }) => KINKS.includes(op) && !name.startsWith('explain/'));
  const nodes = [...graph.nodes];
  const outputs = [...graph.outputs];
  for (const [i, node] of kinks.entries()) {
    const name = `${PREFIX}${i}`;
    const [value, sides] = [`${name}/value`, `${name}/sides`];
    const add = (op, inputs, outputs, attributes = {}) =>
      nodes.push({ op, domain: '', name: outputs[0], inputs, outputs, attributes });
    if (node.op === 'MaxPool') add('MaxPool', node.inputs, [value, sides], node.attributes);
    else {
      // The side of a rectifier: whether it passes its input on unchanged.
      add('Equal', [node.inputs[0], node.outputs[0]], [value]);
      add('Cast', [value], [sides], { to: { type: 'int', value: 7 } });
    }
    add('Flatten', [sides], [name]);
    outputs.push({ name, dtype: 'int64', shape: ['N', `places of ${name}`] });
  }
  return writeModel({ ...graph, nodes, outputs });
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
