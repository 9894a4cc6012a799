import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { PACKAGE } from '../cli/world.js';

/* The committed scenes of the bias experiment: a set without the bias, whose drawings were in no training. */

const FOLDER = join(PACKAGE, 'datasets', 'bias');
const tableOf = (path: string) => {
  const [head, ...lines] = parseCsv(readFileSync(path, 'utf8'));
  return lines.map((cells) => Object.fromEntries(head!.map((key, i) => [key, cells[i]!])));
};
const scenes = tableOf(join(FOLDER, 'scenes.csv'));

/** How often each value of the rows occurs. */
function countsOf(values: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

const showing = (wanted: Readonly<Record<string, string>>) =>
  scenes.filter((scene) => Object.entries(wanted).every(([key, value]) => scene[key] === value));
const drawings = (wanted: Readonly<Record<string, string>>, of: string) =>
  countsOf(showing(wanted).map((scene) => scene[of]!));

describe('datasets/bias', () => {
  it('has 100 scenes of each combination', () => {
    expect(countsOf(scenes.map((scene) => `${scene.class} with ${scene.attribute}`))).toEqual({
      'bird with umbrella': 100,
      'bird with bottle': 100,
      'person with umbrella': 100,
      'person with bottle': 100,
    });
  });

  it('shows each drawing as often with one attribute or class as with the other', () => {
    for (const label of ['bird', 'person']) {
      const [first, second] = ['umbrella', 'bottle'].map((attribute) =>
        drawings({ class: label, attribute }, 'object_drawing'),
      );
      expect(first).toEqual(second);
      expect(Object.keys(first!).length).toBeGreaterThan(15);
    }
    for (const attribute of ['umbrella', 'bottle'])
      expect(drawings({ class: 'bird', attribute }, 'attribute_drawing')).toEqual(
        drawings({ class: 'person', attribute }, 'attribute_drawing'),
      );
  });

  it('shows drawings of the validation side alone', () => {
    const split = tableOf(join(PACKAGE, 'datasets', 'quickstart', 'drawings.csv'));
    const held = new Set(
      split.filter(({ side }) => side === 'val').map((row) => `${row.class} ${row.drawing}`),
    );
    for (const scene of scenes) {
      expect(held).toContain(`${scene.class} ${scene.object_drawing}`);
      expect(held).toContain(`${scene.attribute} ${scene.attribute_drawing}`);
    }
  });

  it('annotates the one object and the one attribute of each scene, the attribute far larger', () => {
    const areas: Record<string, number[]> = {};
    for (const scene of scenes) {
      const xml = readFileSync(join(FOLDER, 'VOCdevkit/VOC2012/Annotations', `${scene.id}.xml`), 'utf8');
      const named = [...xml.matchAll(/<name>(\w+)<\/name>/g)].map(([, name]) => name!);
      expect([...named].sort()).toEqual([scene.class!, scene.attribute!].sort());
      const numbers = (key: string) =>
        [...xml.matchAll(new RegExp(`<${key}>(\\d+)<`, 'g'))].map(([, n]) => Number(n));
      const [x0, y0, x1, y1] = ['xmin', 'ymin', 'xmax', 'ymax'].map(numbers);
      const image = numbers('width')[0]! * numbers('height')[0]!;
      named.forEach((name, i) => {
        const kind = name === scene.class ? `object ${name}` : `attribute ${name}`;
        const area = ((x1![i]! - x0![i]! + 1) * (y1![i]! - y0![i]! + 1)) / image;
        areas[kind] = [...(areas[kind] ?? []), area];
      });
    }
    const mean = (kind: string) => areas[kind]!.reduce((sum, one) => sum + one, 0) / areas[kind]!.length;
    // Neither class's objects are the larger ones.
    expect(Math.abs(mean('object bird') - mean('object person'))).toBeLessThan(0.01);
    for (const object of ['object bird', 'object person']) {
      expect(mean(object)).toBeLessThan(0.15);
      for (const beside of ['attribute umbrella', 'attribute bottle'])
        expect(mean(beside)).toBeGreaterThan(2 * mean(object));
    }
  });
});
