import type { Judged, NetworkRecords } from '../../eval/experiment.js';
import { unpackFloats } from '../../eval/float-text.js';
import { chanceOfAny, extremes, namedUnits, type UnitName } from '../../eval/maps/unit-names.js';
import type { NeuronRecord } from './record.js';

/* A network's units named on one half of the images, and the decisions about the other half explained by the names. */

/** One image's explanation. */
export interface Explained {
  readonly id: string;
  readonly record: NeuronRecord;
  readonly alpha: Float32Array;
  readonly most: readonly number[];
  readonly least: readonly number[];
}

/** One network's names, and what they explain. */
export interface NamedNetwork {
  readonly name: string;
  readonly layer: string;
  readonly methods: readonly string[];
  readonly units: readonly UnitName[];
  readonly explained: readonly Explained[];
}

/**
 * Names the units of a network. Images at even places of the run name them, those at odd places are explained.
 * @param concepts how many there are
 * @param shown units of either end
 * @param support images that must show a concept, and that must not, for it to name units
 */
export async function namedNetwork(
  { name, outputs, readings = [], records }: NetworkRecords<NeuronRecord>,
  concepts: number,
  { units: shown, support }: { readonly units: number; readonly support: number },
): Promise<NamedNetwork> {
  const halves: [Judged<NeuronRecord>[], Judged<NeuronRecord>[]] = [[], []];
  for await (const judged of records()) halves[(judged.at % 2) as 0 | 1].push(judged);
  const [naming, heldOut] = halves.map((half) =>
    half.map(({ record }) => ({ concepts: record.concepts, active: unpackFloats(record.active) })),
  );
  return {
    name,
    layer: readings[0]!.layer,
    methods: outputs.map(({ method }) => method),
    units: namedUnits(naming!, heldOut!, concepts, support),
    explained: halves[1].map(({ id, record }) => {
      const alpha = unpackFloats(record.alpha);
      return { id, record, alpha, ...extremes(alpha, shown) };
    }),
  };
}

/**
 * What the names say of an image, in per cent: whether one of the units is called after the class decided for, after a
 * true class, and the share of the named units whose name the image shows. NaN where the question does not arise.
 */
export function saysOf(
  { record }: Explained,
  units: readonly UnitName[],
  shown: readonly number[],
): number[] {
  const names = shown.flatMap((unit) => units[unit]!.concept ?? []);
  return [
    ...answerable(record, units).map((classes) =>
      classes === undefined ? Number.NaN : names.some((name) => classes.includes(name)) ? 100 : 0,
    ),
    (100 * names.filter((name) => record.concepts.includes(name)).length) / names.length,
  ];
}

/** The same of units drawn by chance: what is expected of so many. */
export function saysByChance({ record }: Explained, units: readonly UnitName[], draws: number): number[] {
  const names = units.flatMap(({ concept }) => concept ?? []);
  return [
    ...answerable(record, units).map((classes) => {
      if (classes === undefined) return Number.NaN;
      return 100 * chanceOfAny(units.length, names.filter((name) => classes.includes(name)).length, draws);
    }),
    (100 * names.filter((name) => record.concepts.includes(name)).length) / names.length,
  ];
}

/** The class decided for and the true ones; undefined where no unit of the network has such a name. */
function answerable({ decided, labels }: NeuronRecord, units: readonly UnitName[]) {
  return [[decided], labels].map((classes) =>
    units.some(({ concept }) => concept !== undefined && classes.includes(concept)) ? classes : undefined,
  );
}
