/** bfloat16 is the upper half of a float32; float16 has five bits of exponent and ten of mantissa (IEEE 754). */
export function halfToFloat(dtype: 'float16' | 'bfloat16', halves: Uint16Array): Float32Array {
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++)
    words[i] = dtype === 'bfloat16' ? halves[i]! << 16 : float16Bits(halves[i]!);
  return new Float32Array(words.buffer);
}

/** The bits of the float32 that is the same number. */
function float16Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  let mantissa = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (mantissa << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (mantissa << 13);
  if (mantissa === 0) return sign;
  // Below 2^-14 float16 has no leading one; float32 still has.
  let shift = 0;
  while ((mantissa & 0x400) === 0) {
    mantissa <<= 1;
    shift++;
  }
  return sign | ((113 - shift) << 23) | ((mantissa & 0x3ff) << 13);
}

/** Whether a number of 16 bits is NaN: all bits of the exponent, and a mantissa. */
export function holdsHalfNaN(dtype: 'float16' | 'bfloat16', halves: Uint16Array): boolean {
  const infinity = dtype === 'float16' ? 0x7c00 : 0x7f80;
  return halves.some((half) => (half & 0x7fff) > infinity);
}
