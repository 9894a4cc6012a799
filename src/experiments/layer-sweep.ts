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
import { THUMBNAIL_SIDE, thumbnail, thumbnailValues } from '../eval/maps/thumbnail.js';
import { roundTo } from '../eval/round-to.js';
import { type BoxDrawer, boxDrawers } from './localization/drawer.js';
import { type ImageValues, type MeanRow, type Measure, meanCsv, meanLines, meanRows } from './mean-table.js';
import { BOXES, INTERVALS } from './reads.js';
import { imageValues, thumbnailText } from './record-schemas.js';

/* The same method at several layers: where in a network its maps find the object. */

/** Images whose maps are drawn. */
const SHOWN = 3;

interface SweepRecord {
  /** [output][error, pointing, energy], means over the image's classes in per cent. */
  readonly values: ImageValues;
  /** The first class's map per output, small. */
  readonly maps: readonly string[];
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

async function mapsFigure(run: Run): Promise<readonly Figure[]> {
  const values: Record<string, string | number>[] = [];
  for (const network of run.networks) {
    let shown = 0;
    for await (const { id, record } of network.records()) {
      if (shown === SHOWN) break;
      if (record.maps.length === 0) continue;
      shown++;
      record.maps.forEach((text, output) => {
        const layer = network.outputs[output]!.layer;
        const row = `${network.name} ${id}`;
        thumbnailValues(text).forEach((value, i) => {
          values.push({ row, layer, x: i % THUMBNAIL_SIDE, y: Math.floor(i / THUMBNAIL_SIDE), value });
        });
      });
    }
  }
  if (values.length === 0) return [];
  const axis = { axis: null };
  return [
    {
      name: 'maps.svg',
      spec: {
        title: {
          text: 'Maps of the first images by layer',
          subtitle: `${run.data.label}; dark: maximum of the map`,
        },
        data: { values },
        facet: {
          // Upright a label is longer than its row is high.
          row: {
            ...{ field: 'row', type: 'nominal', title: null, sort: null },
            header: { labelAngle: 0, labelAlign: 'left' },
          },
          column: { field: 'layer', type: 'nominal', title: null, sort: null },
        },
        spec: {
          ...{ width: 70, height: 70, mark: 'rect' },
          encoding: {
            x: { field: 'x', type: 'ordinal', ...axis },
            y: { field: 'y', type: 'ordinal', ...axis },
            color: { field: 'value', type: 'quantitative', scale: { scheme: 'greys' }, legend: null },
          },
        },
      },
    },
  ];
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
      needs: { top: 0, given: ({ labels }) => labels, pixels: drawers.some(({ pixels }) => pixels) },
      judge: (image, network) => judge(image, network, drawers[network.index]!, config.localization.iou),
      record: ({ outputs }) => {
        const maps = z.array(thumbnailText);
        return z.strictObject({
          values: imageValues(outputs.length, MEASURES.length),
          maps: z.union([maps.length(0), maps.length(outputs.length)]),
        });
      },
      report: async (run: Run) => {
        const rows = await meanRows(run, MEASURES, ({ values }) => values);
        return {
          files: [{ name: 'table.csv', text: meanCsv(run, rows) }],
          figures: [curveFigure(run, rows), ...(await mapsFigure(run))],
          lines: meanLines(run, rows, 'the class given, maps at each layer, in %'),
        };
      },
    };
  },
});
