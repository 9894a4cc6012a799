import { z } from 'zod';
import type { ReportLine } from '../../base/table.js';
import { section } from '../../config/section.js';
import { HIT_BYTES } from '../../eval/boxes/box-hits.js';
import { LEVELS } from '../../eval/boxes/max-box-acc.js';
import { defineExperiment, type Figure } from '../../eval/experiment.js';
import { PXAP_BINS } from '../../eval/masks/pxap.js';
import { unpackCounts } from '../../eval/statistics/pack-counts.js';
import { columns, rowNames, type TableColumn } from '../../report/columns.js';
import { publishedOf, sideBySide, type Wide } from '../mean-table.js';
import { INTERVALS } from '../reads.js';
import { bytesText } from '../record-schemas.js';
import { type Evaluated, evaluate, type Row, type Run } from './evaluate.js';
import { wsolRecord } from './record.js';

/* MaxBoxAcc V1 and V2 and PxAP: localization with the class given and the best threshold of the whole set. */

function tableCsv(run: Run, rows: readonly Row[]): string {
  return columns<Row>([
    { name: 'data', of: () => run.data.label },
    ...rowNames<Row>(),
    'measure',
    { name: 'images', of: ({ interval }) => interval?.n ?? 0 },
    'instances',
    { name: ['value', 'low', 'high'], of: ({ interval }) => interval, digits: 2 },
    { name: 'threshold', of: ({ level }) => level && level / LEVELS, digits: 3 },
    { name: 'published', of: (row) => publishedOf(run, row, row.measure)?.value },
    { name: 'published_on', of: (row) => publishedOf(run, row, row.measure)?.source },
  ]).csv(rows);
}

/** The measures that people see, a column each. */
const SHOWN = ['MaxBoxAcc', 'MaxBoxAccV2', 'PxAP'];

function consoleLines(run: Run, rows: readonly Row[]): readonly ReportLine[] {
  const table = columns<Wide<Row>>([
    ...rowNames<Wide<Row>>(),
    { title: 'n', of: ({ all }) => all[0]!.instances, align: 'right' },
    ...SHOWN.map((title): TableColumn<Wide<Row>> => {
      const of = ({ all }: Wide<Row>) => all.find(({ measure }) => measure === title)?.interval;
      return { title, of, align: 'right', shown: [1, 1] };
    }),
  ]);
  return [
    `${run.data.label}: class given, one threshold for the whole set, in %`,
    '',
    table.shown(sideBySide(rows)),
  ];
}

const CURVES = columns<Evaluated['curves'][number]>([
  'series',
  'iou',
  { name: 'threshold', of: ({ threshold }) => threshold, digits: 4 },
  { name: 'accuracy', of: ({ accuracy }) => accuracy, digits: 2 },
]);

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
  mapsAlone: true,
  options: section({}),
  configure: () => ({
    needs: {
      top: 0,
      given: ({ labels, blacklisted }) => (blacklisted ? [] : labels),
      requires: ['labels', 'boxes'],
      uses: { masks: 'PxAP is left out' },
    },
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
      return {
        files: [
          { name: 'table.csv', text: tableCsv(run, evaluated.rows) },
          { name: 'curves.csv', text: CURVES.csv(evaluated.curves) },
        ],
        figures: [curveFigure(run, evaluated)],
        lines: consoleLines(run, evaluated.rows),
      };
    },
  }),
});
