import { describe, expect, it } from 'vitest';
import { jsonOf, proseOf, tablesWith, textOf } from './markdown.js';

/* docs/measurements and docs/localization.md quote results/paper: published numbers. */

const POINTING = textOf('docs/measurements/pointing.md');
const OCCLUSION = textOf('docs/measurements/occlusion-correlation.md');
const SEGMENTATION = textOf('docs/measurements/segmentation.md');

describe('docs/measurements: published numbers', () => {
  interface Published {
    readonly rows: readonly {
      readonly dataset?: string;
      readonly network: string;
      readonly method: string;
      readonly values: Readonly<Record<string, number>>;
    }[];
  }
  const published = (name: string) => jsonOf<Published>(`results/paper/${name}.json`).rows;
  const valuesOf = (name: string, network: string, method: string, dataset = 'voc') =>
    published(name).find((row) => row.network === network && row.method === method && row.dataset === dataset)
      ?.values;

  it('of the pointing game', () => {
    const [table] = tablesWith(POINTING, '', 'VOC07 VGG-16');
    for (const [method, ...cells] of table!.rows) {
      const expected = table!.head.slice(1).map((head) => {
        const [data, network] = head.split(' ') as [string, string];
        const values = valuesOf('pointing', network, method!, data === 'COCO' ? 'coco' : 'voc')!;
        return `${values.all!.toFixed(1)} / ${values.difficult!.toFixed(1)}`;
      });
      expect([method, ...cells]).toEqual([method, ...expected]);
    }
    const words = /variant gives ([\d.]+) with Grad-CAM and ([\d.]+) with c-MWP/
      .exec(proseOf(POINTING))!
      .slice(1);
    expect(words).toEqual(
      ['grad-cam', 'c-mwp'].map((method) =>
        valuesOf('pointing', 'GoogLeNet', method, 'coco')!.top5_reject!.toFixed(2),
      ),
    );
  });

  it('of the rank correlation, and of segmentation', () => {
    const [table] = tablesWith(OCCLUSION, 'network', 'method', 'ρ inside objects');
    expect(table!.rows.map((row) => row[3])).toEqual(
      table!.rows.map(
        ([, method]) =>
          valuesOf('occlusion-correlation', 'VGG-16', method!)?.rank_correlation?.toFixed(3) ?? '',
      ),
    );
    const words = /paper's ([\d.]+) \(Grad-CAM\) against ([\d.]+) \(CAM\)/
      .exec(proseOf(SEGMENTATION))!
      .slice(1);
    expect(words).toEqual(
      ['grad-cam', 'cam'].map((method) => valuesOf('segmentation', 'VGG-16', method)!.mean_iou!.toFixed(1)),
    );
  });

  it('of localization: how far an independent rerun landed from the paper', () => {
    interface Table {
      readonly rows: readonly {
        readonly source: string;
        readonly network: string;
        readonly method: string;
        readonly loc: Readonly<Record<string, number>>;
      }[];
    }
    const { rows } = jsonOf<Table>('results/paper/localization.json');
    const apart = rows
      .filter(({ source }) => source === 'rerun')
      .flatMap(({ network, method, loc }) => {
        const paper = rows.find(
          (row) => row.source === 'paper' && row.network === network && row.method === method,
        )!;
        return Object.entries(loc).map(([k, value]) => Math.abs(value - paper.loc[k]!));
      });
    const words = /landed ([\d.]+) to ([\d.]+) points away/
      .exec(proseOf(textOf('docs/localization.md')))!
      .slice(1);
    expect(words).toEqual([Math.min(...apart).toFixed(1), Math.max(...apart).toFixed(1)]);
  });
});
