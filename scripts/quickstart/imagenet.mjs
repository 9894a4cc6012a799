/** Writes the same scenes as a tree in the layout of Kaggle's ImageNet CLS-LOC archive. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {import('./voc.mjs').Entry} Entry */

/** Ids in the form of WordNet's, in a range WordNet does not use; sorted, they are in the classes' order. @param {number} k */
export const wnid = (k) => `n9${String(k + 1).padStart(7, '0')}`;

/** @param {string} name @param {string} id @param {Entry} entry */
function annotation(name, id, { scene }) {
  const objects = scene.objects.filter((o) => o.main).map((o) => `	<object>
		<name>${id}</name>
		<pose>Unspecified</pose>
		<truncated>${Number(o.truncated)}</truncated>
		<difficult>0</difficult>
		<bndbox>
			<xmin>${o.box.x0}</xmin>
			<ymin>${o.box.y0}</ymin>
			<xmax>${o.box.x1}</xmax>
			<ymax>${o.box.y1}</ymax>
		</bndbox>
	</object>
`);
  return `<annotation>
	<folder>val</folder>
	<filename>${name}</filename>
	<source>
		<database>ILSVRC_2012</database>
	</source>
	<size>
		<width>${scene.w}</width>
		<height>${scene.h}</height>
		<depth>3</depth>
	</size>
	<segmented>0</segmented>
${objects.join('')}</annotation>
`;
}

/** The name of the nth picture, from 0, without its ending. @param {number} n */
export const imageId = (n) => `ILSVRC2012_val_${String(n + 1).padStart(8, '0')}`;

/** @param {string} root @param {Entry[]} entries @param {string[]} classes */
export function writeImagenet(root, entries, classes) {
  const images = join(root, 'ILSVRC/Data/CLS-LOC/val');
  const boxes = join(root, 'ILSVRC/Annotations/CLS-LOC/val');
  const lists = join(root, 'ILSVRC/ImageSets/CLS-LOC');
  for (const dir of [images, boxes, lists]) mkdirSync(dir, { recursive: true });
  const list = [], solution = ['ImageId,PredictionString'];
  for (const [n, entry] of entries.entries()) {
    const name = imageId(n);
    const id = wnid(classes.indexOf(entry.label));
    writeFileSync(join(images, `${name}.JPEG`), entry.jpeg);
    writeFileSync(join(boxes, `${name}.xml`), annotation(name, id, entry));
    list.push(`${name} ${n + 1}`);
    const main = entry.scene.objects.filter((o) => o.main);
    solution.push(`${name},${main.map(({ box: b }) => `${id} ${b.x0} ${b.y0} ${b.x1} ${b.y1} `).join('')}`);
  }
  writeFileSync(join(lists, 'val.txt'), `${list.join('\n')}\n`);
  writeFileSync(join(root, 'LOC_val_solution.csv'), `${solution.join('\n')}\n`);
  writeFileSync(join(root, 'LOC_synset_mapping.txt'), `${classes.map((c, k) => `${wnid(k)} ${c}`).join('\n')}\n`);
}
