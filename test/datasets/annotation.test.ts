import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/base/errors.js';
import { readAnnotation } from '../../src/datasets/annotation.js';
import { temporaryFolder } from '../images/temporary-folder.js';
import { annotationXml, put } from './fixtures.js';

async function stored(xml: string): Promise<string> {
  const folder = await temporaryFolder();
  await put(folder, 'a.xml', xml);
  return join(folder, 'a.xml');
}

const DOG = { name: 'dog', box: [2, 3, 10, 12] } as const;

describe('readAnnotation', () => {
  it('returns a single object as a list', async () => {
    expect(await readAnnotation(await stored(annotationXml(20, 15, [DOG])))).toEqual({
      size: { width: 20, height: 15 },
      objects: [
        {
          className: 'dog',
          box: { x0: 2, y0: 3, x1: 10, y1: 12 },
          difficult: false,
          truncated: false,
          occluded: false,
        },
      ],
    });
  });

  it('returns no objects as an empty list', async () => {
    expect((await readAnnotation(await stored(annotationXml(20, 15, [])))).objects).toEqual([]);
  });

  it('reads the flags', async () => {
    const extra = '<difficult>1</difficult><truncated>1</truncated><occluded>1</occluded>';
    const { objects } = await readAnnotation(await stored(annotationXml(20, 15, [{ ...DOG, extra }])));
    expect(objects[0]).toMatchObject({ difficult: true, truncated: true, occluded: true });
  });

  it('leaves out the boxes of parts', async () => {
    const part = (name: string) =>
      `<part><name>${name}</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>4</xmax><ymax>4</ymax></bndbox></part>`;
    const person = { name: 'person', box: [2, 3, 10, 12], extra: part('head') + part('hand') } as const;
    const { objects } = await readAnnotation(await stored(annotationXml(20, 15, [person, DOG])));
    expect(objects.map((object) => object.className)).toEqual(['person', 'dog']);
    expect(objects[0]?.box).toEqual({ x0: 2, y0: 3, x1: 10, y1: 12 });
  });

  it('reads fractional coordinates', async () => {
    const { objects } = await readAnnotation(
      await stored(annotationXml(20, 15, [{ name: 'dog', box: [2.5, 3, 10.700000762939453, 12] }])),
    );
    expect(objects[0]?.box.x1).toBe(10.700000762939453);
  });

  it('does not expand entities', async () => {
    const xml = `<!DOCTYPE annotation [<!ENTITY a "dog">]>${annotationXml(20, 15, [{ ...DOG, name: '&a;' }])}`;
    const { objects } = await readAnnotation(await stored(xml)).catch(() => ({ objects: [] }));
    expect(objects.map((object) => object.className)).not.toContain('dog');
  });

  const good = annotationXml(20, 15, [DOG, DOG]);
  it.each([
    ['malformed XML', good.replace('</annotation>', ''), /not well-formed XML/],
    ['a stray tag', good.replace('</object>', '</objekt>'), /not well-formed XML.*line/],
    ['an empty file', '', /not well-formed XML|<annotation> is missing/],
    ['another kind of XML', '<svg/>', /<annotation> is missing/],
    ['no size', good.replace(/<size>.*<\/size>/, ''), /<size> is missing/],
    ['a width of 0', good.replace('<width>20', '<width>0'), /<width> is 0, expected 1 or more/],
    ['a missing xmin', good.replace('<xmin>2</xmin>', ''), /object 1: <xmin> is missing/],
    ['an empty ymax', good.replace('<ymax>12</ymax>', '<ymax/>'), /object 1: <ymax> is missing/],
    ['a coordinate that is no number', good.replace('<xmax>10', '<xmax>ten'), /object 1: <xmax> is "ten"/],
    ['NaN', good.replace('<xmax>10', '<xmax>NaN'), /object 1: <xmax> is "NaN"/],
    ['two xmin', good.replace('<xmin>2', '<xmin>1</xmin><xmin>2'), /object 1: <xmin> must hold text, once/],
    ['no box', good.replace(/<bndbox>.*<\/bndbox>/, ''), /object 1: <bndbox> is missing/],
    ['no name', good.replace('<name>dog</name>', ''), /object 1: <name> is missing/],
    ['a bad flag', good.replace('<name>', '<difficult>maybe</difficult><name>'), /<difficult> is "maybe"/],
  ])('refuses %s', async (_name, xml, reason) => {
    const path = await stored(xml);
    const error: unknown = await readAnnotation(path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(reason);
    expect((error as DataError).message).toContain(path);
    expect((error as DataError).message).not.toContain('\n');
  });

  it('names the second object where it is the second', async () => {
    const xml = annotationXml(20, 15, [DOG, { name: 'cat', box: [1, Number.NaN, 3, 4] }]);
    await expect(readAnnotation(await stored(xml))).rejects.toThrow(/object 2: <ymin>/);
  });

  it('refuses a missing file', async () => {
    await expect(readAnnotation(join(await temporaryFolder(), 'b.xml'))).rejects.toThrow(/does not exist/);
  });

  it('answers any damage with a DataError or a complete annotation', async () => {
    const folder = await temporaryFolder();
    const piece = fc.oneof(fc.constantFrom('<', '>', '</object>', '<object>', '&', '-1', '<a '), fc.string());
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length), fc.nat(40), piece, async (at, length, text) => {
        await put(folder, 'a.xml', good.slice(0, at) + text + good.slice(at + length));
        const result: unknown = await readAnnotation(join(folder, 'a.xml')).catch((error: unknown) => error);
        if (result instanceof Error) expect(result).toBeInstanceOf(DataError);
        else expect(result).toMatchObject({ size: {}, objects: expect.any(Array) });
      }),
      { numRuns: 300 },
    );
  });
});
