import { describe, expect, it } from 'vitest';
import { readPublished } from '../../src/report/published.js';
import { fittingData } from '../../src/report/published-data.js';
import { readRunRecord } from '../../src/report/run-record.js';

const published = await readPublished('localization');

/** A record of ImageNet's whole validation set. @param leftOut per network; undefined: its maps are in no files */
function partialOf(leftOut: readonly (readonly string[] | undefined)[]): readonly string[] {
  const networks = leftOut.map((ids, n) => ({
    name: `n${n}`,
    model: { sha256: 'x' },
    ...(ids === undefined ? {} : { left_out: ids.map((id) => ({ id, message: 'no maps' })) }),
  }));
  const record = {
    config: {
      ...{ name: 'made', experiment: { name: 'localization' } },
      dataset: { name: 'imagenet', root: 'r', split: 'val' },
      networks: networks.map(({ name }) => ({ name, model: {} })),
    },
    data: { label: 'ILSVRC-15 val', provenance: 'imagenet', images: 50_000, classes: 1000 },
    networks,
    failed_images: 0,
  };
  const run = readRunRecord(JSON.stringify(record), 'run.json');
  return fittingData(run, published, undefined, 'made').partial;
}

describe('fittingData', () => {
  it('takes a run without the images that lack maps for a part, and counts each of them once', () => {
    expect(partialOf([undefined, []])).toEqual([]);
    expect(partialOf([['a'], undefined])).toEqual([
      'PART OF THE DATA: maps of 1 image are missing, which the run left out, wholly or in part. The rest may be easier or harder.',
    ]);
    expect(
      partialOf([
        ['a', 'b'],
        ['b', 'c'],
      ])[0],
    ).toContain('maps of 3 images are missing');
  });
});
