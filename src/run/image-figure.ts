import { type Box, scaleBox } from '../base/box.js';
import type { Heatmap } from '../base/heatmap.js';
import type { Interpolation } from '../base/resize-map.js';
import { pagesOf } from '../figures/pages.js';
import type { FigureBox, FigureRow, FigureSpec, Heading, PictureCell } from '../figures/spec.js';
import type { InputGeometry } from '../images/geometry.js';
import { resizeBilinear } from '../images/resize.js';
import type { RgbImage } from '../images/rgb-image.js';
import { methodTitle } from '../methods/titles.js';

/** A class whose maps are shown. */
export interface ShownClass {
  readonly name: string;
  /** 0…1; undefined where it is not known. */
  readonly probability: number | undefined;
  /** Whether the ground truth names it; undefined where there is none. */
  readonly right?: boolean | undefined;
  /** The ground truth's boxes of it. */
  readonly truth: readonly Box[];
}

/** A method's maps, one for each class, with their boxes in pixels of the image. */
export interface ShownMethod {
  readonly method: string;
  readonly layer: string;
  /** The rule of its boxes in words; undefined where no boxes are drawn. */
  readonly boxWords: string | undefined;
  readonly maps: readonly { readonly heat: Heatmap; readonly box: Box | undefined }[];
}

/** One image, and everything that a figure says of it. */
export interface ShownImage {
  readonly name: string;
  readonly network: string;
  readonly image: RgbImage;
  readonly geometry: InputGeometry;
  readonly upsampling: Interpolation;
  readonly classes: readonly ShownClass[];
  readonly methods: readonly ShownMethod[];
  /** Of the ground truth. */
  readonly truth?: { readonly names: readonly string[]; readonly boxes: readonly Box[] } | undefined;
}

const truthWords = (names: readonly string[]) => `truth: ${names.map(shortName).join(', ')}`;

/** The first of the names that ImageNet gives a class. */
const shortName = (name: string) => name.split(',')[0]!;

/** The figure of one image: methods as rows, classes as columns. */
export function imageFigure(shown: ShownImage): FigureSpec {
  const { name, network, image, classes, methods, truth } = shown;
  const layer = common(methods.map((one) => one.layer));
  const boxes = common(methods.map((one) => one.boxWords));
  const rows = methods.map((one): FigureRow => {
    const details = [
      ...(layer === undefined ? [atLayer(one.layer)] : []),
      ...(boxes === undefined && one.boxWords !== undefined ? [one.boxWords] : []),
    ];
    return {
      label: { title: methodTitle(one.method), details },
      cells: classes.map((_, j) => mapCell(shown, one, j)),
    };
  });
  return {
    original: {
      heading: { title: name, details: truth ? [truthWords(truth.names)] : [] },
      cell: { picture: image, boxes: truth?.boxes.map(truthBox) ?? [] },
    },
    columns: classes.map(classHeading),
    rows,
    boxWords: boxes ?? 'box of the map',
    caption: [network, ...(layer === undefined ? [] : [atLayer(layer)]), ...unseen(shown.geometry)],
  };
}

/** Columns and rows of a contact sheet. */
const SHEET_COLUMNS = 8;
const SHEET_ROWS = 12;

/** Images beside each other on a contact sheet, each with a map of so many methods. */
const imagesAcross = (methods: number) => Math.max(1, Math.floor(SHEET_COLUMNS / (1 + methods)));

/** Images of one contact sheet. */
export const imagesOfSheet = (methods: number) => SHEET_ROWS * imagesAcross(methods);

/** What a contact sheet shows of an image: its picture, then each method's map of its first class. */
export function sheetCells(shown: ShownImage): readonly PictureCell[] {
  const [best] = shown.classes;
  const { title, details = [] } = best === undefined ? { title: '' } : classHeading(best);
  const right = best?.right ?? true;
  const truth = right || shown.truth === undefined ? [] : [truthWords(shown.truth.names)];
  const caption = { title: shown.name, details: [[title, ...details].join(', '), ...truth] };
  const maps = best === undefined ? [] : shown.methods.map((one) => small(mapCell(shown, one, 0)));
  return [{ ...small({ picture: shown.image }), caption }, ...maps];
}

/** The contact sheet of such images, in parts where it has too many methods. @param shown one of them */
export function sheetFigures(
  shown: ShownImage,
  images: readonly (readonly PictureCell[])[],
): readonly FigureSpec[] {
  const { rows: labels, boxWords, caption } = imageFigure(shown);
  const methods = labels.map(({ label }): Heading => label ?? { title: '' });
  // One below the other as long as they fit.
  const across = Math.min(imagesAcross(methods.length), Math.ceil(images.length / SHEET_ROWS));
  const rows = Array.from({ length: Math.ceil(images.length / across) }, (_, i) => ({
    cells: images.slice(i * across, (i + 1) * across).flat(),
  }));
  const columns = Array.from({ length: across }, () => [{ title: '' }, ...methods]).flat();
  const sheet = { columns, rows, boxWords, caption };
  return across === 1 ? pagesOf(sheet, 1) : [sheet];
}

function unseen({ image, region }: InputGeometry): readonly string[] {
  const whole = Math.round(region.width) >= image.width && Math.round(region.height) >= image.height;
  return whole ? [] : ['pale: what the network did not see'];
}

function classHeading({ name, probability, right = false }: ShownClass): Heading {
  const parts = [
    ...(probability === undefined ? [] : [probabilityText(probability)]),
    ...(right ? ['true class'] : []),
  ];
  return { title: shortName(name), details: parts.length === 0 ? [] : [parts.join(' · ')] };
}

/** Two decimals, and never 0 or 1 for what is neither. */
function probabilityText(probability: number): string {
  if (probability > 0 && probability < 0.005) return 'p\u00a0<\u00a00.01';
  if (probability < 1 && probability >= 0.995) return 'p\u00a0>\u00a00.99';
  return `p\u00a0=\u00a0${probability.toFixed(2)}`;
}

function mapCell(shown: ShownImage, { maps }: ShownMethod, j: number): PictureCell {
  const { image, geometry, upsampling, classes } = shown;
  const { heat, box } = maps[j]!;
  return {
    picture: image,
    map: { heat, region: geometry.region, upsampling, signed: isSigned(maps) },
    boxes: [
      ...classes[j]!.truth.map(truthBox),
      ...(box === undefined ? [] : [{ box, role: 'map' } as const]),
    ],
  };
}

/** Whether a method's values below 0 mean something: one that knows no such values gives none. */
function isSigned(maps: ShownMethod['maps']): boolean {
  return maps.some(({ heat }) => heat.data.some((value) => value < 0));
}

const truthBox = (box: Box): FigureBox => ({ box, role: 'truth' });

function atLayer(layer: string): string {
  if (layer === 'input') return 'at the input';
  return layer.startsWith('layer') ? layer : `layer ${layer}`;
}

/** What all have in common; undefined when they differ. */
function common<T>(all: readonly T[]): T | undefined {
  return all.every((one) => one === all[0]) ? all[0] : undefined;
}

/** Longer side of a picture that is kept for a contact sheet. */
const KEPT = 480;

/** The cell with a picture that is no larger than a sheet needs: the pictures of many images are held at once. */
function small(cell: PictureCell): PictureCell {
  const { width, height } = cell.picture;
  const factor = KEPT / Math.max(width, height);
  if (factor >= 1) return cell;
  const whole = (side: number) => Math.max(1, Math.round(side * factor));
  const size = { width: whole(width), height: whole(height) };
  const [sx, sy] = [size.width / width, size.height / height];
  const { map, boxes = [] } = cell;
  const region = map?.region && {
    x: map.region.x * sx,
    y: map.region.y * sy,
    width: map.region.width * sx,
    height: map.region.height * sy,
  };
  return {
    ...cell,
    picture: resizeBilinear(cell.picture, size),
    // The map is a view of a whole batch's.
    ...(map === undefined
      ? {}
      : { map: { ...map, heat: { ...map.heat, data: map.heat.data.slice() }, region } }),
    boxes: boxes.map(({ box, role }) => ({ box: scaleBox(box, sx, sy), role })),
  };
}
