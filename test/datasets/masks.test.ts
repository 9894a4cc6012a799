import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMask } from '../../src/datasets/masks.js';
import { encodePng } from '../images/encode-png.js';
import { temporaryFolder } from '../images/temporary-folder.js';
import { put } from './fixtures.js';

async function maskOf(...row: number[]): Promise<string> {
  const root = await temporaryFolder();
  await put(root, 'm.png', encodePng({ rows: [row], depth: 8, colorType: 3, filters: [0] }));
  return join(root, 'm.png');
}

describe('readMask', () => {
  it('reads background, classes and void', async () => {
    expect([...(await readMask(await maskOf(0, 20, 255), 20)).data]).toEqual([0, 20, 255]);
  });

  it('refuses an index beyond the classes', async () => {
    await expect(readMask(await maskOf(0, 21), 20)).rejects.toThrow(/m\.png: the mask holds the index 21/);
  });
});
