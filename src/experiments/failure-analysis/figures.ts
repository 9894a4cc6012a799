import type { Figure, RunRecords } from '../../eval/experiment.js';
import { distinctWords } from '../../eval/file-word.js';
import type { FigureRow } from '../../figures/spec.js';
import { drawnPicture, keptWords, thumbnailCell } from '../kept-picture.js';
import { outputLabel } from '../mean-table.js';
import { type FailureRecord, type MaybeRecord, NO_GUESS } from './record.js';

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
    // Without a guess there are no maps to draw.
    const mistakes = (await ranked(network.records())).filter(({ record }) => record.predicted !== NO_GUESS);
    const worst = mistakes.slice(0, SHOWN);
    if (worst.length === 0) continue;
    const rows = await Promise.all(worst.map((one) => rowOf(run, one)));
    drawn.push({
      name: `failures-${words[i]}.svg`,
      pictures: {
        title: {
          title: 'The most confident mistakes',
          details: [outputLabel(network.name, network.outputs[0]!)],
        },
        columns: ['', 'predicted class', 'true class'].map((title) => ({ title })),
        rows,
        caption: [run.data.label, keptWords],
      },
    });
  }
  return drawn;
}

/** The picture with the true class's boxes, and the maps of the predicted and of the true class. */
async function rowOf(
  run: Run,
  { id, record }: { readonly id: string; readonly record: FailureRecord },
): Promise<FigureRow> {
  const drawn = await drawnPicture(record.picture!);
  const [predicted, right] = record.maps[0]!;
  const caption = (classIndex: number, confidence: number) => ({
    title: run.classes[classIndex]!.name.split(',')[0]!,
    details: [`p = ${confidence.toFixed(2)}`],
  });
  return {
    cells: [
      { ...drawn, caption: { title: id } },
      {
        ...thumbnailCell({ ...drawn, boxes: [] }, predicted),
        caption: caption(record.predicted, record.confidence[0]),
      },
      { ...thumbnailCell(drawn, right), caption: caption(record.true, record.confidence[1]) },
    ],
  };
}
