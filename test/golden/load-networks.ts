import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A tensor sampled at 0, stride, 2·stride, … of its row-major values, and norms of the whole. */
export interface Digest {
  readonly size: number;
  readonly stride: number;
  readonly samples: readonly number[];
  readonly l1: number;
  readonly l2: number;
  /** Largest magnitude. */
  readonly max: number;
}

/** One map per explained class, ReLU'd, not normalised, at the layer's own resolution. */
export interface GoldenMaps {
  readonly layer: string;
  readonly height: number;
  readonly width: number;
  readonly maps: readonly (readonly number[])[];
}

export interface GoldenRule {
  /** d logits[top[0]] / d input, [3, H, W]. */
  readonly topGradient: Digest;
  /** Per class of `top`: the largest |gradient| over the channels, [H, W]. */
  readonly maps: readonly Digest[];
}

/** What PyTorch makes of a network in float64 on the probe input. */
export interface GoldenNetwork {
  readonly name: string;
  readonly file: string;
  readonly source: 'quickstart' | 'data';
  readonly sha256: string;
  readonly input: { readonly height: number; readonly width: number };
  /** Of the probe input. */
  readonly phase: number;
  readonly classCount: number;
  /** The first 100 scores, or all. */
  readonly logits: readonly number[];
  /** Largest magnitude of all scores. */
  readonly logitsMax: number;
  /** The five best classes, best first. */
  readonly top: readonly number[];
  readonly gradCam: GoldenMaps;
  /** Null where the network does not end in global average pooling and a linear map. */
  readonly cam: GoldenMaps | null;
  readonly rules: Readonly<Record<'gradient' | 'guided' | 'deconvnet', GoldenRule>>;
}

export function loadGoldenNetworks(): GoldenNetwork[] {
  const text = readFileSync(new URL('networks.jsonl', import.meta.url), 'utf8').trimEnd();
  return text.split('\n').map((line) => JSON.parse(line) as GoldenNetwork);
}

/** Where a network's file is, or undefined when it is test data and BENCH_TEST_DATA is not set. */
export function pathOf(network: GoldenNetwork): string | undefined {
  if (network.source === 'quickstart') {
    return fileURLToPath(new URL(`../../models/quickstart/${network.file}`, import.meta.url));
  }
  const data = process.env.BENCH_TEST_DATA;
  return data ? join(data, 'models', network.file) : undefined;
}

/** @throws Error when the file is not the one that the golden values were made with */
export function checkFile(network: GoldenNetwork, path: string): void {
  const sha256 = existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'missing';
  if (sha256 !== network.sha256) {
    throw new Error(
      `${network.file} is not the file that test/golden/networks.jsonl was made with: run scripts/golden/networks.py`,
    );
  }
}
