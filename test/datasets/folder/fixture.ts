import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '../../../src/datasets/dataset.js';
import { openDataset } from '../../../src/datasets/registry.js';
import { jpeg, put } from '../fixtures.js';

export type Content = string | Uint8Array;

/** A new folder with these files; a size stands for a JPEG of that size. */
export async function folderOf(
  files: Readonly<Record<string, Content | readonly [number, number]>>,
): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'bench-folder-'));
  for (const [path, content] of Object.entries(files)) {
    const isSize = Array.isArray(content);
    await put(root, path, isSize ? await jpeg(content[0], content[1]) : (content as Content));
  }
  return root;
}

export const open = (root: string, more: Record<string, unknown> = {}): Promise<Dataset> =>
  openDataset({ name: 'folder', root, ...more });

/** The message of the error that a data set's opening ends in, without its folder. */
export async function refusal(root: string, more: Record<string, unknown> = {}): Promise<string> {
  return open(root, more).then(
    () => 'opened',
    (error: Error) => error.message.replaceAll(root, 'ROOT'),
  );
}

/** Per image its boxes as text, or why it is a failure. */
export async function outcomes(data: Dataset, root: string): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const id of data.ids) {
    all[id] = await data.load(id).then(
      ({ objects, labels }) => {
        const boxes = objects.map(
          ({ className, box: { x0, y0, x1, y1 } }) => `${className} ${x0},${y0},${x1},${y1}`,
        );
        return boxes.length > 0 ? boxes.join('; ') : `labels ${labels.join()}`;
      },
      (error: Error) => `failed: ${error.message.replaceAll(root, 'ROOT')}`,
    );
  }
  return all;
}
