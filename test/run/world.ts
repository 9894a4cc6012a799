import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { DataError } from '../../src/base/errors.js';
import type { Sample } from '../../src/base/sample.js';
import type { Dataset } from '../../src/datasets/dataset.js';
import { makeDataset } from '../../src/datasets/dataset.js';
import type { Explainer } from '../../src/explainer/explainer.js';
import { answering, type ExplainedBatch } from '../../src/explainer/question.js';
import type { InputSpec } from '../../src/images/preprocess.js';
import { LOGITS } from './scored.js';

/*
 * A world small enough to be worked out by hand: an image is dark but for one bright rectangle in the colour of its
 * class (0 red, 1 green, 2 blue), and a network without weights that sees exactly that.
 */

export const SIDE = 8;
export const input: InputSpec = {
  ...{ height: SIDE, width: SIDE, resize: 'warp', color: 'rgb', scale: 1 / 255 },
  ...{ mean: [0, 0, 0], std: [1, 1, 1] },
};

export interface Scene {
  readonly label: number;
  /** Left, top, width, height of the rectangle, in eighths of an image of 8·factor pixels. */
  readonly at: readonly [number, number, number, number];
  readonly factor: number;
  /** How much larger the annotated image is than the stored one. */
  readonly annotated?: number;
  readonly broken?: 'image' | 'annotation';
  readonly blacklisted?: boolean;
}

export async function makeWorld(folder: string, scenes: readonly Scene[]): Promise<Dataset> {
  await mkdir(folder, { recursive: true });
  const samples = await Promise.all(
    scenes.map(async (scene, index): Promise<Sample> => {
      const { label, factor, at } = scene;
      const imagePath = join(folder, `${index}.png`);
      const side = SIDE * factor;
      const [left, top, width, height] = at.map((value) => value * factor) as [
        number,
        number,
        number,
        number,
      ];
      const pixels = Buffer.alloc(side * side * 3);
      for (let y = top; y < top + height; y++) {
        for (let x = left; x < left + width; x++) pixels[(y * side + x) * 3 + label] = 200;
      }
      if (scene.broken === 'image') await writeFile(imagePath, 'not an image');
      else
        await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
          .png()
          .toFile(imagePath);
      const box = { x0: left, y0: top, x1: left + width - 1, y1: top + height - 1 };
      const truth = { className: `c${label}`, classIndex: label, box };
      const annotated = side * (scene.annotated ?? 1);
      return {
        id: `image-${index}`,
        imagePath,
        labels: [label],
        objects: [{ ...truth, difficult: false, truncated: false, occluded: false }],
        size: { width: side, height: side },
        annotatedSize: { width: annotated, height: annotated },
        blacklisted: scene.blacklisted ?? false,
      };
    }),
  );
  return makeDataset({
    name: 'world',
    provenance: 'demonstration',
    classes: ['red', 'green', 'blue'].map((name, index) => ({ id: `c${index}`, name })),
    ids: samples.map(({ id }) => id),
    load: async (id) => {
      const index = samples.findIndex((sample) => sample.id === id);
      // Later images come sooner: what comes out must not depend on it.
      await new Promise((resolve) => setTimeout(resolve, (samples.length - index) % 5));
      if (scenes[index]!.broken === 'annotation') throw new DataError(`${id}: no annotation`);
      return samples[index]!;
    },
  });
}

/** Scores: each colour's sum. Map of a class: its colour channel (`plane`), and the opposite of it (`wrong`). */
export function makeExplainer(k: number, seen: number[] = []): Explainer {
  const area = SIDE * SIDE;
  const sizes = [0, 1].map(() => ({ height: SIDE, width: SIDE }));
  const explain = async ({ images, n }: { images: Float32Array; n: number }): Promise<ExplainedBatch> => {
    seen.push(n);
    const plane = (i: number, c: number) => images.subarray((3 * i + c) * area, (3 * i + c + 1) * area);
    const logits = new Float32Array(n * 3);
    const classIds = new Int32Array(n * k);
    const maps = [new Float32Array(n * k * area), new Float32Array(n * k * area)] as const;
    for (let i = 0; i < n; i++) {
      const scores = [0, 1, 2].map((c) => plane(i, c).reduce((sum, value) => sum + value, 0));
      logits.set(scores, i * 3);
      const order = [0, 1, 2].sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, k);
      classIds.set(order, i * k);
      order.forEach((c, j) => {
        maps[0].set(plane(i, c), (i * k + j) * area);
        maps[1].set(
          plane(i, c).map((value) => 1 - value),
          (i * k + j) * area,
        );
      });
    }
    await new Promise((resolve) => setTimeout(resolve, n % 3));
    return { logits, classIds, maps, sizes, readings: [] };
  };
  return {
    device: 'none',
    score: LOGITS,
    notes: [],
    k,
    classCount: 3,
    inputShape: [3, SIDE, SIDE],
    outputs: [
      { method: 'plane', layer: 'input', height: SIDE, width: SIDE },
      { method: 'wrong', layer: 'input', height: SIDE, width: SIDE },
    ],
    readings: [],
    ask: answering({
      pass: explain,
      scores: async (question) => (await explain(question)).logits,
      maps: explain,
      gradient: async (question) => {
        const { logits, maps } = await explain(question);
        return { logits, gradients: maps[0]! };
      },
    }),
    close: async () => {},
  };
}
