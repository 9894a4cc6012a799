import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compared } from '../../scripts/compiled/parity.mjs';
import { findBrowser, type Run, runtimesWith } from '../../scripts/compiled/runtimes.mjs';
import { SUBTRACTING } from '../../scripts/compiled/tables.mjs';
import { PACKAGE } from '../cli/world.js';

/* The checks of docs/compiled.md that need no Python, by the script that measures its table. */

const PHOTOGRAPHS = ['cat.jpg', 'coffee.jpg'].map((name) => join(PACKAGE, 'examples', 'photos', name));
const NETWORKS = [join('quickstart', 'resnet.onnx'), join('quickstart', 'googlenet.onnx')];

const browser = findBrowser();
const runtimes = runtimesWith({ browser });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-parity-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function expectEqual(network: string, name: string, run: Run) {
  const { rows } = await compared(join(PACKAGE, 'models', network), { [name]: run }, PHOTOGRAPHS, folder);
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    const { method, without_kinks, difference, difference_at_kinks, at } = row;
    // At a kink, rounding decides which way a rectifier or a pool goes.
    const most = SUBTRACTING.includes(method) ? 1e-3 : 1e-5;
    if (without_kinks > 0) expect(Number(difference), `${network}: ${method}`).toBeLessThan(most);
    if (at === 'layer' && difference_at_kinks !== '')
      expect(Number(difference_at_kinks), `${network}: ${method}`).toBeLessThan(1e-2);
  }
  expect(Math.max(...rows.map((row) => row.without_kinks))).toBeGreaterThan(0);
}

describe.each(NETWORKS)('%s with all its methods gives the maps of `explain`', (network) => {
  it('in onnxruntime-web (WASM), in Node', { timeout: 600_000 }, () =>
    expectEqual(network, 'web', runtimes['onnxruntime-web in Node']!),
  );

  it.skipIf(browser === undefined)(
    browser === undefined
      ? 'in Chromium (there is none here; CHROMIUM=… names one)'
      : 'in onnxruntime-web (WASM), in Chromium',
    { timeout: 600_000 },
    () => expectEqual(network, 'chromium', runtimes['onnxruntime-web in Chromium']!),
  );
});
