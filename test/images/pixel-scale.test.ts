import { describe, expect, it } from 'vitest';
import { pixelScale, pixelsOf } from '../../src/images/pixel-scale.js';
import { type InputSpec, writeInput } from '../../src/images/preprocess.js';

const spec: Omit<InputSpec, 'color'> = {
  ...{ width: 2, height: 2, scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  resize: 'warp',
};
const pixels = { width: 2, height: 2, data: Uint8Array.of(0, 255, 1, 254, 3, 128, 77, 90, 200, 13, 14, 15) };

describe('pixelScale', () => {
  it('says what a pixel becomes', () => {
    const { gain, black } = pixelScale({ color: 'rgb', scale: 2, mean: [4, 5, 6], std: [1, 2, 4] });
    expect(gain).toEqual([2, 1, 0.5]);
    expect(black).toEqual([-4, -2.5, -1.5]);
  });

  it.each(['rgb', 'bgr'] as const)('is undone to the pixel, %s', (color) => {
    const own: InputSpec = { ...spec, color };
    const input = new Float32Array(12);
    writeInput(pixels, own, input, 0);
    expect(pixelsOf(input, own, pixelScale(own))).toEqual(pixels);
    // Beyond what a pixel can be: clipped.
    input.fill(100, 0, 1);
    expect(pixelsOf(input, own, pixelScale(own)).data[color === 'rgb' ? 0 : 2]).toBe(255);
  });
});
