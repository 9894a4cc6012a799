import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { z } from 'zod';

const manifest = z.object({ version: z.string() });

async function versionIn(file: URL | string): Promise<string> {
  return manifest.parse(JSON.parse(await readFile(file, 'utf8'))).version;
}

/** Versions of what can change a number: this program, Node and the libraries that compute. */
export async function versions(): Promise<Record<string, string>> {
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
    sharp: await library('sharp'),
  };
}
