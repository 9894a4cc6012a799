import { describe, expect, it } from 'vitest';
import { colorMap, divergingMap } from '../../src/images/colormap.js';

describe('colorMap', () => {
  // matplotlib's tables at 0, 64, 128, 192, 255; jet is computed, the others are its colours.
  it.each([
    [
      'viridis',
      [
        [68, 1, 84],
        [59, 82, 139],
        [33, 145, 140],
        [94, 201, 98],
        [253, 231, 37],
      ],
      0,
    ],
    [
      'inferno',
      [
        [0, 0, 4],
        [87, 16, 110],
        [188, 55, 84],
        [249, 142, 9],
        [252, 255, 164],
      ],
      0,
    ],
    [
      'cividis',
      [
        [0, 34, 78],
        [67, 78, 108],
        [125, 124, 120],
        [188, 174, 108],
        [254, 232, 56],
      ],
      0,
    ],
    [
      'jet',
      [
        [0, 0, 128],
        [0, 129, 255],
        [130, 255, 126],
        [255, 126, 0],
        [128, 0, 0],
      ],
      1,
    ],
  ] as const)('%s is close to the table it stands for', (name, expected, tolerance) => {
    const table = colorMap(name);
    [0, 64, 128, 192, 255].forEach((entry, row) => {
      expected[row]!.forEach((value, channel) => {
        expect(Math.abs(table[entry * 3 + channel]! - value)).toBeLessThanOrEqual(tolerance);
      });
    });
  });

  it('turbo goes from blue over green to red', () => {
    const table = colorMap('turbo');
    const strongest = [32, 128, 230].map((entry) => {
      const [red, green, blue] = table.subarray(entry * 3, entry * 3 + 3);
      return ['red', 'green', 'blue'][[red, green, blue].indexOf(Math.max(red!, green!, blue!))];
    });
    expect(strongest).toEqual(['blue', 'green', 'red']);
  });

  it.each(['viridis', 'inferno', 'cividis'] as const)(
    '%s grows lighter in steps as even as can be',
    (name) => {
      // Five entries a step: one alone is less than the rounding to bytes.
      const steps = differences(lightnesses(colorMap(name)).filter((_, i) => i % 5 === 0));
      expect(steps.every((step) => step > 0)).toBe(true);
      const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
      expect(Math.max(...steps) / mean).toBeLessThan(2);
      expect(Math.min(...steps) / mean).toBeGreaterThan(0.3);
    },
  );

  it('jet does not: it is there for comparison alone', () => {
    expect(differences(lightnesses(colorMap('jet'))).some((step) => step < 0)).toBe(true);
  });

  it('has a diverging table from blue over grey to red, both arms equally light', () => {
    const table = divergingMap();
    expect([...table.slice(0, 3)]).toEqual([59, 76, 192]);
    expect([...table.slice(128 * 3, 129 * 3)]).toEqual([221, 220, 220]);
    expect([...table.slice(255 * 3)]).toEqual([180, 4, 38]);
    const light = lightnesses(table);
    for (let i = 0; i < 128; i++) expect(Math.abs(light[i]! - light[255 - i]!)).toBeLessThan(10);
    expect(differences(light.slice(0, 127)).every((step) => step > 0)).toBe(true);
  });
});

/** CIE L*, 0…100, of each colour of a table, from sRGB. */
function lightnesses(table: Uint8Array): number[] {
  const linear = (byte: number) =>
    byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4;
  return Array.from({ length: 256 }, (_, i) => {
    const [r, g, b] = [...table.subarray(3 * i, 3 * i + 3)].map(linear) as [number, number, number];
    const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
  });
}

const differences = (values: readonly number[]) => values.slice(1).map((value, i) => value - values[i]!);
