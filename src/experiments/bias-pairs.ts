import { z } from 'zod';
import { ConfigError } from '../base/errors.js';
import { hint } from '../base/nearest.js';
import type { ReportLine } from '../base/table.js';
import type { NetworkRecords, RunRecords } from '../eval/experiment.js';
import { type BootstrapOptions, bootstrap, type Interval } from '../eval/statistics/bootstrap.js';
import { studentInterval } from '../eval/statistics/student.js';
import { columns } from '../report/columns.js';
import type { ImageValues, Measure } from './mean-table.js';

/*
 * Networks of two trainings, in pairs that share all but the mixture of the training scenes: what the mixture changed.
 */

const names = z.array(z.string()).min(2).max(1000);

/** Per group, such as one biased mixture: networks by name. The nth of both lists were trained with the same seed. */
export const pairsSchema = z.record(z.string().min(1), z.strictObject({ biased: names, balanced: names }));
export type Pairs = z.output<typeof pairsSchema>;

interface PairedNetwork {
  readonly name: string;
  readonly methods: readonly { readonly name: string }[];
}

/** @throws ConfigError naming a group whose networks make no pairs */
export function checkPairs(pairs: Pairs, networks: readonly PairedNetwork[]): void {
  const known = new Map(networks.map((network) => [network.name, network]));
  const methodsOf = (name: string) => known.get(name)!.methods.map((method) => method.name);
  for (const [group, { biased, balanced }] of Object.entries(pairs)) {
    const where = `experiment.pairs.${group}`;
    const unknown = [...biased, ...balanced].find((name) => !known.has(name));
    if (unknown !== undefined)
      throw new ConfigError(`${where}: no network \`${unknown}\`${hint(unknown, [...known.keys()])}`);
    const all = [...biased, ...balanced];
    const twice = all.find((name, n) => all.indexOf(name) !== n);
    if (twice !== undefined) throw new ConfigError(`${where}: \`${twice}\` is named twice`);
    if (biased.length !== balanced.length)
      throw new ConfigError(
        `${where}: ${biased.length} biased and ${balanced.length} balanced networks make no pairs; name as many of each`,
      );
    const first = methodsOf(biased[0]!).join(', ');
    const other = all.find((name) => methodsOf(name).join(', ') !== first);
    if (other !== undefined)
      throw new ConfigError(`${where}: \`${other}\` has other methods than \`${biased[0]}\` (${first})`);
  }
}

/** A measure of a network: the mean over images, or the difference between two means. */
interface Statistic extends Measure {
  readonly plus: number;
  readonly minus?: number;
}

/** The networks' own measures, and how much better the network is where the attribute is the usual one. */
function statisticsOf(measures: readonly Measure[], usual: string, other: string): readonly Statistic[] {
  const at = (name: string) => measures.findIndex((measure) => measure.name === name);
  const gap = { name: 'accuracy_gap', unit: 'points', digits: 2, plus: at(usual), minus: at(other) };
  const own = measures.map((measure, plus) => ({ ...measure, plus }));
  return [...own.slice(0, at(other) + 1), gap, ...own.slice(at(other) + 1)];
}

interface Measures {
  readonly measures: readonly Measure[];
  readonly usual: string;
  readonly other: string;
}

/** Of one group, method and measure: both trainings' means over the seeds, and their paired difference. */
export interface PairRow {
  readonly pairs: string;
  readonly method: string;
  readonly layer: string;
  readonly measure: Measure;
  readonly seeds: number;
  /** Images that have a value. */
  readonly n: number;
  readonly biased: number | undefined;
  readonly balanced: number | undefined;
  /** Balanced minus biased, mean over the seeds. Images are resampled, and the networks stay these. */
  readonly overScenes: Interval | undefined;
  /** The same with Student's interval over the seeds. The scenes stay these. */
  readonly overSeeds: Interval | undefined;
}

/** Of one network: by the image's position in the run's list. */
type Values = ReadonlyMap<number, ImageValues>;

async function valuesOf<R>({ records }: NetworkRecords<R>, of: (record: R) => ImageValues): Promise<Values> {
  const values = new Map<number, ImageValues>();
  for await (const { at, record } of records()) values.set(at, of(record));
  return values;
}

/** Positions of the images that all networks have: the others make no pairs. */
function sharedImages([first, ...others]: readonly Values[]): readonly number[] {
  return [...first!.keys()].filter((at) => others.every((other) => other.has(at)));
}

/** Of one network's output: [measure][image], NaN where the image has no value. */
function ofOutput(values: Values, images: readonly number[], o: number, measures: number) {
  return Array.from({ length: measures }, (_, m) =>
    Float64Array.from(images, (at) => values.get(at)![o]![m] ?? Number.NaN),
  );
}

/** The mean of the images that have a value, each as often as `counts` has it; NaN when there is none. */
function weightedMean(values: Float64Array, counts: Uint32Array): number {
  let [sum, n] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    sum += counts[i]! * values[i]!;
    n += counts[i]!;
  }
  return sum / n;
}

const average = (list: readonly number[]) => list.reduce((sum, one) => sum + one, 0) / list.length;
const known = (value: number) => (Number.isNaN(value) ? undefined : value);

/** One measure of one group. @param biased, balanced by seed: [measure][image] */
function pairRow(
  biased: readonly (readonly Float64Array[])[],
  balanced: readonly (readonly Float64Array[])[],
  { plus, minus }: Statistic,
  options: BootstrapOptions,
): Omit<PairRow, 'pairs' | 'method' | 'layer' | 'measure'> {
  const read = minus === undefined ? [plus] : [plus, minus];
  const images = biased[0]![plus]!.length;
  const counted = Array.from({ length: images }, (_, i) => i).filter((i) =>
    [...biased, ...balanced].some((own) => read.some((m) => !Number.isNaN(own[m]![i]!))),
  );
  const statistic = (own: readonly Float64Array[], counts: Uint32Array) =>
    weightedMean(own[plus]!, counts) - (minus === undefined ? 0 : weightedMean(own[minus]!, counts));
  const differences = (counts: Uint32Array) =>
    balanced.map((own, seed) => statistic(own, counts) - statistic(biased[seed]!, counts));
  const once = new Uint32Array(images).fill(1);
  const bySeed = differences(once);
  return {
    seeds: biased.length,
    n: counted.length,
    biased: known(average(biased.map((own) => statistic(own, once)))),
    balanced: known(average(balanced.map((own) => statistic(own, once)))),
    overScenes: bootstrap(images, (counts) => average(differences(counts)), options),
    overSeeds: bySeed.some(Number.isNaN) ? undefined : studentInterval(bySeed, options.level),
  };
}

/**
 * A row per group, method and measure, over the images that all networks of the group could read.
 * @param usual, other the measures whose difference is the gap
 * @param of the values of a record, in the order of `measures`
 */
export async function pairRows<R>(
  run: RunRecords<R>,
  pairs: Pairs,
  { measures, usual, other }: Measures,
  of: (record: R) => ImageValues,
): Promise<readonly PairRow[]> {
  const values = new Map<string, Values>();
  for (const network of run.networks) values.set(network.name, await valuesOf(network, of));
  return Object.entries(pairs).flatMap(([group, { biased, balanced }]) => {
    const { outputs } = run.networks.find(({ name }) => name === biased[0])!;
    const images = sharedImages([...biased, ...balanced].map((name) => values.get(name)!));
    return outputs.flatMap(({ method, layer }, o) => {
      const at = (names: readonly string[]) =>
        names.map((name) => ofOutput(values.get(name)!, images, o, measures.length));
      return statisticsOf(measures, usual, other).map((measure) => ({
        ...{ pairs: group, method, layer, measure },
        ...pairRow(at(biased), at(balanced), measure, run.bootstrap),
      }));
    });
  });
}

const { csv, shown } = columns<PairRow>([
  { name: 'pairs', of: ({ pairs }) => pairs, align: 'left' },
  { name: 'method', of: ({ method }) => method, align: 'left' },
  { name: 'layer', of: ({ layer }) => layer },
  { name: 'measure', of: ({ measure }) => measure.name, align: 'left' },
  { name: 'unit', of: ({ measure }) => measure.unit },
  { name: 'seeds', of: ({ seeds }) => seeds, align: 'right' },
  { name: 'n', of: ({ n }) => n, align: 'right' },
  { name: 'biased', of: ({ biased }) => biased, digits: 2, align: 'right' },
  { name: 'balanced', of: ({ balanced }) => balanced, digits: 2, align: 'right' },
  {
    name: ['difference', 'scenes_low', 'scenes_high'],
    of: ({ overScenes }) => overScenes,
    digits: 2,
    align: 'right',
    title: 'difference (over scenes)',
    shown: [2, 2],
  },
  { name: 'seeds_low', of: ({ overSeeds }) => overSeeds?.low, digits: 2 },
  { name: 'seeds_high', of: ({ overSeeds }) => overSeeds?.high, digits: 2 },
  {
    of: ({ overSeeds }) => overSeeds,
    align: 'right',
    title: 'difference (over seeds)',
    shown: [2, 2],
  },
]);

/** pairs.csv */
export const pairsCsv = (rows: readonly PairRow[]): string => csv(rows);

/** The same for people. */
export const pairLines = (rows: readonly PairRow[]): readonly ReportLine[] => [
  '',
  'balanced minus biased, in %, or in points of it: first resampled over the scenes, then over the seeds',
  '',
  shown(rows),
];
