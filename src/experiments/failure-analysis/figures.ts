import type { Figure, RunRecords } from '../../eval/experiment.js';
import { distinctWords } from '../../eval/file-word.js';
import { THUMBNAIL_SIDE, thumbnailValues } from '../../eval/maps/thumbnail.js';
import { outputLabel } from '../mean-table.js';
import type { FailureRecord, MaybeRecord } from './record.js';

/** Wrong images whose maps are drawn side by side. */
const SHOWN = 6;

type Run = RunRecords<MaybeRecord>;

/** The mistakes, the most confident first. */
export async function ranked(records: AsyncIterable<{ readonly id: string; readonly record: MaybeRecord }>) {
  const wrong: { id: string; record: FailureRecord }[] = [];
  for await (const { id, record } of records) if (record?.wrong) wrong.push({ id, record });
  return wrong.sort((a, b) => b.record.confidence[0] - a.record.confidence[0]);
}

/** Per network a figure of its most confident mistakes. */
export async function figures(run: Run): Promise<readonly Figure[]> {
  const drawn: Figure[] = [];
  const words = distinctWords(run.networks.map(({ name }) => name));
  for (const [i, network] of run.networks.entries()) {
    const worst = (await ranked(network.records())).slice(0, SHOWN);
    if (worst.length === 0) continue;
    const label = outputLabel(network.name, network.outputs[0]!);
    const values = worst.flatMap(({ id, record }) => {
      const names = [
        `predicted: ${run.classes[record.predicted]!.name}`,
        `true: ${run.classes[record.true]!.name}`,
      ];
      return record.maps[0]!.flatMap((text, side) =>
        thumbnailValues(text).map((value, pixel) => ({
          ...{
            image: `${id}, ${names.join(', ')}`,
            side: side === 0 ? 'predicted class' : 'true class',
            value,
          },
          ...{ x: pixel % THUMBNAIL_SIDE, y: Math.floor(pixel / THUMBNAIL_SIDE) },
        })),
      );
    });
    drawn.push({
      name: `failures-${words[i]}.svg`,
      spec: mapsSpec(run, label, values),
    });
  }
  return drawn;
}

function mapsSpec(run: Run, label: string, values: readonly object[]) {
  return {
    title: {
      text: `The most confident mistakes: ${label}`,
      subtitle: `${run.data.label}; dark: maximum of the map; the whole input, ${THUMBNAIL_SIDE} × ${THUMBNAIL_SIDE}`,
    },
    data: { values },
    facet: {
      row: {
        field: 'image',
        type: 'nominal',
        title: null,
        sort: null,
        header: { labelAngle: 0, labelAlign: 'left' },
      },
      column: { field: 'side', type: 'nominal', title: null, sort: null },
    },
    spec: {
      ...{ width: 90, height: 90, mark: 'rect' },
      encoding: {
        x: { field: 'x', type: 'ordinal', axis: null },
        y: { field: 'y', type: 'ordinal', axis: null },
        color: { field: 'value', type: 'quantitative', scale: { scheme: 'greys' }, legend: null },
      },
    },
  };
}
