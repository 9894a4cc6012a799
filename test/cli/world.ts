import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import type { Graph, Node } from '../../src/onnx/graph.js';
import { writeModel } from '../../src/onnx/write.js';

/*
 * A whole run that needs no other file: an ImageNet tree of coloured rectangles, and a network that averages the
 * colour planes. Its wnids mark it as a demonstration.
 */

export const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(PACKAGE, 'dist', 'cli', 'main.js');

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `bench` as users do. The program is what `npm run build` made: `npm test` builds before it tests. */
export function bench(
  cwd: string,
  args: readonly string[],
  env: Record<string, string> = {},
  main = MAIN,
): Promise<Outcome> {
  if (!existsSync(MAIN)) throw new Error('dist/cli/main.js is missing: npm run build');
  return new Promise((resolve) => {
    const options = { cwd, env: { ...process.env, BENCH_DEBUG: '', ...env } };
    execFile(process.execPath, [main, ...args], options, (error, stdout, stderr) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

const node = (op: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  ...{ op, domain: '', name: output, inputs, outputs: [output], attributes },
});

/** Score of class c = mean over the image of colour plane c, minus a bias; three classes. */
export function colorNetwork(): Graph {
  const identity = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  return {
    name: 'colors',
    opset: 13,
    inputs: [{ name: 'data', dtype: 'float32', shape: ['N', 3, 16, 16] }],
    outputs: [{ name: 'scores', dtype: 'float32', shape: ['N', 3] }],
    nodes: [
      node('Conv', ['data', 'kernel'], 'conv1', {
        kernel_shape: { type: 'ints', value: [1, 1] },
      }),
      node('Relu', ['conv1'], 'relu1'),
      node('GlobalAveragePool', ['relu1'], 'pooled'),
      node('Flatten', ['pooled'], 'flat'),
      node('Gemm', ['flat', 'weight'], 'scores'),
    ],
    constants: new Map([
      ['kernel', { dtype: 'float32', shape: [3, 3, 1, 1], data: identity }],
      ['weight', { dtype: 'float32', shape: [3, 3], data: identity }],
    ]),
  };
}

const WNIDS = ['n90000001', 'n90000002', 'n90000003'];
const id = (index: number) => `ILSVRC2012_val_${String(index + 1).padStart(8, '0')}`;

function annotation(wnid: string, side: number, box: readonly number[]): string {
  const [x0, y0, x1, y1] = box;
  const bounds = `<xmin>${x0}</xmin><ymin>${y0}</ymin><xmax>${x1}</xmax><ymax>${y1}</ymax>`;
  const object = `<object><name>${wnid}</name><bndbox>${bounds}</bndbox></object>`;
  const size = `<size><width>${side}</width><height>${side}</height><depth>3</depth></size>`;
  return `<annotation>${size}${object}</annotation>`;
}

/** Writes the tree for `count` images of 32 × 32 and the network, and a configuration `world.yaml`. */
export async function makeWorld(folder: string, count = 9): Promise<void> {
  const images = join(folder, 'data', 'ILSVRC', 'Data', 'CLS-LOC', 'val');
  const boxes = join(folder, 'data', 'ILSVRC', 'Annotations', 'CLS-LOC', 'val');
  await Promise.all([mkdir(images, { recursive: true }), mkdir(boxes, { recursive: true })]);
  const solution: string[] = ['ImageId,PredictionString'];
  for (let index = 0; index < count; index++) {
    const label = index % 3;
    const [left, top, side] = [2 * (index % 4), 4 + (index % 3), 10 + 2 * (index % 5)];
    const pixels = Buffer.alloc(32 * 32 * 3, 10);
    for (let y = top; y < top + side; y++) {
      for (let x = left; x < left + side; x++) pixels[(y * 32 + x) * 3 + label] = 220;
    }
    const raw = { width: 32, height: 32, channels: 3 } as const;
    await sharp(pixels, { raw })
      .jpeg({ quality: 95 })
      .toFile(join(images, `${id(index)}.JPEG`));
    const box = [left, top, left + side - 1, top + side - 1];
    await writeFile(join(boxes, `${id(index)}.xml`), annotation(WNIDS[label]!, 32, box));
    solution.push(`${id(index)},${WNIDS[label]} ${box.join(' ')} `);
  }
  const mapping = ['red square', 'green square', 'blue square'].map((name, i) => `${WNIDS[i]} ${name}`);
  await writeFile(join(folder, 'data', 'LOC_synset_mapping.txt'), `${mapping.join('\n')}\n`);
  await writeFile(join(folder, 'data', 'LOC_val_solution.csv'), `${solution.join('\n')}\n`);
  await writeFile(join(folder, 'colors.onnx'), writeModel(colorNetwork()));
  await writeFile(join(folder, 'world.yaml'), CONFIG);
}

const CONFIG = `
model:
  onnx: colors.onnx
  paper: GoogLeNet
  input: { size: 16, scale: 1/255 }
dataset: { name: imagenet, root: data }
methods: [grad-cam, cam, backprop]
localization: { threshold: 0.3, top: [1, 2] }
batch: 4
`;

/** Breaks the image at this position: its file ends too early. */
export async function breakImage(folder: string, index: number): Promise<void> {
  await writeFile(join(folder, 'data', 'ILSVRC', 'Data', 'CLS-LOC', 'val', `${id(index)}.JPEG`), 'JPEG?');
}

export const imagePath = (folder: string, index: number) =>
  join(folder, 'data', 'ILSVRC', 'Data', 'CLS-LOC', 'val', `${id(index)}.JPEG`);

export const annotationPath = (folder: string, index: number) =>
  join(folder, 'data', 'ILSVRC', 'Annotations', 'CLS-LOC', 'val', `${id(index)}.xml`);

export const imageId = id;
