import type { Figure, RunRecords } from '../../eval/experiment.js';
import { distinctWords } from '../../eval/file-word.js';
import { type Panel, pictureSpec, veiled } from '../picture-figure.js';
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
  const rows = await Promise.all(shown.map((one) => panels(run, network, one, concepts)));
  return [
    {
      name: `explanations-${word}.svg`,
      spec: pictureSpec(
        {
          text: `Decisions by the names of units: ${network.name} ${network.layer}`,
          subtitle: [
            `${run.data.label}; the whiter, the lower the map; the units with the largest and the smallest α,`,
            'named by what they predict on other images; +: the image shows it, –: it does not',
          ],
        },
        rows,
      ),
    },
  ];
}

async function panels(
  run: RunRecords<NeuronRecord>,
  { methods, units }: NamedNetwork,
  { id, record, most, least }: Explained,
  concepts: readonly string[],
): Promise<Panel[]> {
  const nameOf = (index: number) => run.classes[index]?.name.split(',')[0] ?? 'a class of its own';
  const decided = `${(100 * record.confidence).toFixed(1)} % ${nameOf(record.decided)}`;
  const right = record.labels.includes(record.decided);
  const line = (unit: number) => {
    const { concept } = units[unit]!;
    const name = concept === undefined ? 'unnamed' : concepts[concept]!;
    const mark = concept !== undefined && record.concepts.includes(concept) ? '+' : '–';
    return `${mark} ${name} (unit ${unit})`;
  };
  return [
    {
      picture: record.picture,
      caption: [id, decided, right ? 'right' : `true: ${record.labels.map(nameOf).join(', ')}`],
    },
    ...(await Promise.all(
      methods.map(
        async (method, i): Promise<Panel> => ({
          picture: await veiled(record.picture, record.maps[i]!),
          caption: [method, nameOf(record.decided), ' '],
        }),
      ),
    )),
    { lines: most.map(line), caption: ['speak for it', nameOf(record.decided), ' '] },
    { lines: least.map(line), caption: ['speak against it', nameOf(record.decided), ' '] },
  ];
}
