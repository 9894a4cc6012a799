import { z } from 'zod';
import type { BenchConfig } from '../config/schema.js';
import { section } from '../config/section.js';
import { type GtKnownMeasures, gtKnownMeasures } from '../eval/boxes/gt-known.js';
import {
  defineExperiment,
  type ExplainedImage,
  type Figure,
  type JudgedNetwork,
  type RunRecords,
} from '../eval/experiment.js';
import { distinctWords } from '../eval/file-word.js';
import { thumbnail } from '../eval/maps/thumbnail.js';
import { roundTo } from '../eval/round-to.js';
import { pagesOf } from '../figures/pages.js';
import type { FigureRow, FigureSpec } from '../figures/spec.js';
import { methodTitle } from '../methods/titles.js';
import {
  drawnPicture,
  type KeptPicture,
  keptPicture,
  keptPictureRecord,
  keptWords,
  thumbnailCell,
} from './kept-picture.js';
import { type BoxDrawer, boxDrawers } from './localization/drawer.js';
import { type ImageValues, type MeanRow, type Measure, meanCsv, meanLines, meanRows } from './mean-table.js';
import { BOXES, INTERVALS } from './reads.js';
import { imageValues, thumbnailText } from './record-schemas.js';

/* The same method at several layers: where in a network its maps find the object. */

/** Images whose maps are drawn, and how many of the list's first have their picture kept for that. */
const SHOWN = 3;
const KEPT = 24;

interface SweepRecord {
  /** [output][error, pointing, energy], means over the image's classes in per cent. */
  readonly values: ImageValues;
  /** The first class's map per output, small. */
  readonly maps: readonly string[];
  /** Of the first images, with that class's boxes. */
  readonly picture?: KeptPicture | undefined;
}

type Run = RunRecords<SweepRecord>;

const MEASURES: readonly Measure[] = [
  { name: 'localization_error', unit: '%', digits: 2 },
  { name: 'pointing_accuracy', unit: '%', digits: 2 },
  { name: 'energy_inside', unit: '%', digits: 2 },
];

async function judge(
  image: ExplainedImage,
  { outputs }: JudgedNetwork,
  at: number,
  drawer: BoxDrawer,
  iou: number,
): Promise<SweepRecord> {
  const { given, truth, geometry } = image;
  const draw = await drawer.on(image);
  const located = given.flatMap((one) => {
    const boxes = truth.objects
      .filter(({ classIndex }) => classIndex === one.classIndex)
      .map(({ box }) => box);
    return boxes.length === 0 ? [] : [{ one, boxes }];
  });
  const values = outputs.map((_, output) => {
    if (located.length === 0) return MEASURES.map(() => null);
    const all = located.map(({ one, boxes }) => {
      const map = one.map(output);
      return gtKnownMeasures(map, geometry, boxes, draw(map, output));
    });
    const mean = (of: (each: GtKnownMeasures) => number) =>
      round((100 * all.reduce((sum, each) => sum + of(each), 0)) / all.length);
    return [
      mean((each) => (each.iou < iou ? 1 : 0)),
      mean(({ pointed }) => Number(pointed)),
      mean(({ energy }) => energy),
    ];
  });
  return {
    values,
    maps: located.length === 0 ? [] : outputs.map((_, output) => thumbnail(located[0]!.one.map(output))),
    ...(located.length > 0 && at < KEPT ? { picture: await keptPicture(image, located[0]!.boxes) } : {}),
  };
}

const round = (value: number) => roundTo(value, 4);

/** A curve over the layers in the configuration's order, a line per network and measure. */
function curveFigure(run: Run, rows: readonly MeanRow[]): Figure {
  const values = rows.map(({ network, layer, measure, interval }) => {
    return {
      network,
      layer,
      measure: measure.name,
      value: interval?.estimate,
      low: interval?.low,
      high: interval?.high,
    };
  });
  const x = {
    field: 'layer',
    type: 'nominal',
    sort: null,
    title: 'layer, in the order of the configuration',
  };
  const color = { field: 'measure', type: 'nominal', title: null };
  return {
    name: 'curve.svg',
    spec: {
      title: {
        text: 'Maps by layer',
        subtitle: `${run.data.label}, n = ${Math.max(0, ...rows.map(({ interval }) => interval?.n ?? 0))} images, bars: 95 % interval`,
      },
      data: { values },
      facet: { row: { field: 'network', type: 'nominal', title: null } },
      spec: {
        layer: [
          {
            mark: { type: 'line', point: true },
            encoding: {
              x,
              y: { field: 'value', type: 'quantitative', title: '%' },
              color,
              strokeDash: color,
              shape: color,
            },
          },
          {
            mark: { type: 'rule' },
            encoding: { x, y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' }, color },
          },
        ],
      },
    },
  };
}

/** Per network a figure of its first images: a row an image, a column a layer. */
async function mapsFigures(run: Run): Promise<readonly Figure[]> {
  const drawn: Figure[] = [];
  const words = distinctWords(run.networks.map(({ name }) => name));
  for (const [i, { name, outputs, records }] of run.networks.entries()) {
    const rows: FigureRow[] = [];
    for await (const { id, record } of records()) {
      if (rows.length === SHOWN) break;
      if (record.picture === undefined || record.maps.length === 0) continue;
      const picture = await drawnPicture(record.picture);
      const maps = record.maps.map((map) => thumbnailCell(picture, map));
      rows.push({ cells: [{ ...picture, caption: { title: id } }, ...maps] });
    }
    if (rows.length === 0) continue;
    const columns = outputs.map(({ method, layer }) => ({ title: layer, details: [methodTitle(method)] }));
    const spec: FigureSpec = {
      title: { title: 'Maps of the first images by layer', details: [name] },
      columns: [{ title: '' }, ...columns],
      rows,
      caption: [run.data.label, keptWords],
    };
    pagesOf(spec, 1).forEach((pictures, page) => {
      const word = run.networks.length === 1 ? '' : `-${words[i]}`;
      drawn.push({ name: `maps${word}${page === 0 ? '' : `-${page + 1}`}.svg`, pictures });
    });
  }
  return drawn;
}

export const layerSweep = defineExperiment({
  name: 'layer-sweep',
  summary: 'localization error, pointing accuracy and energy of maps at many layers, the class given',
  reference: 'Selvaraju et al., ICCV 2017, figure of Grad-CAM at different convolutional layers',
  reads: [...INTERVALS, ...BOXES],
  options: section({}),
  configure: (_options, config: BenchConfig) => {
    const drawers = boxDrawers(config);
    return {
      needs: { top: 0, given: ({ labels }) => labels, pixels: true, requires: ['labels', 'boxes'] },
      judge: (image, network, at) => judge(image, network, at, drawers.of(network), config.localization.iou),
      record: ({ outputs }) => {
        const maps = z.array(thumbnailText);
        return z.strictObject({
          values: imageValues(outputs.length, MEASURES.length),
          maps: z.union([maps.length(0), maps.length(outputs.length)]),
          picture: keptPictureRecord.optional(),
        });
      },
      report: async (run: Run) => {
        const rows = await meanRows(run, MEASURES, ({ values }) => values);
        return {
          files: [{ name: 'table.csv', text: meanCsv(run, rows) }],
          figures: [curveFigure(run, rows), ...(await mapsFigures(run))],
          lines: meanLines(run, rows, 'the class given, maps at each layer, in %'),
        };
      },
    };
  },
});
