import { describe, expect, it } from 'vitest';
import { provenanceLabel } from '../../src/datasets/registry.js';

describe('provenanceLabel', () => {
  it.each([
    ['imagenet-val', 'ILSVRC-15 val'],
    ['imagenet-subset', 'sample of ImageNet val (not the whole set)'],
    ['voc', 'Pascal VOC'],
    ['coco', 'COCO'],
    ['demonstration', 'demonstration (not ImageNet)'],
  ])('of %s is %s', (provenance, label) => {
    expect(provenanceLabel(provenance)).toBe(label);
  });

  it('says where one is missing', () => {
    expect(() => provenanceLabel('flowers')).toThrow(
      'provenance flowers: no label; add one to the entry in src/datasets/registry.ts',
    );
  });
});
