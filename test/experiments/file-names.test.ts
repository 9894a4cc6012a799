import { describe, expect, it } from 'vitest';
import type { RunRecords } from '../../src/eval/experiment.js';
import { NOTHING_PUBLISHED } from '../../src/eval/published.js';
import { segmentation } from '../../src/experiments/segmentation/experiment.js';

/** A run over no images of networks with one method each. */
function runOf(networks: readonly (readonly [string, string])[]): RunRecords<unknown> {
  return {
    name: 'run',
    data: { label: 'data', comparable: false, dataset: 'voc', images: 0 },
    classes: [{ id: 'cat', name: 'cat' }],
    bootstrap: { replicates: 10, seed: 1, level: 0.95 },
    published: NOTHING_PUBLISHED,
    networks: networks.map(([name, method], index) => ({
      name,
      index,
      paper: undefined,
      outputs: [{ method, layer: 'l', height: 2, width: 2 }],
      records: async function* () {},
    })),
  };
}

async function seeds(networks: readonly (readonly [string, string])[]): Promise<string[]> {
  const { files } = await segmentation.configure(segmentation.options.parse({}), {}).report(runOf(networks));
  return files.map(({ name }) => name).filter((name) => name.startsWith('seeds-'));
}

describe('files named after networks and methods', () => {
  it('are as many as there are of both, however the names run into each other', async () => {
    expect(
      await seeds([
        ['x', 'guided-grad-cam'],
        ['x-guided', 'grad-cam'],
        ['net a', 'cam'],
        ['net-a', 'cam'],
      ]),
    ).toEqual([
      'seeds-x-guided-grad-cam~1.pickle',
      'seeds-x-guided-grad-cam~2.pickle',
      'seeds-net%20a-cam.pickle',
      'seeds-net-a-cam.pickle',
    ]);
  });

  it('have the names as they are where these are plain', async () => {
    expect(
      await seeds([
        ['vgg16', 'grad-cam'],
        ['vgg16-gap', 'grad-cam++'],
      ]),
    ).toEqual(['seeds-vgg16-grad-cam.pickle', 'seeds-vgg16-gap-grad-cam++.pickle']);
  });

  it('are there for backprop, whose maps are seeds as well as the saliency of the background', async () => {
    expect(await seeds([['vgg16', 'backprop']])).toEqual(['seeds-vgg16-backprop.pickle']);
  });
});
