import type { Figure } from '../../eval/experiment.js';
import { CENTER, type PointingResult, type RowName, type Run } from './evaluate.js';

/** A series within a network's facet: the method, and its layer where the method stands there twice. */
function seriesOf(row: RowName, all: readonly RowName[]): string {
  const twin = all.some(
    ({ network, method, layer }) => network === row.network && method === row.method && layer !== row.layer,
  );
  return twin ? `${row.method} ${row.layer}` : row.method;
}

/** A column per network, in the configuration's order. */
const facetOf = ({ networks }: Run) => ({
  column: { field: 'network', type: 'nominal', title: null, sort: networks.map(({ name }) => name) },
});

/** classes.svg: the accuracy of each class, a mark per method, a column per network. */
export function classesFigure(run: Run, { classes, rows }: PointingResult): readonly Figure[] {
  const values = classes
    .filter(({ subset }) => subset === 'all')
    .map((row) => ({
      network: row.network,
      series: seriesOf(row, rows),
      class: run.classes[row.classIndex]!.name,
      accuracy: (100 * row.hits) / row.cues,
    }));
  if (values.length === 0) return [];
  const series = { field: 'series', type: 'nominal', title: null, sort: null };
  const n = Math.max(0, ...rows.map(({ accuracy }) => accuracy?.n ?? 0));
  return [
    {
      name: 'classes.svg',
      spec: {
        title: {
          text: 'Pointing game: accuracy by class',
          subtitle: `${run.data.label}, all, n = ${n} images; ${CENTER}: the image's centre`,
        },
        data: { values },
        facet: facetOf(run),
        spec: {
          width: 240,
          height: { step: 18 },
          mark: { type: 'point', size: 45, strokeWidth: 1.5 },
          encoding: {
            y: { field: 'class', type: 'nominal', title: null, sort: null },
            x: { field: 'accuracy', type: 'quantitative', title: 'hits (%)', scale: { domain: [0, 100] } },
            color: series,
            shape: series,
          },
        },
      },
    },
  ];
}

/** reject.svg: right guesses over the share that is rejected, a line per method, a column per network. */
export function rejectFigure(run: Run, { rejects }: PointingResult): readonly Figure[] {
  const values = rejects.flatMap((row) =>
    row.curve.map(({ rejected, accuracy }) => ({
      network: row.network,
      series: seriesOf(row, rejects),
      rejected,
      accuracy: accuracy.estimate,
      low: accuracy.low,
      high: accuracy.high,
    })),
  );
  if (values.length === 0) return [];
  const series = { field: 'series', type: 'nominal', title: null, sort: null };
  const x = { field: 'rejected', type: 'quantitative', title: 'guesses rejected (%)' };
  const n = Math.max(0, ...rejects.map(({ images }) => images));
  return [
    {
      name: 'reject.svg',
      spec: {
        title: {
          text: 'The best guesses, those with the weakest maps rejected',
          subtitle: `${run.data.label}, n = ${n} images, bars: 95 % interval`,
        },
        data: { values },
        facet: facetOf(run),
        spec: {
          width: 240,
          layer: [
            {
              mark: { type: 'line', point: true },
              encoding: {
                x,
                y: { field: 'accuracy', type: 'quantitative', title: 'right guesses (%)' },
                color: series,
                strokeDash: series,
                shape: series,
              },
            },
            {
              mark: { type: 'rule' },
              encoding: {
                x,
                y: { field: 'low', type: 'quantitative' },
                y2: { field: 'high' },
                color: series,
              },
            },
          ],
        },
      },
    },
  ];
}
