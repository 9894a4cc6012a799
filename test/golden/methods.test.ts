import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createExplainer } from '../../src/explainer/create-explainer.js';
import { mapOf } from '../../src/explainer/question.js';
import { expectDigest } from './expect-digest.js';
import { checkFile, type Digest, loadGoldenNetworks, pathOf } from './load-networks.js';
import { probeInput } from './probe-input.js';

/** Maps of one network by independent implementations, see scripts/golden/methods.py. */
interface GoldenMethods {
  readonly name: string;
  readonly source: string;
  readonly sha256: string;
  /** Where the methods that are read at a layer are read. */
  readonly layers: Readonly<Record<string, string>>;
  /** Per method: the maps of the network's best classes. */
  readonly maps: Readonly<Record<string, readonly Digest[]>>;
}

/** 32 images a map, so that some activation stands on a kink: PyTorch's own float32 strays by up to 8e-3 there. */
const TOLERANCES: Readonly<Record<string, number>> = { 'integrated-gradients': 1e-2 };

const lines = readFileSync(new URL('methods.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');

for (const golden of lines.map((line) => JSON.parse(line) as GoldenMethods)) {
  const network = loadGoldenNetworks().find(
    ({ name, source }) => name === golden.name && source === golden.source,
  )!;
  const path = pathOf(network);
  it.skipIf(path === undefined)(
    `${golden.name}: every method equals its independent implementation`,
    async () => {
      expect(golden.sha256, 'run scripts/golden/methods.py').toBe(network.sha256);
      checkFile(network, path!);
      const names = Object.keys(golden.maps);
      const k = golden.maps[names[0]!]!.length;
      const { height, width } = network.input;
      const explainer = await createExplainer({
        model: path!,
        requests: names.map((method) => {
          const layer = golden.layers[method];
          return layer === undefined ? { method } : { method, layer };
        }),
        k,
        classes: 'top',
        input: network.input,
      });
      const batch = await explainer.ask({
        kind: 'pass',
        images: probeInput(height, width, network.phase),
        n: 1,
      });
      await explainer.close();
      names.forEach((name, i) => {
        golden.maps[name]!.forEach((digest, j) => {
          const { data } = mapOf(batch, i, k, 0, j);
          // Nothing speaks against the class, say: the map is all zero, with us too.
          if (digest.max === 0) expect([...data].filter((value) => value !== 0)).toEqual([]);
          else expectDigest(data as Float32Array, digest, `${name}, class number ${j}: `, TOLERANCES[name]);
        });
      });
    },
    120_000,
  );
}
