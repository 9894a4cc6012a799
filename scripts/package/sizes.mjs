import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of all files below a folder; a link counts itself. */
export function folderBytes(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => lstatSync(join(folder, name)))
    .filter((entry) => entry.isFile())
    .reduce((sum, { size }) => sum + size, 0);
}

/** In millions of bytes. */
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
