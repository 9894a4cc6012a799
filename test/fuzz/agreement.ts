/**
 * Whether some output of the damaged model itself, as onnxruntime runs it, is what the compiled graph gives: its
 * scores, their softmax or its logarithm. A damage that both understand differently would be a silently wrong table.
 */
export function agree(
  outputs: Readonly<Record<string, Float32Array>>,
  scores: Float32Array,
  classCount: number,
): boolean {
  const soft = softmax(scores, classCount);
  return Object.values(outputs).some((output) =>
    [scores, soft, soft.map(Math.log)].some((expected) => isNear(output, expected)),
  );
}

export const allFinite = (values: Float32Array) => values.every(Number.isFinite);

function isNear(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  const scale = Math.max(1e-3, ...Array.from(b, Math.abs));
  return Array.from(a).every((value, i) => Math.abs(value - b[i]!) <= 1e-4 * scale);
}

function softmax(scores: Float32Array, classCount: number): Float64Array {
  const result = new Float64Array(scores.length);
  for (let start = 0; start < scores.length; start += classCount) {
    const row = scores.subarray(start, start + classCount);
    const largest = Math.max(...row);
    const sum = row.reduce((total, score) => total + Math.exp(score - largest), 0);
    row.forEach((score, i) => {
      result[start + i] = Math.exp(score - largest) / sum;
    });
  }
  return result;
}
