/** Sliding windows over an [N,H,W,C] tensor. */
export interface Windows {
  /** N, H, W, C, without padding. */
  readonly from: readonly [number, number, number, number];
  /** Rows and columns of the output. */
  readonly to: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Top and left. */
  readonly padBegin: readonly [number, number];
}

/**
 * Position of each window's largest element in the flat [N,C,H,W] input, the first of equals row by row; as
 * [N, rows, columns, C]. Padding never wins.
 */
export function poolIndices(x: Float32Array, windows: Windows): Int32Array {
  const [n, height, width, channels] = windows.from;
  const [rows, columns] = windows.to;
  const winners = new Int32Array(n * rows * columns * channels);
  const best = new Float32Array(channels);
  let at = 0;
  for (let image = 0; image < n; image++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at += channels) {
        best.fill(-Infinity);
        for (let i = 0; i < windows.kernel[0]; i++) {
          const y = row * windows.strides[0] - windows.padBegin[0] + i * windows.dilations[0];
          if (y < 0 || y >= height) continue;
          for (let j = 0; j < windows.kernel[1]; j++) {
            const left = column * windows.strides[1] - windows.padBegin[1] + j * windows.dilations[1];
            if (left < 0 || left >= width) continue;
            const pixel = ((image * height + y) * width + left) * channels;
            const flat = (image * channels * height + y) * width + left;
            for (let c = 0; c < channels; c++) {
              const value = x[pixel + c]!;
              if (value > best[c]!) {
                best[c] = value;
                winners[at + c] = flat + c * height * width;
              }
            }
          }
        }
      }
    }
  }
  return winners;
}
