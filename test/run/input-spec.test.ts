import { describe, expect, it } from 'vitest';
import { inputSchema } from '../../src/config/model.js';
import { inputSpec } from '../../src/run/input-spec.js';

const spec = (input: object) => inputSpec(inputSchema.parse(input));

describe('inputSpec', () => {
  it('takes one number as the short side', () => {
    expect(spec({ resize: 'short-side', size: 224 })).toMatchObject({ width: 224, height: 224 });
  });

  it.each([{ size: [224, 300] }, { size: 224, short_side: 256 }])('refuses %j as a short side', (input) => {
    expect(() => spec({ resize: 'short-side', ...input })).toThrow(
      'input.resize: short-side takes one number as input.size, and no short_side',
    );
  });

  it('refuses a crop larger than what it is cut from', () => {
    expect(() => spec({ resize: 'crop', size: 224, short_side: 200 })).toThrow('raise it');
  });

  it('takes one number for mean and std of a grey network, in a list or not', () => {
    const grey = (input: object) => inputSpec(inputSchema.parse(input), 1);
    expect(grey({ mean: 0.5, std: 0.25 })).toMatchObject({ channels: 1, mean: [0.5, 0.5, 0.5] });
    expect(grey({ mean: [0.5], std: ['1/4'] })).toMatchObject({
      mean: [0.5, 0.5, 0.5],
      std: [0.25, 0.25, 0.25],
    });
    expect(spec({ mean: 0.5 })).toMatchObject({ channels: 3 });
  });

  it('refuses what speaks of three colours for a grey network', () => {
    const grey = (input: object) => () => inputSpec(inputSchema.parse(input), 1);
    expect(grey({ mean: [0.485, 0.456, 0.406] })).toThrow(
      'input.mean is [0.485, 0.456, 0.406], but the network sees grey levels, one channel; give one number',
    );
    expect(grey({ std: [0.229, 0.224, 0.225] })).toThrow(
      'input.std is [0.229, 0.224, 0.225], but the network',
    );
    expect(grey({ color: 'bgr' })).toThrow(
      'input.color is bgr, but the network sees grey levels; leave it out',
    );
    expect(() => inputSchema.parse({ mean: [1, 2] })).toThrow('expected one number or three');
  });
});
