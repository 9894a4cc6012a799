import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/arguments.js';
import { compileCommand } from '../../src/cli/compile.js';
import { shippedModel } from '../../src/cli/explain-source.js';
import { refuseIdleSide } from '../../src/cli/input-flags.js';

describe('a short side', () => {
  it('is refused where pictures are not cropped', () => {
    for (const resize of ['warp', 'short-side'] as const) {
      expect(() => refuseIdleSide({ shortSide: 300 }, { resize })).toThrow(UsageError);
      expect(() => refuseIdleSide({ shortSide: 300 }, { resize })).toThrow(
        `--short-side 300: it is for pictures that are cropped, and these have resize: ${resize}; leave it out`,
      );
      expect(() => refuseIdleSide({ shortSide: undefined }, { resize })).not.toThrow();
    }
    expect(() => refuseIdleSide({ shortSide: 300 }, { resize: 'crop' })).not.toThrow();
  });

  it('is refused by compile where the preset warps', async () => {
    const flags = {
      model: shippedModel(),
      preset: 'zero-one',
      shortSide: 300,
      out: 'no-such-folder/refused.onnx',
    };
    await expect(Promise.resolve(compileCommand.handler({ ...flags } as never))).rejects.toThrow(
      /--short-side 300/,
    );
  });
});
