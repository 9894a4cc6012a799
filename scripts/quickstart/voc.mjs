/** Writes scenes as a VOC 2012 tree. Every object has a box, also those of other classes than the scene's. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { palettePng, vocPalette } from './png.mjs';

/** @typedef {{ id: string, label: string, jpeg: Buffer, scene: import('./compose.mjs').Scene }} Entry */
/** @typedef {{ pictures: boolean }} Options pictures: false leaves the JPEGs to another tree, whose names end in .JPEG */

/** @param {string} folder @param {string} name @param {string[]} lines */
const writeLines = (folder, name, lines) => writeFileSync(join(folder, name), `${lines.join('\n')}\n`);

/** VOC's own measure is a person's judgement; here: little is left of the object, or it is tiny. @param {import('./compose.mjs').SceneObject} o @param {import('./compose.mjs').Scene} s */
const isDifficult = (o, s) => o.visible < 0.4 * o.painted || o.visible < 0.004 * s.w * s.h;

/** @param {Entry} entry @param {string} file */
function annotation({ scene }, file) {
  const objects = scene.objects.map((o) => `	<object>
		<name>${o.label}</name>
		<pose>Unspecified</pose>
		<truncated>${Number(o.truncated)}</truncated>
		<occluded>${Number(o.occluded)}</occluded>
		<difficult>${Number(isDifficult(o, scene))}</difficult>
		<bndbox>
			<xmin>${o.box.x0 + 1}</xmin>
			<ymin>${o.box.y0 + 1}</ymin>
			<xmax>${o.box.x1 + 1}</xmax>
			<ymax>${o.box.y1 + 1}</ymax>
		</bndbox>
	</object>
`);
  return `<annotation>
	<folder>VOC2012</folder>
	<filename>${file}</filename>
	<source>
		<database>Quickstart world</database>
		<annotation>Quickstart world</annotation>
		<image>synthetic</image>
	</source>
	<size>
		<width>${scene.w}</width>
		<height>${scene.h}</height>
		<depth>3</depth>
	</size>
	<segmented>1</segmented>
${objects.join('')}</annotation>
`;
}

/** The mask: the class's number where an object is seen, 255 on the line between two regions. @param {Entry} entry @param {string[]} classes */
function classMask({ scene }, classes) {
  const { w, h, owner, objects } = scene;
  const of = (/** @type {number} */ i) => (i === 0 ? 0 : classes.indexOf(/** @type {any} */ (objects[i - 1]).label) + 1);
  const mask = new Uint8Array(w * h);
  for (let y = 0, i = 0; y < h; y++)
    for (let x = 0; x < w; x++, i++) {
      const me = /** @type {number} */ (owner[i]);
      // Only the ground's side of an outline is void, so that no pixel of a thin object is lost.
      const beside = (/** @type {boolean} */ ok, /** @type {number} */ j) => ok && owner[j] !== me;
      const edge = me === 0 && (beside(x > 0, i - 1) || beside(x < w - 1, i + 1) || beside(y > 0, i - w) || beside(y < h - 1, i + w));
      mask[i] = edge ? 255 : of(me);
    }
  return mask;
}

/** The class's mark for an image: 1 there, -1 not there, 0 only difficult ones. @param {Entry} entry @param {string} label */
function presence({ scene }, label) {
  const mine = scene.objects.filter((o) => o.label === label);
  if (mine.length === 0) return -1;
  return mine.some((o) => !isDifficult(o, scene)) ? 1 : 0;
}

/** @param {string} root the VOCdevkit folder @param {Entry[]} entries @param {string[]} classes @param {Options} options */
export function writeVoc(root, entries, classes, { pictures } = { pictures: true }) {
  const voc = join(root, 'VOC2012');
  const dirs = ['Annotations', 'ImageSets/Main', 'ImageSets/Segmentation', 'SegmentationClass', ...(pictures ? ['JPEGImages'] : [])];
  for (const dir of dirs) mkdirSync(join(voc, dir), { recursive: true });
  const palette = vocPalette();
  for (const entry of entries) {
    writeFileSync(join(voc, 'Annotations', `${entry.id}.xml`), annotation(entry, `${entry.id}.${pictures ? 'jpg' : 'JPEG'}`));
    if (pictures) writeFileSync(join(voc, 'JPEGImages', `${entry.id}.jpg`), entry.jpeg);
    const { w, h } = entry.scene;
    writeFileSync(join(voc, 'SegmentationClass', `${entry.id}.png`), palettePng(classMask(entry, classes), w, h, palette));
  }
  const ids = entries.map((e) => e.id);
  writeLines(join(voc, 'ImageSets/Main'), 'val.txt', ids);
  writeLines(join(voc, 'ImageSets/Segmentation'), 'val.txt', ids);
  for (const label of classes)
    writeLines(join(voc, 'ImageSets/Main'), `${label}_val.txt`, entries.map((e) => `${e.id} ${String(presence(e, label)).padStart(2)}`));
}
