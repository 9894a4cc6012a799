import { z } from 'zod';
import { section } from '../../config/section.js';
import { HIT_BYTES } from '../../eval/boxes/box-hits.js';
import { LEVELS } from '../../eval/boxes/max-box-acc.js';
import { defineExperiment, type Figure } from '../../eval/experiment.js';
import { PXAP_BINS } from '../../eval/masks/pxap.js';
import { publishedRows } from '../../eval/published.js';
import { unpackCounts } from '../../eval/statistics/pack-counts.js';
import { formatTable } from '../../report/console-table.js';
import { csvLines, fixed } from '../../report/csv.js';
import { INTERVALS } from '../reads.js';
import { bytesText } from '../record-schemas.js';
import { type Evaluated, evaluate, type Row, type Run } from './evaluate.js';
import { wsolRecord } from './record.js';

/* MaxBoxAcc V1 and V2 and PxAP: localization with the class given and the best threshold of the whole set. */

function tableCsv(run: Run, rows: readonly Row[]): string {
  const head = [
    'data',
    'network',
    'method',
    'layer',
    'measure',
    'images',
    'instances',
    'value',
    'low',
    'high',
  ];
  const lines = rows.map((row) => {
    const { interval } = row;
    const published = publishedRows(run.published, { network: row.paper, method: row.method })[0];
    const value = published?.values[row.measure];
    return [
      ...[run.data.label, row.network, row.method, row.layer, row.measure, String(interval?.n ?? 0)],
      String(row.instances),
      ...[interval?.estimate, interval?.low, interval?.high].map((number) => fixed(number, 2)),
      row.level === undefined ? '' : fixed(row.level / LEVELS, 3),
      ...(value === undefined ? ['', ''] : [String(value), `${published!.source}, ${published!.data}`]),
    ];
  });
  return csvLines([[...head, 'threshold', 'published', 'published_on'], ...lines]);
}

function consoleLines(run: Run, rows: readonly Row[]): readonly string[] {
  const shown = ['MaxBoxAcc', 'MaxBoxAccV2', 'PxAP'];
  const keys = [
    ...new Set(rows.map(({ network, method, layer }) => JSON.stringify([network, method, layer]))),
  ];
  const cells = keys.map((key) => {
    const [network, method, layer] = JSON.parse(key) as [string, string, string];
    const own = rows.filter((row) => row.network === network && row.method === method && row.layer === layer);
    const values = shown.map((name) => {
      const interval = own.find(({ measure }) => measure === name)?.interval;
      if (interval === undefined) return '–';
      return `${fixed(interval.estimate, 1)} (${fixed(interval.low, 1)}–${fixed(interval.high, 1)})`;
    });
    return [network, method, layer, String(own[0]!.instances), ...values];
  });
  const left = ['network', 'method', 'layer'].map((title) => ({ title, align: 'left' as const }));
  const right = ['n', ...shown].map((title) => ({ title, align: 'right' as const }));
  return [
    `${run.data.label}: class given, one threshold for the whole set, in %`,
    '',
    ...formatTable([...left, ...right], cells),
  ];
}

function curveFigure(run: Run, { curves }: Evaluated): Figure {
  return {
    name: 'box-accuracy.svg',
    spec: {
      title: {
        text: 'Box accuracy over the threshold, any contour',
        subtitle: `${run.data.label}, n = ${run.data.images} images`,
      },
      data: { values: curves },
      facet: { column: { field: 'iou', type: 'nominal', title: 'least IoU' } },
      spec: {
        width: 220,
        mark: 'line',
        encoding: {
          x: { field: 'threshold', type: 'quantitative', title: 'threshold (share of the range)' },
          y: { field: 'accuracy', type: 'quantitative', title: 'right boxes (%)' },
          color: { field: 'series', type: 'nominal', title: null },
          strokeDash: { field: 'series', type: 'nominal', title: null },
        },
      },
    },
  };
}

/** What `packCounts` makes of the two histograms. */
const countsText = z.base64().refine((text) => {
  const counts = unpackCounts(text);
  return counts.length === PXAP_BINS && counts.every(Number.isSafeInteger);
});

export const wsol = defineExperiment({
  name: 'wsol',
  summary: 'MaxBoxAcc V1 and V2 over thresholds, and PxAP where there are masks; the class is given',
  reference: 'Choe et al., Evaluating Weakly Supervised Object Localization Methods Right, CVPR 2020',
  reads: INTERVALS,
  options: section({}),
  configure: () => ({
    needs: { top: 0, given: ({ labels, blacklisted }) => (blacklisted ? [] : labels) },
    judge: wsolRecord,
    record: ({ outputs }) => {
      const hits = bytesText(HIT_BYTES);
      const map = z.union([
        z.strictObject({ hits }),
        z.strictObject({ hits, positive: countsText, negative: countsText }),
      ]);
      // The outputs, then the centred Gaussian.
      return z.array(z.array(map).length(outputs.length + 1));
    },
    report: async (run: Run) => {
      const evaluated = await evaluate(run);
      const curve = evaluated.curves.map(({ series, iou, threshold, accuracy }) => [
        ...[series, String(iou), fixed(threshold, 4), fixed(accuracy, 2)],
      ]);
      return {
        files: [
          { name: 'table.csv', text: tableCsv(run, evaluated.rows) },
          { name: 'curves.csv', text: csvLines([['series', 'iou', 'threshold', 'accuracy'], ...curve]) },
        ],
        figures: [curveFigure(run, evaluated)],
        lines: consoleLines(run, evaluated.rows),
      };
    },
  }),
});
