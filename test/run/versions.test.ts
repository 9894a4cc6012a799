import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GRABCUT_PACKAGE } from '../../src/images/grabcut.js';
import { versions } from '../../src/run/versions.js';

/** As npm installed them. */
function installed(name: string): string {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

describe('versions', () => {
  it('names each library’s own version, whatever it exports', async () => {
    const found = await versions('tfjs:wasm', true);
    for (const name of ['sharp', 'onnxruntime-node', '@tensorflow/tfjs-core', GRABCUT_PACKAGE]) {
      expect(found[name], name).toBe(installed(name));
    }
    expect(found.node).toBe(process.versions.node);
  });
});
