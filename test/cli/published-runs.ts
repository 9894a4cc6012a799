import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { imagesHead } from '../../src/experiments/localization/rows.js';
import { csvLines } from '../../src/report/csv.js';
import { tableCsv } from '../../src/report/localization-table.js';
import type { TableRow } from '../../src/report/rows.js';

/* Folders of results as runs on the real data would leave them. Their numbers are made up for the tests. */

export interface MadeRun {
  readonly experiment?: Readonly<Record<string, unknown>>;
  readonly dataset: Readonly<Record<string, unknown>>;
  readonly provenance: string;
  readonly label: string;
  readonly images: number;
  readonly classes: number;
  readonly networks: readonly { readonly name: string; readonly paper?: string; readonly sha256?: string }[];
  readonly failed?: number;
}

/** Writes run.json and other files of a run. */
export async function writeRun(
  folder: string,
  run: MadeRun,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const record = {
    config: {
      name: 'made',
      experiment: run.experiment ?? { name: 'localization' },
      dataset: { root: '/data', ...run.dataset },
      networks: run.networks.map(({ name, paper }) => ({
        name,
        model: { onnx: `${name}.onnx`, ...(paper && { paper }) },
      })),
    },
    data: { label: run.label, provenance: run.provenance, images: run.images, classes: run.classes },
    networks: run.networks.map(({ name, sha256 = '0'.repeat(64) }) => ({
      name,
      model: { bytes: 1, sha256 },
    })),
    failed_images: run.failed ?? 0,
  };
  await writeFile(join(folder, 'run.json'), `${JSON.stringify(record, null, 2)}\n`);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

/** All of ImageNet val. */
export const IMAGENET = {
  dataset: { name: 'imagenet' },
  ...{ provenance: 'imagenet-val', label: 'ILSVRC-15 val', images: 50_000, classes: 1000 },
} as const;

/** Errors of a row in per cent: classification top-1 and top-5, localization top-1 and top-5. */
export type Errors = readonly [number, number, number, number];

export interface MadeRow {
  readonly network: string;
  readonly method: string;
  readonly boxRule?: string;
  readonly errors: Errors;
}

/** The table that a run of these errors would write, with intervals of half a point to each side. */
export function localizationCsv(rows: readonly MadeRow[], label: string, n: number): string {
  const around = (estimate: number) => ({
    ...{ estimate, low: estimate - 0.5, high: estimate + 0.5 },
    ...{ n, level: 0.95, replicates: 1000 },
  });
  const made = rows.map(
    ({ network, method, boxRule = '>=0.15 of max, largest count', errors: [c1, c5, l1, l5] }): TableRow => ({
      ...{ network, method, layer: 'relu5_3', boxRule, n, nLoc: n },
      errors: [
        { k: 1, cls: around(c1), loc: around(l1) },
        { k: 5, cls: around(c5), loc: around(l5) },
      ],
    }),
  );
  return tableCsv(made, [1, 5], { label, comparable: true });
}

/** The decisions about images behind such rows: of n images the first ones are wrong. */
export function imagesCsv(rows: readonly MadeRow[], ids: readonly string[]): string {
  const lines = rows.flatMap(({ network, method, errors }) =>
    ids.map((id, i) => [
      ...[network, method, 'relu5_3', id, '', '', '', '', '', ''],
      ...errors.map((percent) => (100 * i < percent * ids.length ? '1' : '0')),
    ]),
  );
  return imagesHead([1, 5]) + csvLines(lines);
}

/** The paper's numbers of VGG-16. */
export const VGG16: readonly MadeRow[] = [
  { network: 'vgg16', method: 'grad-cam', errors: [30.38, 10.89, 56.51, 46.41] },
  {
    network: 'vgg16',
    method: 'backprop',
    boxRule: 'grabcut at 128, 1 cut',
    errors: [30.38, 10.89, 61.12, 51.46],
  },
  {
    network: 'vgg16',
    method: 'c-mwp',
    boxRule: '>1.5 of mean, one box',
    errors: [30.38, 10.89, 70.92, 63.04],
  },
];

/** The same rows, each error moved by as many points. */
export function moved(rows: readonly MadeRow[], points: number): readonly MadeRow[] {
  return rows.map((row) => ({
    ...row,
    errors: row.errors.map((error) => error + points) as unknown as Errors,
  }));
}
