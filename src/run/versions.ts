import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { GRABCUT_PACKAGE } from '../images/grabcut.js';

const manifest = z.object({ version: z.string() });

async function versionIn(file: URL | string): Promise<string> {
  return manifest.parse(JSON.parse(await readFile(file, 'utf8'))).version;
}

/**
 * Versions of what can change a number: this program, Node and the libraries that compute.
 * @param engine as settled: names no choice that the machine makes
 * @param grabcut whether a box rule uses it
 */
export async function versions(engine: string, grabcut: boolean): Promise<Record<string, string>> {
  const require = createRequire(import.meta.url);
  const library = async (name: string) => {
    try {
      return await versionIn(require.resolve(`${name}/package.json`));
    } catch {
      return 'unknown';
    }
  };
  return {
    bench: await versionIn(new URL('../../package.json', import.meta.url)),
    node: process.versions.node,
    'onnxruntime-node': await library('onnxruntime-node'),
    ...(engine.startsWith('tfjs') ? { '@tensorflow/tfjs-core': await library('@tensorflow/tfjs-core') } : {}),
    ...(grabcut ? { [GRABCUT_PACKAGE]: await library(GRABCUT_PACKAGE) } : {}),
    sharp: await library('sharp'),
  };
}

/** SHA-256 of this program's own files: between two versions of one number, results must not mix. */
export async function codeHash(): Promise<string> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const ending = extname(import.meta.url);
  const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith(ending)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(root, name))));
  const hash = createHash('sha256');
  for (const text of texts) hash.update(createHash('sha256').update(text).digest());
  return hash.digest('hex');
}
