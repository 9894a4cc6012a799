import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { GRABCUT_PACKAGE } from '../images/grabcut.js';

const manifest = z.object({ name: z.string(), version: z.string() });

async function readManifest(file: URL | string): Promise<z.infer<typeof manifest>> {
  return manifest.parse(JSON.parse(await readFile(file, 'utf8')));
}

/** From the manifest above the package's main file: its own path is no export of every package (sharp's is none). */
async function versionOf(name: string): Promise<string> {
  let folder = dirname(createRequire(import.meta.url).resolve(name));
  for (;;) {
    const manifest = await readManifest(join(folder, 'package.json')).catch(() => undefined);
    if (manifest?.name === name) return manifest.version;
    if (dirname(folder) === folder) throw new Error(`${name} has no manifest`);
    folder = dirname(folder);
  }
}

/** Of this program. */
export async function programVersion(): Promise<string> {
  return (await readManifest(new URL('../../package.json', import.meta.url))).version;
}

/**
 * Versions of what can change a number: this program, Node and the libraries that compute.
 * @param engine as settled: names no choice that the machine makes
 * @param grabcut whether a box rule uses it
 */
export async function versions(engine: string, grabcut: boolean): Promise<Record<string, string>> {
  const library = (name: string) => versionOf(name).catch(() => 'unknown');
  return {
    bench: await programVersion(),
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
