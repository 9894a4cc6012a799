import { describe, expect, it } from 'vitest';
import { inputSchema } from '../../src/config/schema.js';
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
});
