import { createHash, type Hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Rooms of the sources that decide what a graph is compiled to. */
const COMPILER = ['explainer', 'graph', 'methods', 'onnx'];

/**
 * Name of a compiled graph, 64 hexadecimal digits: the same only for the same bytes of the model, the same explanations
 * and the same compiler.
 * @param files of the model, its own first
 * @param wanted all that the compilation depends on beside them, as it goes into JSON
 */
export async function cacheKey(files: readonly string[], wanted: unknown): Promise<string> {
  const hash = createHash('sha256').update(compilerHash()).update(JSON.stringify(wanted));
  for (const file of files) hash.update(await fileHash(file));
  return hash.digest('hex');
}

/** sha256 of a file, hexadecimal. */
export async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(1 << 20);
    for (;;) {
      const { bytesRead } = await file.read(buffer);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** Of the compiler's own sources: a version number would have to be remembered with every change of a rule. */
function compilerHash(): string {
  const here = fileURLToPath(import.meta.url);
  const hash = createHash('sha256');
  for (const room of COMPILER) addFolder(hash, join(dirname(dirname(dirname(here))), room), here.slice(-3));
  return hash.digest('hex');
}

function addFolder(hash: Hash, folder: string, extension: string): void {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) addFolder(hash, path, extension);
    else if (entry.name.endsWith(extension)) hash.update(`${entry.name}\0`).update(readFileSync(path));
  }
}
