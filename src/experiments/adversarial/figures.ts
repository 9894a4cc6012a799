import type { Figure, RunRecords } from '../../eval/experiment.js';
import { distinctWords } from '../../eval/file-word.js';
import type { Cell, FigureRow } from '../../figures/spec.js';
import { drawnPicture, keptWords, thumbnailCell } from '../kept-picture.js';
import { outputLabel } from '../mean-table.js';
import type { AdversarialOptions, AdversarialRecord } from './record.js';
import type { ShownAttack } from './shown.js';

/* The paper's figure of an attack: a picture before and after, and Grad-CAM of what it shows and of what it does not. */

/** Images a figure: two rows each. */
const SHOWN = 3;

type Run = RunRecords<AdversarialRecord | null>;
type Shown = AdversarialRecord & ShownAttack;

const isShown = (record: AdversarialRecord | null): record is Shown => record?.pictures !== undefined;

/** `0.53`; near 1 as many digits as tell it from 1, near 0 as a power of ten: `0.99993`, `3e-9`. */
export function probabilityText(value: number): string {
  if (value === 0 || value === 1) return String(value);
  if (value < 0.001) return value.toExponential(0);
  if (value > 0.99) return value.toFixed(Math.min(15, Math.ceil(-Math.log10(1 - value) - 1e-6)));
  return value.toFixed(value < 0.1 ? 3 : 2);
}

/** The first images with two true classes, then those with one, in the order of the data. */
async function chosen(records: ReturnType<Run['networks'][number]['records']>) {
  const [two, one]: { readonly id: string; readonly record: Shown }[][] = [[], []];
  for await (const { id, record } of records) {
    if (!isShown(record)) continue;
    const list = record.second === undefined ? one! : two!;
    if (list.length < SHOWN) list.push({ id, record });
    if (two!.length === SHOWN) break;
  }
  return [...two!, ...one!].slice(0, SHOWN);
}

/** Per network a figure of its first images that were right and are not any more. */
export async function figures(
  run: Run,
  { kind, epsilon, confidence }: AdversarialOptions,
): Promise<readonly Figure[]> {
  const drawn: Figure[] = [];
  const words = distinctWords(run.networks.map(({ name }) => name));
  for (const [n, { name, outputs, records }] of run.networks.entries()) {
    const images = await chosen(records());
    if (images.length === 0) continue;
    const two = images.some(({ record }) => record.second !== undefined);
    const rows = await Promise.all(images.map(({ id, record }) => rowsOf(run, id, record, two)));
    const columns = ['picture', 'true class', ...(two ? ['second true class'] : []), 'false class'];
    drawn.push({
      name: `adversarial-${words[n]}.svg`,
      pictures: {
        title: {
          title: `Before and after the attack: ${outputLabel(name, outputs[0]!)}`,
          details: [
            'Maps of the classes that a picture shows, and of the false class that the attack makes the network see',
          ],
        },
        columns: columns.map((title) => ({ title })),
        rows: rows.flat(),
        caption: [
          `${kind}, at most ${epsilon} of 255 a pixel, until p > ${confidence}`,
          ...['dashed: true boxes', run.data.label, keptWords],
        ],
      },
    });
  }
  return drawn;
}

/** A row before the attack and one after it. */
async function rowsOf(run: Run, id: string, record: Shown, two: boolean): Promise<readonly FigureRow[]> {
  const nameOf = (index: number) => run.classes[index]!.name.split(',')[0]!;
  const { pictures, maps, probabilities, boxes, second } = record;
  return Promise.all(
    ([0, 1] as const).map(async (when): Promise<FigureRow> => {
      const plain = await drawnPicture({ jpeg: pictures[when] });
      /** @param place of the class in the record's lists */
      const cell = async (index: number, place: 0 | 1 | 2): Promise<Cell> => {
        const own = place === 1 ? [] : boxes[place === 0 ? 0 : 1];
        const drawn = await drawnPicture({ jpeg: pictures[when], boxes: own });
        return {
          ...thumbnailCell(drawn, maps[when][place]!),
          caption: {
            title: nameOf(index),
            details: [`p = ${probabilityText(probabilities[when][place]!)}`],
          },
        };
      };
      const none: Cell = { lines: ['the picture shows', 'no second class'] };
      return {
        label: when === 0 ? { title: 'before', details: [id] } : { title: 'after the attack' },
        cells: [
          plain,
          await cell(record.true, 0),
          ...(two ? [second === undefined ? none : await cell(second.class, 2)] : []),
          await cell(record.target, 1),
        ],
      };
    }),
  );
}
