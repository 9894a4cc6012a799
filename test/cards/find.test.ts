import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardClasses, imagenetClassNames } from '../../src/cards/class-names.js';
import { factsOf } from '../../src/cards/find.js';
import { METADATA_KEY, parseCard } from '../../src/cards/schema.js';
import { cardText } from '../../src/cards/write.js';
import { readHeader } from '../../src/onnx/header.js';
import { decodeModel, encodeModel } from '../../src/onnx/schema.js';
import { writeModel } from '../../src/onnx/write.js';
import { colorNetwork, PACKAGE } from '../cli/world.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cards-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Writes the colour network under a name, with a card in its metadata. */
async function model(name: string, card?: unknown): Promise<string> {
  const path = join(folder, `${name}.onnx`);
  const plain = decodeModel(Buffer.from(writeModel(colorNetwork())));
  const props = card === undefined ? [] : [{ key: METADATA_KEY, value: JSON.stringify(card) }];
  const metadataProps = [{ key: 'author', value: 'someone' }, ...props];
  await writeFile(path, encodeModel({ ...plain, metadataProps }));
  return path;
}

describe('a card', () => {
  it('is found beside the file, else in its metadata, else there is none', async () => {
    const path = await model('both', { input: { mean: 1 } });
    expect(factsOf(path, path).card).toMatchObject({ card: { input: { mean: 1 } }, from: `card in ${path}` });
    await writeFile(join(folder, 'both.card.json'), '{"input": {"mean": 2}, "layer": "relu1"}');
    expect(factsOf(path, path).card?.card).toEqual({ input: { mean: 2 }, layer: 'relu1' });
    const bare = await model('bare');
    expect(factsOf(bare, bare)).toEqual({ card: undefined, size: [16, 16], exists: true });
    const nowhere = join(folder, 'nowhere.onnx');
    expect(factsOf(nowhere, nowhere)).toEqual({ card: undefined, size: undefined, exists: false });
  });

  it('of a published name is the manifest’s', () => {
    const { card } = factsOf('vgg16', '/nowhere/vgg16.onnx');
    expect(card?.card).toMatchObject({ classes: 'imagenet', input: { short_side: 256, size: [224, 224] } });
    expect(card?.card.source).toContain('vgg16-12.onnx');
  });

  it('and the size are found in a large file without its weights, and in one whose colours come last', async () => {
    const shipped = join(PACKAGE, 'models', 'squeezenet1.1.onnx');
    expect(factsOf(shipped, shipped)).toMatchObject({
      size: [224, 224],
      card: { card: { layer: 'fire9/concat' } },
    });
    const path = await model('last');
    const { graph, ...rest } = decodeModel(await readFile(path));
    const dim = [{ dimParam: 'N' }, { dimValue: 20 }, { dimValue: 30 }, { dimValue: 3 }];
    const input = [{ name: 'data', type: { tensorType: { elemType: 1, shape: { dim } } } }];
    await writeFile(path, encodeModel({ ...rest, graph: { ...graph, input } }));
    expect(readHeader(path).size).toEqual([20, 30]);
  });

  it('in a file that is no model is none, and no defect', async () => {
    const path = join(folder, 'broken.onnx');
    await writeFile(path, 'no model');
    expect(readHeader(path)).toEqual({ metadata: new Map(), size: undefined });
    expect(readHeader(folder)).toEqual({ metadata: new Map(), size: undefined });
  });

  it.each([
    ['{"input": {"meen": 1}}', 'x: input: unknown key `meen`; did you mean `mean`?'],
    ['{"licens": "MIT"}', 'x: unknown key `licens`; did you mean `licence`?'],
    ['{"score": "logits"}', /^x: score: expected one of logit, .*, got "logits"; did you mean `logit`\?$/],
    ['{"input": {"std": 0}}', /^x: input\.std: expected a number other than 0, got 0$/],
    ['{"classes": []}', /^x: classes: expected /],
    ['{', /^x: not JSON: /],
    ['[]', /^x: the document: expected a section of keys, got \[\]$/],
  ])('%s is refused in one line', (text, message) => {
    expect(() => parseCard(text, 'x')).toThrow(message);
  });

  it('is written as it is read', () => {
    const card = parseCard('{"input": {"mean": [0.485, 0.456, 0.406]}, "classes": ["a", "b"]}', 'x');
    expect(cardText(card)).toContain('"mean": [0.485, 0.456, 0.406]\n');
    expect(parseCard(cardText(card), 'x')).toEqual(card);
  });

  it('names classes itself, by a file beside it, or by ImageNet’s name', async () => {
    const classesOf = (classes: string | string[]) =>
      cardClasses({ card: { classes }, from: 'card', file: join(folder, 'x.card.json') });
    expect(await classesOf(['n02123045 tabby, tabby cat', 'dog'])).toEqual([
      { id: 'n02123045', name: 'tabby, tabby cat' },
      { id: 'dog', name: 'dog' },
    ]);
    await writeFile(join(folder, 'names.txt'), 'one\ntwo\n');
    expect(await classesOf('names.txt')).toHaveLength(2);
    await expect(classesOf('nowhere.txt')).rejects.toThrow('no such file of class names');
    const imagenet = await classesOf('imagenet');
    expect(imagenet).toEqual(await imagenetClassNames());
    expect(imagenet).toHaveLength(1000);
    expect(new Set(imagenet!.map(({ id }) => id)).size).toBe(1000);
    expect(imagenet![281]).toEqual({ id: 'n02123045', name: 'tabby, tabby cat' });
    const ids = imagenet!.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
  });
});
