import { describe, expect, it } from 'vitest';
import { isPicture, type PictureCell } from '../../src/figures/spec.js';
import { methods as registry } from '../../src/methods/registry.js';
import { methodTitle } from '../../src/methods/titles.js';
import {
  imageFigure,
  imagesOfSheet,
  type ShownImage,
  type ShownMethod,
  sheetCells,
  sheetFigures,
} from '../../src/run/image-figure.js';
import { CORNER, plain } from '../figures/specs.js';

const box = { x0: 1, y0: 2, x1: 5, y1: 6 };
const truth = { x0: 0, y0: 0, x1: 9, y1: 3 };
const words = 'box: largest region ≥ 15 % of the maximum';
const method = (name: string, part: Partial<ShownMethod> = {}): ShownMethod => ({
  ...{ method: name, layer: 'conv5', boxWords: words },
  maps: [
    { heat: CORNER, box },
    { heat: CORNER, box: undefined },
  ],
  ...part,
});
const whole = { x: 0, y: 0, width: 40, height: 20 };
const shown: ShownImage = {
  ...{ name: 'cat.jpg', network: 'vgg16', image: plain(40, 20), upsampling: 'bilinear' },
  geometry: { image: { width: 40, height: 20 }, input: { width: 8, height: 8 }, region: whole },
  classes: [
    { name: 'tabby, tabby cat', probability: 0.664, right: true, truth: [truth] },
    { name: 'tiger cat', probability: 0.001, right: false, truth: [] },
  ],
  methods: [method('grad-cam'), method('c-mwp')],
  truth: { names: ['tabby, tabby cat'], boxes: [truth] },
};
const text = (one: { title: string; details?: readonly string[] } | undefined) =>
  [one?.title, ...(one?.details ?? [])].join(' | ').replaceAll('\u00a0', ' ');

describe('imageFigure', () => {
  it('has methods as rows and classes as columns, with their probabilities', () => {
    const { columns, rows, original } = imageFigure(shown);
    expect(columns.map(text)).toEqual(['tabby | p = 0.66 · true class', 'tiger cat | p < 0.01']);
    expect(rows.map(({ label }) => text(label))).toEqual(['Grad-CAM', 'c-MWP']);
    expect(text(original!.heading)).toBe('cat.jpg | truth: tabby');
    const [first, second] = rows[0]!.cells as readonly PictureCell[];
    expect(first!.boxes).toEqual([
      { box: truth, role: 'truth' },
      { box, role: 'map' },
    ]);
    expect(second!.boxes).toEqual([]);
    expect(first!.map).toEqual({ heat: CORNER, region: whole, upsampling: 'bilinear', signed: false });
  });

  it('says layer and box rule once where all have the same, and in each row where not', () => {
    const same = imageFigure(shown);
    expect(same.caption).toEqual(['vgg16', 'layer conv5']);
    expect(same.boxWords).toBe(words);
    const other = method('backprop', { layer: 'input', boxWords: 'box: above 5 × the mean' });
    const mixed = imageFigure({ ...shown, methods: [method('grad-cam', { layer: 'layer4' }), other] });
    expect(mixed.caption).toEqual(['vgg16']);
    expect(mixed.rows.map(({ label }) => text(label))).toEqual([
      `Grad-CAM | layer4 | ${words}`,
      'Backprop | at the input | box: above 5 × the mean',
    ]);
    expect(mixed.boxWords).toBe('box of the map');
  });

  it('draws a method in signed colours when one of its maps has values below 0', () => {
    const negative = { ...CORNER, data: Float32Array.of(-1, 0, 0, 1) };
    const maps = [
      { heat: CORNER, box },
      { heat: negative, box },
    ];
    const { rows } = imageFigure({ ...shown, methods: [method('own', { maps }), method('cam')] });
    const signed = rows.map(({ cells }) => cells.filter(isPicture).map(({ map }) => map!.signed));
    expect(signed).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  it('says that a part of the picture was not seen', () => {
    const region = { ...whole, x: 10, width: 20 };
    const { caption } = imageFigure({ ...shown, geometry: { ...shown.geometry, region } });
    expect(caption.at(-1)).toBe('pale: what the network did not see');
  });

  it('never rounds a probability to 0 or 1 that is neither', () => {
    const heading = (probability: number | undefined) => {
      const classes = [{ name: 'cat', probability, truth: [] }];
      return text(imageFigure({ ...shown, classes, methods: [] }).columns[0]);
    };
    expect([0, 0.0049, 0.005, 0.994, 0.995, 1].map(heading)).toEqual([
      ...['cat | p = 0.00', 'cat | p < 0.01', 'cat | p = 0.01'],
      ...['cat | p = 0.99', 'cat | p > 0.99', 'cat | p = 1.00'],
    ]);
    expect(heading(undefined)).toBe('cat');
  });
});

describe('the contact sheet', () => {
  it('has each image with its first class, and the truth where that is another', () => {
    const [picture, ...maps] = sheetCells(shown);
    expect(text(picture!.caption)).toBe('cat.jpg | tabby, p = 0.66 · true class');
    expect(maps).toHaveLength(2);
    const wrong = sheetCells({ ...shown, classes: [shown.classes[1]!] });
    expect(text(wrong[0]!.caption)).toBe('cat.jpg | tiger cat, p < 0.01 | truth: tabby');
  });

  it('keeps small copies of large pictures, boxes and region with them', () => {
    const image = plain(960, 480);
    const large = { ...shown, image, geometry: { ...shown.geometry, region: { ...whole, width: 960 } } };
    const [picture, map] = sheetCells(large);
    expect([picture!.picture.width, picture!.picture.height]).toEqual([480, 240]);
    expect(map!.map!.region).toEqual({ x: 0, y: 0, width: 480, height: 10 });
    // Pixels 1…5 of twice the size: edges 0.5…3.
    expect(map!.boxes!.at(-1)!.box).toEqual({ x0: 0.5, y0: 1, x1: 2, y1: 2.5 });
    // A map of its own, as a batch's memory is not kept for it.
    expect(map!.map!.heat.data).not.toBe(CORNER.data);
  });

  it('puts several images into a row where many have to fit', () => {
    const shape = (methods: number, images: number) => {
      const of = { ...shown, methods: Array.from({ length: methods }, () => method('cam')) };
      const sheets = sheetFigures(of, Array(images).fill(sheetCells(of)));
      return sheets.map(({ columns, rows }) => [columns.length, rows.length, rows.at(-1)!.cells.length]);
    };
    expect([1, 2, 3, 4].map(imagesOfSheet)).toEqual([48, 24, 24, 12]);
    expect(shape(1, 48)).toEqual([[8, 12, 8]]);
    expect(shape(1, 5)).toEqual([[2, 5, 2]]);
    expect(shape(3, 23)).toEqual([[8, 12, 4]]);
    expect(shape(8, 3)).toEqual([
      [5, 3, 5],
      [5, 3, 5],
    ]);
  });
});

it('every method has a title of its own', () => {
  const titles = [...registry.keys()].map(methodTitle);
  expect(new Set(titles).size).toBe(registry.size);
  expect([...registry.keys()].filter((name) => methodTitle(name) === name)).toEqual([]);
});
