import { probabilitiesOver } from '../base/probabilities.js';
import { seededRandom } from '../base/random.js';
import type { MultiPassMethod } from './method.js';

const MASKS = 1000;
/** Cells of the coarse grid along each side, and the probability that one stays. */
const CELLS = 7;
const KEEP = 0.5;

/**
 * map = Σ_i p_i(class) M_i / (N · KEEP): the probability of the class on the image seen through random soft masks.
 * Masked pixels are zero as the network sees them. The paper takes 4,000 masks for VGG-16 and 8,000 for ResNet-50:
 * with 1,000 the map is noisier.
 */
export const rise: MultiPassMethod = {
  name: 'rise',
  summary: `random masks weighted by the class's probability behind them, ${MASKS} of them`,
  reference: 'Petsiuk et al., "RISE" (BMVC 2018), equation 6',
  reads: 'input',
  probe: 'scores',
  passes: (image, [channels, height, width], classIds, _read, steps) => {
    const area = height * width;
    const sums = new Float64Array(classIds.length * area);
    let mask: Float32Array = new Float32Array(area);
    return {
      count: MASKS,
      copy: (pass, out) => {
        mask = softMask(pass, height, width);
        for (let i = 0; i < channels * area; i++) out[i] = image[i]! * mask[i % area]!;
      },
      take: (_, { scores }) => {
        const probability = probabilitiesOver(steps, scores);
        const probabilities = Float64Array.from(classIds, (id) => probability(scores[id]!));
        for (let i = 0; i < sums.length; i++)
          sums[i]! += probabilities[Math.floor(i / area)]! * mask[i % area]!;
      },
      finish: () => Float32Array.from(sums, (sum) => sum / (MASKS * KEEP)),
    };
  },
};

/** Mask number `seed`: a random grid, bilinearly upsampled to a cell more than the image, shifted by a random part of a cell. */
function softMask(seed: number, height: number, width: number): Float32Array {
  const random = seededRandom(seed);
  const side = CELLS + 1;
  const grid = Float32Array.from({ length: side * side }, () => (random() < KEEP ? 1 : 0));
  const [cellHeight, cellWidth] = [Math.ceil(height / CELLS), Math.ceil(width / CELLS)];
  const [top, left] = [Math.floor(random() * cellHeight), Math.floor(random() * cellWidth)];
  const columns = Array.from({ length: width }, (_, x) => between(x + left, cellWidth, side));
  const mask = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    const [above, below, down] = between(y + top, cellHeight, side);
    for (let x = 0; x < width; x++) {
      const [before, after, along] = columns[x]!;
      const at = (row: number) =>
        (1 - along) * grid[row * side + before]! + along * grid[row * side + after]!;
      mask[y * width + x] = (1 - down) * at(above) + down * at(below);
    }
  }
  return mask;
}

/** The two cells that a position lies between and how far it is from the first, half-pixel centres, clamped. */
function between(position: number, cell: number, side: number): readonly [number, number, number] {
  const at = Math.min(side - 1, Math.max(0, (position + 0.5) / cell - 0.5));
  const first = Math.min(side - 2, Math.floor(at));
  return [first, first + 1, at - first];
}
