import { expect, it } from 'vitest';
import { recordedNetworks } from '../../../src/run/journal/recorded-networks.js';

const score = { kind: 'logit', text: 'logits `y`' };
const map = { method: 'grad-cam', layer: 'last', height: 7, width: 7 };

it('reads journals in which the readings of units stood behind the maps', () => {
  const units = { method: 'neuron-importance', layer: 'last', height: 2, width: 96 };
  expect(recordedNetworks({ networks: [{ score, outputs: [map, units] }] })).toEqual([
    {
      score,
      outputs: [map],
      readings: [
        { reading: 'neuron-importance', layer: 'last', shape: [96], perClass: true },
        { reading: 'neuron-activity', layer: 'last', shape: [96], perClass: false },
      ],
    },
  ]);
});

it('leaves all others as they are', () => {
  const networks = [{ score, outputs: [map] }];
  expect(recordedNetworks({ networks })).toEqual(networks);
});
