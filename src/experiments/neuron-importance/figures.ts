import type { Figure, RunRecords } from '../../eval/experiment.js';
import { distinctWords } from '../../eval/file-word.js';
import type { FigureRow } from '../../figures/spec.js';
import { methodTitle } from '../../methods/titles.js';
import { drawnPicture, thumbnailCell } from '../kept-picture.js';
import type { Explained, NamedNetwork } from './names.js';
import type { NeuronRecord } from './record.js';

/** Images a figure. */
const SHOWN = 5;

/** The first explained images: the picture, the methods' maps, the names for and against. */
export async function explanationFigure(
  run: RunRecords<NeuronRecord>,
  network: NamedNetwork,
  concepts: readonly string[],
): Promise<readonly Figure[]> {
  const shown = network.explained.slice(0, SHOWN);
  if (shown.length === 0) return [];
  const names = run.networks.map(({ name }) => name);
  const word = distinctWords(names)[names.indexOf(network.name)]!;
  return [
    {
      name: `explanations-${word}.svg`,
      pictures: {
        title: {
          title: 'Decisions by the names of units',
          details: [
            'the units with the largest and the smallest α, named by what they predict on other images',
            '+: the image shows it, –: it does not',
          ],
        },
        columns: ['', ...network.methods.map(methodTitle), 'speak for it', 'speak against it'].map(
          (title) => ({
            title,
          }),
        ),
        rows: await Promise.all(shown.map((one) => rowOf(run, network, one, concepts))),
        caption: [network.name, network.layer, run.data.label],
      },
    },
  ];
}

async function rowOf(
  run: RunRecords<NeuronRecord>,
  { units }: NamedNetwork,
  { id, record, most, least }: Explained,
  concepts: readonly string[],
): Promise<FigureRow> {
  const nameOf = (index: number) => run.classes[index]?.name.split(',')[0] ?? 'a class of its own';
  const right = record.labels.includes(record.decided);
  const line = (unit: number) => {
    const { concept } = units[unit]!;
    const name = concept === undefined ? 'unnamed' : concepts[concept]!;
    const mark = concept !== undefined && record.concepts.includes(concept) ? '+' : '–';
    return `${mark} ${name} (unit ${unit})`;
  };
  const drawn = await drawnPicture({ jpeg: record.picture });
  const details = [
    `${nameOf(record.decided)}, p = ${record.confidence.toFixed(2)}`,
    ...(right ? [] : [`true: ${record.labels.map(nameOf).join(', ')}`]),
  ];
  return {
    cells: [
      { ...drawn, caption: { title: id, details } },
      ...record.maps.map((map) => thumbnailCell(drawn, map)),
      { lines: most.map(line) },
      { lines: least.map(line) },
    ],
  };
}
