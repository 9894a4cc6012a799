import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

/** An object of an annotation file; `extra` is XML inside it. */
export interface FixtureObject {
  readonly name: string;
  readonly box: readonly [number, number, number, number];
  readonly extra?: string;
}

/** Writes a file, and the folders above it. */
export async function put(root: string, path: string, content: string | Uint8Array): Promise<void> {
  const full = join(root, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, content);
}

/** A small JPEG. */
export function jpeg(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: { r: 90, g: 160, b: 40 } } })
    .jpeg()
    .toBuffer();
}

/** An annotation file as the VOC and ILSVRC archives have them; coordinates as written in the file. */
export function annotationXml(width: number, height: number, objects: readonly FixtureObject[]): string {
  const written = objects.map(
    ({ name, box: [xmin, ymin, xmax, ymax], extra = '' }) => `
  <object>
    <name>${name}</name>
    ${extra}
    <bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox>
  </object>`,
  );
  return `<annotation>
  <filename>any</filename>
  <size><width>${width}</width><height>${height}</height><depth>3</depth></size>${written.join('')}
</annotation>
`;
}

/** Puts one image with its annotation into the folder VOC2007 or VOC2012 of a VOCdevkit. */
export async function putVocImage(
  folder: string,
  id: string,
  size: readonly [number, number],
  objects: readonly FixtureObject[],
): Promise<void> {
  await put(folder, `JPEGImages/${id}.jpg`, await jpeg(...size));
  await put(folder, `Annotations/${id}.xml`, annotationXml(...size, objects));
}
