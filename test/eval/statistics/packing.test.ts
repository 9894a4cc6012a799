import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HIT_ROWS, isHit, packHits } from '../../../src/eval/boxes/box-hits.js';
import { BOX_IOUS, LEVELS } from '../../../src/eval/boxes/max-box-acc.js';
import { CUE_SIDE, cuePickle, packCues, unpackCues } from '../../../src/eval/masks/cue-export.js';
import { packCounts, unpackCounts } from '../../../src/eval/statistics/pack-counts.js';

describe('packCounts', () => {
  it('comes back', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(200), fc.nat()), { maxLength: 50 }), (counts) => {
        expect(unpackCounts(packCounts(counts))).toEqual(counts);
      }),
    );
    // 300 = 2 · 128 + 44: bytes 172 and 2.
    expect(Buffer.from(packCounts([5, 300]), 'base64')).toEqual(Buffer.of(5, 172, 2));
  });
});

describe('packHits', () => {
  it('says of each level whether the best IoU reaches δ', () => {
    const ious = fc.array(fc.constantFrom(0, 0.29, 0.3, 0.5, 0.69, 0.7, 1), {
      minLength: LEVELS,
      maxLength: LEVELS,
    });
    fc.assert(
      fc.property(ious, ious, (largest, any) => {
        const packed = packHits({ largest: Float64Array.from(largest), any: Float64Array.from(any) });
        const rows = [largest, any].flatMap((list) =>
          BOX_IOUS.map((least) => list.map((iou) => iou >= least)),
        );
        expect(packed).toHaveLength(192);
        expect(
          Array.from({ length: HIT_ROWS }, (_, row) =>
            Array.from({ length: LEVELS }, (_, level) => isHit(packed, row, level)),
          ),
        ).toEqual(rows);
      }),
      { numRuns: 20 },
    );
  });
});

describe('cues', () => {
  const cues = { labels: [3, 0, 3], rows: [0, 1, 40], columns: [40, 0, 40] };

  it('come back from their runs', () => {
    expect(packCues(cues)).toBe(`-1.40 3.1 0.1 -1.${CUE_SIDE * CUE_SIDE - 43} 3.1`);
    expect(unpackCues(packCues(cues))).toEqual(cues);
    expect(unpackCues(packCues({ labels: [], rows: [], columns: [] })).labels).toEqual([]);
  });

  it('are a pickle of protocol 0', async () => {
    const images = async function* () {
      yield { labels: [3], cues };
    };
    let text = '';
    for await (const part of cuePickle(images())) text += part;
    // Read back with Python 3's pickle: {'0_labels': [3], '0_cues': [[3, 0, 3], [0, 1, 40], [40, 0, 40]]}
    const list = (values: number[]) => `(l${values.map((value) => `I${value}\na`).join('')}`;
    const rows = [list([3, 0, 3]), list([0, 1, 40]), list([40, 0, 40])].map((row) => `${row}a`).join('');
    expect(text).toBe(`(dV0_labels\n${list([3])}sV0_cues\n(l${rows}s.`);
  });
});
