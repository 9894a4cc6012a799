import type { Box } from '../../base/box.js';
import type { ClassInfo, Sample } from '../../base/sample.js';
import { columns, rowNames } from '../../report/columns.js';
import { fixed } from '../../report/csv.js';
import type { Guesses, JudgedImage, Judgement } from './judge.js';

/** How a row of the table is named: by network, method and layer. */
export interface RowName {
  readonly network: string;
  readonly method: string;
  readonly layer: string;
}

/** A line of images.csv. */
interface ImageRow extends RowName {
  readonly truth: Sample;
  readonly guesses: Guesses;
  readonly judgement: Judgement;
  readonly classes: readonly ClassInfo[];
}

function boxText(box: Box | undefined): string {
  if (box === undefined) return 'none';
  return [box.x0, box.y0, box.x1, box.y1].map((value) => fixed(value, 2)).join(' ');
}

const idOf = ({ classes }: ImageRow, index: number) => classes[index]?.id ?? 'background';
const nameOf = ({ classes }: ImageRow, index: number) => classes[index]?.name ?? 'background';

/** Lists within a cell, in the order of the guesses, best first. */
const list = (texts: readonly string[]) => texts.join('|');

/** images.csv: a line per image and row of the table. 1 = wrong, 0 = right, empty = does not count. */
function imagesTable(top: readonly number[]) {
  const errors = (
    [
      ['cls', 'classification'],
      ['loc', 'localization'],
    ] as const
  ).flatMap(([word, measure]) =>
    top.map((k, i) => ({
      name: `${word}_top${k}_error`,
      of: ({ judgement }: ImageRow) => judgement.decision[measure]?.[i],
    })),
  );
  return columns<ImageRow>([
    ...rowNames<ImageRow>(),
    { name: 'image', of: ({ truth }) => truth.id },
    { name: 'labels', of: (row) => list(row.truth.labels.map((index) => idOf(row, index))) },
    { name: 'predictions', of: (row) => list(row.guesses.classes.map((index) => idOf(row, index))) },
    { name: 'prediction_names', of: (row) => list(row.guesses.classes.map((index) => nameOf(row, index))) },
    { name: 'scores', of: ({ guesses }) => list(guesses.scores.map((score) => fixed(score, 4))) },
    { name: 'boxes', of: ({ judgement }) => list(judgement.boxes.map(boxText)) },
    {
      name: 'best_ious',
      of: ({ judgement }) => list(judgement.decision.bestIou.map((value) => fixed(value, 4))),
    },
    ...errors,
  ]);
}

/** The first line of images.csv. */
export function imagesHead(top: readonly number[]): string {
  return imagesTable(top).csvHead;
}

/** The lines of images.csv about one image: one per row of the table. */
export function imageLines(
  names: readonly RowName[],
  truth: Sample,
  { guesses, judgements }: JudgedImage,
  classes: readonly ClassInfo[],
  top: readonly number[],
): string {
  return imagesTable(top).csvRows(
    names.map(({ network, method, layer }, i) => {
      return { network, method, layer, truth, guesses, judgement: judgements[i]!, classes };
    }),
  );
}
