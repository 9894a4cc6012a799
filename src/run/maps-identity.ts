import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import pLimit from 'p-limit';
import type { NetworkConfig } from '../config/schema.js';
import type { Dataset } from '../datasets/dataset.js';
import { NetworkMaps } from '../maps/network-maps.js';
import { hashFile } from './files.js';
import { mapsFolders } from './maps-network.js';

const FILES_AT_ONCE = 4;

/**
 * What tells a network's maps from others: every file that a run of these images reads, by content. Their place does not matter.
 * @param ids the images of the run
 * @throws DataError for what cannot be read
 */
export async function mapsIdentity(
  network: NetworkConfig,
  { classes }: Pick<Dataset, 'classes'>,
  ids: readonly string[],
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const { folders } = await NetworkMaps.open(mapsFolders(network), network.maps!.folder, ids, classes);
  const files = folders.flatMap((folder, method) =>
    [...folder.tables, ...ids.flatMap((id) => folder.filesOf(id))].map((path) => ({ method, path })),
  );
  const limit = pLimit(FILES_AT_ONCE);
  const hashes = await Promise.all(
    files.map(({ method, path }) =>
      limit(async () => {
        const line = `${method} ${basename(path)} ${await hashFile(path)}\n`;
        return { line, size: (await stat(path)).size };
      }),
    ),
  );
  const all = createHash('sha256');
  for (const { line } of hashes) all.update(line);
  return { bytes: hashes.reduce((sum, { size }) => sum + size, 0), sha256: all.digest('hex') };
}
