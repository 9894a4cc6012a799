import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMapsCard } from '../../src/maps/card.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-card-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function cardWith(own: string) {
  const card = { format: 1, methods: [{ name: 'cam', folder: own }] };
  await writeFile(join(folder, 'maps.json'), JSON.stringify(card));
  return readMapsCard(folder);
}

describe('the folders that maps.json names', () => {
  it.each(['../other/h', 'h/../../other', '..', '/etc', 'C:\\maps', '..\\other'])(
    'refuses %s',
    async (own) => {
      await expect(cardWith(own)).rejects.toThrow(
        `${join(folder, 'maps.json')}: methods.0.folder: a folder within this one`,
      );
    },
  );

  it.each(['.', 'cam', 'a/b', '..cam'])('takes %s', async (own) => {
    expect((await cardWith(own))!.methods![0]!.folder).toBe(own);
  });
});
