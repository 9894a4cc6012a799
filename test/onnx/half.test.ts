import { expect, it } from 'vitest';
import { halfToFloat, holdsHalfNaN } from '../../src/onnx/half.js';

/** IEEE 754: (−1)^s · 2^(e − 15) · (1 + m/1024); below the least exponent without the leading one. */
function defined(half: number): number {
  const [sign, exponent, mantissa] = [half >> 15 ? -1 : 1, (half >> 10) & 31, half & 1023];
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

const all = Uint16Array.from({ length: 65_536 }, (_, i) => i);

it('all float16 numbers are those of the definition, zeros with their sign', () => {
  const floats = halfToFloat('float16', all);
  const wrong = [...all].filter((half) => !Object.is(floats[half], defined(half)));
  expect(wrong).toEqual([]);
});

it('all bfloat16 numbers are the upper half of a float32', () => {
  const floats = halfToFloat('bfloat16', all);
  const words = new DataView(new ArrayBuffer(4));
  const wrong = [...all].filter((half) => {
    words.setUint16(0, half);
    return !Object.is(floats[half], words.getFloat32(0));
  });
  expect(wrong).toEqual([]);
});

it.each(['float16', 'bfloat16'] as const)('%s: NaN is found, infinity is none', (dtype) => {
  const floats = halfToFloat(dtype, all);
  const wrong = [...all].filter(
    (half) => holdsHalfNaN(dtype, Uint16Array.of(0, half)) !== Number.isNaN(floats[half]),
  );
  expect(wrong).toEqual([]);
});
