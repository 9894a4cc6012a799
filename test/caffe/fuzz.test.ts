import { expect, it } from 'vitest';
import { BenchError } from '../../src/base/errors.js';
import { convertCaffe } from '../../src/caffe/convert.js';
import { inception, residual, vgg } from './nets.js';
import { filesOf } from './run-graph.js';

/** Mulberry32: a seed, and always the same numbers. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Cuts, overwrites, doubles or removes a few stretches. */
function mutated(bytes: Buffer, pick: (below: number) => number): Buffer {
  let result = Buffer.from(bytes);
  for (let times = 1 + pick(3); times > 0 && result.length > 0; times--) {
    const [at, length] = [pick(result.length), 1 + pick(12)];
    const [before, piece, after] = [
      result.subarray(0, at),
      result.subarray(at, at + length),
      result.subarray(at + length),
    ];
    const noise = Buffer.from(Array.from(piece, () => pick(256)));
    const digit = Buffer.from(String(pick(10)));
    const changes = [
      [before],
      [before, after],
      [before, piece, piece, after],
      [before, noise, after],
      [before, digit, after],
    ];
    result = Buffer.concat(changes[pick(changes.length)]!);
  }
  return result;
}

/** `BENCH_FUZZ=5000` takes as many cases, from `BENCH_FUZZ_SEED` on. */
const COUNT = Number(process.env.BENCH_FUZZ ?? 300);
const FIRST = Number(process.env.BENCH_FUZZ_SEED ?? 0);

it(`${COUNT} damaged files are converted or refused by the project’s own error, on one line`, () => {
  let refused = 0;
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const pick = generator(seed);
    const net = [inception, residual, vgg][seed % 3]!;
    const { prototxt, caffemodel } = filesOf(net, seed % 3 !== 1 && seed % 2 === 0 ? 'v1' : 'v2');
    const text =
      seed % 4 === 0 ? prototxt.text : mutated(Buffer.from(prototxt.text), pick).toString('latin1');
    const bytes = seed % 4 === 0 ? mutated(caffemodel.bytes, pick) : caffemodel.bytes;
    try {
      convertCaffe({ prototxt: { ...prototxt, text }, caffemodel: { ...caffemodel, bytes } });
    } catch (error) {
      refused++;
      expect(error, `seed ${seed}: ${String((error as Error).stack)}`).toBeInstanceOf(BenchError);
      expect((error as Error).message).not.toContain('\n');
    }
  }
  if (process.env.BENCH_FUZZ !== undefined) console.log({ refused, converted: COUNT - refused });
  expect(refused).toBeGreaterThan(COUNT / 3);
}, 7_200_000);
