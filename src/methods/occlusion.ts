import type { PixelWindow } from '../images/resize.js';
import type { MultiPassMethod } from './method.js';

/** The window's side as a share of the image's, and its stride as a share of the side: 45 and 22 pixels of 224. */
const WINDOW = 1 / 5;
const STRIDE = 1 / 2;

/**
 * map = max(0, mean drop of y over the windows that cover the pixel), a window being set to zero as the network sees
 * it (the mean colour where the mean is subtracted).
 */
export const occlusion: MultiPassMethod = {
  name: 'occlusion',
  summary: 'how far the score drops when a window of a fifth of the side is greyed out',
  reference:
    'Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks" (ECCV 2014), section 4.2',
  reads: 'input',
  probe: 'scores',
  passes: (image, shape, classIds) => {
    const [channels, height, width] = shape;
    const area = height * width;
    const windows = windowsOf(height, width);
    const k = classIds.length;
    const whole = new Float64Array(k);
    const drops = new Float64Array(k * area);
    const covered = new Float64Array(area);
    return {
      // The first pass is the image itself.
      count: windows.length + 1,
      copy: (pass, out) => {
        out.set(image);
        if (pass === 0) return;
        eachPixel(windows[pass - 1]!, width, (at) => {
          for (let c = 0; c < channels; c++) out[c * area + at] = 0;
        });
      },
      take: (pass, { scores }) => {
        if (pass === 0) {
          for (let j = 0; j < k; j++) whole[j] = scores[classIds[j]!]!;
          return;
        }
        eachPixel(windows[pass - 1]!, width, (at) => {
          covered[at]! += 1;
          for (let j = 0; j < k; j++) drops[j * area + at]! += whole[j]! - scores[classIds[j]!]!;
        });
      },
      finish: () => Float32Array.from(drops, (sum, i) => Math.max(0, sum / covered[i % area]!)),
    };
  },
};

function windowsOf(height: number, width: number): readonly PixelWindow[] {
  const rows = spans(height);
  const columns = spans(width);
  return rows.flatMap(([top, tall]) =>
    columns.map(([left, wide]) => ({ top, left, height: tall, width: wide })),
  );
}

/** Start and length of the windows along one axis; the last one is cut at the border. */
function spans(size: number): readonly (readonly [number, number])[] {
  const length = Math.max(1, Math.round(size * WINDOW));
  const stride = Math.max(1, Math.floor(length * STRIDE));
  const count = Math.ceil((size - length) / stride) + 1;
  return Array.from({ length: count }, (_, i) => {
    return [i * stride, Math.min(length, size - i * stride)] as const;
  });
}

function eachPixel(
  { top, left, height, width }: PixelWindow,
  row: number,
  visit: (at: number) => void,
): void {
  for (let y = top; y < top + height; y++) for (let x = left; x < left + width; x++) visit(y * row + x);
}
