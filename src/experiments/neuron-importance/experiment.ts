import { z } from 'zod';
import { section } from '../../config/section.js';
import { defineExperiment, type RunRecords } from '../../eval/experiment.js';
import { conceptNames } from '../../eval/maps/image-concepts.js';
import { bootstrapMean } from '../../eval/statistics/bootstrap.js';
import { columns } from '../../report/columns.js';
import { type MeanRow, type Measure, meanCsv, meanLines } from '../mean-table.js';
import { INTERVALS } from '../reads.js';
import { bytesText, classIndex, floatsText, pictureText, share, thumbnailText } from '../record-schemas.js';
import { explanationFigure } from './figures.js';
import { type Explained, type NamedNetwork, namedNetwork, saysByChance, saysOf } from './names.js';
import { type NeuronRecord, neuronRecord, READINGS } from './record.js';

/*
 * A decision explained by names: of the units that speak most for it and most against it, each called after what its
 * activation predicts. Images at even places of the run name the units, those at odd places are explained.
 */

const options = section({
  /** Units shown of either end. */
  units: z.int().min(1).max(1000).default(5),
  /** A concept names units only if so many of the naming images show it and so many do not. */
  support: z.int().min(1).max(1_000_000).default(5),
});
type Options = z.output<typeof options>;
type Run = RunRecords<NeuronRecord>;

const NAMED: readonly Measure[] = [
  { name: 'decision_named', unit: '%', digits: 2 },
  { name: 'true_class_named', unit: '%', digits: 2 },
  { name: 'names_present', unit: '%', digits: 2 },
];
const PREDICTED: readonly Measure[] = [
  { name: 'auc_naming', unit: 'AUC', digits: 4 },
  { name: 'auc_held_out', unit: 'AUC', digits: 4 },
];

function rowsOf(run: Run, { name, layer, units, explained }: NamedNetwork, own: Options): readonly MeanRow[] {
  const groups = [
    { group: 'most important', says: (one: Explained) => saysOf(one, units, one.most) },
    { group: 'least important', says: (one: Explained) => saysOf(one, units, one.least) },
    { group: 'by chance', says: (one: Explained) => saysByChance(one, units, own.units) },
  ];
  const shared = { network: name, paper: undefined, layer };
  const named = groups.flatMap(({ group, says }) => {
    const all = explained.map(says);
    return NAMED.map((measure, m) => ({
      ...{ ...shared, method: group, measure },
      interval: bootstrapMean(
        all.map((values) => values[m]!),
        run.bootstrap,
      ),
    }));
  });
  const predicted = PREDICTED.map((measure, m) => ({
    ...{ ...shared, method: 'all units', measure },
    interval: bootstrapMean(
      units.map(({ auc, heldOut }) => (m === 0 ? auc : heldOut) ?? Number.NaN),
      run.bootstrap,
    ),
  }));
  return [...named, ...predicted];
}

/** A unit of a network, and the concept that names it. */
interface UnitRow {
  readonly network: NamedNetwork;
  readonly unit: number;
}

const unitOf = ({ network, unit }: UnitRow) => network.units[unit]!;
const nameOf = (row: UnitRow, concepts: readonly string[]) => {
  const { concept } = unitOf(row);
  return concept === undefined ? '' : concepts[concept]!;
};

function unitsCsv(run: Run, networks: readonly NamedNetwork[], concepts: readonly string[]): string {
  return columns<UnitRow>([
    { name: 'data', of: () => run.data.label },
    { name: 'network', of: ({ network }) => network.name },
    { name: 'layer', of: ({ network }) => network.layer },
    'unit',
    { name: 'name', of: (row) => nameOf(row, concepts) },
    { name: 'auc', of: (row) => unitOf(row).auc, digits: 4 },
    { name: 'auc_held_out', of: (row) => unitOf(row).heldOut, digits: 4 },
  ]).csv(networks.flatMap((network) => network.units.map((_, unit) => ({ network, unit }))));
}

/** A unit that speaks for or against a decision. */
interface SpeakingUnit extends UnitRow {
  readonly explained: Explained;
  readonly side: 'for' | 'against';
  readonly rank: number;
}

function speakingUnits(network: NamedNetwork): readonly SpeakingUnit[] {
  return network.explained.flatMap((explained) =>
    (
      [
        ['for', explained.most],
        ['against', explained.least],
      ] as const
    ).flatMap(([side, units]) => units.map((unit, i) => ({ network, unit, explained, side, rank: i + 1 }))),
  );
}

function explanationsCsv(run: Run, networks: readonly NamedNetwork[], concepts: readonly string[]): string {
  const className = (index: number) => run.classes[index]?.name ?? '';
  const isPresent = (row: SpeakingUnit) => {
    const { concept } = unitOf(row);
    return concept === undefined ? '' : Number(row.explained.record.concepts.includes(concept));
  };
  return columns<SpeakingUnit>([
    { name: 'network', of: ({ network }) => network.name },
    { name: 'layer', of: ({ network }) => network.layer },
    { name: 'image', of: ({ explained }) => explained.id },
    { name: 'decided', of: ({ explained }) => className(explained.record.decided) },
    { name: 'confidence', of: ({ explained }) => explained.record.confidence, digits: 4 },
    { name: 'true', of: ({ explained }) => explained.record.labels.map(className).join('|') },
    'side',
    'rank',
    'unit',
    { name: 'alpha', of: ({ explained, unit }) => explained.alpha[unit], digits: 8 },
    { name: 'name', of: (row) => nameOf(row, concepts) },
    { name: 'auc', of: (row) => unitOf(row).auc, digits: 4 },
    { name: 'present', of: isPresent },
  ]).csv(networks.flatMap(speakingUnits));
}

export const neuronImportance = defineExperiment({
  name: 'neuron-importance',
  summary: 'decisions explained by the names of the units that speak most for and against them',
  reference:
    'Selvaraju et al., "Grad-CAM" (IJCV 2020), section 9; Bau et al., "Network Dissection" (CVPR 2017)',
  reads: INTERVALS,
  options,
  configure: (own: Options) => ({
    needs: {
      top: 1,
      pixels: true,
      readings: READINGS,
      uses: {
        labels: 'no unit is named by a class',
        boxes: 'no unit is named by the place or size of an object',
        masks: 'no unit is named by the colour of an object',
      },
    },
    judge: neuronRecord,
    record: ({ outputs, readings = [], classes }) => {
      const units = bytesText(4 * (readings[0]?.shape[0] ?? 0));
      return z.strictObject({
        decided: z.union([z.literal(-1), classIndex(classes)]),
        confidence: share,
        labels: z.array(classIndex(classes)),
        concepts: z.array(classIndex(conceptNames(Array(classes).fill({ name: '' })).length)),
        ...{ alpha: floatsText.and(units), active: floatsText.and(units) },
        picture: pictureText,
        maps: z.array(thumbnailText).length(outputs.length),
      });
    },
    report: async (run: Run) => {
      const concepts = conceptNames(run.classes);
      const networks: NamedNetwork[] = [];
      for (const network of run.networks) networks.push(await namedNetwork(network, concepts.length, own));
      const rows = networks.flatMap((network) => rowsOf(run, network, own));
      const part = (measures: readonly Measure[]) => rows.filter(({ measure }) => measures.includes(measure));
      const figures = await Promise.all(networks.map((network) => explanationFigure(run, network, concepts)));
      return {
        files: [
          { name: 'table.csv', text: meanCsv(run, rows) },
          { name: 'units.csv', text: unitsCsv(run, networks, concepts) },
          { name: 'explanations.csv', text: explanationsCsv(run, networks, concepts) },
        ],
        figures: figures.flat(),
        lines: [
          ...meanLines(run, part(NAMED), `names of ${own.units} units an image, n images, in %`),
          '',
          ...meanLines(run, part(PREDICTED), 'how well units predict what they are named by, n units'),
        ],
      };
    },
  }),
});
