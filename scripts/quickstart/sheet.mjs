/** `node sheet.mjs <folder>`: a contact sheet of every class's drawings, to be looked at (held-out ones on green). */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { CLASSES } from './classes.mjs';
import { splitDrawings, svgOf } from './sprites.mjs';
import { SEED } from './settings.mjs';

const CELL = 72, PER_ROW = 20;
const folder = process.argv[2] ?? join(tmpdir(), 'quickstart-sheets');
mkdirSync(folder, { recursive: true });

/** @type {{ label: string, ids: string[], held: Set<string> }[]} */
const rows = [];
for (const label of [...Object.keys(CLASSES), '']) {
  const { train, val } = splitDrawings(label, SEED);
  const ids = [...val, ...train];
  console.log(`${label || 'clutter'}: ${train.length} for training, ${val.length} held out`);
  for (let i = 0; i < ids.length; i += PER_ROW) rows.push({ label, ids: ids.slice(i, i + PER_ROW), held: new Set(val) });
}
const PER_SHEET = 13;
for (let s = 0; s * PER_SHEET < rows.length; s++) {
  const part = rows.slice(s * PER_SHEET, (s + 1) * PER_SHEET);
  const tiles = [];
  for (const [y, row] of part.entries())
    for (const [x, id] of row.ids.entries()) {
      const png = await sharp(Buffer.from(svgOf(id))).resize(CELL - 10, CELL - 22, { fit: 'contain', background: '#0000' })
        .flatten({ background: row.held.has(id) ? '#b8e0b8' : '#e8e8e8' }).png().toBuffer();
      tiles.push({ input: png, left: x * CELL, top: y * CELL });
      const text = `<svg width="${CELL}" height="20"><text x="0" y="8" font-size="7">${id.split(':')[0]}</text><text x="0" y="17" font-size="7">${id.split(':')[1]?.slice(0, 19)}</text></svg>`;
      tiles.push({ input: Buffer.from(text), left: x * CELL, top: y * CELL + CELL - 21 });
    }
  await sharp({ create: { width: PER_ROW * CELL, height: part.length * CELL, channels: 3, background: 'white' } })
    .composite(tiles).png().toFile(join(folder, `drawings-${s}.png`));
}
