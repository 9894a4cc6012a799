import { z } from 'zod';
import type { BenchConfig } from '../../config/schema.js';
import { section } from '../../config/section.js';
import type { LocalizationDecision } from '../../eval/boxes/localization.js';
import { LocalizationEvaluator } from '../../eval/boxes/localization-evaluator.js';
import {
  defineExperiment,
  type Experiment,
  type NetworkRecords,
  type RunRecords,
} from '../../eval/experiment.js';
import { acrossCsv, acrossLines } from '../../report/across-table.js';
import { csvLines, neutralise, parseCsv } from '../../report/csv.js';
import { consoleReport, pairsCsv, tableCsv } from '../../report/localization-table.js';
import { type PaperTable, readPaperTable } from '../../report/paper.js';
import { CENTER_BOX } from '../../report/rows.js';
import { boxWords } from './box-words.js';
import { boxRules, centerBoxRule, describeBoxRule } from './boxes.js';
import { boxDrawers } from './drawer.js';
import { judgeImage } from './judge.js';
import { imageLines, imagesHead } from './rows.js';
import { acrossRows, type NamedRow, pairRows, tableRow } from './table.js';

/*
 * The localization table: the experiment that a run does when its configuration names none (docs/localization.md).
 */

/** What the journal keeps of an image. */
interface LocalizationRecord {
  /** Its lines of images.csv. */
  readonly lines: string;
  /** Per row of the table, `0` right, `1` wrong, `-` does not count: classification for each k, then localization. */
  readonly errors: readonly string[];
}

function errorsOf({ classification, localization }: LocalizationDecision): string {
  return [...classification, ...(localization ?? classification.map(() => '-'))].join('');
}

/** The decision that `errors` keeps, without the overlaps that it was made from. */
function decisionOf(errors: string): LocalizationDecision {
  const digits = [...errors].map((sign) => (sign === '1' ? 1 : 0));
  const half = digits.length / 2;
  const counts = errors[half] !== '-';
  return {
    classification: digits.slice(0, half),
    localization: counts ? digits.slice(half) : undefined,
    bestIou: [],
  };
}

/** As many decisions of either kind as there are k. */
const errorsText = (k: number) => z.string().regex(new RegExp(`^[01]{${k}}([01]{${k}}|-{${k}})$`));

/** Whether the lines of images.csv are those of one image, of these rows, and say what the decisions say. */
function linesFit(
  { lines, errors }: LocalizationRecord,
  names: readonly NamedRow[],
  top: readonly number[],
): boolean {
  const [head] = parseCsv(imagesHead(top));
  const cells = parseCsv(lines);
  return (
    lines === csvLines(cells) &&
    cells.length === names.length &&
    cells.every((row, i) => {
      const said = row.slice(-2 * top.length).map((cell) => cell || '-');
      const own = [names[i]!.network, names[i]!.method, names[i]!.layer].map(neutralise);
      return (
        row.length === head!.length &&
        own.every((cell, at) => row[at] === cell) &&
        row[3] === cells[0]![3] &&
        said.join('') === errors[i]
      );
    })
  );
}

function recordSchema(names: readonly NamedRow[], top: readonly number[]) {
  return z
    .strictObject({ lines: z.string(), errors: z.array(errorsText(top.length)).length(names.length) })
    .refine((record) => linesFit(record, names, top));
}

/** The rows of the table that a network has: one per output of its explainer, then the centre box. */
function namedRows(
  config: BenchConfig,
  {
    name,
    index,
    paper,
    outputs,
  }: Pick<NetworkRecords<unknown>, 'name' | 'index' | 'outputs'> & {
    readonly paper?: string | undefined;
  },
): NamedRow[] {
  const { localization } = config;
  const rules = boxRules(config.networks[index]!, localization);
  const shared = { network: name, paper };
  return [
    ...outputs.map(({ method, layer }, i) => ({
      ...shared,
      method,
      layer,
      boxRule: describeBoxRule(rules[i]!),
    })),
    { ...shared, method: CENTER_BOX, layer: '', boxRule: centerBoxRule(localization) },
  ];
}

async function* imagesCsv({ networks }: RunRecords<LocalizationRecord>, top: readonly number[]) {
  yield imagesHead(top);
  for (const { records } of networks) for await (const { record } of records()) yield record.lines;
}

async function evaluatorsOf(
  { records }: NetworkRecords<LocalizationRecord>,
  rows: number,
  images: number,
  top: readonly number[],
): Promise<LocalizationEvaluator[]> {
  const evaluators = Array.from({ length: rows }, () => new LocalizationEvaluator(images, top));
  for await (const { at, record } of records()) {
    for (const [row, evaluator] of evaluators.entries()) evaluator.add(at, decisionOf(record.errors[row]!));
  }
  return evaluators;
}

async function report(config: BenchConfig, paper: PaperTable, run: RunRecords<LocalizationRecord>) {
  const { top } = config.localization;
  const { data } = run;
  const perNetwork = [];
  for (const network of run.networks) {
    const rows = namedRows(config, network);
    const evaluators = await evaluatorsOf(network, rows.length, data.images, top);
    perNetwork.push({ rows, evaluators });
  }
  const rows = perNetwork.flatMap(({ rows: named, evaluators }) =>
    named.map((row, i) => tableRow(row, evaluators[i]!, config, paper)),
  );
  const pairs = perNetwork.flatMap(({ rows: named, evaluators }) => pairRows(named, evaluators, config));
  // Maps of several makers are there to be compared.
  const across = config.networks.some(({ maps }) => maps !== undefined) ? acrossRows(perNetwork, config) : [];
  return {
    files: [
      { name: 'images.csv', text: imagesCsv(run, top) },
      { name: 'table.csv', text: tableCsv(rows, top, data) },
      { name: 'pairs.csv', text: pairsCsv(pairs) },
      ...(across.length === 0 ? [] : [{ name: 'across.csv', text: acrossCsv(across) }]),
    ],
    figures: [],
    lines: [...consoleReport(rows, top, data, run.name), ...acrossLines(across)],
  };
}

function experiment(config: BenchConfig): Experiment<LocalizationRecord> {
  const { localization } = config;
  const drawers = boxDrawers(config);
  return {
    needs: {
      top: Math.max(...localization.top),
      pixels: drawers.pixels,
      requires: ['labels'],
      uses: { boxes: 'the localization errors are left out' },
    },
    judge: async (image, network) => {
      const draw = await drawers.of(network).on(image);
      const judged = judgeImage(image, network.outputs.length, draw, localization);
      return {
        lines: imageLines(namedRows(config, network), image.truth, judged, network.classes, localization.top),
        errors: judged.judgements.map(({ decision }) => errorsOf(decision)),
      };
    },
    record: (network) => recordSchema(namedRows(config, network), localization.top),
    report: async (run) => report(config, await readPaperTable(), run),
    box: async (map, image, network, output) => (await drawers.of(network).on(image))(map, output),
    boxWords: ({ index }, output) => boxWords(boxRules(config.networks[index]!, localization)[output]!),
  };
}

export const localization = defineExperiment({
  name: 'localization',
  summary: 'classification and localization error, top-1 and top-5, with every pair of methods compared',
  reference: 'Selvaraju et al., ICCV 2017, table 1',
  reads: ['localization', 'methods.box', 'bootstrap'],
  mapsAlone: true,
  // Its keys are the configuration's own section `localization`, which other experiments read too.
  options: section({}),
  configure: (_options, config: BenchConfig) => experiment(config),
});
