import type { Box } from '../../base/box.js';
import type { ClassInfo, Sample } from '../../base/sample.js';
import { type Cell, csvLines, fixed } from '../../report/csv.js';
import type { JudgedImage, Judgement } from './judge.js';

/** How a row of the table is named: by network, method and layer. */
export interface RowName {
  readonly network: string;
  readonly method: string;
  readonly layer: string;
}

/** The first line of images.csv. Lists within a cell are joined by `|`, in the order of the guesses, best first. */
export function imagesHead(top: readonly number[]): string {
  const measures = ['cls', 'loc'].flatMap((measure) => top.map((k) => `${measure}_top${k}_error`));
  return csvLines([
    [
      ...['network', 'method', 'layer', 'image', 'labels', 'predictions', 'prediction_names', 'scores'],
      ...['boxes', 'best_ious', ...measures],
    ],
  ]);
}

function boxText(box: Box | undefined): string {
  if (box === undefined) return 'none';
  return [box.x0, box.y0, box.x1, box.y1].map((value) => fixed(value, 2)).join(' ');
}

function errors(judgement: Judgement, top: readonly number[]): string[] {
  const { classification, localization } = judgement.decision;
  return [...classification, ...(localization ?? top.map(() => ''))].map(String);
}

/** The lines of images.csv about one image: one per row of the table. 1 = wrong, empty = does not count. */
export function imageLines(
  names: readonly RowName[],
  truth: Sample,
  { guesses, judgements }: JudgedImage,
  classes: readonly ClassInfo[],
  top: readonly number[],
): string {
  const id = (index: number) => classes[index]?.id ?? 'background';
  const name = (index: number) => classes[index]?.name ?? 'background';
  const shared = [
    truth.id,
    truth.labels.map(id).join('|'),
    guesses.classes.map(id).join('|'),
    guesses.classes.map(name).join('|'),
    guesses.scores.map((score) => fixed(score, 4)).join('|'),
  ];
  return csvLines(
    names.map(({ network, method, layer }, row): Cell[] => {
      const judgement = judgements[row]!;
      return [
        ...[network, method, layer, ...shared],
        judgement.boxes.map(boxText).join('|'),
        judgement.decision.bestIou.map((value) => fixed(value, 4)).join('|'),
        ...errors(judgement, top),
      ];
    }),
  );
}
