import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createExplainer } from '../../dist/explainer/create-explainer.js';
import { methodNamed } from '../../dist/methods/registry.js';
import { versions } from '../../dist/run/versions.js';

/*
 * Our side of the comparison: one JSON command per line on standard input, one JSON answer per line on standard output.
 *
 *   {"do":"load", model, input: float32 file [1,3,height,width], size: [height, width], requests, k, threads}
 *   {"do":"time"}            runs once → { wall, cpu }, seconds
 *   {"do":"maps", file}      runs once and writes the maps, float32 → { classes, scores, shapes }
 *   {"do":"copies", method, file, ones}   writes the copies of the image that a method of many passes runs, float32 → { count };
 *                            of an image of ones if `ones`
 *   {"do":"versions"}
 */

let explainer;
let image;

const commands = {
  versions: async () => versions('onnxruntime'),
  load: async ({ model, input, size: [height, width], requests, k, threads }) => {
    await explainer?.close();
    const bytes = readFileSync(input);
    image = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4).slice();
    explainer = await createExplainer({
      model,
      requests,
      k,
      classes: 'top',
      input: { height, width },
      engine: 'onnxruntime',
      ...(threads ? { threads } : {}),
    });
    return { device: explainer.device, outputs: explainer.outputs };
  },
  time: async () => {
    const began = performance.now();
    const before = process.cpuUsage();
    await explainer.ask({ kind: 'pass', images: image, n: 1 });
    const { user, system } = process.cpuUsage(before);
    return { wall: (performance.now() - began) / 1e3, cpu: (user + system) / 1e6 };
  },
  maps: async ({ file }) => {
    const { classIds, logits, maps } = await explainer.ask({ kind: 'pass', images: image, n: 1 });
    writeFileSync(
      file,
      Buffer.concat(maps.map((map) => Buffer.from(map.buffer, map.byteOffset, map.byteLength))),
    );
    return {
      classes: [...classIds],
      scores: [...logits],
      shapes: explainer.outputs.map(({ height, width }) => [explainer.k, height, width]),
    };
  },
  copies: async ({ method, file, ones }) => {
    const given = ones ? new Float32Array(image.length).fill(1) : image;
    const { count, copy } = methodNamed(method).passes(given, explainer.inputShape, [0]);
    const copies = new Float32Array(count * given.length);
    for (let pass = 0; pass < count; pass++)
      copy(pass, copies.subarray(pass * given.length, (pass + 1) * given.length));
    writeFileSync(file, copies);
    return { count };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...rest } = JSON.parse(line);
  const answer = await commands[name](rest).catch((error) => ({ error: error.message }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await explainer?.close();
